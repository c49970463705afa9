"""What happens to a user's tickets when the user leaves."""

from __future__ import annotations

from crm.support.v1 import events_pb2
from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent

from crm_support.sla.promises import keep_promises
from crm_support.tickets.model import OPEN, Ticket


def on_user_deactivated(tx: Transaction, event: IncomingEvent) -> None:
    """Gives open tickets to the user that the deactivation names, if it names one."""
    successor = event.data.reassign_to_id
    if not successor:
        return
    query = tx.visible(Ticket).where(Ticket.assignee_id == event.record_id, Ticket.status.in_(OPEN))
    tickets = list(tx.session.scalars(query.with_for_update()))
    for ticket in tickets:
        ticket.note_breaches(tx.now)
        ticket.assignee_id = successor
        tx.publish(events_pb2.TicketAssigned(), ticket)
    keep_promises(tx, *tickets)
