"""Selects over what is sold to a customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crm.common.v1 import timelines_pb2
from crm_chassis.records.tx import Transaction
from crm_chassis.records.view import View, kept
from crm_kit.customers import concerns, entries, is_contact, parameters, timeline
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from crm_sales.opportunities.model import Opportunity, StageChange
from crm_sales.pipelines.model import OPEN
from crm_sales.tasks.model import Task

Rows = Select[*tuple[Any, ...]]

SHOWN_OPEN = 50
SHOWN_CLOSED = 10
SHOWN_TASKS = 50


def _parameters(customer: timelines_pb2.CustomerRef) -> dict[str, Any]:
    role = {"role": [{"contact_id": customer.contact_id}]} if is_contact(customer) else {}
    return parameters(customer) | role


def _concerns(of_contact: bool, model: type[Opportunity | Task]) -> ColumnElement[bool]:
    """Rows about a customer. An opportunity also concerns a contact who has a role in it."""
    if of_contact and model is Opportunity:
        in_a_role = Opportunity.contact_roles.contains(bindparam("role", type_=JSONB))
        return or_(concerns(Opportunity, of_contact), in_a_role)
    return concerns(model, of_contact)


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
        .where(_concerns(of_contact, Opportunity))
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


def deals(tx: Transaction, customer: timelines_pb2.CustomerRef) -> Deals:
    """Counts and sums over all opportunities of the customer, and those that are shown: one statement."""
    rows = tx.execute(_deals(tx, is_contact(customer)), **_parameters(customer)).all()
    result = Deals()
    for status, currency, count, amount in rows[0].found or ():
        result.counts[status] = result.counts.get(status, 0) + count
        if currency is not None:
            result.amounts.setdefault(status, {})[currency] = Decimal(amount)
    for _, opportunity in rows:
        if opportunity is not None:
            (result.open if opportunity.is_open else result.closed).append(opportunity)
    return result


def deals_of(tx: Transaction, customer: timelines_pb2.CustomerRef) -> Select[Any]:
    """The opportunities of a customer, deleted ones too."""
    mine = tx.visible(Opportunity, deleted=True).where(_concerns(is_contact(customer), Opportunity))
    return mine.params(**_parameters(customer)).order_by(Opportunity.id)


def tasks_of(tx: Transaction, customer: timelines_pb2.CustomerRef) -> Select[Any]:
    """The tasks about a customer, deleted ones too."""
    mine = tx.visible(Task, deleted=True).where(_concerns(is_contact(customer), Task))
    return mine.params(**_parameters(customer)).order_by(Task.id)


@kept
def _open_tasks(view: View, of_contact: bool) -> Select[Any]:
    due = func.coalesce(Task.due_at, Task.due_date)
    query = view.visible(Task).where(_concerns(of_contact, Task), Task.status == "OPEN")
    return query.order_by(due.asc().nulls_last(), Task.id).limit(SHOWN_TASKS)


def open_tasks(tx: Transaction, customer: timelines_pb2.CustomerRef) -> list[Task]:
    """The open tasks about the customer, the most urgent first."""
    return list(tx.execute(_open_tasks(tx, is_contact(customer)), **_parameters(customer)).scalars())


def timeline_of(
    tx: Transaction, customer: timelines_pb2.CustomerRef, position: Any = None
) -> list[timelines_pb2.TimelineEntry]:
    """Steps of the customer's opportunities and tasks that were done, newest first: one statement."""
    statement = _timeline(tx, is_contact(customer), position)
    return entries(tx.execute(statement, **_parameters(customer)), "sales")


@kept
def _timeline(view: View, of_contact: bool, position: Any) -> Rows:
    return timeline((_steps(view, of_contact), _done_tasks(view, of_contact)), position)


def _steps(view: View, of_contact: bool) -> Rows:
    return (
        view.visible(Opportunity)
        .join(StageChange, StageChange.opportunity_id == Opportunity.id)
        .where(_concerns(of_contact, Opportunity))
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
        .where(_concerns(of_contact, Task), Task.completed_at.is_not(None))
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
