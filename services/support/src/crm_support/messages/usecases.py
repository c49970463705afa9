"""What can be done with messages."""

from __future__ import annotations

from typing import Any

from crm.support.v1 import support_pb2
from crm_chassis.access.visibility import predicate
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import NotFound, PermissionDenied
from sqlalchemy import Select, select

from crm_support.messages.model import Message
from crm_support.sla.promises import keep_promises
from crm_support.tickets.model import Ticket
from crm_support.tickets.usecases import note_reopening, work_on


def create_message(tx: Transaction, request: support_pb2.CreateMessageRequest) -> Message:
    """Adds a message, with what it does to the ticket. Raises TicketClosed for a public one on a closed ticket."""
    message = Message()
    assign(message, request.message)
    if message.internal and not _sees_internal(tx):
        raise PermissionDenied("internal: notes are for those who work on tickets.")
    ticket = work_on(tx, message.ticket_id)
    reached = select(Ticket.id).where(Ticket.id == ticket.id, predicate(Ticket, tx.actor, tx.permission))
    if tx.session.scalar(reached) is None:
        raise PermissionDenied(f"{tx.permission} does not reach this ticket.")
    message.author, message.channel = message.author or "AGENT", message.channel or ticket.channel
    message.author_id = ticket.contact_id if message.author == "CUSTOMER" else tx.actor.id or None
    reopened = ticket.hear(message.author, bool(message.internal), tx.now)
    if reopened:
        note_reopening(tx, ticket)
    if tx.session.is_modified(ticket):
        keep_promises(tx, ticket)
    return tx.add(message)


def get_message(tx: Transaction, request: support_pb2.GetMessageRequest) -> Message:
    """One message of a ticket. Raises NotFound for an internal one if the caller may not see those."""
    query = _readable(tx).where(Message.id == request.id, Message.ticket_id == request.ticket_id)
    message: Message | None = tx.session.scalar(query)
    if message is None:
        raise NotFound(f"There is no message {request.id}.")
    return message


def list_messages(tx: Transaction, request: support_pb2.ListMessagesRequest) -> Any:
    """A page of the messages of a ticket, oldest first."""
    tx.get(Ticket, request.ticket_id)
    query = _readable(tx).where(Message.ticket_id == request.ticket_id)
    return list_page(tx, Message, request, support_pb2.ListMessagesResponse, query=query, default_order="created_at")


def _readable(tx: Transaction) -> Select[Any]:
    query = tx.visible(Message)
    return query if _sees_internal(tx) else query.where(~Message.internal)


def _sees_internal(tx: Transaction) -> bool:
    """Internal notes are for colleagues who work on tickets; a customer of the portal may not update tickets."""
    return tx.actor.may("tickets.update")
