"""Sending campaigns: every recipient once, whatever stops us.

Each message goes through two transactions with the mail server between them:

1. claim: under the lock of its campaign, if that is still SENDING, the member becomes SENDING, or SKIPPED if the
   contact is gone, opted out, has no address or lacks a value. Committed before a byte goes out.
2. record: what the server said makes it SENT, FAILED, or QUEUED again.

If the process dies between the two, the member is found SENDING a minute later and goes back to QUEUED. SMTP cannot
say whether the server had taken the message by then, so in that window, and when a connection breaks before the
server has answered, delivery is at least once; the second copy carries the same Message-ID and can be recognised.
Everywhere else it is exactly once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage

from crm.marketing.v1 import events_pb2
from crm_chassis.db.tx import Transaction
from crm_chassis.logs import get_logger
from sqlalchemy import and_, func, or_, select, true, update

from crm_marketing.campaigns.model import EMAIL, STALE_AFTER, Campaign, CampaignMember, CampaignText
from crm_marketing.campaigns.queries import count
from crm_marketing.optouts.model import ADDRESS, SEGMENT, OptOut
from crm_marketing.people.model import Account, Contact
from crm_marketing.segments.marks import mark_contact
from crm_marketing.sending.message import build
from crm_marketing.sending.smtp import Accepted, MailServerAway, Outcome, Refused
from crm_marketing.settings import current
from crm_marketing.templates.rendering import render, values_for
from crm_marketing.transactions import Transactions

RUN_SECONDS = 5.0
CANDIDATES = 500
STALE_AT_ONCE = 500


@dataclass(frozen=True)
class Claim:
    """A message that is ours to send."""

    member_id: str
    attempt: int
    sender: str
    recipient: str
    message: EmailMessage


def send_due(tx: Transaction) -> None:
    """Sends what is due for at most a few seconds; then recovers, and finishes campaigns that have nothing left."""
    transactions = Transactions(tx)
    with transactions() as own:
        recover(own)
        if own.session.scalar(select(Campaign.id).where(Campaign.status == "SENDING").limit(1)) is None:
            return
    try:
        _send(transactions)
    except MailServerAway as error:
        get_logger().warning("mail server away", error=str(error))
    with transactions() as own:
        finish(own)


def _send(transactions: Transactions) -> None:
    services = current()
    while transactions.seconds < RUN_SECONDS:
        with transactions() as own:
            waiting = candidates(own)
        if not waiting:
            return
        while waiting and transactions.seconds < RUN_SECONDS:
            throttled, pauses = [], []
            for member_id, domain in waiting:
                if transactions.seconds >= RUN_SECONDS:
                    return
                if pause := services.throttle.wait(domain):
                    throttled.append((member_id, domain))
                    pauses.append(pause)
                else:
                    _send_one(transactions, member_id)
            waiting = throttled
            if waiting:
                time.sleep(min(*pauses, RUN_SECONDS, max(0.0, RUN_SECONDS - transactions.seconds)))


def _send_one(transactions: Transactions, member_id: str) -> None:
    mailer = current().mailer
    mailer.open()
    with transactions() as own:
        claimed = claim(own, member_id)
    if claimed is None:
        return
    outcome = mailer.send(claimed.sender, claimed.recipient, claimed.message)
    with transactions() as own:
        record(own, claimed, outcome)


def candidates(tx: Transaction) -> list[tuple[str, str]]:
    """Members whose messages are due, with the domains of their addresses; a part of every sending campaign."""
    due = (
        select(CampaignMember.id, CampaignMember.contact_id, CampaignMember.next_attempt_at)
        .where(
            CampaignMember.campaign_id == Campaign.id,
            CampaignMember.send_state == "QUEUED",
            CampaignMember.deleted_at.is_(None),
            CampaignMember.next_attempt_at <= tx.now,
        )
        .order_by(CampaignMember.next_attempt_at, CampaignMember.id)
        .limit(CANDIDATES)
        .lateral("due")
    )
    query = (
        select(due.c.id, func.split_part(func.coalesce(Contact.email, ""), "@", 2))
        .select_from(Campaign)
        .join(due, true())
        .outerjoin(Contact, Contact.id == due.c.contact_id)
        .where(Campaign.status == "SENDING", Campaign.deleted_at.is_(None))
        .order_by(due.c.next_attempt_at, due.c.id)
    )
    return [(row[0], row[1]) for row in tx.session.execute(query)]


def claim(tx: Transaction, member_id: str) -> Claim | None:
    """Takes one member to send to; None if it is not to be sent to (any more), which is then recorded."""
    query = select(CampaignMember).where(
        CampaignMember.id == member_id,
        CampaignMember.send_state == "QUEUED",
        CampaignMember.deleted_at.is_(None),
    )
    member = tx.session.scalar(query.with_for_update(skip_locked=True))
    campaign = tx.find(Campaign, member.campaign_id) if member is not None else None
    if member is None or campaign is None or campaign.status != "SENDING" or campaign.deleted_at is not None:
        return None
    people = (
        select(Contact, Account, CampaignText)
        .outerjoin(Account, and_(Account.id == Contact.account_id, ~Account.deleted))
        .outerjoin(CampaignText, CampaignText.campaign_id == campaign.id)
        .where(Contact.id == member.contact_id)
    )
    row = tx.session.execute(people).first()
    if row is None or row[0].deleted:
        _skip(tx, member, "contact deleted" if row is not None else "contact unknown")
        return None
    contact, account, text = row
    if not contact.email:
        _skip(tx, member, "no address")
        return None
    address_hash = current().links.address_hash(contact.email)
    if _opted_out(tx, campaign, address_hash):
        _skip(tx, member, "opted out")
        return None
    url = current().links.url(member.id)
    sender = campaign.from_name or campaign.from_address
    values = values_for(contact, account, sender=sender, unsubscribe_url=url)
    rendered = render(text.subject, text.body_html, text.body_text, values)
    if rendered.missing:
        _skip(tx, member, f"missing value: {', '.join(rendered.missing)}")
        return None
    try:
        message = build(campaign, member.id, contact, rendered, url, tx.now)
    except (ValueError, IndexError, MessageError):
        _skip(tx, member, "no usable address")
        return None
    statement = update(CampaignMember).where(CampaignMember.id == member.id).values(
        send_state="SENDING", attempts=CampaignMember.attempts + 1, sending_since=tx.now, address_hash=address_hash
    )  # fmt: skip
    tx.session.execute(statement.execution_options(synchronize_session=False))
    return Claim(member.id, member.attempts + 1, campaign.from_address, contact.email, message)


def _opted_out(tx: Transaction, campaign: Campaign, address_hash: str) -> bool:
    """The strictest wish wins: address-wide ones hold for every campaign, those for a segment unless informational."""
    forbids = [OptOut.reach == ADDRESS]
    if campaign.segment_id and not campaign.informational:
        forbids.append(and_(OptOut.reach == SEGMENT, OptOut.segment_id == campaign.segment_id))
    query = select(OptOut.id).where(OptOut.address_hash == address_hash, OptOut.deleted_at.is_(None), or_(*forbids))
    return tx.session.scalar(query.limit(1)) is not None


def _skip(tx: Transaction, member: CampaignMember, reason: str) -> None:
    member.skip(reason)
    tx.publish(events_pb2.CampaignMemberSkipped(), member)
    count(tx, member.campaign_id, skipped=1)


def record(tx: Transaction, claimed: Claim, outcome: Outcome) -> None:
    """Writes down what the mail server said of an attempt; the answer to an attempt given up before is passed over."""
    member = tx.find(CampaignMember, claimed.member_id)
    if member is None or member.attempts != claimed.attempt or member.send_state not in ("SENDING", "QUEUED"):
        return
    if isinstance(outcome, Accepted):
        member.accepted(tx.now)
        tx.publish(events_pb2.CampaignMemberSent(), member)
        mark_contact(tx, member.contact_id, ["campaigns_sent"])
        _count(tx, member, sent=1)
    elif isinstance(outcome, Refused):
        _fail(tx, member, f"refused by the mail server ({outcome.code})", outcome.reason)
    else:
        _put_back(tx, member, tx.now + member.backoff, outcome.reason)


def _put_back(tx: Transaction, member: CampaignMember, due: datetime, reason: str) -> None:
    if member.exhausted:
        _fail(tx, member, f"not accepted in {member.attempts} attempts", reason)
        return
    statement = update(CampaignMember).where(CampaignMember.id == member.id).values(
        send_state="QUEUED", sending_since=None, next_attempt_at=due, last_error=reason
    )  # fmt: skip
    tx.session.execute(statement.execution_options(synchronize_session=False))


def _fail(tx: Transaction, member: CampaignMember, reason: str, answer: str) -> None:
    member.fail(reason)
    member.last_error = answer
    tx.publish(events_pb2.CampaignMemberFailed(), member)
    _count(tx, member, failed=1)


def _count(tx: Transaction, member: CampaignMember, **numbers: int) -> None:
    if member.deleted_at is None:
        count(tx, member.campaign_id, **numbers)


def recover(tx: Transaction) -> None:
    """Puts members back into the queue whose sender died a minute ago; their Message-ID stays the same."""
    query = (
        select(CampaignMember)
        .where(CampaignMember.send_state == "SENDING", CampaignMember.sending_since < tx.now - STALE_AFTER)
        .limit(STALE_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    for member in tx.session.scalars(query).all():
        _put_back(tx, member, tx.now, "the sender died")


def finish(tx: Transaction) -> None:
    """Campaigns without a message that waits or is under way are DONE."""
    open_ = select(CampaignMember.id).where(
        CampaignMember.campaign_id == Campaign.id,
        CampaignMember.send_state.in_(("QUEUED", "SENDING")),
        CampaignMember.deleted_at.is_(None),
    )
    query = select(Campaign).where(
        Campaign.status == "SENDING", Campaign.channel == EMAIL, Campaign.deleted_at.is_(None), ~open_.exists()
    )
    for campaign in tx.session.scalars(query.with_for_update(skip_locked=True)):
        campaign.finish(tx.now)
        tx.publish(events_pb2.CampaignFinished(), campaign)
