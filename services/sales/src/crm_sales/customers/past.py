"""What customer-360 shows of a customer's deals and tasks as they were at an earlier time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from crm.common.v1 import timelines_pb2
from crm.sales.v1 import customers_pb2
from crm_chassis.records.past import Past, messages_then, those_as_of
from crm_chassis.records.tx import Transaction
from crm_kit.customers import concerned, until
from crm_kit.money import monies

from crm_sales.customers.queries import SHOWN_CLOSED, SHOWN_OPEN, SHOWN_TASKS, deals_of, tasks_of, timeline_of
from crm_sales.opportunities.model import Opportunity
from crm_sales.pipelines.model import LOST, OPEN, WON
from crm_sales.tasks.model import Task

_NEVER = date.max


def sales_then(tx: Transaction, customer: timelines_pb2.CustomerRef, moment: datetime) -> customers_pb2.CustomerSales:
    """Deals, sums per currency and open tasks of a customer at a moment. Raises TooManyRecords."""
    deals: list[Past[Opportunity]] = [
        one for one in those_as_of(tx, deals_of(tx, customer), moment) if _in_deal(one.record, customer)
    ]
    tasks: list[Past[Task]] = [
        one
        for one in those_as_of(tx, tasks_of(tx, customer), moment)
        if concerned(one.record, customer) and one.record.status == "OPEN"
    ]
    open_ = sorted(
        (one for one in deals if one.record.is_open), key=lambda one: (one.record.close_date or _NEVER, one.record.id)
    )
    closed = sorted(
        (one for one in deals if one.record.closed_at is not None and not one.record.is_open),
        key=lambda one: (one.record.closed_at, one.record.id),
        reverse=True,
    )
    return customers_pb2.CustomerSales(
        open_opportunities=messages_then(open_[:SHOWN_OPEN]),
        open_count=len(open_),
        won_count=sum(one.record.status == WON for one in deals),
        lost_count=sum(one.record.status == LOST for one in deals),
        open_amount=monies(_sums(deals, OPEN)),
        won_amount=monies(_sums(deals, WON)),
        recently_closed=messages_then(closed[:SHOWN_CLOSED]),
        open_tasks=messages_then(sorted(tasks, key=_urgency)[:SHOWN_TASKS]),
        timeline=timeline_of(tx, customer, until(moment)),
    )


def _in_deal(deal: Opportunity, customer: timelines_pb2.CustomerRef) -> bool:
    in_a_role = any(role["contact_id"] == customer.contact_id for role in deal.contact_roles or ())
    return concerned(deal, customer) or bool(customer.contact_id and in_a_role)


def _sums(deals: Iterable[Past[Opportunity]], status: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in deals:
        deal = one.record
        if deal.status == status and deal.amount is not None and deal.amount_currency:
            sums[deal.amount_currency] = sums.get(deal.amount_currency, Decimal(0)) + deal.amount
    return sums


def _urgency(task: Past[Task]) -> tuple[bool, datetime, str]:
    due = task.record.due_at
    if due is None and task.record.due_date is not None:
        due = datetime.combine(task.record.due_date, datetime.min.time(), UTC)
    return due is None, due or datetime.max.replace(tzinfo=UTC), task.record.id
