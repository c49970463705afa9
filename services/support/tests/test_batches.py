"""Every kind of record can be read and written by the hundred."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.support.v1 import business_calendars_pb2, sla_policies_pb2, tickets_pb2
from crm_chassis.testing import unique
from crm_chassis.testing.batches import check_batches

HOURS = [{"weekday": 1, "start": "09:00", "end": "17:00"}]


def test_tickets(rpc: Any) -> None:
    check_batches(rpc, tickets_pb2.Ticket, lambda: {"subject": unique("Broken")}, {"description": "smoke"})


def test_business_calendars(rpc: Any) -> None:
    def new() -> dict[str, Any]:
        return {"name": unique("Hours"), "time_zone": "UTC", "working_hours": HOURS}

    check_batches(rpc, business_calendars_pb2.BusinessCalendar, new, {"time_zone": "Europe/Berlin"})


def test_sla_policies(rpc: Any, make_policy: Callable[..., Any]) -> None:
    calendar = make_policy("Other", {("FIRST_RESPONSE", "HIGH"): 60}).calendar_id
    targets = [{"kind": "FIRST_RESPONSE", "priority": "HIGH", "minutes": 60}]

    def new() -> dict[str, Any]:
        return {"name": unique("Policy"), "condition": 'type = "Never"', "calendar_id": calendar, "targets": targets}

    check_batches(rpc, sla_policies_pb2.SlaPolicy, new, {"rank": 7})
