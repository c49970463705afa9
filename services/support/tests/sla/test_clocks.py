"""The three clocks, on a ticket without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm_support.calendars.model import working_time
from crm_support.sla.clocks import Clock, Promise
from crm_support.tickets.model import Ticket
from hypothesis import given, settings
from hypothesis import strategies as st

MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)
OFFICE = working_time("UTC", [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(1, 6)], ())
ALWAYS = working_time("UTC", [{"weekday": d, "start": "00:00", "end": "24:00"} for d in range(1, 8)], ())
TARGETS = {
    ("FIRST_RESPONSE", "MEDIUM"): 120, ("UPDATE", "MEDIUM"): 30, ("SOLUTION", "MEDIUM"): 480,
    ("FIRST_RESPONSE", "CRITICAL"): 60, ("UPDATE", "CRITICAL"): 15, ("SOLUTION", "CRITICAL"): 240,
    ("FIRST_RESPONSE", "LOW"): 960, ("SOLUTION", "LOW"): 4800,
}  # fmt: skip
PROMISE = Promise("p", TARGETS, OFFICE)


def after(minutes: float) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


class Desk:
    """A ticket of Monday, nine o'clock, and what happens to it at a minute of work."""

    def __init__(self, promise: Promise | None = PROMISE, **fields: Any) -> None:
        self.promise = promise
        self.ticket = Ticket(subject="x", created_at=MONDAY, reopen_count=0, **fields)
        self.ticket.begin(1)
        self.ticket.reckon(promise, MONDAY)

    def do(self, minute: float, step: str, *arguments: Any) -> None:
        now = after(minute)
        self.ticket.note_breaches(now)
        getattr(self.ticket, step)(*arguments, now)
        self.ticket.reckon(self.promise, now)

    def hear(self, minute: float, author: str, internal: bool = False) -> None:
        self.do(minute, "hear", author, internal)

    def change(self, minute: float, **fields: Any) -> None:
        self.ticket.note_breaches(after(minute))
        for name, value in fields.items():
            setattr(self.ticket, name, value)
        self.ticket.reckon(self.promise, after(minute))

    def clock(self, kind: str) -> Clock:
        return next(Clock.from_json(one) for one in self.ticket.sla_clocks if one["kind"] == kind)

    @property
    def kinds(self) -> list[str]:
        return [one["kind"] for one in self.ticket.sla_clocks]


def test_first_response_and_solution_run_from_creation() -> None:
    desk = Desk()

    assert desk.kinds == ["FIRST_RESPONSE", "SOLUTION"]
    assert (desk.clock("FIRST_RESPONSE").due_at, desk.clock("SOLUTION").due_at) == (after(120), after(480))
    assert desk.ticket.next_due_at == after(120)


def test_a_public_reply_of_a_person_meets_the_first_response() -> None:
    desk = Desk()
    desk.hear(50, "AGENT")

    found = desk.clock("FIRST_RESPONSE")
    assert (found.state, found.stopped_at, found.elapsed_minutes) == ("MET", after(50), 50)
    assert (desk.ticket.status, desk.ticket.next_due_at) == ("OPEN", after(480))


@pytest.mark.parametrize(("author", "internal"), [("AUTOMATION", False), ("AUTOMATION", True), ("AGENT", True)])
def test_automation_and_notes_are_no_response(author: str, internal: bool) -> None:
    desk = Desk()
    desk.hear(50, author, internal)

    assert desk.clock("FIRST_RESPONSE").state == "RUNNING"
    assert (desk.ticket.status, desk.ticket.first_responded_at) == ("NEW", None)


def test_a_shorter_update_target_does_not_overtake_the_first_response() -> None:
    desk = Desk()
    desk.hear(10, "CUSTOMER")

    assert "UPDATE" not in desk.kinds
    assert desk.ticket.next_due_at == after(120)


def test_an_update_runs_from_the_customers_last_unanswered_message() -> None:
    desk = Desk()
    desk.hear(10, "AGENT")
    desk.hear(20, "CUSTOMER")
    assert desk.clock("UPDATE").due_at == after(50)

    desk.hear(40, "CUSTOMER")
    assert (desk.clock("UPDATE").started_at, desk.clock("UPDATE").due_at) == (after(40), after(70))

    desk.hear(60, "AGENT")
    assert (desk.clock("UPDATE").state, desk.clock("UPDATE").elapsed_minutes) == ("MET", 20)
    assert desk.ticket.next_due_at == after(480)

    desk.hear(100, "CUSTOMER")
    assert (desk.clock("UPDATE").state, desk.clock("UPDATE").due_at) == ("RUNNING", after(130))


