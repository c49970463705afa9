"""What can be imported into this service, and how a row becomes a record."""

from __future__ import annotations

from collections.abc import Mapping

from crm.marketing.v1 import marketing_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.rows import moment, outcome, read_row, row_fields, upsert
from crm_chassis.db.imports import Importer
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput, UnknownReference
from sqlalchemy import or_, select

from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.campaigns.usecases import add_member, membership, settle_response
from crm_marketing.people.model import Contact
from crm_marketing.segments.model import Segment
from crm_marketing.segments.usecases import keep_segment

Row = Mapping[str, str]

_DRAFT = frozenset(
    {"draft", "planned", "planning", "scheduled", "active", "running", "in progress", "in_progress", "paused"}
)
_DONE = frozenset(
    {"done", "completed", "complete", "finished", "closed", "sent", "ended", "aborted", "cancelled", "canceled"}
)


def import_campaign(tx: Transaction, row: Row) -> str:
    """A campaign; `parent` names the parent by name or external id.

    A channel other than "email" is OFFLINE. `status` says whether a campaign of the past is over; what goes on or is
    planned becomes a DRAFT, because an import never sends anything.
    """
    given = dict(row)
    channel = given.get("channel", "").lower().replace("-", "").replace(" ", "")
    given["channel"] = "EMAIL" if channel in ("email", "mail", "newsletter") else "OFFLINE"
    extra = {"parent_id": _campaign_id(tx, row["parent"], "parent")} if row.get("parent") else {}
    message = read_row(marketing_pb2.Campaign, given, extra=extra)
    if not row.get("channel") and message.external_id:
        message.channel = marketing_pb2.Campaign.CHANNEL_UNSPECIFIED
    campaign, created = upsert(tx, Campaign, message, row)
    campaign.channel = campaign.channel or "OFFLINE"
    campaign.check_dates()
    if created and _is_over(row):
        campaign.status, campaign.finished_at = "DONE", tx.now
    return outcome(tx, campaign, created)


def _is_over(row: Row) -> bool:
    status = row.get("status", "").strip().lower()
    if status and status not in _DRAFT | _DONE:
        raise InvalidInput.of("status", f"must be one of {', '.join(sorted(_DRAFT | _DONE))}")
    return status in _DONE


def _campaign_id(tx: Transaction, name: str, field: str) -> str:
    known = select(Campaign.id).where(
        or_(Campaign.external_id == name, Campaign.name == name), Campaign.deleted_at.is_(None)
    )
    found = tx.session.scalar(known.order_by((Campaign.external_id == name).desc(), Campaign.created_at).limit(1))
    if found is None:
        raise UnknownReference.of(field, f"campaign {name!r}")
    return found


def import_campaign_member(tx: Transaction, row: Row) -> str:
    """A member; `campaign` names the campaign by name or external id, `contact` the contact by address or external id.

    One membership per campaign and contact: a second row for the same two changes the first.
    """
    for column in ("campaign", "contact"):
        if not row.get(column):
            raise InvalidInput.of(column, "is required")
    contact = row["contact"]
    who = select(Contact.id).where(
        or_(Contact.email == contact.lower(), Contact.external_id == contact), ~Contact.deleted
    )
    contact_id = tx.session.scalar(who.order_by(Contact.created_at).limit(1))
    if contact_id is None:
        raise UnknownReference.of("contact", f"contact {contact!r}")
    campaign_id = _campaign_id(tx, row["campaign"], "campaign")
    extra = {"campaign_id": campaign_id, "contact_id": contact_id}
    message = read_row(marketing_pb2.CampaignMember, {**row, **extra})
    member = membership(tx, campaign_id, contact_id)
    if member is None:
        member = CampaignMember()
        assign(member, message)
        _note_times(member, row)
        add_member(tx, member)
        return "created"
    before = member.responded
    assign(member, message)
    if row.get("responded"):
        member.responded = message.responded
    _note_times(member, row)
    settle_response(tx, member, before)
    return outcome(tx, member, False)


def _note_times(member: CampaignMember, row: Row) -> None:
    if row.get("created_at") and not member.version:
        member.created_at = moment("created_at", row["created_at"])
    if row.get("responded_at") and member.responded:
        member.responded_at = moment("responded_at", row["responded_at"])


def import_segment(tx: Transaction, row: Row) -> str:
    """A segment, known by its name; without a kind it is dynamic if it has a filter."""
    given = dict(row)
    given["kind"] = given.get("kind") or ("DYNAMIC" if given.get("filter") else "STATIC")
    message = read_row(marketing_pb2.Segment, given)
    known = select(Segment).where(Segment.name == message.name, Segment.deleted_at.is_(None))
    segment = tx.session.scalar(known.with_for_update(of=Segment).limit(1))
    if segment is None:
        segment = Segment()
        assign(segment, message)
        keep_segment(tx, tx.add(segment))
        return "created"
    before = segment.filter
    assign(segment, message)
    if segment.filter != before:
        keep_segment(tx, segment)
    return outcome(tx, segment, False)


IMPORTERS = (
    Importer(
        "campaigns", "campaigns.create", row_fields(marketing_pb2.Campaign, "parent", "status"), import_campaign
    ),
    Importer(
        "campaign_members", "campaign_members.create",
        row_fields(marketing_pb2.CampaignMember, "campaign", "contact", "responded_at") - {"campaign_id", "contact_id"},
        import_campaign_member,
    ),
    Importer("segments", "segments.create", row_fields(marketing_pb2.Segment), import_segment),
)  # fmt: skip
