"""Which policy holds for a ticket, and keeping a ticket's clocks in line with it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from crm.support.v1 import tickets_pb2
from crm_chassis.contracts.filtering import matches, parse
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_support.calendars.model import BusinessCalendar
from crm_support.sla.clocks import Promise
from crm_support.sla.conditions import FIELDS
from crm_support.sla.model import SlaPolicy
from crm_support.tickets.model import Ticket


def keep_promises(tx: Transaction, *tickets: Ticket) -> None:
    """Finds the policy of each ticket (the lowest rank that matches, the older of two) and measures its clocks."""
    with tx.session.no_autoflush:
        rows = tx.session.execute(
            select(SlaPolicy, BusinessCalendar)
            .join(BusinessCalendar, BusinessCalendar.id == SlaPolicy.calendar_id)
            .where(SlaPolicy.deleted_at.is_(None))
            .order_by(SlaPolicy.rank, SlaPolicy.id)
        ).all()
    for ticket in tickets:
        values = {name: getattr(ticket, name) for name in FIELDS}
        chosen = None
        if not ticket.sla_exempt:
            chosen = next((row for row in rows if matches(parse(row[0].condition), FIELDS, values)), None)
        ticket.reckon(_promise(*chosen) if chosen is not None else None, tx.now)


def _promise(policy: SlaPolicy, calendar: BusinessCalendar) -> Promise:
    targets = {(one["kind"], one["priority"]): one["minutes"] for one in policy.targets}
    return Promise(policy.id, targets, calendar.hours)


def count_up(tx: Transaction, tickets: Collection[tickets_pb2.Ticket]) -> None:
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
            if clock.state == tickets_pb2.SlaClock.State.RUNNING and ticket.sla_policy_id in hours:
                left = hours[ticket.sla_policy_id].working_between(tx.now, to_datetime(clock.due_at))
                clock.elapsed_minutes = clock.target_minutes - -(-left // timedelta(minutes=1))