def test_a_pause_before_an_update_does_not_count_for_it() -> None:
    desk = Desk()
    desk.hear(10, "AGENT")
    desk.do(20, "move", "PENDING_CUSTOMER")
    desk.do(30, "move", "OPEN")
    desk.hear(50, "CUSTOMER")

    assert (desk.clock("UPDATE").elapsed_minutes, desk.clock("UPDATE").due_at) == (0, after(80))


def test_asking_again_does_not_heal_a_broken_update() -> None:
    desk = Desk()
    desk.hear(10, "AGENT")
    desk.hear(20, "CUSTOMER")
    desk.hear(60, "CUSTOMER")

    assert (desk.clock("UPDATE").state, desk.clock("UPDATE").breached_at) == ("BREACHED", after(50))


def test_without_a_first_response_target_the_question_itself_wants_an_update() -> None:
    desk = Desk(Promise("p", {("UPDATE", "MEDIUM"): 30}, OFFICE))

    assert (desk.kinds, desk.ticket.next_due_at) == (["UPDATE"], after(30))


def test_a_late_answer_stays_late() -> None:
    desk = Desk()
    desk.hear(121, "AGENT")

    found = desk.clock("FIRST_RESPONSE")
    assert (found.state, found.breached_at, found.stopped_at) == ("BREACHED", after(120), after(121))
    assert desk.ticket.sla_breached


def test_an_answer_at_the_deadline_is_in_time() -> None:
    desk = Desk()
    desk.hear(120, "AGENT")

    assert (desk.clock("FIRST_RESPONSE").state, desk.ticket.sla_breached) == ("MET", False)


def test_waiting_for_the_customer_stops_every_clock() -> None:
    desk = Desk()
    desk.do(60, "move", "PENDING_CUSTOMER")
    assert [desk.clock(kind).state for kind in desk.kinds] == ["PAUSED", "PAUSED"]
    assert desk.clock("FIRST_RESPONSE").due_at is None
    assert desk.ticket.next_due_at is None

    desk.do(24 * 60, "move", "OPEN")  # Tuesday, nine o'clock

    found = desk.clock("FIRST_RESPONSE")
    assert (found.state, found.elapsed_minutes, found.due_at) == ("RUNNING", 60, after(25 * 60))


def test_a_pause_that_begins_at_the_deadline_is_in_time_and_leaves_nothing() -> None:
    desk = Desk()
    desk.do(120, "move", "PENDING_CUSTOMER")
    assert desk.clock("FIRST_RESPONSE").state == "PAUSED"

    desk.do(180, "move", "OPEN")

    assert (desk.clock("FIRST_RESPONSE").state, desk.ticket.next_due_at) == ("RUNNING", after(180))


def test_waiting_for_a_colleague_does_not() -> None:
    desk = Desk()
    desk.do(60, "move", "PENDING_INTERNAL")

    assert (desk.clock("FIRST_RESPONSE").state, desk.ticket.next_due_at) == ("RUNNING", after(120))


def test_a_ticket_may_begin_by_waiting_for_the_customer() -> None:
    assert Desk(status="PENDING_CUSTOMER").clock("SOLUTION").state == "PAUSED"


def test_a_change_of_priority_carries_used_and_paused_time() -> None:
    desk = Desk(priority="LOW")
    desk.do(20, "move", "PENDING_CUSTOMER")
    desk.do(50, "move", "OPEN")
    desk.change(70, priority="CRITICAL")

    found = desk.clock("FIRST_RESPONSE")
    assert (found.target_minutes, found.elapsed_minutes, found.due_at) == (60, 40, after(90))

    desk.change(80, priority="MEDIUM")
    assert (desk.clock("FIRST_RESPONSE").elapsed_minutes, desk.clock("FIRST_RESPONSE").due_at) == (50, after(150))


def test_time_passes_also_while_nothing_is_promised() -> None:
    desk = Desk(priority="LOW")
    desk.change(20, priority="HIGH")
    assert desk.kinds == []

    desk.change(30, priority="CRITICAL")

    assert desk.clock("FIRST_RESPONSE").due_at == after(60)


def test_time_already_used_up_is_a_breach_of_the_moment_it_was_promised() -> None:
    desk = Desk(priority="LOW")
    desk.change(100, priority="CRITICAL")

    found = desk.clock("FIRST_RESPONSE")
    assert (found.state, found.due_at, found.breached_at) == ("BREACHED", after(60), after(100))


def test_another_policy_measures_the_same_past() -> None:
    desk = Desk()
    desk.do(30, "move", "PENDING_CUSTOMER")
    desk.do(60, "move", "OPEN")
    desk.promise = Promise("q", TARGETS, ALWAYS)
    desk.change(90)

    assert (desk.ticket.sla_policy_id, desk.clock("FIRST_RESPONSE").elapsed_minutes) == ("q", 60)
    assert desk.clock("SOLUTION").due_at == after(480 + 30)


