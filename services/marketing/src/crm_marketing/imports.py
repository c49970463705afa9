"""What can be imported into this service, and how a row becomes a record."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from crm.marketing.v1 import marketing_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.rows import Upserts, changeable, ids_by_key, moment, outcome, read_row, row_fields
from crm_chassis.db.imports import Importer, Row
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput, PermissionDenied, UnknownReference
from sqlalchemy import or_, select

from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.campaigns.usecases import check_campaign, join, settle_response
from crm_marketing.people.model import Contact
from crm_marketing.segments.model import Segment
from crm_marketing.segments.usecases import keep_segment

_DRAFT = frozenset(
    {"draft", "planned", "planning", "scheduled", "active", "running", "in progress", "in_progress", "paused"}
)
_DONE = frozenset(
    {"done", "completed", "complete", "finished", "closed", "sent", "ended", "aborted", "cancelled", "canceled"}
)


def import_campaign(tx: Transaction, row: Row, campaigns: Upserts[Campaign]) -> str:
    """A campaign; `parent` names the parent by name or external id.

    A channel other than "email" is OFFLINE. `status` says whether a campaign of the past is over; what goes on or is
    planned becomes a DRAFT, because an import never sends anything.
    """
    given = dict(row)
    channel = given.get("channel", "").lower().replace("-", "").replace(" ", "")
    given["channel"] = "EMAIL" if channel in ("email", "mail", "newsletter") else "OFFLINE"
    extra = {}
    if row.get("parent"):
        extra["parent_id"] = _named(_campaigns_named(tx, [row["parent"]]), row, "parent")
    message = read_row(tx, marketing_pb2.Campaign, given, extra=extra)
    if not row.get("channel") and message.external_id:
        message.channel = marketing_pb2.Campaign.CHANNEL_UNSPECIFIED
    known = campaigns.find(message.external_id)
    before = known.fixed_at_launch() if known is not None else None
    campaign, created = campaigns.keep(message, row)
    campaign.channel = campaign.channel or "OFFLINE"
    if before is not None:
        campaign.check_fixed(before)
    result = outcome(tx, campaign, created)
    check_campaign(tx, campaign)
    if created and _is_over(row):
        campaign.status, campaign.finished_at = "DONE", tx.now
    return result


def _is_over(row: Row) -> bool:
    status = row.get("status", "").strip().lower()
    if status and status not in _DRAFT | _DONE:
        raise InvalidInput.of("status", f"must be one of {', '.join(sorted(_DRAFT | _DONE))}")
    return status in _DONE


def _campaigns_named(tx: Transaction, names: Collection[str]) -> dict[str, str]:
    columns = Campaign.id, Campaign.external_id, Campaign.name
    query = tx.visible(Campaign).where(or_(Campaign.external_id.in_(names), Campaign.name.in_(names)))
    return ids_by_key(tx.session.execute(query.with_only_columns(*columns).order_by(Campaign.created_at)))


def _contacts_named(tx: Transaction, names: Collection[str]) -> dict[str, str]:
    columns = Contact.id, Contact.email, Contact.external_id
    addresses = {name.lower() for name in names}
    query = tx.visible(Contact).where(
        or_(Contact.email.in_(addresses), Contact.external_id.in_(names)), ~Contact.deleted
    )
    return ids_by_key(tx.session.execute(query.with_only_columns(*columns).order_by(Contact.created_at)))


def _named(found: Mapping[str, str], row: Row, column: str) -> str:
    """What a cell names. Raises InvalidInput for an empty one, UnknownReference; the row is tried again later."""
    name = row.get(column, "")
    if not name:
        raise InvalidInput.of(column, "is required")
    id_ = found.get(name) or found.get(name.lower())
    if id_ is None:
        raise UnknownReference.of(column, f"{column} {name!r}")
    return id_


class _Members:
    """What the rows of one transaction name: campaigns, contacts, and the memberships of the one in the other."""

    def __init__(self, tx: Transaction, rows: Sequence[Row]) -> None:
        self.campaigns = _campaigns_named(tx, {row["campaign"] for row in rows if row.get("campaign")})
        self.contacts = _contacts_named(tx, {row["contact"] for row in rows if row.get("contact")})
        query = select(CampaignMember, changeable(tx, CampaignMember)).where(
            CampaignMember.campaign_id.in_(set(self.campaigns.values())),
            CampaignMember.contact_id.in_(set(self.contacts.values())),
            CampaignMember.deleted_at.is_(None),
        )
        self._known: dict[tuple[str, str], tuple[CampaignMember, bool]] = {
            (one.campaign_id, one.contact_id): (one, reached)
            for one, reached in tx.session.execute(query.order_by(CampaignMember.id).with_for_update())
        }

    def find(self, campaign_id: str, contact_id: str) -> CampaignMember | None:
        """The membership; None if there is none. Raises PermissionDenied if the actor may not change it."""
        member, reached = self._known.get((campaign_id, contact_id), (None, True))
        if not reached:
            raise PermissionDenied("You may not change this member.")
        return member

    def put(self, member: CampaignMember) -> None:
        """Keeps a new membership, so that a later row of the batch finds it."""
        self._known[member.campaign_id, member.contact_id] = member, True


def import_campaign_member(tx: Transaction, row: Row, members: _Members) -> str:
    """A member; `campaign` names the campaign by name or external id, `contact` the contact by address or external id.

    One membership per campaign and contact: a second row for the same two changes the first.
    """
    campaign_id = _named(members.campaigns, row, "campaign")
    contact_id = _named(members.contacts, row, "contact")
    references = {"campaign_id": campaign_id, "contact_id": contact_id}
    message = read_row(tx, marketing_pb2.CampaignMember, {**row, **references})
    with tx.session.no_autoflush:
        member = members.find(campaign_id, contact_id)
        if member is None:
            member = CampaignMember()
            assign(member, message)
            _note_times(member, row)
            join(tx, member)
            members.put(member)
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


def import_segment(tx: Transaction, row: Row, segments: Upserts[Segment]) -> str:
    """A segment, known by its name; without a kind it is dynamic if it has a filter."""
    given = dict(row)
    given["kind"] = given.get("kind") or ("DYNAMIC" if given.get("filter") else "STATIC")
    message = read_row(tx, marketing_pb2.Segment, given)
    known = segments.find(message.name)
    before = known.filter if known is not None else None
    segment, created = segments.keep(message, row)
    result = outcome(tx, segment, created)
    if created or segment.filter != before:
        keep_segment(tx, segment)
    return result


def _campaigns(tx: Transaction, rows: Sequence[Row]) -> Upserts[Campaign]:
    return Upserts(tx, Campaign, rows)


def _segments(tx: Transaction, rows: Sequence[Row]) -> Upserts[Segment]:
    return Upserts(tx, Segment, rows, "name", reusable=True)


IMPORTERS = (
    Importer(
        "campaigns", "campaigns.create", row_fields(marketing_pb2.Campaign, "parent", "status"),
        _campaigns, import_campaign,
    ),
    Importer(
        "campaign_members", "campaign_members.create",
        row_fields(marketing_pb2.CampaignMember, "campaign", "contact", "responded_at") - {"campaign_id", "contact_id"},
        _Members, import_campaign_member,
    ),
    Importer("segments", "segments.create", row_fields(marketing_pb2.Segment), _segments, import_segment),
)  # fmt: skip
