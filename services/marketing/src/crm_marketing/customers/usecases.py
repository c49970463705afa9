"""What customer-360 shows of a contact or an account, and search."""

from __future__ import annotations

from crm.common.v1 import search_pb2, timelines_pb2
from crm.marketing.v1 import customers_pb2
from crm_chassis.records.mapping import timestamp
from crm_chassis.records.tx import Transaction
from crm_kit.customers import is_contact, parameters
from crm_kit.search import search_hits

from crm_marketing.campaigns.model import Campaign
from crm_marketing.customers.queries import campaigns, segments_and_opt_outs, timeline_of


def get_customer_marketing(
    tx: Transaction, request: timelines_pb2.GetCustomerRequest
) -> customers_pb2.CustomerMarketing:
    """Campaigns, segments and opt-outs of a customer; of an account, those of its people too."""
    given = parameters(request.customer)
    of_contact = is_contact(request.customer)
    found = customers_pb2.CustomerMarketing(timeline=timeline_of(tx, request.customer))
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
    tx: Transaction, request: timelines_pb2.ListCustomerTimelineRequest
) -> timelines_pb2.ListCustomerTimelineResponse:
    """What a customer was sent, responded to and unsubscribed from, before the position."""
    entries = timeline_of(tx, request.customer, request.position)
    return timelines_pb2.ListCustomerTimelineResponse(entries=entries)


def search_records(tx: Transaction, request: search_pb2.SearchRecordsRequest) -> search_pb2.SearchRecordsResponse:
    """Campaigns found by the words of their names."""
    return search_hits(tx, request, {Campaign: lambda campaign: (campaign.name, campaign.status)})
