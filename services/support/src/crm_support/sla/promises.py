"""Which policy holds for a ticket, and keeping a ticket's clocks in line with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from crm.support.v1 import support_pb2
from crm_chassis.contracts.filtering import Field, comparisons, matches, parse
from crm_chassis.contracts.paging import filter_fields
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.tx import Transaction
from sqlalchemy import select

from crm_support.calendars.model import BusinessCalendar
from crm_support.sla.clocks import Promise
from crm_support.sla.model import SlaPolicy
from crm_support.tickets.model import Ticket

# What happens while a promise is being kept cannot decide about it.
_CONSEQUENCES = frozenset(
    {"sla_policy_id", "next_due_at", "sla_breached", "status", "first_responded_at", "resolved_at", "updated_at"}
)


def condition_fields() -> dict[str, Field]:
    """The ticket fields that a condition may name."""
    return {name: field for name, field in filter_fields(Ticket).items() if name not in _CONSEQUENCES}


def check_condition(text: str) -> None:
    """Raises InvalidInput if a condition names a field that it may not, or compares one with what does not fit."""
    expression = parse(text)
    for comparison in comparisons(expression) if expression is not None else ():
        matches(comparison, condition_fields(), {})


def keep_promises(tx: Transaction, *tickets: Ticket) -> None:
    """Finds the policy of each ticket (the lowest rank that matches, the older of two) and measures its clocks."""
    with tx.session.no_autoflush:
        rows = tx.session.execute(
            select(SlaPolicy, BusinessCalendar)
            .join(BusinessCalendar, BusinessCalendar.id == SlaPolicy.calendar_id)
            .where(SlaPolicy.deleted_at.is_(None))
            .order_by(SlaPolicy.rank, SlaPolicy.id)
        ).all()
    fields = condition_fields()
    for ticket in tickets:
        values = {name: getattr(ticket, name) for name in fields}
        chosen = None
        if not ticket.sla_exempt:
            chosen = next((row for row in rows if matches(parse(row[0].condition), fields, values)), None)
        ticket.reckon(_promise(*chosen) if chosen is not None else None, tx.now)


def _promise(policy: SlaPolicy, calendar: BusinessCalendar) -> Promise:
    targets = {(one["kind"], one["priority"]): one["minutes"] for one in policy.targets}
    return Promise(policy.id, targets, calendar.hours)


def count_up(tx: Transaction, tickets: Collection[support_pb2.Ticket]) -> None:
    """Brings the used minutes of running clocks, which are stored as of the last change, up to now."""
    ids = {ticket.sla_policy_id for ticket in tickets if ticket.HasField("next_due_at")}
    if not ids:
        return
    query = select(SlaPolicy.id, BusinessCalendar).join(BusinessCalendar, BusinessCalendar.id == SlaPolicy.calendar_id)
    hours: dict[str, Any] = {
        id_: calendar.hours for id_, calendar in tx.session.execute(query.where(SlaPolicy.id.in_(ids)))
    }
    for ticket in tickets:
        for clock in ticket.sla_clocks:
            if clock.state == support_pb2.SlaClock.State.RUNNING and ticket.sla_policy_id in hours:
                left = hours[ticket.sla_policy_id].working_between(tx.now, to_datetime(clock.due_at))
                clock.elapsed_minutes = clock.target_minutes - -(-left // timedelta(minutes=1))
