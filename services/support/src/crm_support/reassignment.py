"""What happens to a user's tickets when the user leaves."""

from __future__ import annotations

from collections.abc import Sequence

from crm.support.v1 import tickets_pb2
from crm_chassis.records.tx import Transaction
from crm_kit.reassignment import Handover, Reassignment

from crm_support.tickets.model import OPEN, Ticket
from crm_support.tickets.promises import keep_promises


def assign(tx: Transaction, tickets: Sequence[Ticket], successor_id: str) -> None:
    """Gives tickets to the successor, with what an assignment means for their clocks."""
    for ticket in tickets:
        ticket.note_breaches(tx.now)
        ticket.assignee_id = successor_id
        tx.publish(tickets_pb2.TicketAssigned(), ticket)
    keep_promises(tx, *tickets)


REASSIGNMENT = Reassignment(Handover(Ticket, Ticket.status.in_(OPEN), assign))
"""Open tickets go to the successor; what is resolved stays with who did it."""
