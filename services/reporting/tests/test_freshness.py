"""How current the figures say they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.reporting.v1 import reports_pb2
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.tables import Parked
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, user
from sqlalchemy import delete
from sqlalchemy.orm import Session

from .records import deal


def ask(rpc: Any, owner: str) -> Any:
    request = reports_pb2.GetSalesReportRequest(group_by="TOTAL")
    return rpc("GetSalesReport", request, as_=user({"*": OWN}, id_=owner))


def test_figures_are_as_of_the_newest_event(rpc: Any, deliver: Any) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)

    deliver(deal(uuid7(), "WON", "1.00"))

    answer = ask(rpc, uuid7())
    assert before <= to_datetime(answer.as_of) <= datetime.now(UTC)
    assert 0 <= answer.lag_seconds < 5


def test_silence_does_not_make_figures_old(rpc: Any, deliver: Any, clock: Any) -> None:
    deliver(deal(uuid7(), "WON", "1.00"))
    clock.advance(days=2)

    assert ask(rpc, uuid7()).lag_seconds < 5


def test_an_event_that_waits_makes_them_lag(rpc: Any, deliver: Any, clock: Any, engine: Any) -> None:
    known = deal(uuid7(), "WON", "1.00")
    deliver(known)
    as_of = ask(rpc, uuid7()).as_of
    deliver(known, version=3)
    clock.advance(hours=1)

    answer = ask(rpc, uuid7())

    assert answer.lag_seconds == pytest.approx(3600, abs=10)
    assert answer.as_of == as_of
    with Session(engine) as session, session.begin():
        session.execute(delete(Parked).where(Parked.record_id == known.opportunity.id))
