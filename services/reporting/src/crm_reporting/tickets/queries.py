"""What is counted and measured of tickets, the same in the dashboard and in the report."""

from __future__ import annotations

from typing import Any

from crm_chassis.records.tx import Transaction
from sqlalchemy import Float, case, cast, func

from crm_reporting.facts.model import Ticket

AGES = ("0-1", "1-3", "3-7", "7-30", "30+")
"""Classes of age in days; a class begins with its first number and ends before its second."""

IS_OPEN = Ticket.status.not_in(("RESOLVED", "CLOSED"))


def hours(until: Any) -> Any:
    """Hours of the calendar from creation to a time of the ticket; NULL before it came."""
    return cast(func.extract("epoch", until - Ticket.created_at), Float) / 3600


RESPONSE_HOURS = hours(Ticket.first_responded_at)
RESOLUTION_HOURS = hours(Ticket.resolved_at)


def open_by_age(tx: Transaction) -> dict[str, int]:
    """How many visible tickets are open, by age; every class is there."""
    days = func.extract("epoch", tx.now - Ticket.created_at) / 86400
    age = case((days < 1, AGES[0]), (days < 3, AGES[1]), (days < 7, AGES[2]), (days < 30, AGES[3]), else_=AGES[4])
    query = tx.visible(Ticket).where(IS_OPEN).with_only_columns(age.label("age"), func.count()).group_by("age")
    found = {row.age: row[1] for row in tx.session.execute(query)}
    return {one: found.get(one, 0) for one in AGES}
