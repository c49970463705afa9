"""Selects over what is sold to a customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
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
from sqlalchemy.dialects.postgresql import JSONB

from crm_sales.opportunities.model import Opportunity, StageChange
from crm_sales.pipelines.model import OPEN
from crm_sales.tasks.model import Task

Rows = Select[*tuple[Any, ...]]

DEFAULT_LIMIT = 20
SHOWN_OPEN = 50
SHOWN_CLOSED = 10
SHOWN_TASKS = 50


def parameters(customer: common_pb2.CustomerRef) -> dict[str, Any]:
    """The parameters of a customer in statements. Raises InvalidInput for no customer."""
    if customer.contact_id:
        return {"contact_id": customer.contact_id, "role": [{"contact_id": customer.contact_id}]}
    if customer.account_id:
        return {"account_id": customer.account_id, "contact_ids": list(customer.contact_ids)}
    raise InvalidInput.of("customer", "name a contact or an account")


def concerns(of_contact: bool, model: type[Opportunity | Task]) -> ColumnElement[bool]:
    """Rows about a contact, or about an account and its people.

    An opportunity also concerns a contact who has a role in it.
    """
    if not of_contact:
        people = model.contact_id == any_(bindparam("contact_ids", type_=ARRAY(Id)))
        return or_(model.account_id == bindparam("account_id", type_=Id), people)
    found = [model.contact_id == bindparam("contact_id", type_=Id)]
    if model is Opportunity:
        found.append(Opportunity.contact_roles.contains(bindparam("role", type_=JSONB)))
    return or_(*found)


@dataclass
class Deals:
    """The opportunities of a customer, summed up."""

    open: list[Opportunity] = field(default_factory=list)
    closed: list[Opportunity] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    """Status to currency to sum."""


@kept
def _deals(view: View, of_contact: bool) -> Select[Any]:
    is_open = Opportunity.status == OPEN
    # Closed ones sort by the moment of closing, open ones have none: one order serves both.
    place = func.row_number().over(
        partition_by=is_open,
        order_by=(Opportunity.closed_at.desc(), Opportunity.close_date.asc().nulls_last(), Opportunity.id),
    )
    mine = (
        view.visible(Opportunity)
        .where(concerns(of_contact, Opportunity))
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
    return (
        select(totals.c.found, Opportunity)
        .select_from(totals)
        .outerjoin(shown, true())
        .outerjoin(Opportunity, Opportunity.id == shown.c.id)
        .order_by(shown.c.place)
    )


def deals(tx: Transaction, customer: common_pb2.CustomerRef) -> Deals:
    """Counts and sums over all opportunities of the customer, and those that are shown: one statement."""
    given = parameters(customer)
    rows = tx.execute(_deals(tx, "contact_id" in given), **given).all()
    result = Deals()
    for status, currency, count, amount in rows[0].found or ():
        result.counts[status] = result.counts.get(status, 0) + count
        if currency is not None:
            result.amounts.setdefault(status, {})[currency] = Decimal(amount)
    for _, opportunity in rows:
        if opportunity is not None:
            (result.open if opportunity.is_open else result.closed).append(opportunity)
    return result


@kept
def _open_tasks(view: View, of_contact: bool) -> Select[Any]:
    due = func.coalesce(Task.due_at, Task.due_date)
    query = view.visible(Task).where(concerns(of_contact, Task), Task.status == "OPEN")
    return query.order_by(due.asc().nulls_last(), Task.id).limit(SHOWN_TASKS)


def open_tasks(tx: Transaction, customer: common_pb2.CustomerRef) -> list[Task]:
    """The open tasks about the customer, the most urgent first."""
    given = parameters(customer)
    return list(tx.execute(_open_tasks(tx, "contact_id" in given), **given).scalars())


def timeline(tx: Transaction, customer: common_pb2.CustomerRef, position: Any = None) -> list[common_pb2.TimelineEntry]:
    """Steps of the customer's opportunities and tasks that were done, newest first: one statement."""
    given = parameters(customer)
    statement = _timeline(tx, "contact_id" in given, position)
    return [_entry(row) for row in tx.execute(statement, **given)]


@kept
def _timeline(view: View, of_contact: bool, position: Any) -> Select[Any]:
    limit = (position.limit if position is not None else 0) or DEFAULT_LIMIT
    parts = [
        _narrowed(part, position).order_by(part.selected_columns.at.desc(), part.selected_columns.id.desc())
        .limit(limit)
        .subquery()
        .select()
        for part in (_steps(view, of_contact), _done_tasks(view, of_contact))
    ]  # fmt: skip
    found = union_all(*parts).subquery()
    return select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(limit)


def _steps(view: View, of_contact: bool) -> Rows:
    return (
        view.visible(Opportunity)
        .join(StageChange, StageChange.opportunity_id == Opportunity.id)
        .where(concerns(of_contact, Opportunity))
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


def _done_tasks(view: View, of_contact: bool) -> Rows:
    return (
        view.visible(Task)
        .where(concerns(of_contact, Task), Task.completed_at.is_not(None))
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
