"""What customer-360 shows of a contact or an account, and search."""

from __future__ import annotations

from crm.common.v1 import common_pb2
from crm.marketing.v1 import marketing_pb2
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.db.search import search
from crm_chassis.db.tx import Transaction

from crm_marketing.campaigns.model import Campaign
from crm_marketing.customers.queries import campaigns, parameters, segments_and_opt_outs, timeline

DEFAULT_HITS = 10


def get_customer_marketing(tx: Transaction, request: common_pb2.GetCustomerRequest) -> marketing_pb2.CustomerMarketing:
    """Campaigns, segments and opt-outs of a customer; of an account, those of its people too."""
    given = parameters(request.customer)
    of_contact = "contact_id" in given
    found = marketing_pb2.CustomerMarketing(timeline=timeline(tx, request.customer))
    for member, name, when in tx.execute(campaigns(tx, of_contact), **given):
        found.campaigns.add(
            campaign_id=member.campaign_id, name=name, status=member.status, responded=member.responded,
            send_state=member.send_state, at=timestamp(when), contact_id=member.contact_id,
        )  # fmt: skip
    for row in tx.execute(segments_and_opt_outs(tx, of_contact), **given):
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


def list_customer_timeline(
    tx: Transaction, request: common_pb2.ListCustomerTimelineRequest
) -> common_pb2.ListCustomerTimelineResponse:
    """What a customer was sent, responded to and unsubscribed from, before the position."""
    entries = timeline(tx, request.customer, request.position)
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
        for campaign in search(tx, request.query, [Campaign], limit)
    ]
    return common_pb2.SearchRecordsResponse(hits=hits)
