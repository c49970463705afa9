"""What customer-360 shows of a contact or an account, and search."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from crm.common.v1 import common_pb2
from crm.support.v1 import support_pb2
from crm_chassis.contracts.mapping import to_message
from crm_chassis.db.search import search
from crm_chassis.db.tx import Transaction

from crm_support.customers.queries import counts, parameters, shown, timeline
from crm_support.tickets.model import Ticket

DEFAULT_HITS = 10
_NEVER = datetime.max.replace(tzinfo=UTC)
_NUMBER = re.compile(r"(?:t-)?(\d{1,18})", re.IGNORECASE)


def get_customer_support(tx: Transaction, request: common_pb2.GetCustomerRequest) -> support_pb2.CustomerSupport:
    """Counts and tickets of the customer that the caller may see."""
    given = parameters(request.customer)
    of_contact = "contact_id" in given
    found = tx.execute(counts(tx, of_contact), **given).one()
    rows = list(tx.execute(shown(tx, of_contact), **given).scalars()) if found.total else []
    waiting = sorted((r for r in rows if r.is_open), key=lambda r: (r.next_due_at or _NEVER, r.id))
    resolved = sorted((r for r in rows if r.resolved_at), key=lambda r: (r.resolved_at, r.id), reverse=True)
    return support_pb2.CustomerSupport(
        open_tickets=[to_message(row, support_pb2.Ticket) for row in waiting],
        open_count=found.open,
        total_count=found.total,
        breached_count=found.breached,
        recently_resolved=[to_message(row, support_pb2.Ticket) for row in resolved],
        satisfaction=float(found.satisfaction) if found.satisfaction is not None else None,
        timeline=timeline(tx, request.customer) if found.total else [],
    )


def list_customer_timeline(
    tx: Transaction, request: common_pb2.ListCustomerTimelineRequest
) -> common_pb2.ListCustomerTimelineResponse:
    """What happened on the customer's tickets before the position."""
    entries = timeline(tx, request.customer, request.position)
    return common_pb2.ListCustomerTimelineResponse(entries=entries)


def search_records(tx: Transaction, request: common_pb2.SearchRecordsRequest) -> common_pb2.SearchRecordsResponse:
    """The ticket of that number, then tickets found by the words of their subjects."""
    limit = request.limit or DEFAULT_HITS
    found: dict[str, Ticket] = {}
    number = _NUMBER.fullmatch(request.query)
    if number is not None:
        exact = tx.session.scalar(tx.visible(Ticket).where(Ticket.number == f"T-{int(number[1])}"))
        if exact is not None:
            found[exact.id] = exact
    for ticket in search(tx, request.query, [Ticket], limit):
        found.setdefault(ticket.id, ticket)
    return common_pb2.SearchRecordsResponse(hits=[_hit(ticket) for ticket in list(found.values())[:limit]])


def _hit(ticket: Ticket) -> common_pb2.SearchHit:
    return common_pb2.SearchHit(
        record_type="ticket",
        record_id=ticket.id,
        title=f"{ticket.number} {ticket.subject}",
        subtitle=f"{ticket.status}, {ticket.priority}",
        service="support",
    )
