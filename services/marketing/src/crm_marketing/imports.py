"""What can be imported into this service, and how a row becomes a record."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2, segments_pb2
from crm_chassis.errors import InvalidInput, PermissionDenied
from crm_chassis.imports.kinds import Importer
from crm_chassis.records.mapping import assign
from crm_chassis.records.rows import Column, Row, Upserts, bring_in_line, columns_of, moment, outcome, read_row
from crm_chassis.records.tx import Transaction
from crm_chassis.violations import REQUIRED, UNKNOWN_VALUE
from crm_kit.naming import Names, cells, contacts_named
from sqlalchemy import or_, select

from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.campaigns.usecases import check_campaign, join, settle_response
from crm_marketing.people.model import Contact
from crm_marketing.segmentation.usecases import keep_segment
from crm_marketing.segments.model import Segment

# What systems call the ways to reach people, without blanks and hyphens.
_BY_EMAIL = frozenset({"email", "emailing", "mail", "newsletter"})
_OFFLINE = frozenset(
    {"ads", "advertisement", "advertising", "bannerads", "call", "calls", "conference", "directmail", "event", "events",
     "exhibition", "fair", "letter", "offline", "other", "partner", "partners", "phone", "post", "postal", "print",
     "publicrelations", "radio", "referral", "referralprogram", "search", "seminar", "sms", "social", "socialmedia",
     "sponsorship", "survey", "telemarketing", "telephone", "telesales", "television", "tradefair", "tradeshow", "tv",
     "web", "webinar", "website", "workshop"}
)  # fmt: skip
_DRAFT = frozenset(
    {"draft", "planned", "planning", "scheduled", "active", "running", "in progress", "in_progress", "paused"}
)
_DONE = frozenset(
    {"done", "completed", "complete", "finished", "closed", "sent", "ended", "aborted", "cancelled", "canceled"}
)


def read_campaign(tx: Transaction, row: Row, campaigns: Upserts[Campaign]) -> campaigns_pb2.Campaign:
    """A campaign; `parent` names the parent by name or external id.

    The channel is e-mail or OFFLINE, as other systems call the ways to reach people. `status` says whether a campaign
    of the past is over; what goes on or is planned becomes a DRAFT, because an import never sends anything.
    """
    known = campaigns.find(row.get("external_id", ""))
    if row.get("channel"):
        row = row.but(channel=_channel(row["channel"]))
    elif known is None:
        row = row.but(channel="OFFLINE")
    _is_over(row)
    extra = {}
    if row.get("parent"):
        extra["parent_id"] = _named(_campaigns_named(tx, [row["parent"]]), row, "parent")
    return read_row(tx, campaigns_pb2.Campaign, row, known, extra=extra)


def import_campaign(tx: Transaction, row: Row, campaigns: Upserts[Campaign], message: campaigns_pb2.Campaign) -> str:
    """Raises what changing a campaign by hand raises."""
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


def _channel(cell: str) -> str:
    """Raises InvalidInput for a word that is not known: nobody's e-mail campaign becomes one that sends nothing."""
    channel = re.sub(r"[\W_]", "", cell.lower())
    if channel in _BY_EMAIL:
        return "EMAIL"
    if channel not in _OFFLINE:
        raise InvalidInput.of("channel", UNKNOWN_VALUE(values=sorted(_BY_EMAIL | _OFFLINE)))
    return "OFFLINE"


def _is_over(row: Row) -> bool:
    status = row.get("status", "").strip().lower()
    if status and status not in _DRAFT | _DONE:
        raise InvalidInput.of("status", UNKNOWN_VALUE(values=sorted(_DRAFT | _DONE)))
    return status in _DONE


def _campaigns_named(tx: Transaction, names: Collection[str]) -> Names[str]:
    """Ids of the visible campaigns that are called by external id or by name as it is written."""
    if not names:
        return Names(str)
    query = tx.visible(Campaign).where(or_(Campaign.external_id.in_(names), Campaign.name.in_(names)))
    columns = query.with_only_columns(Campaign.id, Campaign.external_id, Campaign.name)
    return Names(str, tx.session.execute(columns))


def _named(names: Names[str], row: Row, column: str) -> str:
    """What a cell names. Raises InvalidInput for an empty one, UnknownReference; the row is tried again later."""
    id_ = names.cell(row, column)
    if id_ is None:
        raise InvalidInput.of(column, REQUIRED())
    return id_


