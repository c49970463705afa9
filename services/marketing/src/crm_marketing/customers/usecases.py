"""What customer-360 shows of a contact or an account, and search."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import common_pb2
from crm.marketing.v1 import marketing_pb2
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.db.model import Id, Moment
from crm_chassis.db.search import search
from crm_chassis.db.tx import Transaction
from sqlalchemy import Select, String, cast, exists, func, literal, null, select, true, union_all

from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.customers.queries import concerns, ids_of, people_of, timeline
from crm_marketing.optouts.model import ADDRESS, OptOut
from crm_marketing.segments.model import Segment, SegmentMember

SHOWN = 50
DEFAULT_HITS = 10


def get_customer_marketing(tx: Transaction, request: common_pb2.GetCustomerRequest) -> marketing_pb2.CustomerMarketing:
    """Campaigns, segments and opt-outs of a customer; of an account, those of its people too."""
    people = people_of(tx, request.customer)
    found = marketing_pb2.CustomerMarketing(timeline=timeline(tx, people))
    at = func.coalesce(CampaignMember.sent_at, CampaignMember.responded_at, CampaignMember.created_at)
    campaigns = (
        tx.visible(CampaignMember)
        .join(Campaign, Campaign.id == CampaignMember.campaign_id)
        .where(CampaignMember.contact_id.in_(ids_of(people)), Campaign.deleted_at.is_(None))
        .add_columns(Campaign.name, at.label("at"))
        .order_by(at.desc(), CampaignMember.id.desc())
        .limit(SHOWN)
    )
    for member, name, when in tx.session.execute(campaigns):
        found.campaigns.add(
            campaign_id=member.campaign_id, name=name, status=member.status, responded=member.responded,
            send_state=member.send_state, at=timestamp(when), contact_id=member.contact_id,
        )  # fmt: skip
    for row in tx.session.execute(_segments_and_opt_outs(tx, people)):
        if row.what == "segment":
            found.segments.add(
                segment_id=row.id, name=row.name, contact_id=row.contact_id, entered_at=timestamp(row.at)
            )
        elif row.what == "opt_out":
            found.opt_outs.add(
                id=row.id, reach=row.reach, segment_id=row.segment_id, contact_id=row.contact_id, source=row.source,
                campaign_id=row.campaign_id, created_at=timestamp(row.created_at),
                updated_at=timestamp(row.updated_at), created_by=row.created_by, etag=row.etag,
            )  # fmt: skip
        found.opted_out = row.opted_out
    return found


def _segments_and_opt_outs(tx: Transaction, people: Select[Any]) -> Select[Any]:
    """Both in one statement, the newest of each, and on every row whether an address-wide opt-out is in force.

    There is at least one row. That last answer is for everybody: who may see the customer must know not to write.
    """
    nothing, no_time = cast(null(), String), cast(null(), Moment)
    segments = (
        tx.visible(Segment)
        .join(SegmentMember, SegmentMember.segment_id == Segment.id)
        .where(SegmentMember.contact_id.in_(ids_of(people)), SegmentMember.left_at.is_(None))
        .with_only_columns(
            literal("segment").label("what"), Segment.id.label("id"), Segment.name.label("name"),
            SegmentMember.contact_id.label("contact_id"), SegmentMember.entered_at.label("at"),
            nothing.label("reach"), cast(null(), Id).label("segment_id"), nothing.label("source"),
            cast(null(), Id).label("campaign_id"), no_time.label("created_at"), no_time.label("updated_at"),
            nothing.label("created_by"), nothing.label("etag"),
        )
        .order_by(SegmentMember.entered_at.desc()).limit(SHOWN)
    )  # fmt: skip
    opt_outs = (
        tx.visible(OptOut)
        .where(concerns(people))
        .with_only_columns(
            literal("opt_out").label("what"), OptOut.id, nothing.label("name"), OptOut.contact_id,
            OptOut.created_at.label("at"), OptOut.reach, OptOut.segment_id, OptOut.source, OptOut.campaign_id,
            OptOut.created_at, OptOut.updated_at, OptOut.created_by, cast(OptOut.version, String).label("etag"),
        )
        .order_by((OptOut.reach == ADDRESS).desc(), OptOut.created_at.desc()).limit(SHOWN)
    )  # fmt: skip
    found = union_all(select(segments.subquery()), select(opt_outs.subquery())).subquery()
    strict = exists().where(OptOut.reach == ADDRESS, OptOut.deleted_at.is_(None), concerns(people))
    answer = select(strict.label("opted_out")).subquery()
    return select(answer, found).select_from(answer.outerjoin(found, true()))


def list_customer_timeline(
    tx: Transaction, request: common_pb2.ListCustomerTimelineRequest
) -> common_pb2.ListCustomerTimelineResponse:
    """What a customer was sent, responded to and unsubscribed from, before the position."""
    entries = timeline(tx, people_of(tx, request.customer), request.position)
    return common_pb2.ListCustomerTimelineResponse(entries=entries)


def search_records(tx: Transaction, request: common_pb2.SearchRecordsRequest) -> common_pb2.SearchRecordsResponse:
    """Campaigns found by the words of their names."""
    limit = request.limit or DEFAULT_HITS
    hits = [
        common_pb2.SearchHit(
            record_type="campaign",
            record_id=campaign.id,
            title=campaign.name,
            subtitle=campaign.status,
            service="marketing",
        )
        for campaign in tx.session.scalars(search(request.query, tx.visible(Campaign), Campaign, limit))
    ]
    return common_pb2.SearchRecordsResponse(hits=hits)
