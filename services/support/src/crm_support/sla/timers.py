"""What happens when a deadline passes."""

from __future__ import annotations

from crm.support.v1 import events_pb2, support_pb2
from crm_chassis.db.tx import Transaction

from crm_support.tickets.model import Ticket

BATCH = 100


def report_breaches(tx: Transaction) -> None:
    """Publishes every breach once; at most one per ticket and BATCH tickets per run, the longest overdue first."""
    overdue = (
        tx.visible(Ticket)
        .where(Ticket.breach_check_at <= tx.now)
        .order_by(Ticket.breach_check_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    for ticket in tx.session.scalars(overdue):
        kind = ticket.report_breach(tx.now)
        if kind is not None:
            tx.publish(events_pb2.TicketSlaBreached(kind=support_pb2.SlaClock.Kind.Value(kind)), ticket)
