"""Selects over what is sold to a customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crm.common.v1 import common_pb2
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from crm_sales.opportunities.model import Opportunity, StageChange
from crm_sales.pipelines.model import OPEN
from crm_sales.tasks.model import Task

Rows = Select[*tuple[Any, ...]]

DEFAULT_LIMIT = 20
SHOWN_OPEN = 50
SHOWN_CLOSED = 10
SHOWN_TASKS = 50


def concerns(customer: common_pb2.CustomerRef, model: type[Opportunity | Task]) -> ColumnElement[bool]:
    """Rows about a contact, or about an account and its people. Raises InvalidInput for no customer.

    An opportunity also concerns a contact who has a role in it.
    """
    if customer.contact_id:
        found: list[Any] = [model.contact_id == customer.contact_id]
        if model is Opportunity:
            found.append(Opportunity.contact_roles.contains([{"contact_id": customer.contact_id}]))
    elif customer.account_id:
        found = [model.account_id == customer.account_id]
        if customer.contact_ids:
            found.append(model.contact_id.in_(customer.contact_ids))
    else:
        raise InvalidInput.of("customer", "name a contact or an account")
    return or_(*found)


@dataclass
class Deals:
    """The opportunities of a customer, summed up."""

    open: list[Opportunity] = field(default_factory=list)
    closed: list[Opportunity] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    """Status to currency to sum."""


def deals(tx: Transaction, customer: common_pb2.CustomerRef) -> Deals:
    """Counts and sums over all opportunities of the customer, and those that are shown: one statement."""
    is_open = Opportunity.status == OPEN
    # Closed ones sort by the moment of closing, open ones have none: one order serves both.
    place = func.row_number().over(
        partition_by=is_open,
        order_by=(Opportunity.closed_at.desc(), Opportunity.close_date.asc().nulls_last(), Opportunity.id),
    )
    mine = (
        tx.visible(Opportunity)
        .where(concerns(customer, Opportunity))
        .with_only_columns(
            Opportunity.id,
            Opportunity.status,
            Opportunity.amount,
            Opportunity.amount_currency,
            is_open.label("is_open"),
            place.label("place"),
        )
        .cte("mine")
    )
    sums = (
        select(
            mine.c.status,
            mine.c.amount_currency,
            func.count().label("count"),
            cast(func.sum(mine.c.amount), String).label("sum"),
        )
        .group_by(mine.c.status, mine.c.amount_currency)
        .subquery()
    )
    rows_of_sums = func.jsonb_build_array(sums.c.status, sums.c.amount_currency, sums.c.count, sums.c.sum)
    totals = select(func.jsonb_agg(rows_of_sums).label("found")).subquery()
    limit = case((mine.c.is_open, SHOWN_OPEN), else_=SHOWN_CLOSED)
    shown = select(mine.c.id, mine.c.place).where(mine.c.place <= limit).subquery()
    query = (
        select(totals.c.found, Opportunity)
        .select_from(totals)
        .outerjoin(shown, true())
        .outerjoin(Opportunity, Opportunity.id == shown.c.id)
        .order_by(shown.c.place)
    )
    rows = tx.session.execute(query).all()
    result = Deals()
    for status, currency, count, amount in rows[0].found or ():
        result.counts[status] = result.counts.get(status, 0) + count
        if currency is not None:
            result.amounts.setdefault(status, {})[currency] = Decimal(amount)
    for _, opportunity in rows:
        if opportunity is not None:
            (result.open if opportunity.is_open else result.closed).append(opportunity)
    return result


def open_tasks(tx: Transaction, customer: common_pb2.CustomerRef) -> list[Task]:
    """The open tasks about the customer, the most urgent first."""
    due = func.coalesce(Task.due_at, Task.due_date)
    query = tx.visible(Task).where(concerns(customer, Task), Task.status == "OPEN")
    return list(tx.session.scalars(query.order_by(due.asc().nulls_last(), Task.id).limit(SHOWN_TASKS)))


def timeline(tx: Transaction, customer: common_pb2.CustomerRef, position: Any = None) -> list[common_pb2.TimelineEntry]:
    """Steps of the customer's opportunities and tasks that were done, newest first: one statement."""
    limit = (position.limit if position is not None else 0) or DEFAULT_LIMIT
    parts = [
        _narrowed(part, position).order_by(part.selected_columns.at.desc(), part.selected_columns.id.desc())
        .limit(limit)
        .subquery()
        .select()
        for part in (_steps(tx, customer), _done_tasks(tx, customer))
    ]  # fmt: skip
    found = union_all(*parts).subquery()
    query = select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(limit)
    return [_entry(row) for row in tx.session.execute(query)]


def _steps(tx: Transaction, customer: common_pb2.CustomerRef) -> Rows:
    return (
        tx.visible(Opportunity)
        .join(StageChange, StageChange.opportunity_id == Opportunity.id)
        .where(concerns(customer, Opportunity))
        .with_only_columns(
            StageChange.id.label("id"),
            StageChange.changed_at.label("at"),
            (literal("opportunity.") + StageChange.kind).label("kind"),
            (Opportunity.name + ": " + StageChange.to_stage_name).label("title"),
            literal("opportunity").label("record_type"),
            Opportunity.id.label("record_id"),
            StageChange.changed_by.label("actor_id"),
        )
    )


def _done_tasks(tx: Transaction, customer: common_pb2.CustomerRef) -> Rows:
    return (
        tx.visible(Task)
        .where(concerns(customer, Task), Task.completed_at.is_not(None))
        .with_only_columns(
            Task.id.label("id"),
            Task.completed_at.label("at"),
            literal("task.completed").label("kind"),
            Task.subject.label("title"),
            literal("task").label("record_type"),
            Task.id.label("record_id"),
            func.coalesce(cast(Task.owner_id, String), Task.created_by).label("actor_id"),
        )
    )


def _narrowed(part: Rows, position: Any) -> Rows:
    """Only what comes before the position, of the kinds it names."""
    if position is None:
        return part
    columns = part.selected_columns
    if position.HasField("before"):
        at, id_ = literal(to_datetime(position.before)), literal(position.before_id, Opportunity.id.type)
        earlier = tuple_(columns.at, columns.id) < tuple_(at, id_) if position.before_id else columns.at < at
        part = part.where(earlier)
    if position.kinds:
        part = part.where(columns.kind.in_(list(position.kinds)))
    return part


def _entry(row: Any) -> common_pb2.TimelineEntry:
    return common_pb2.TimelineEntry(
        id=row.id,
        at=timestamp(row.at),
        kind=row.kind,
        title=row.title,
        service="sales",
        record_type=row.record_type,
        record_id=row.record_id,
        actor_id=row.actor_id,
    )
