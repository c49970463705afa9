"""Deadlines that pass: found by the timer, published once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crm.support.v1 import support_pb2
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.tables import Outbox
from crm_chassis.testing import unique, user
from crm_support.sla import timers
from sqlalchemy import func, select
from sqlalchemy.orm import Session

Kind = support_pb2.SlaClock.Kind
State = support_pb2.SlaClock.State
ADMIN = user()
BREACHED = "crm.support.ticket.sla_breached.v1"
START = datetime.now(UTC).replace(microsecond=0)


def test_each_clock_is_reported_once(
    make_policy: Any, make_ticket: Any, get_ticket: Any, clock: Any, tick: Any, published: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("FIRST_RESPONSE", "MEDIUM"): 60, ("SOLUTION", "MEDIUM"): 90})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=60)
    tick("sla")
    assert published(ticket.id, BREACHED) == []

    for seconds in (1, 2, 3):
        clock.now = START + timedelta(minutes=60, seconds=seconds)
        tick("sla")

    (event,) = published(ticket.id, BREACHED)
    assert (event.data.kind, event.data.ticket.sla_breached) == (Kind.FIRST_RESPONSE, True)
    found = get_ticket(ticket.id)
    assert to_datetime(found.sla_clocks[0].breached_at) == START + timedelta(minutes=60)
    assert to_datetime(found.next_due_at) == START + timedelta(minutes=90)

    clock.now = START + timedelta(hours=5)
    tick("sla")
    tick("sla")
    assert [event.data.kind for event in published(ticket.id, BREACHED)] == [Kind.FIRST_RESPONSE, Kind.SOLUTION]


def test_a_late_answer_before_the_timer_is_a_breach_and_is_reported(
    make_policy: Any, make_ticket: Any, say: Any, get_ticket: Any, clock: Any, tick: Any, published: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("FIRST_RESPONSE", "MEDIUM"): 60})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=61)

    say(ticket.id)

    assert get_ticket(ticket.id).sla_clocks[0].state == State.BREACHED
    tick("sla")
    tick("sla")
    assert len(published(ticket.id, BREACHED)) == 1


def test_a_paused_ticket_breaks_no_promise(
    make_policy: Any, make_ticket: Any, patch: Any, clock: Any, tick: Any, published: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 60})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=59)
    patch(ticket.id, status="PENDING_CUSTOMER")
    clock.now = START + timedelta(days=9)
    tick("sla")
    assert published(ticket.id, BREACHED) == []

    found = patch(ticket.id, status="OPEN")

    assert to_datetime(found.next_due_at) == START + timedelta(days=9, minutes=1)


def test_a_deleted_ticket_breaks_no_promise(
    make_policy: Any, make_ticket: Any, act: Any, clock: Any, tick: Any, published: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 60})
    ticket = make_ticket(type=type_)
    act("Delete", ticket.id)
    clock.now = START + timedelta(days=9)

    tick("sla")

    assert published(ticket.id, BREACHED) == []


def test_a_run_takes_a_limited_number(
    make_policy: Any, make_ticket: Any, clock: Any, tick: Any, published: Any, engine: Any, monkeypatch: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 1})
    tickets = [make_ticket(type=type_) for _ in range(3)]
    clock.now = START + timedelta(minutes=2)
    monkeypatch.setattr(timers, "BATCH", 2)

    def reported() -> int:
        with Session(engine) as session:
            return session.scalar(select(func.count()).where(Outbox.type == BREACHED)) or 0

    per_run: list[int] = []
    while sum(len(published(ticket.id, BREACHED)) for ticket in tickets) < 3:
        before = reported()
        tick("sla")
        per_run.append(reported() - before)

    assert len(per_run) >= 2
    assert set(per_run[:-1]) == {2}


def test_used_minutes_are_counted_up_to_now(
    make_policy: Any, make_ticket: Any, get_ticket: Any, rpc: Any, clock: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 60})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=20, seconds=30)

    assert get_ticket(ticket.id).sla_clocks[0].elapsed_minutes == 20
    request = support_pb2.ListTicketsRequest(filter=f'type = "{type_}"')
    (found,) = rpc("ListTickets", request, as_=ADMIN).tickets
    assert found.sla_clocks[0].elapsed_minutes == 20
