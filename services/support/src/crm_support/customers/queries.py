"""Selects over what happened on a customer's tickets."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import common_pb2
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.model import Id
from crm_chassis.db.tx import Transaction
from crm_chassis.db.view import View, kept
from crm_chassis.errors import InvalidInput
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    any_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    tuple_,
    union_all,
)

from crm_support.messages.model import Message
from crm_support.tickets.model import OPEN, Ticket

DEFAULT_LIMIT = 20
SHOWN_OPEN = 50
SHOWN_RESOLVED = 10


def parameters(customer: common_pb2.CustomerRef) -> dict[str, Any]:
    """The parameters of a customer in statements. Raises InvalidInput if no customer is named."""
    if customer.contact_id:
        return {"contact_id": customer.contact_id}
    if customer.account_id:
        return {"account_id": customer.account_id, "contact_ids": list(customer.contact_ids)}
    raise InvalidInput.of("customer", "name a contact or an account")


def of_customer(of_contact: bool) -> ColumnElement[bool]:
    """Tickets of the contact; or of the account and its people."""
    if of_contact:
        return Ticket.contact_id == bindparam("contact_id", type_=Id)
    people = Ticket.contact_id == any_(bindparam("contact_ids", type_=ARRAY(Id)))
    return or_(Ticket.account_id == bindparam("account_id", type_=Id), people)


@kept
def counts(view: View, of_contact: bool) -> Select[Any]:
    """How many tickets there are, and how content the customer is."""
    return (
        view.visible(Ticket)
        .where(of_customer(of_contact))
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
    ids = view.visible(Ticket).where(of_customer(of_contact)).with_only_columns(Ticket.id)
    due_first = ids.where(Ticket.status.in_(OPEN)).order_by(Ticket.next_due_at, Ticket.id).limit(SHOWN_OPEN)
    resolved_last = (
        ids.where(Ticket.resolved_at.is_not(None))
        .order_by(Ticket.resolved_at.desc(), Ticket.id.desc())
        .limit(SHOWN_RESOLVED)
    )
    return view.visible(Ticket).where(or_(Ticket.id.in_(due_first), Ticket.id.in_(resolved_last)))


def timeline(tx: Transaction, customer: common_pb2.CustomerRef, position: Any = None) -> list[common_pb2.TimelineEntry]:
    """Tickets created and resolved, and public messages, newest first, before the position."""
    given = parameters(customer)
    statement = _timeline(tx, "contact_id" in given, position)
    return [
        common_pb2.TimelineEntry(
            id=str(row.id), at=timestamp(row.at), kind=row.kind, title=row.title, service="support",
            record_type=row.type, record_id=str(row.about), actor_id=row.actor or "",
        )
        for row in (tx.execute(statement, **given) if statement is not None else ())
    ]  # fmt: skip


@kept
def _timeline(view: View, of_contact: bool, position: Any) -> Any:
    """The statement; None if the position asks for nothing that there is."""
    tickets = view.visible(Ticket).where(of_customer(of_contact))
    about = Ticket.number + " " + Ticket.subject
    # The two entries of one ticket need two ids: that of the resolution is derived from the ticket's.
    resolution_id = cast(func.md5(cast(Ticket.id, String) + ":resolved"), Id)
    said = view.visible(Message).join(Ticket, Ticket.id == Message.ticket_id).where(~Message.internal)
    said = said.where(of_customer(of_contact), Ticket.deleted_at.is_(None))
    sources: dict[str, tuple[Select[Any], Any, Any, list[Any]]] = {
        "ticket.created": (
            tickets, Ticket.created_at, Ticket.id, [about, literal("ticket"), Ticket.id, Ticket.created_by],
        ),
        "ticket.resolved": (
            tickets.where(Ticket.resolved_at.is_not(None)), Ticket.resolved_at, resolution_id,
            [about, literal("ticket"), Ticket.id, cast(Ticket.assignee_id, String)],
        ),
        "ticket.message": (
            said, Message.created_at, Message.id,
            [about, literal("message"), Message.id, cast(Message.author_id, String)],
        ),
    }  # fmt: skip
    limit, wanted, before = DEFAULT_LIMIT, set(sources), None
    if position is not None:
        limit = position.limit or limit
        wanted = set(position.kinds) & wanted if position.kinds else wanted
        if position.HasField("before"):
            before = tuple_(literal(to_datetime(position.before)), literal(position.before_id or None, Id))
    branches = []
    for kind in sorted(wanted):
        query, at, id_, columns = sources[kind]
        if before is not None:
            query = query.where(tuple_(at, id_) < before if position.before_id else at < to_datetime(position.before))
        query = query.with_only_columns(
            at.label("at"), id_.label("id"), literal(kind).label("kind"),
            *(column.label(name) for column, name in zip(columns, ("title", "type", "about", "actor"), strict=True)),
        )  # fmt: skip
        branches.append(query.order_by(at.desc(), id_.desc()).limit(limit))
    if not branches:
        return None
    found = union_all(*(branch.subquery().select() for branch in branches))
    return found.order_by(*(found.selected_columns[name].desc() for name in ("at", "id"))).limit(limit)
