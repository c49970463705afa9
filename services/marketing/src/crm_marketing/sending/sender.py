"""Sending campaigns: every recipient once, whatever stops us.

Each campaign that is SENDING has a job of its own, so none waits for another. Each message is two steps of it, with the
mail server between them:

1. claim: under the lock of its campaign, if that is still SENDING, the member becomes SENDING, or SKIPPED if the
   contact is gone, opted out, has no address or lacks a value. Committed before a byte goes out.
2. record: what the server said makes it SENT, FAILED, SKIPPED, or QUEUED again.

If the process dies between the two, the member is found SENDING a minute later and goes back to QUEUED. SMTP cannot
say whether the server had taken the message by then, so in that window, and when a connection breaks before the
server has answered, delivery is at least once; the second copy carries the same Message-ID and can be recognised.
Everywhere else it is exactly once.

Whatever goes wrong with one member makes that one SKIPPED; with a campaign, PAUSED.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2
from crm_chassis.db.faults import is_conflict, is_outage
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import has_job, schedule
from crm_chassis.logs import get_logger
from crm_chassis.mail.addresses import AddressError
from crm_chassis.mail.message import Mail
from crm_chassis.mail.relay import Accepted, Away, Outcome, Refused, Unsupported
from crm_chassis.records.aliases import resolved
from crm_chassis.records.tx import Transaction
from sqlalchemy import and_, case, func, or_, select, update

from crm_marketing.campaigns.model import EMAIL, RETRY, STALE_AFTER, Campaign, CampaignMember, CampaignText
from crm_marketing.campaigns.queries import count
from crm_marketing.mail.pace import forget_idle
from crm_marketing.marks import mark_contact
from crm_marketing.optouts.model import ADDRESS, SEGMENT, OptOut
from crm_marketing.people.model import Account, Contact
from crm_marketing.sending.message import build
from crm_marketing.settings import current
from crm_marketing.templates.rendering import render, values_for

AWAY_PAUSE = timedelta(seconds=15)
UNKNOWN_PAUSE = timedelta(seconds=10)
UNKNOWN_PATIENCE = timedelta(minutes=10)
"""How long after the launch a contact is waited for whose record has not come from contacts yet."""


@dataclass(frozen=True)
class Claim:
    """A message that is ours to send."""

    member_id: str
    attempt: int
    mail: Mail


# -- the job ----------------------------------------------------------------------------------------------


def send(tx: Transaction, job: Job) -> Done | Again:
    """One step in sending the campaign that the key names. One that cannot go on is paused and says why."""
    try:
        with tx.session.begin_nested():
            return _send(tx, job)
    except Exception as error:
        if is_outage(error) or is_conflict(error):
            raise
        get_logger().error("campaign paused", campaign_id=job.key, exc_info=error)
        tx.forget()
        _pause(tx, job, "it cannot be sent: an error of the suite, see its log")
        return Done()


def _send(tx: Transaction, job: Job) -> Done | Again:
    if job.outcome is not None:
        claimed, outcome = job.outcome
        record(tx, claimed, outcome)
        return Again(after=AWAY_PAUSE) if isinstance(outcome, Away) else Again()
    campaign = tx.find(Campaign, job.key)
    if campaign is None or campaign.status != "SENDING" or campaign.deleted_at is not None:
        return Done()
    pauses = current().pace.pauses(tx)
    due = _due(tx, campaign, pauses)
    if due is None and pauses and _due(tx, campaign, ()) is not None:
        return Again(after=min(pauses.values()))
    if due is None:
        return _wait_or_finish(tx, campaign)
    claimed = claim(tx, campaign, *due)
    return Again(effect=partial(_hand_over, claimed)) if claimed is not None else Again()


def _pause(tx: Transaction, job: Job, reason: str = "its sending was cancelled by an operator") -> None:
    """Pauses the campaign of a job that does not go on."""
    campaign = tx.find(Campaign, job.key)
    if campaign is not None and campaign.status == "SENDING":
        campaign.pause(reason)
        tx.publish(campaigns_pb2.CampaignPaused(), campaign)


SENDING = JobKind("campaign.send", send, lease=STALE_AFTER.total_seconds(), on_cancel=_pause)


def start_sending(tx: Transaction, campaign_ids: Iterable[str]) -> None:
    """Lets campaigns be sent from now on."""
    schedule(tx, SENDING, dict.fromkeys(campaign_ids, tx.now))


def watch_campaigns(tx: Transaction) -> bool:
    """Lets campaigns be sent that have no job: those that a version before has launched. Whether there were any."""
    query = select(Campaign.id).where(
        Campaign.status == "SENDING", Campaign.channel == EMAIL, Campaign.deleted_at.is_(None),
        ~has_job(SENDING, Campaign.id),
    )  # fmt: skip
    campaign_ids = tx.session.scalars(query).all()
    start_sending(tx, campaign_ids)
    return bool(campaign_ids)


def _hand_over(claimed: Claim) -> tuple[Claim, Outcome]:
    return claimed, current().mailer.send(claimed.mail)


def _due(tx: Transaction, campaign: Campaign, paused: Collection[str]) -> tuple[str, str] | None:
    """The member whose message has been due longest, of those outside the paused domains, with its domain."""
    domain = func.split_part(func.coalesce(Contact.email, ""), "@", 2)
    query = (
        select(CampaignMember.id, domain)
        .outerjoin(Contact, Contact.id == CampaignMember.contact_id)
        .where(
            CampaignMember.campaign_id == campaign.id,
            CampaignMember.send_state == "QUEUED",
            CampaignMember.deleted_at.is_(None),
            CampaignMember.next_attempt_at <= tx.now,
            domain.not_in(paused),
        )
        .order_by(CampaignMember.next_attempt_at, CampaignMember.id)
        .limit(1)
    )
    row = tx.session.execute(query).first()
    return None if row is None else (row[0], row[1])


def _wait_or_finish(tx: Transaction, campaign: Campaign) -> Done | Again:
    """What comes when no message is due: one that is due later, or whose sender died, or the end."""
    due_at = func.coalesce(CampaignMember.next_attempt_at, tx.now)
    gone_at = CampaignMember.sending_since + STALE_AFTER
    query = select(func.min(case((CampaignMember.send_state == "SENDING", gone_at), else_=due_at))).where(
        CampaignMember.campaign_id == campaign.id,
        CampaignMember.send_state.in_(("QUEUED", "SENDING")),
        CampaignMember.deleted_at.is_(None),
    )
    next_at = tx.session.scalar(query)
    if next_at is None:
        campaign.finish(tx.now)
        tx.publish(campaigns_pb2.CampaignFinished(), campaign)
        forget_idle(tx)
        return Done()
    if next_at > tx.now:
        return Again(after=next_at - tx.now)
    recover(tx, campaign)
    return Again()


# -- one message ------------------------------------------------------------------------------------------


def claim(tx: Transaction, campaign: Campaign, member_id: str, domain: str) -> Claim | None:
    """Takes one member to send to; None if it is not to be sent to (any more), which is then recorded.

    The campaign is locked: it is SENDING until this commits.
    """
    query = select(CampaignMember).where(
        CampaignMember.id == member_id,
        CampaignMember.send_state == "QUEUED",
        CampaignMember.deleted_at.is_(None),
    )
    member = tx.session.scalar(query.with_for_update())
    if member is None:
        return None
    people = (
        select(Contact, Account)
        .outerjoin(Account, and_(Account.id == Contact.account_id, ~Account.deleted))
        .where(Contact.id == member.contact_id)
    )
    row = tx.session.execute(people).first()
    if row is None:
        _wait(tx, member, campaign)
        return None
    if row[0].deleted:
        if resolved(tx.session, [member.contact_id]):
            member.next_attempt_at = tx.now + UNKNOWN_PAUSE  # the member becomes that of another contact in a moment
        else:
            _skip(tx, member, "contact deleted")
        return None
    contact, account = row
    text = tx.session.get_one(CampaignText, campaign.id)
    if not contact.email:
        _skip(tx, member, "no address")
        return None
    address_hash = current().links.address_hash(contact.email)
    if _opted_out(tx, campaign, contact, address_hash):
        _skip(tx, member, "opted out")
        return None
    if _written_to(tx, member, address_hash):
        _skip(tx, member, "another member has the same address")
        return None
    url = current().links.url(member.id)
    sender = campaign.from_name or campaign.from_address
    values = values_for(contact, account, sender=sender, unsubscribe_url=url)
    try:
        rendered = render(text.subject, text.body_html, text.body_text, values)
        if rendered.missing:
            _skip(tx, member, f"missing value: {', '.join(rendered.missing)}")
            return None
        mail = build(campaign, member.id, contact, rendered, url, tx.now)
    except AddressError:
        _skip(tx, member, "no usable address")
        return None
    except Exception as error:
        get_logger().warning("message cannot be written", member_id=member.id, exc_info=error)
        _skip(tx, member, "the template cannot be rendered for this contact")
        return None
    if not current().pace.take(tx, domain):
        return None
    statement = update(CampaignMember).where(CampaignMember.id == member.id).values(
        send_state="SENDING", attempts=CampaignMember.attempts + 1, sending_since=tx.now, address_hash=address_hash
    )  # fmt: skip
    tx.session.execute(statement.execution_options(synchronize_session=False))
    return Claim(member.id, member.attempts + 1, mail)


def _opted_out(tx: Transaction, campaign: Campaign, contact: Contact, address_hash: str) -> bool:
    """The strictest wish wins: address-wide ones hold for every campaign, those for a segment unless informational.

    A wish is that of a person: it holds for all addresses of the contact who has made it, later ones too.
    """
    forbids = [OptOut.reach == ADDRESS]
    if campaign.segment_id and not campaign.informational:
        forbids.append(and_(OptOut.reach == SEGMENT, OptOut.segment_id == campaign.segment_id))
    hashes = {address_hash, *contact.address_hashes}
    theirs = or_(OptOut.address_hash.in_(hashes), OptOut.person_id == contact.id)
    query = select(OptOut.id).where(theirs, OptOut.deleted_at.is_(None), or_(*forbids))
    return tx.session.scalar(query.limit(1)) is not None


def _written_to(tx: Transaction, member: CampaignMember, address_hash: str) -> bool:
    """Whether the campaign has written, or is going to write, to the same address of another member."""
    query = select(CampaignMember.id).where(
        CampaignMember.campaign_id == member.campaign_id,
        CampaignMember.address_hash == address_hash,
        CampaignMember.address_hash != "",
        CampaignMember.id != member.id,
    )
    return tx.session.scalar(query.limit(1)) is not None


def _wait(tx: Transaction, member: CampaignMember, campaign: Campaign) -> None:
    """A contact that is not known here may be on its way; one that does not come is skipped."""
    assert campaign.launched_at is not None
    if tx.now - campaign.launched_at > UNKNOWN_PATIENCE:
        _skip(tx, member, "contact unknown")
    else:
        member.next_attempt_at = tx.now + UNKNOWN_PAUSE


def _skip(tx: Transaction, member: CampaignMember, reason: str) -> None:
    member.skip(reason)
    tx.publish(campaign_members_pb2.CampaignMemberSkipped(), member)
    _count(tx, member, skipped=1)


def record(tx: Transaction, claimed: Claim, outcome: Outcome) -> None:
    """Writes down what the mail server said of an attempt; the answer to an attempt given up before is passed over."""
    member = tx.find(CampaignMember, claimed.member_id)
    if member is None or member.attempts != claimed.attempt or member.send_state not in ("SENDING", "QUEUED"):
        return
    if isinstance(outcome, Accepted):
        member.accepted(tx.now)
        tx.publish(campaign_members_pb2.CampaignMemberSent(), member)
        mark_contact(tx, member.contact_id, ["campaigns_sent"])
        _count(tx, member, sent=1)
    elif isinstance(outcome, Refused):
        _fail(tx, member, f"refused by the mail server ({outcome.code})", outcome.reason)
    elif isinstance(outcome, Unsupported):
        _skip(tx, member, outcome.reason)
    elif isinstance(outcome, Away):
        _queue(tx, member, tx.now, outcome.reason, attempts=member.attempts - 1)
    else:
        _put_back(tx, member, tx.now + RETRY.pause(member.attempts), outcome.reason)


def _put_back(tx: Transaction, member: CampaignMember, due: datetime, reason: str) -> None:
    if member.attempts >= RETRY.attempts:
        _fail(tx, member, f"not accepted in {member.attempts} attempts", reason)
    else:
        _queue(tx, member, due, reason, attempts=member.attempts)


def _queue(tx: Transaction, member: CampaignMember, due: datetime, reason: str, *, attempts: int) -> None:
    statement = update(CampaignMember).where(CampaignMember.id == member.id).values(
        send_state="QUEUED", sending_since=None, next_attempt_at=due, last_error=reason, attempts=attempts
    )  # fmt: skip
    tx.session.execute(statement.execution_options(synchronize_session=False))


def _fail(tx: Transaction, member: CampaignMember, reason: str, answer: str) -> None:
    member.fail(reason)
    member.last_error = answer
    tx.publish(campaign_members_pb2.CampaignMemberFailed(), member)
    _count(tx, member, failed=1)


def _count(tx: Transaction, member: CampaignMember, **numbers: int) -> None:
    if member.deleted_at is None:
        count(tx, member.campaign_id, **numbers)


def recover(tx: Transaction, campaign: Campaign) -> None:
    """Puts members back into the queue whose sender died a minute ago; their Message-ID stays the same."""
    query = select(CampaignMember).where(
        CampaignMember.campaign_id == campaign.id,
        CampaignMember.send_state == "SENDING",
        CampaignMember.sending_since <= tx.now - STALE_AFTER,
    )
    for member in tx.session.scalars(query.with_for_update()).all():
        _put_back(tx, member, tx.now, "the sender died")
