"""What customer-360 shows of a contact or an account, and search."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from crm.common.v1 import search_pb2, timelines_pb2
from crm.support.v1 import customers_pb2, tickets_pb2
from crm_chassis.records.mapping import messages_within
from crm_chassis.records.tx import Transaction
from crm_kit.customers import is_contact, moment_asked, parameters
from crm_kit.search import search_hits

from crm_support.customers.past import support_then
from crm_support.customers.queries import counts, shown, timeline_of
from crm_support.tickets.model import Ticket

_NEVER = datetime.max.replace(tzinfo=UTC)
_NUMBER = re.compile(r"(?:t-)?(\d{1,18})", re.IGNORECASE)


def get_customer_support(tx: Transaction, request: timelines_pb2.GetCustomerRequest) -> customers_pb2.CustomerSupport:
    """Counts and tickets of the customer that the caller may see, now or at an earlier time."""
    moment = moment_asked(tx, request)
    if moment is not None:
        return support_then(tx, request.customer, moment)
    given = parameters(request.customer)
    of_contact = is_contact(request.customer)
    found = tx.execute(counts(tx, of_contact), **given).one()
    rows = list(tx.execute(shown(tx, of_contact), **given).scalars()) if found.total else []
    waiting = sorted((r for r in rows if r.is_open), key=lambda r: (r.next_due_at or _NEVER, r.id))
    resolved = sorted((r for r in rows if r.resolved_at), key=lambda r: (r.resolved_at, r.id), reverse=True)
    return customers_pb2.CustomerSupport(
        open_tickets=messages_within(waiting, tickets_pb2.Ticket),
        open_count=found.open,
        total_count=found.total,
        breached_count=found.breached,
        recently_resolved=messages_within(resolved, tickets_pb2.Ticket),
        satisfaction=float(found.satisfaction) if found.satisfaction is not None else None,
        timeline=timeline_of(tx, request.customer) if found.total else [],
    )


def list_customer_timeline(
    tx: Transaction, request: timelines_pb2.ListCustomerTimelineRequest
) -> timelines_pb2.ListCustomerTimelineResponse:
    """What happened on the customer's tickets before the position."""
    entries = timeline_of(tx, request.customer, request.position)
    return timelines_pb2.ListCustomerTimelineResponse(entries=entries)


def search_records(tx: Transaction, request: search_pb2.SearchRecordsRequest) -> search_pb2.SearchRecordsResponse:
    """The ticket of that number, then tickets found by the words of their subjects."""
    number = _NUMBER.fullmatch(request.query)
    exact = tx.visible(Ticket).where(Ticket.number == f"T-{int(number[1])}") if number is not None else None
    first = tx.session.scalars(exact) if exact is not None else ()
    return search_hits(tx, request, {Ticket: _shown}, first)


def _shown(ticket: Ticket) -> tuple[str, str]:
    return f"{ticket.number} {ticket.subject}", f"{ticket.status}, {ticket.priority}"