def test_a_lower_priority_does_not_heal_a_breach() -> None:
    desk = Desk(priority="CRITICAL")
    desk.change(61, priority="LOW")

    assert (desk.clock("FIRST_RESPONSE").state, desk.clock("FIRST_RESPONSE").target_minutes) == ("BREACHED", 60)


def test_what_was_met_stays_met() -> None:
    desk = Desk(priority="LOW")
    desk.hear(100, "AGENT")
    desk.change(110, priority="CRITICAL")

    assert (desk.clock("FIRST_RESPONSE").state, desk.clock("FIRST_RESPONSE").target_minutes) == ("MET", 960)


def test_the_solution_goes_on_where_it_was_when_a_ticket_is_reopened() -> None:
    desk = Desk()
    desk.do(100, "resolve", "done")
    found = desk.clock("SOLUTION")
    assert (found.state, found.elapsed_minutes, found.due_at) == ("MET", 100, after(480))
    assert desk.clock("FIRST_RESPONSE").state == "PAUSED"

    desk.do(300, "close")
    desk.do(400, "reopen")

    found = desk.clock("SOLUTION")
    assert (found.state, found.elapsed_minutes, found.stopped_at) == ("RUNNING", 100, None)
    assert found.due_at == after(24 * 60 + 300)  # 80 minutes of Monday are left, and Tuesday begins at nine
    desk.do(420, "resolve", "")
    assert (desk.clock("SOLUTION").state, desk.clock("SOLUTION").elapsed_minutes) == ("MET", 120)


def test_a_broken_solution_counts_on_after_reopening_and_stays_broken() -> None:
    desk = Desk(priority="CRITICAL")
    desk.do(250, "resolve", "done")
    assert desk.clock("SOLUTION").state == "BREACHED"

    desk.do(300, "reopen")
    assert (desk.clock("SOLUTION").stopped_at, desk.clock("SOLUTION").elapsed_minutes) == (None, 250)

    desk.do(310, "resolve", "")
    assert (desk.clock("SOLUTION").state, desk.clock("SOLUTION").elapsed_minutes) == ("BREACHED", 260)


def test_each_breach_is_reported_once() -> None:
    desk = Desk(priority="CRITICAL")
    ticket, late = desk.ticket, after(300)

    assert (ticket.report_breach(after(60)), ticket.sla_breached) == (None, False)
    assert [ticket.report_breach(late) for _ in range(3)] == ["FIRST_RESPONSE", "SOLUTION", None]
    assert (ticket.sla_breached, ticket.next_due_at, ticket.breach_check_at) == (True, None, None)


def test_a_breach_that_an_answer_notices_first_is_still_reported() -> None:
    desk = Desk()
    desk.hear(130, "AGENT")
    assert desk.ticket.breach_check_at == after(120)

    assert desk.ticket.report_breach(after(131)) == "FIRST_RESPONSE"
    assert desk.ticket.breach_check_at == desk.ticket.next_due_at == after(480)


STEPS = st.lists(
    st.tuples(
        st.integers(1, 200), st.sampled_from(["wait", "go on", "agent", "customer", "raise", "lower", "solve", "again"])
    ),
    max_size=12,
)


@given(STEPS)
@settings(max_examples=150)
def test_deadline_and_used_time_always_add_up_to_the_target(steps: list[tuple[int, str]]) -> None:
    """Whatever happens: a running clock is due when exactly the rest of its target will have been worked."""
    desk, minute = Desk(), 0
    for gap, step in steps:
        minute += gap
        ticket = desk.ticket
        if step in ("agent", "customer"):
            desk.hear(minute, step.upper())
        elif step in ("raise", "lower"):
            desk.change(minute, priority="CRITICAL" if step == "raise" else "MEDIUM")
        elif step == "solve" and ticket.is_open:
            desk.do(minute, "resolve", "")
        elif step == "again" and not ticket.is_open:
            desk.do(minute, "reopen")
        elif ticket.is_open and step in ("wait", "go on"):
            desk.do(minute, "move", "PENDING_CUSTOMER" if step == "wait" else "OPEN")
        desk.change(minute)
        running = [Clock.from_json(one) for one in ticket.sla_clocks if one["state"] == "RUNNING"]
        for clock in running:
            assert clock.due_at is not None
            rest = OFFICE.working_between(after(minute), clock.due_at) // timedelta(minutes=1)
            assert clock.elapsed_minutes + rest == clock.target_minutes
        assert ticket.next_due_at == min((clock.due_at for clock in running), default=None)
        paused = {one["state"] for one in ticket.sla_clocks} - {"MET", "BREACHED"}
        assert paused <= ({"PAUSED"} if ticket.status in ("PENDING_CUSTOMER", "RESOLVED") else {"RUNNING"})
