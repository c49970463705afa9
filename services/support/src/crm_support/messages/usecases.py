"""What can be done with messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crm.support.v1 import messages_pb2
from crm_chassis.errors import NotFound, PermissionDenied, UnknownReference
from crm_chassis.ids import NIL
from crm_chassis.records.mapping import assign, to_message
from crm_chassis.records.paging import list_page
from crm_chassis.records.tx import Transaction
from sqlalchemy import Select, select, tuple_

from crm_support.errors import NewerMessage
from crm_support.messages.model import Message
from crm_support.tickets.model import Ticket
from crm_support.tickets.promises import keep_promises
from crm_support.tickets.usecases import note_reopening, work_on

SHOWN_OF_BODY = 500
"""Characters of the newer message that a refusal tells."""
_MOMENT = timedelta(microseconds=1)


def create_message(tx: Transaction, request: messages_pb2.CreateMessageRequest) -> Message:
    """Adds a message, with what it does to the ticket.

    Raises TicketClosed for a public one on a closed ticket, NewerMessage if there is one that its author has not seen.
    """
    message = Message()
    assign(message, request.message)
    if message.internal and not _sees_internal(tx):
        raise PermissionDenied("internal: notes are for those who work on tickets.")
    ticket = work_on(tx, message.ticket_id)
    if request.last_seen_message_id and not message.internal:
        _check_newest_seen(tx, ticket, request.last_seen_message_id)
    message.author, message.channel = message.author or "AGENT", message.channel or ticket.channel
    message.author_id = ticket.contact_id if message.author == "CUSTOMER" else tx.actor.id or None
    reopened = ticket.hear(message.author, bool(message.internal), tx.now)
    if reopened:
        note_reopening(tx, ticket)
    if tx.session.is_modified(ticket):
        keep_promises(tx, ticket)
    last = tx.session.scalar(_newest(select(Message.created_at).where(Message.ticket_id == ticket.id)))
    # Who waited for the ticket began earlier and writes later: messages stand in the order in which they were written.
    message.created_at = tx.now if last is None else max(tx.now, last + _MOMENT)
    return tx.add(message)


def _check_newest_seen(tx: Transaction, ticket: Ticket, seen_id: str) -> None:
    """Raises NewerMessage if there is a public message behind that of id `seen_id`, UnknownReference if that is none
    of the ticket. The ticket is locked, so none comes in between."""
    query = select(Message).where(Message.ticket_id == ticket.id, ~Message.internal, Message.deleted_at.is_(None))
    if seen_id != NIL:
        seen = tx.session.scalar(_readable(tx).where(Message.id == seen_id, Message.ticket_id == ticket.id))
        if seen is None:
            raise UnknownReference.of("last_seen_message_id", "message of the ticket")
        query = query.where(tuple_(Message.created_at, Message.id) > (seen.created_at, seen.id))
    newest = tx.session.scalar(_newest(query))
    if newest is None:
        return
    told = None
    if tx.session.scalar(_readable(tx).where(Message.id == newest.id)) is not None:
        told = to_message(newest, messages_pb2.Message)
        told.body = told.body[:SHOWN_OF_BODY]
    raise NewerMessage(record=told)


def _newest(query: Select[Any]) -> Select[Any]:
    return query.order_by(Message.created_at.desc(), Message.id.desc()).limit(1)


def get_message(tx: Transaction, request: messages_pb2.GetMessageRequest) -> Message:
    """One message of a ticket. Raises NotFound for an internal one if the caller may not see those."""
    query = _readable(tx).where(Message.id == request.id, Message.ticket_id == request.ticket_id)
    message: Message | None = tx.session.scalar(query)
    if message is None:
        raise NotFound(f"There is no message {request.id}.")
    return message


def list_messages(tx: Transaction, request: messages_pb2.ListMessagesRequest) -> Any:
    """A page of the messages of a ticket, oldest first."""
    tx.get(Ticket, request.ticket_id)
    query = _readable(tx).where(Message.ticket_id == request.ticket_id)
    return list_page(tx, Message, request, messages_pb2.ListMessagesResponse, query=query, default_order="created_at")


def _readable(tx: Transaction) -> Select[Any]:
    query = tx.visible(Message)
    return query if _sees_internal(tx) else query.where(~Message.internal)


def _sees_internal(tx: Transaction) -> bool:
    """Internal notes are for colleagues who work on tickets; a customer of the portal may not update tickets."""
    return tx.actor.may("tickets.update")
