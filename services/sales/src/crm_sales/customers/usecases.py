"""What customer-360 shows of a contact or an account, and search."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from crm.common.v1 import common_pb2
from crm.sales.v1 import sales_pb2
from crm_chassis.contracts.mapping import money_text, to_message
from crm_chassis.db.search import search
from crm_chassis.db.tx import Transaction

from crm_sales.customers.queries import deals, open_tasks, timeline
from crm_sales.opportunities.model import Opportunity
from crm_sales.pipelines.model import LOST, OPEN, WON

DEFAULT_HITS = 10


def get_customer_sales(tx: Transaction, request: common_pb2.GetCustomerRequest) -> sales_pb2.CustomerSales:
    """Opportunities, sums per currency, open tasks and the timeline of a customer: three statements."""
    found = deals(tx, request.customer)
    return sales_pb2.CustomerSales(
        open_opportunities=[to_message(one, sales_pb2.Opportunity) for one in found.open],
        open_count=found.counts.get(OPEN, 0),
        won_count=found.counts.get(WON, 0),
        lost_count=found.counts.get(LOST, 0),
        open_amount=_monies(found.amounts.get(OPEN, {})),
        won_amount=_monies(found.amounts.get(WON, {})),
        recently_closed=[to_message(one, sales_pb2.Opportunity) for one in found.closed],
        open_tasks=[to_message(one, sales_pb2.Task) for one in open_tasks(tx, request.customer)],
        timeline=timeline(tx, request.customer),
    )


def _monies(amounts: Mapping[str, Decimal]) -> list[common_pb2.Money]:
    return [
        common_pb2.Money(amount=money_text(amount), currency=currency) for currency, amount in sorted(amounts.items())
    ]


def list_customer_timeline(
    tx: Transaction, request: common_pb2.ListCustomerTimelineRequest
) -> common_pb2.ListCustomerTimelineResponse:
    """What happened in the customer's deals before the position."""
    entries = timeline(tx, request.customer, request.position)
    return common_pb2.ListCustomerTimelineResponse(entries=entries)


def search_records(tx: Transaction, request: common_pb2.SearchRecordsRequest) -> common_pb2.SearchRecordsResponse:
    """Opportunities found by the words of their names."""
    found = search(tx, request.query, [Opportunity], request.limit or DEFAULT_HITS)
    hits = [
        common_pb2.SearchHit(
            record_type="opportunity",
            record_id=one.id,
            title=one.name,
            subtitle=one.status.lower(),
            service="sales",
        )
        for one in found
    ]
    return common_pb2.SearchRecordsResponse(hits=hits)
