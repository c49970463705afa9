"""Selects over what happened on a customer's tickets."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import common_pb2
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.model import Id
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput
from sqlalchemy import ColumnElement, Select, String, cast, func, literal, or_, tuple_, union_all

from crm_support.messages.model import Message
from crm_support.tickets.model import Ticket

DEFAULT_LIMIT = 20


def of_customer(customer: common_pb2.CustomerRef) -> ColumnElement[bool]:
    """Tickets of the contact; or of the account and its people. Raises InvalidInput if neither is named."""
    if customer.contact_id:
        return Ticket.contact_id == customer.contact_id
    if not customer.account_id:
        raise InvalidInput.of("customer", "name a contact or an account")
    about = [Ticket.account_id == customer.account_id]
    if customer.contact_ids:
        about.append(Ticket.contact_id.in_(customer.contact_ids))
    return or_(*about)


def timeline(tx: Transaction, customer: common_pb2.CustomerRef, position: Any = None) -> list[common_pb2.TimelineEntry]:
    """Tickets created and resolved, and public messages, newest first, before the position."""
    tickets = tx.visible(Ticket).where(of_customer(customer))
    about = Ticket.number + " " + Ticket.subject
    # The two entries of one ticket need two ids: that of the resolution is derived from the ticket's.
    resolution_id = cast(func.md5(cast(Ticket.id, String) + ":resolved"), Id)
    said = tx.visible(Message).join(Ticket, Ticket.id == Message.ticket_id).where(~Message.internal)
    said = said.where(of_customer(customer), Ticket.deleted_at.is_(None))
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
        return []
    found = union_all(*(branch.subquery().select() for branch in branches))
    rows = tx.session.execute(found.order_by(*(found.selected_columns[n].desc() for n in ("at", "id"))).limit(limit))
    return [
        common_pb2.TimelineEntry(
            id=str(row.id), at=timestamp(row.at), kind=row.kind, title=row.title, service="support",
            record_type=row.type, record_id=str(row.about), actor_id=row.actor or "",
        )
        for row in rows
    ]  # fmt: skip
