"""What customer-360 shows of a contact or an account, and search."""

from __future__ import annotations

from crm.common.v1 import search_pb2, timelines_pb2
from crm.sales.v1 import customers_pb2, opportunities_pb2, tasks_pb2
from crm_chassis.records.mapping import messages_within
from crm_chassis.records.tx import Transaction
from crm_kit.customers import moment_asked
from crm_kit.money import monies
from crm_kit.search import search_hits

from crm_sales.customers.past import sales_then
from crm_sales.customers.queries import deals, open_tasks, timeline_of
from crm_sales.opportunities.model import Opportunity
from crm_sales.pipelines.model import LOST, OPEN, WON


def get_customer_sales(tx: Transaction, request: timelines_pb2.GetCustomerRequest) -> customers_pb2.CustomerSales:
    """Opportunities, sums per currency, open tasks and the timeline of a customer: three statements.

    As of an earlier time, what is known of then.
    """
    moment = moment_asked(tx, request)
    if moment is not None:
        return sales_then(tx, request.customer, moment)
    found = deals(tx, request.customer)
    return customers_pb2.CustomerSales(
        open_opportunities=messages_within(found.open, opportunities_pb2.Opportunity),
        open_count=found.counts.get(OPEN, 0),
        won_count=found.counts.get(WON, 0),
        lost_count=found.counts.get(LOST, 0),
        open_amount=monies(found.amounts.get(OPEN, {})),
        won_amount=monies(found.amounts.get(WON, {})),
        recently_closed=messages_within(found.closed, opportunities_pb2.Opportunity),
        open_tasks=messages_within(open_tasks(tx, request.customer), tasks_pb2.Task),
        timeline=timeline_of(tx, request.customer),
    )


def list_customer_timeline(
    tx: Transaction, request: timelines_pb2.ListCustomerTimelineRequest
) -> timelines_pb2.ListCustomerTimelineResponse:
    """What happened in the customer's deals before the position."""
    entries = timeline_of(tx, request.customer, request.position)
    return timelines_pb2.ListCustomerTimelineResponse(entries=entries)


def search_records(tx: Transaction, request: search_pb2.SearchRecordsRequest) -> search_pb2.SearchRecordsResponse:
    """Opportunities found by the words of their names."""
    return search_hits(tx, request, {Opportunity: lambda deal: (deal.name, deal.status.lower())})
