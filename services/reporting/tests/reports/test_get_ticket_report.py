"""Tickets counted."""

from __future__ import annotations

from typing import Any

from crm.reporting.v1 import reports_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, user

from ..records import NOW, at, ticket


def test_counts_and_measures_by_status_and_priority(rpc: Any, deliver_all: Any, clock: Any) -> None:
    clock.now = NOW
    agent = uuid7()
    done = {"status": "RESOLVED", "created_at": at(3), "first_responded_at": at(2.5)}
    deliver_all(
        [ticket(agent, **done, resolved_at=at(2), satisfaction=4, sla_breached=True),
         ticket(agent, **done, resolved_at=at(1), satisfaction=1), ticket(agent, created_at=at(0.5)),
         ticket(agent, created_at=at(8)), ticket(agent, created_at=at(300), priority="LOW")]
    )  # fmt: skip
    request = reports_pb2.GetTicketReportRequest(from_date="2026-05-01")

    report = rpc("GetTicketReport", request, as_=user({"*": OWN}, id_=agent))

    open_, resolved = report.rows
    assert (open_.status, open_.priority, open_.count) == ("OPEN", "HIGH", 2)
    assert not open_.HasField("mean_first_response_hours")
    assert (resolved.status, resolved.count, resolved.breached) == ("RESOLVED", 2, 1)
    assert resolved.mean_first_response_hours == 12.0
    assert resolved.mean_resolution_hours == 36.0
    assert resolved.mean_satisfaction == 2.5
    assert {p.label: p.value for p in report.ages} == {"0-1": "1", "1-3": "0", "3-7": "0", "7-30": "1", "30+": "1"}
