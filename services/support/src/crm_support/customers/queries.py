"""Selects over what happened on a customer's tickets."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import timelines_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.tx import Transaction
from crm_chassis.records.view import View, kept
from crm_kit.customers import concerns, entries, is_contact, parameters, timeline
from sqlalchemy import (
    Select,
    String,
    cast,
    func,
    literal,
    union_all,
)

from crm_support.messages.model import Message
from crm_support.tickets.model import OPEN, Ticket

SHOWN_OPEN = 50
SHOWN_RESOLVED = 10


@kept
def counts(view: View, of_contact: bool) -> Select[Any]:
    """How many tickets there are, and how content the customer is."""
    return (
        view.visible(Ticket)
        .where(concerns(Ticket, of_contact))
        .with_only_columns(
            func.count().filter(Ticket.status.in_(OPEN)).label("open"),
            func.count().label("total"),
            func.count().filter(Ticket.sla_breached).label("breached"),
            func.avg(Ticket.satisfaction).label("satisfaction"),
        )
    )


@kept
def shown(view: View, of_contact: bool) -> Select[Any]:
    """The open tickets, those due first, and those that were resolved last."""
    ids = view.visible(Ticket).where(concerns(Ticket, of_contact)).with_only_columns(Ticket.id)
    due_first = ids.where(Ticket.status.in_(OPEN)).order_by(Ticket.next_due_at, Ticket.id).limit(SHOWN_OPEN)
    resolved_last = (
        ids.where(Ticket.resolved_at.is_not(None))
        .order_by(Ticket.resolved_at.desc(), Ticket.id.desc())
        .limit(SHOWN_RESOLVED)
    )
    # One list of ids, so that the tickets are fetched by them: with two, all tickets would be compared with both.
    chosen = union_all(due_first.subquery().select(), resolved_last.subquery().select())
    return view.visible(Ticket).where(Ticket.id.in_(chosen))


def tickets_of(tx: Transaction, customer: timelines_pb2.CustomerRef) -> Select[Any]:
    """The tickets of a customer, deleted ones too."""
    mine = tx.visible(Ticket, deleted=True).where(concerns(Ticket, is_contact(customer)))
    return mine.params(**parameters(customer)).order_by(Ticket.id)


def timeline_of(
    tx: Transaction, customer: timelines_pb2.CustomerRef, position: Any = None
) -> list[timelines_pb2.TimelineEntry]:
    """Tickets created and resolved, and public messages, newest first, before the position."""
    statement = _timeline(tx, is_contact(customer), position)
    return entries(tx.execute(statement, **parameters(customer)), "support")


@kept
def _timeline(view: View, of_contact: bool, position: Any) -> Select[Any]:
    tickets = view.visible(Ticket).where(concerns(Ticket, of_contact))
    # The two entries of one ticket need two ids: that of the resolution is derived from the ticket's.
    resolution_id = cast(func.md5(cast(Ticket.id, String) + ":resolved"), Id)
    resolved = tickets.where(Ticket.resolved_at.is_not(None))
    said = view.visible(Message).join(Ticket, Ticket.id == Message.ticket_id).where(~Message.internal)
    said = said.where(concerns(Ticket, of_contact), Ticket.deleted_at.is_(None))
    branches = [
        _branch(tickets, "ticket.created", Ticket.created_at, Ticket.id, "ticket", Ticket.id, Ticket.created_by),
        _branch(resolved, "ticket.resolved", Ticket.resolved_at, resolution_id, "ticket", Ticket.id,
                Ticket.assignee_id),
        _branch(said, "ticket.message", Message.created_at, Message.id, "message", Message.id, Message.author_id),
    ]  # fmt: skip
    return timeline(branches, position)


def _branch(
    query: Select[Any], kind: str, at: Any, entry_id: Any, record_type: str, record_id: Any, actor_id: Any
) -> Select[Any]:
    return query.with_only_columns(
        at.label("at"),
        entry_id.label("id"),
        literal(kind).label("kind"),
        (Ticket.number + " " + Ticket.subject).label("title"),
        literal(record_type).label("record_type"),
        record_id.label("record_id"),
        func.coalesce(cast(actor_id, String), "").label("actor_id"),
    )