class _Members:
    """What the rows of one transaction name: campaigns, contacts, and the memberships of the one in the other."""

    def __init__(self, tx: Transaction, rows: Sequence[Row]) -> None:
        self.campaigns = _campaigns_named(tx, cells(rows, "campaign"))
        self.contacts = contacts_named(tx, Contact, cells(rows, "contact"))
        changeable = select(Campaign.id).where(Campaign.id.in_(self.campaigns.all()), tx.changeable(Campaign))
        self._changeable = set(tx.session.scalars(changeable))
        query = select(CampaignMember, tx.changeable(CampaignMember)).where(
            CampaignMember.campaign_id.in_(self.campaigns.all()),
            CampaignMember.contact_id.in_(self.contacts.all()),
            CampaignMember.deleted_at.is_(None),
        )
        self._known: dict[tuple[str, str], tuple[CampaignMember, bool]] = {
            (one.campaign_id, one.contact_id): (one, reached)
            for one, reached in tx.session.execute(query.order_by(CampaignMember.id).with_for_update())
        }

    def find(self, campaign_id: str, contact_id: str) -> CampaignMember | None:
        """The membership, if there is one. Raises PermissionDenied if the actor may not change it or its campaign."""
        if campaign_id not in self._changeable:
            raise PermissionDenied("You may not change this campaign.")
        member, reached = self._known.get((campaign_id, contact_id), (None, True))
        if not reached:
            raise PermissionDenied("You may not change this member.")
        return member

    def put(self, member: CampaignMember) -> None:
        """Keeps a new membership, so that a later row of the batch finds it."""
        self._known[member.campaign_id, member.contact_id] = member, True


def read_campaign_member(tx: Transaction, row: Row, members: _Members) -> campaign_members_pb2.CampaignMember:
    """A member; `campaign` names the campaign by name or external id, `contact` the contact by address or external id.

    One membership per campaign and contact: a second row for the same two changes the first.
    """
    campaign_id = _named(members.campaigns, row, "campaign")
    contact_id = _named(members.contacts, row, "contact")
    member = members.find(campaign_id, contact_id)
    row = row.but(campaign_id=campaign_id, contact_id=contact_id)
    with tx.session.no_autoflush:
        return read_row(tx, campaign_members_pb2.CampaignMember, row, member)


def import_campaign_member(
    tx: Transaction, row: Row, members: _Members, message: campaign_members_pb2.CampaignMember
) -> str:
    """Raises what joining a campaign by hand raises."""
    with tx.session.no_autoflush:
        member = members.find(message.campaign_id, message.contact_id)
        if member is None:
            member = CampaignMember()
            assign(member, message)
            _note_times(member, row)
            join(tx, member)
            members.put(member)
            return "created"
        before = member.responded
        bring_in_line(member, message, row)
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


def read_segment(tx: Transaction, row: Row, segments: Upserts[Segment]) -> segments_pb2.Segment:
    """A segment, known by its name; without a kind it is dynamic if it has a filter."""
    known = segments.find(row.get("name", ""))
    if known is None and not row.get("kind"):
        row = row.but(kind="DYNAMIC" if row.get("filter") else "STATIC")
    return read_row(tx, segments_pb2.Segment, row, known)


def import_segment(tx: Transaction, row: Row, segments: Upserts[Segment], message: segments_pb2.Segment) -> str:
    """Raises what keeping a segment by hand raises."""
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


_MEMBER_COLUMNS = columns_of(
    campaign_members_pb2.CampaignMember,
    campaign=Column(""), contact=Column("", personal=True), responded_at=Column(""),
)  # fmt: skip

IMPORTERS = (
    Importer(
        "campaigns", "campaigns.create", campaigns_pb2.Campaign,
        columns_of(campaigns_pb2.Campaign, parent=Column("parent_id"), status=Column("")),
        _campaigns, read_campaign, import_campaign,
    ),
    Importer(
        "campaign_members", "campaign_members.create", campaign_members_pb2.CampaignMember,
        {name: column for name, column in _MEMBER_COLUMNS.items() if name not in ("campaign_id", "contact_id")},
        _Members, read_campaign_member, import_campaign_member,
    ),
    Importer(
        "segments", "segments.create", segments_pb2.Segment, columns_of(segments_pb2.Segment),
        _segments, read_segment, import_segment,
    ),
)  # fmt: skip
