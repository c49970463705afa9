"""Deadlines that pass: found by the timer, published once by a job of the ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.identity.v1 import users_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.tables import History, JobRow
from crm_chassis.ids import uuid7
from crm_chassis.jobs import queue
from crm_chassis.testing import unique, user
from crm_support.tickets import breaches
from crm_support.tickets.model import Ticket
from sqlalchemy import func, select
from sqlalchemy.orm import Session

Kind = tickets_pb2.SlaClock.Kind
State = tickets_pb2.SlaClock.State
ADMIN = user()
BREACHED = "crm.support.ticket.sla_breached.v1"
START = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def report(tick: Any) -> Callable[[], None]:
    """What the worker does about deadlines that have passed."""

    def run() -> None:
        tick("sla")
        tick("jobs")

    return run


def test_each_clock_is_reported_once(
    make_policy: Any, make_ticket: Any, get_ticket: Any, clock: Any, report: Any, published: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("FIRST_RESPONSE", "MEDIUM"): 60, ("SOLUTION", "MEDIUM"): 90})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=60)
    report()
    assert published(ticket.id, BREACHED) == []

    for seconds in (1, 2, 3):
        clock.now = START + timedelta(minutes=60, seconds=seconds)
        report()

    (event,) = published(ticket.id, BREACHED)
    assert (event.data.kind, event.data.ticket.sla_breached) == (Kind.FIRST_RESPONSE, True)
    found = get_ticket(ticket.id)
    assert to_datetime(found.sla_clocks[0].breached_at) == START + timedelta(minutes=60)
    assert to_datetime(found.next_due_at) == START + timedelta(minutes=90)

    clock.now = START + timedelta(hours=5)
    report()
    report()
    assert [event.data.kind for event in published(ticket.id, BREACHED)] == [Kind.FIRST_RESPONSE, Kind.SOLUTION]


def test_a_late_answer_before_the_timer_is_a_breach_and_is_reported(
    make_policy: Any, make_ticket: Any, say: Any, get_ticket: Any, clock: Any, report: Any, published: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("FIRST_RESPONSE", "MEDIUM"): 60})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=61)

    say(ticket.id)

    assert get_ticket(ticket.id).sla_clocks[0].state == State.BREACHED
    report()
    report()
    assert len(published(ticket.id, BREACHED)) == 1


@pytest.mark.parametrize("change", ["priority", "status", "assignee", "message", "import", "departure"])
def test_a_passed_deadline_is_noted_before_the_ticket_changes(
    make_policy: Any, make_ticket: Any, patch: Any, act: Any, say: Any, import_csv: Any, deliver: Any,
    get_ticket: Any, clock: Any, tick: Any, report: Any, published: Any, change: str,
) -> None:  # fmt: skip
    """Whatever changes it: the promise was broken at its deadline, not when somebody next looked."""
    clock.now, type_, external_id, agent, successor = START, unique("type"), unique("ext"), uuid7(), uuid7()
    for member in (agent, successor):
        deliver(users_pb2.UserCreated(user={"id": member, "display_name": "Ann", "status": "ACTIVE"}))
    make_policy(type_, {("SOLUTION", "CRITICAL"): 60, ("SOLUTION", "LOW"): 90})
    ticket = make_ticket(type=type_, priority="CRITICAL", external_id=external_id, assignee_id=agent)
    clock.now = START + timedelta(minutes=75)

    match change:
        case "priority":
            patch(ticket.id, priority="LOW")
        case "status":
            patch(ticket.id, status="PENDING_CUSTOMER")
        case "assignee":
            act("Assign", ticket.id, assignee_id=successor)
        case "message":
            say(ticket.id, "CUSTOMER")
        case "import":
            row = f"external_id,subject,type,priority\n{external_id},Broken,{type_},LOW\n"
            assert import_csv("tickets", row, as_=ADMIN).rows_updated == 1
        case "departure":
            gone = {"id": agent, "display_name": "Ann", "status": "DEACTIVATED"}
            deliver(users_pb2.UserDeactivated(user=gone, reassign_to_id=successor), version=2)
            tick("jobs")

    (found,) = get_ticket(ticket.id).sla_clocks
    assert (found.state, found.target_minutes) == (State.BREACHED, 60)
    assert to_datetime(found.breached_at) == START + timedelta(minutes=60)
    report()
    assert [event.data.kind for event in published(ticket.id, BREACHED)] == [Kind.SOLUTION]


def test_a_paused_ticket_breaks_no_promise(
    make_policy: Any, make_ticket: Any, patch: Any, clock: Any, report: Any, published: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 60})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=59)
    patch(ticket.id, status="PENDING_CUSTOMER")
    clock.now = START + timedelta(days=9)
    report()
    assert published(ticket.id, BREACHED) == []

    found = patch(ticket.id, status="OPEN")

    assert to_datetime(found.next_due_at) == START + timedelta(days=9, minutes=1)


def test_a_deleted_ticket_breaks_no_promise(
    make_policy: Any, make_ticket: Any, act: Any, clock: Any, report: Any, published: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 60})
    ticket = make_ticket(type=type_)
    act("Delete", ticket.id)
    clock.now = START + timedelta(days=9)

    report()

    assert published(ticket.id, BREACHED) == []


def test_a_run_takes_a_limited_number(
    make_policy: Any, make_ticket: Any, clock: Any, tick: Any, published: Any, engine: Any, monkeypatch: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 1})
    tickets = [make_ticket(type=type_) for _ in range(3)]
    clock.now = START + timedelta(minutes=2)
    monkeypatch.setattr(breaches, "BATCH", 2)

    def jobs(*states: str) -> int:
        query = select(func.count()).where(JobRow.kind == breaches.REPORT_BREACHES.name, JobRow.state.in_(states))
        with Session(engine) as session:
            return session.scalar(query) or 0

    per_run: list[int] = []
    while not per_run or per_run[-1]:
        before = jobs("WAITING")
        tick("sla")
        per_run.append(jobs("WAITING") - before)

    assert len(per_run) >= 3
    assert set(per_run[:-2]) == {2}
    tick("jobs")
    assert [len(published(ticket.id, BREACHED)) for ticket in tickets] == [1, 1, 1]


def test_a_ticket_that_cannot_be_reported_holds_up_no_other_one(
    make_policy: Any, make_ticket: Any, clock: Any, tick: Any, published: Any, engine: Any, monkeypatch: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 1})
    bad, good = make_ticket(type=type_), make_ticket(type=type_)
    clock.now = START + timedelta(minutes=2)
    report_breach = Ticket.report_breach

    def poisoned(ticket: Ticket, now: datetime) -> str | None:
        if ticket.id == bad.id:
            raise ValueError("poison")
        return report_breach(ticket, now)

    monkeypatch.setattr(Ticket, "report_breach", poisoned)
    for _ in range(breaches.REPORT_BREACHES.retry.attempts):
        tick("sla")
        tick("jobs")
        clock.advance(seconds=3600)

    assert len(published(good.id, BREACHED)) == 1
    with Session(engine) as session:
        # One job, however often the timer has run since; when it has been retried the breach is published.
        row = session.scalars(select(JobRow).where(JobRow.key == bad.id)).one()
        assert (row.state, "poison" in row.error) == (queue.DEAD, True)
        monkeypatch.undo()
        queue.revive(session, row)
        session.commit()
    tick("jobs")
    assert len(published(bad.id, BREACHED)) == 1


def test_a_worker_that_dies_between_two_breaches_reports_each_once(
    make_policy: Any, make_ticket: Any, clock: Any, tick: Any, published: Any, engine: Any, monkeypatch: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("FIRST_RESPONSE", "MEDIUM"): 1, ("SOLUTION", "MEDIUM"): 2})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=5)
    report_breach = Ticket.report_breach

    class Killed(BaseException):
        """Stands for kill -9: nothing after it runs."""

    for survived in (0, 1):
        left = survived

        def dying(ticket: Ticket, now: datetime) -> str | None:
            nonlocal left
            kind = report_breach(ticket, now)
            left -= 1
            if left < 0:
                raise Killed
            return kind

        monkeypatch.setattr(Ticket, "report_breach", dying)
        tick("sla")
        with pytest.raises(Killed):
            tick("jobs")
        assert len(published(ticket.id, BREACHED)) == survived
    monkeypatch.undo()
    tick("jobs")

    kinds = [event.data.kind for event in published(ticket.id, BREACHED)]
    assert kinds == [Kind.FIRST_RESPONSE, Kind.SOLUTION]


def test_the_audit_trail_names_who_has_noted_a_breach(
    make_policy: Any, make_ticket: Any, clock: Any, report: Any, engine: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 1})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=2)
    report()
    with Session(engine) as session:
        entry = session.scalars(
            select(History).where(History.record_id == ticket.id).order_by(History.id.desc()).limit(1)
        ).one()
    assert (entry.action, entry.actor_id, entry.source) == ("sla_breached", "sla", "rule")


def test_used_minutes_are_counted_up_to_now(
    make_policy: Any, make_ticket: Any, get_ticket: Any, rpc: Any, clock: Any
) -> None:
    clock.now, type_ = START, unique("type")
    make_policy(type_, {("SOLUTION", "MEDIUM"): 60})
    ticket = make_ticket(type=type_)
    clock.now = START + timedelta(minutes=20, seconds=30)

    assert get_ticket(ticket.id).sla_clocks[0].elapsed_minutes == 20
    request = tickets_pb2.ListTicketsRequest(filter=f'type = "{type_}"')
    (found,) = rpc("ListTickets", request, as_=ADMIN).tickets
    assert found.sla_clocks[0].elapsed_minutes == 20
