"""Every event has its effect once and in the order of its record, whatever arrives, fails or dies."""

from __future__ import annotations

import logging
import sqlite3
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from crm_subscriber import Event, Inbox
from crm_subscriber.inbox import BACKOFF
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.subscriber.tests.events import TYPE, event, new_id

GAP = 300.0


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


class Book:
    """A program that notes what it applied, and fails or dies for chosen events."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self.connect = connect
        self.now = 1000.0
        self.consumer = f"book-{uuid.uuid4().hex}"
        self.poison: set[tuple[str, int]] = set()
        self.deadly: set[tuple[str, int]] = set()
        self.fatal: set[tuple[str, int]] = set()
        """Die between the effect and the commit."""
        self.open()
        self.execute("CREATE TABLE IF NOT EXISTS effects (consumer text, subject text, sequence bigint)")
        self.connection.commit()

    def open(self) -> None:
        self.connection = self.connect()
        handlers = {TYPE: self.handle}
        self.inbox = Inbox(self.connection, self.consumer, handlers, timedelta(seconds=GAP), lambda: self.now)
        self.inbox.create_tables()
        release = self.inbox._release

        def dying(kind: str, subject: str, sequence: int) -> None:
            if (subject, sequence) in self.fatal:
                raise Killed
            release(kind, subject, sequence)

        self.inbox._release = dying  # type: ignore[method-assign]

    def execute(self, statement: str, *values: Any) -> Any:
        if isinstance(self.connection, psycopg.Connection):
            statement = statement.replace("?", "%s")
        return self.connection.execute(statement, values)

    def handle(self, incoming: Event, connection: Any) -> None:
        assert connection is self.connection
        key = incoming.subject, incoming.sequence
        self.execute("INSERT INTO effects VALUES (?, ?, ?)", self.consumer, *key)
        if key in self.deadly:
            raise Killed
        if key in self.poison:
            raise ValueError("poison")

    def receive(self, *events: Event) -> None:
        try:
            for one in events:
                self.inbox.receive(one)
        except Killed:
            # The process is gone, and with it the connection.
            self.connection.close()
            self.open()
            raise

    def applied(self, subject: str) -> list[int]:
        query = "SELECT sequence FROM effects WHERE consumer = ? AND subject = ?"
        found = [row[0] for row in self.execute(query, self.consumer, subject)]
        self.connection.rollback()
        return found

    def held(self) -> list[tuple[int, int]]:
        query = "SELECT sequence, attempts FROM crm_held WHERE consumer = ? ORDER BY sequence"
        found = [tuple(row) for row in self.execute(query, self.consumer)]
        self.connection.rollback()
        return found

    def wait(self, seconds: float, steps: int = 20) -> None:
        for _ in range(steps):
            self.now += seconds / steps
            self.inbox.retry()


@pytest.fixture
def book(connect: Callable[[], Any]) -> Any:
    one = Book(connect)
    yield one
    one.connection.close()


def test_a_second_delivery_changes_nothing(book: Book) -> None:
    record = new_id()
    events = [event(record, 1), event(record, 2)]
    book.receive(*events, *events, events[0])
    assert book.applied(record) == [1, 2]


def test_the_first_event_seen_is_taken_whatever_its_number(book: Book) -> None:
    record = new_id()
    book.receive(event(record, 7), event(record, 6), event(record, 8))
    assert book.applied(record) == [7, 8]


def test_events_without_a_handler_count_as_seen(book: Book) -> None:
    record = new_id()
    book.receive(event(record, 1), event(record, 2, "crm.sales.opportunity.updated.v1"), event(record, 3))
    assert (book.applied(record), book.held()) == ([1, 3], [])


def test_records_of_different_kinds_may_have_the_same_id(book: Book) -> None:
    record = new_id()
    book.receive(event(record, 5, "crm.sales.task.created.v1"), event(record, 1))
    assert book.applied(record) == [1]


def test_consumers_of_one_database_do_not_know_each_other(book: Book) -> None:
    other, one = Book(book.connect), event(new_id(), 1)
    for each in (book, other, book):
        each.receive(one)
    assert (book.applied(one.subject), other.applied(one.subject)) == ([1], [1])
    other.connection.close()


def test_what_comes_too_early_waits_for_what_is_missing(book: Book) -> None:
    record = new_id()
    book.receive(event(record, 1), event(record, 4), event(record, 3), event(record, 4))
    book.wait(GAP / 2)
    assert book.applied(record) == [1]
    book.receive(event(record, 2))
    assert (book.applied(record), book.held()) == ([1, 2, 3, 4], [])


def test_a_gap_is_passed_over_after_its_time_with_a_warning(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    record = new_id()
    book.receive(event(record, 1), event(record, 3), event(record, 4))
    book.wait(GAP + 1)
    assert (book.applied(record), book.held()) == ([1, 3, 4], [])
    assert f"{record} taken without 2 to 2" in caplog.text
    book.receive(event(record, 2))
    assert book.applied(record) == [1, 3, 4]


@pytest.mark.parametrize("first", [1, 2])
def test_a_failing_handler_holds_up_its_own_record_only(book: Book, first: int) -> None:
    sick, healthy = new_id(), new_id()
    book.poison = {(sick, first)}
    book.receive(*(event(sick, n) for n in (1, 2, 3)), event(healthy, 1), event(sick, first))
    assert (book.applied(sick), book.applied(healthy)) == ([1][: first - 1], [1])
    book.wait(7200, steps=200)
    assert book.applied(sick) == [1][: first - 1]
    assert dict(book.held())[first] == 1 + len(BACKOFF)  # the last of them begins after 4356 s

    book.poison.clear()
    book.wait(3700)
    assert (book.applied(sick), book.held()) == ([1, 2, 3], [])


def test_a_failing_event_is_not_tried_before_its_time(book: Book) -> None:
    record = new_id()
    book.poison = {(record, 1)}
    book.receive(event(record, 1))
    for _ in range(5):
        book.inbox.retry()
        book.receive(event(record, 1))
    assert book.held() == [(1, 1)]


def test_a_held_event_that_is_deleted_by_hand_lets_its_record_go_on(book: Book) -> None:
    record = new_id()
    book.poison = {(record, 1)}
    book.receive(event(record, 1), event(record, 2))
    book.execute("DELETE FROM crm_held WHERE consumer = ? AND sequence = 1", book.consumer)
    book.connection.commit()
    book.wait(GAP + 1)
    assert (book.applied(record), book.held()) == ([2], [])


def test_a_connection_that_commits_by_itself_is_refused(tmp_path: Any, connect: Callable[[], Any]) -> None:
    one = connect()
    if isinstance(one, sqlite3.Connection):
        one.isolation_level = None
    else:
        one.autocommit = True
    with pytest.raises(ValueError, match="commits by itself"):
        Inbox(one, "x", {})
    one.close()


def test_rows_may_be_made_into_something_else(book: Book) -> None:
    rows: Any = psycopg.rows.dict_row if isinstance(book.connection, psycopg.Connection) else sqlite3.Row
    book.connection.row_factory = rows
    record = new_id()
    book.receive(event(record, 1), event(record, 3), event(record, 2))
    book.connection.row_factory = psycopg.rows.tuple_row if rows is psycopg.rows.dict_row else None
    assert book.applied(record) == [1, 2, 3]


class Deliveries(RuleBasedStateMachine):
    """Deliveries repeated, mixed, failing and dying at random; each record must read 1..n, and all of it in the end."""

    make: Callable[[], Book]

    @initialize()
    def begin(self) -> None:
        self.book = self.make()
        self.sent: dict[str, list[Event]] = defaultdict(list)
        self.records = [new_id() for _ in range(3)]
        for record in self.records:
            self.sent[record].append(event(record, 1))
            self.book.receive(self.sent[record][0])

    @rule(which=st.integers(0, 2), count=st.integers(1, 4))
    def happen(self, which: int, count: int) -> None:
        record = self.records[which]
        for _ in range(count):
            self.sent[record].append(event(record, len(self.sent[record]) + 1))

    @rule(
        picks=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8)), min_size=1, max_size=6),
        fault=st.sampled_from(["none", "none", "poison", "deadly", "fatal"]),
        seconds=st.sampled_from([0.0, 1.0, 40.0]),
    )
    def deliver(self, picks: list[tuple[int, int]], fault: str, seconds: float) -> None:
        """In any order: the gap is never waited for long enough to be passed over."""
        chosen = [self.sent[self.records[w]][n] for w, n in picks if n < len(self.sent[self.records[w]])]
        if chosen and fault != "none":
            setattr(self.book, fault, {(chosen[-1].subject, chosen[-1].sequence)})
        with suppress(Killed):
            self.book.receive(*chosen)
        self.book.poison, self.book.deadly, self.book.fatal = set(), set(), set()
        self.book.now += 0 if self.book.held() and self.book.now > 1000 + GAP / 2 else seconds
        self.book.inbox.retry()

    @invariant()
    def in_order_and_once(self) -> None:
        for record in getattr(self, "records", ()):
            applied = self.book.applied(record)
            assert applied == list(range(1, len(applied) + 1))

    def teardown(self) -> None:
        if not hasattr(self, "sent"):
            return
        for events in self.sent.values():
            self.book.receive(*events)
        self.book.wait(7200)
        assert self.book.held() == []
        for record, events in self.sent.items():
            assert self.book.applied(record) == list(range(1, len(events) + 1))
        self.book.connection.close()


def test_deliveries_and_crashes_at_random(connect: Callable[[], Any]) -> None:
    machine = type("Machine", (Deliveries,), {"make": staticmethod(lambda: Book(connect))})
    logging.disable(logging.WARNING)
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(max_examples=25, stateful_step_count=12, suppress_health_check=list(HealthCheck)),
        )
    finally:
        logging.disable(logging.NOTSET)
