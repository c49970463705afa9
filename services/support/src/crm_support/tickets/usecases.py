"""What can be done with tickets."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import batches_pb2, standard_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.contracts.formats import address_key
from crm_chassis.contracts.transcode import enum_name
from crm_chassis.errors import InvalidInput, PermissionDenied
from crm_chassis.records.batches import batch_get
from crm_chassis.records.directory import DirectoryUser
from crm_chassis.records.mapping import assign, to_message
from crm_chassis.records.paging import list_page
from crm_chassis.records.tx import Transaction
from crm_chassis.violations import EMPTY
from sqlalchemy import func, select

from crm_support.people.model import Contact
from crm_support.people.queries import contacts_of_addresses
from crm_support.tickets.model import Ticket, numbers
from crm_support.tickets.promises import count_up, keep_promises

_DRAWN_BY_IMPORTS = 50
_STATUS = tickets_pb2.Ticket.DESCRIPTOR.fields_by_name["status"].enum_type


def create_ticket(tx: Transaction, request: tickets_pb2.CreateTicketRequest) -> Ticket:
    """A new ticket, of the visible contact that alone has the requester's address if none is named.

    Raises UnknownReference for a contact or account that the caller cannot see.
    """
    ticket = Ticket()
    assign(ticket, request.ticket)
    find_customer(tx, ticket)
    add_ticket(tx, ticket)
    keep_promises(tx, ticket)
    return ticket


def get_ticket(tx: Transaction, request: standard_pb2.GetRequest) -> tickets_pb2.Ticket:
    """One ticket."""
    found = to_message(tx.get(Ticket, request.id, deleted=request.show_deleted), tickets_pb2.Ticket)
    count_up(tx, [found])
    return found


def batch_get_tickets(tx: Transaction, request: batches_pb2.BatchGetRequest) -> tickets_pb2.BatchGetTicketsResponse:
    """Tickets by their ids."""
    answer: tickets_pb2.BatchGetTicketsResponse = batch_get(
        tx, Ticket, request.ids, tickets_pb2.BatchGetTicketsResponse
    )
    count_up(tx, answer.tickets)
    return answer


def list_tickets(tx: Transaction, request: tickets_pb2.ListTicketsRequest) -> Any:
    """A page of tickets."""
    page = list_page(tx, Ticket, request, tickets_pb2.ListTicketsResponse)
    if not request.HasField("as_of"):
        count_up(tx, page.tickets)
    return page


def update_ticket(tx: Transaction, request: tickets_pb2.UpdateTicketRequest) -> Ticket:
    """Changes the fields that the mask names; a new status must be open and reachable.

    A changed assignee needs the permission to assign, too.
    """
    given = request.ticket
    ticket = work_on(tx, given.id, given.etag)
    assignee_id = ticket.assignee_id
    paths = set(request.update_mask.paths)
    for name in ("status", "priority", "channel"):
        if name in paths and not getattr(given, name):
            raise InvalidInput.of(f"ticket.{name}", EMPTY())
    assign(ticket, given, paths - {"status"})
    if ticket.assignee_id != assignee_id:
        if not tx.actor.may("tickets.assign"):
            raise PermissionDenied("assignee_id: this needs the permission tickets.assign.")
        tx.publish(tickets_pb2.TicketAssigned(), ticket)
    if "status" in paths:
        ticket.move(enum_name(_STATUS, given.status) or "", tx.now)
    if ticket.is_open and tx.session.is_modified(ticket):
        keep_promises(tx, ticket)
    return ticket


def assign_ticket(tx: Transaction, request: tickets_pb2.AssignTicketRequest) -> Ticket:
    """Gives a ticket to an agent, or to nobody."""
    ticket = work_on(tx, request.id, request.etag)
    assignee_id = request.assignee_id or None
    if ticket.assignee_id != assignee_id:
        ticket.assignee_id = assignee_id
        tx.publish(tickets_pb2.TicketAssigned(), ticket)
        if ticket.is_open:
            keep_promises(tx, ticket)
    return ticket


def resolve_ticket(tx: Transaction, request: tickets_pb2.ResolveTicketRequest) -> Ticket:
    """Resolves. Raises TicketNotOpen."""
    ticket = work_on(tx, request.id, request.etag)
    ticket.resolve(request.resolution, tx.now)
    tx.publish(tickets_pb2.TicketResolved(), ticket)
    keep_promises(tx, ticket)
    return ticket


def reopen_ticket(tx: Transaction, request: tickets_pb2.ReopenTicketRequest) -> Ticket:
    """Opens a resolved or closed ticket again. Raises TicketStillOpen."""
    ticket = work_on(tx, request.id, request.etag)
    ticket.reopen(tx.now)
    note_reopening(tx, ticket)
    keep_promises(tx, ticket)
    return ticket


def close_ticket(tx: Transaction, request: tickets_pb2.CloseTicketRequest) -> Ticket:
    """Closes. Raises TicketNotResolved or TicketClosed."""
    ticket = work_on(tx, request.id, request.etag)
    ticket.close(tx.now)
    tx.publish(tickets_pb2.TicketClosed(), ticket)
    return ticket


def work_on(tx: Transaction, id_: str, etag: str = "") -> Ticket:
    """The ticket, locked, with every deadline noted that has passed."""
    ticket = tx.get(Ticket, id_, etag=etag)
    ticket.note_breaches(tx.now)
    return ticket


def add_ticket(tx: Transaction, ticket: Ticket) -> Ticket:
    """Numbers and adds a ticket. Without an assignee it waits in the queue, if its creator can see it there."""
    assignee_id = ticket.assignee_id
    tx.add(ticket)
    if assignee_id is None and tx.actor.scope_of("tickets.read") == ALL:
        ticket.assignee_id = None
    ticket.begin(_next_number(tx))
    return ticket


def _next_number(tx: Transaction) -> int:
    """A running number; imports draw a block of them at a time, and leave a gap if they do not need all."""
    drawn: list[int] = tx.session.info.setdefault(numbers.name, [])
    if not drawn:
        count = _DRAWN_BY_IMPORTS if tx.source == "import" else 1
        query = select(numbers.next_value()).select_from(func.generate_series(1, count))
        with tx.session.no_autoflush:
            drawn += sorted(tx.session.scalars(query), reverse=True)
    return drawn.pop()


def find_customer(tx: Transaction, ticket: Ticket) -> None:
    """Fills in the contact by the requester's address, and the account by the contact.

    Only a contact that the caller may see: the answer names it.
    """
    contact = None
    with tx.session.no_autoflush:
        if ticket.contact_id:
            contact = tx.session.scalar(select(Contact).where(Contact.id == ticket.contact_id))
        elif ticket.requester_email:
            by_address = contacts_of_addresses(tx, [ticket.requester_email])
            contact = by_address.get(address_key(ticket.requester_email))
    link_customer(ticket, contact)


def link_customer(ticket: Ticket, contact: Contact | None) -> None:
    """Makes a contact, if there is one, the ticket's, and the contact's account, if the ticket has none."""
    if contact is not None:
        ticket.contact_id = contact.id
        ticket.account_id = ticket.account_id or contact.account_id


def note_reopening(tx: Transaction, ticket: Ticket) -> None:
    """Publishes a reopening. A ticket whose agent has left goes back to the queue instead of to nobody's desk."""
    if not _may_work(tx, ticket.assignee_id):
        ticket.assignee_id = None
    tx.publish(tickets_pb2.TicketReopened(), ticket)


def _may_work(tx: Transaction, user_id: str | None) -> bool:
    """False for a user known to be deactivated; one not known here may be on the way."""
    if user_id is None:
        return True
    gone = select(DirectoryUser.id).where(DirectoryUser.id == user_id, ~DirectoryUser.active)
    with tx.session.no_autoflush:
        return tx.session.scalar(gone) is None
