"""What a new installation begins with: a calendar and a policy."""

from __future__ import annotations

from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_support.calendars.model import BusinessCalendar
from crm_support.sla.model import SlaPolicy

# Working minutes by priority: first response, and solution. An update may take twice as long as a first response.
_RESPONSE = {"CRITICAL": 60, "HIGH": 240, "MEDIUM": 480, "LOW": 960}
_SOLUTION = {"CRITICAL": 480, "HIGH": 960, "MEDIUM": 2400, "LOW": 4800}


def put_defaults(tx: Transaction) -> None:
    """A calendar (Monday to Friday, nine to five, UTC) and a policy for every ticket, each if there is none."""
    calendar = tx.session.scalar(
        select(BusinessCalendar).order_by(BusinessCalendar.is_default.desc(), BusinessCalendar.id).limit(1)
    )
    if calendar is None:
        hours = [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(1, 6)]
        calendar = tx.add(BusinessCalendar(name="Office hours", time_zone="UTC", working_hours=hours, is_default=True))
    if tx.session.scalar(select(SlaPolicy.id).limit(1)) is None:
        targets = [
            {"kind": kind, "priority": priority, "minutes": minutes * factor}
            for kind, table, factor in (
                ("FIRST_RESPONSE", _RESPONSE, 1), ("UPDATE", _RESPONSE, 2), ("SOLUTION", _SOLUTION, 1),
            )
            for priority, minutes in table.items()
        ]  # fmt: skip
        tx.add(SlaPolicy(name="Standard", rank=1000, calendar_id=calendar.id, targets=targets))
