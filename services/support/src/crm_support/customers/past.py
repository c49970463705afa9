"""What customer-360 shows of a customer's tickets as they were at an earlier time."""

from __future__ import annotations

from datetime import UTC, datetime
from statistics import fmean

from crm.common.v1 import timelines_pb2
from crm.support.v1 import customers_pb2
from crm_chassis.records.past import Past, messages_then, those_as_of
from crm_chassis.records.tx import Transaction
from crm_kit.customers import concerned, until

from crm_support.customers.queries import SHOWN_OPEN, SHOWN_RESOLVED, tickets_of, timeline_of
from crm_support.tickets.model import Ticket

_NEVER = datetime.max.replace(tzinfo=UTC)


def support_then(
    tx: Transaction, customer: timelines_pb2.CustomerRef, moment: datetime
) -> customers_pb2.CustomerSupport:
    """Counts and tickets of a customer at a moment. Raises TooManyRecords."""
    tickets: list[Past[Ticket]] = [
        one for one in those_as_of(tx, tickets_of(tx, customer), moment) if concerned(one.record, customer)
    ]
    waiting = sorted(
        (one for one in tickets if one.record.is_open),
        key=lambda one: (one.record.next_due_at or _NEVER, one.record.id),
    )
    resolved = sorted(
        (one for one in tickets if one.record.resolved_at is not None),
        key=lambda one: (one.record.resolved_at, one.record.id),
        reverse=True,
    )
    given = [one.record.satisfaction for one in tickets if one.record.satisfaction is not None]
    return customers_pb2.CustomerSupport(
        open_tickets=messages_then(waiting[:SHOWN_OPEN]),
        open_count=len(waiting),
        total_count=len(tickets),
        breached_count=sum(bool(one.record.sla_breached) for one in tickets),
        recently_resolved=messages_then(resolved[:SHOWN_RESOLVED]),
        satisfaction=fmean(given) if given else None,
        timeline=timeline_of(tx, customer, until(moment)),
    )
