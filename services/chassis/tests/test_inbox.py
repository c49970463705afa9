"""Every event has its effect once and in order, whatever arrives, fails or dies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from crm_chassis import tracing
from crm_chassis.db.tables import Parked
from crm_chassis.envelope import IncomingEvent
from crm_chassis.events import inbox
from crm_chassis.events.inbox import MAX_ATTEMPTS, drop, revive
from crm_chassis.ids import uuid7
from crm_chassis.testing.collector import Collector
from crm_chassis.testing.ledger import Killed, Ledger
from crm_shop.events import PATTERN, event
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session


@pytest.fixture
def book(ledger: Any) -> Ledger:
    return Ledger(ledger, PATTERN)


def test_a_second_delivery_changes_nothing(book: Ledger) -> None:
    record = uuid7()
    events = [event(record, 1), event(record, 2)]
    book.receiver.receive(events)
    book.receiver.receive(events)
    book.receiver.receive(events[:1], careful=True)
    assert book.applied(record) == [1, 2]


def test_the_same_event_twice_in_one_batch_counts_once(book: Ledger) -> None:
    one = event(uuid7(), 1)
    book.receiver.receive([one, one])
    assert book.applied(one.record_id) == [1]


@pytest.mark.parametrize("careful", [False, True])
def test_of_two_events_of_one_version_the_first_counts(book: Ledger, careful: bool) -> None:
    """A publisher that went back to a backup may give a version twice."""
    record = uuid7()
    book.receiver.receive([event(record, 1), event(record, 2)])
    book.receiver.receive([event(record, 2)], careful=careful)
    book.receiver.receive([event(record, 1), event(record, 2), event(record, 3)], careful=careful)
    assert book.applied(record) == [1, 2, 3]
    assert book.parked() == []


def test_an_event_that_comes_too_early_waits(book: Ledger) -> None:
    record = uuid7()
    first, second, third = (event(record, n) for n in (1, 2, 3))
    book.receiver.receive([first])
    book.receiver.receive([third])
    assert book.applied(record) == [1]
    book.receiver.receive([second])
    book.retry_for(1)
    assert book.applied(record) == [1, 2, 3]
    assert book.parked() == []


def test_poison_holds_up_its_own_record_only(book: Ledger) -> None:
    sick, healthy = uuid7(), uuid7()
    book.poison = {(sick, 2)}
    book.receiver.receive([event(sick, 1), event(sick, 2), event(sick, 3), event(healthy, 1), event(healthy, 2)])
    assert (book.applied(sick), book.applied(healthy)) == ([1], [1, 2])

    book.poison.clear()
    book.retry_for(1)
    assert book.applied(sick) == [1, 2, 3]


@pytest.mark.parametrize("ahead", [-300, 300])
def test_a_wrong_clock_does_not_change_when_an_event_is_due(book: Ledger, ahead: int) -> None:
    record = uuid7()
    book.clock.advance(seconds=ahead)
    book.receiver.receive([event(record, 1)])
    book.receiver.receive([event(record, 3)])
    book.receiver.receive([event(record, 2)])
    book.clock.advance(seconds=-ahead)
    book.receiver.retry_due()
    assert book.applied(record) == [1, 2]
    book.retry_for(10 / 3600)
    assert book.applied(record) == [1, 2, 3]


def test_poison_is_given_up_after_the_last_attempt_and_never_deleted(book: Ledger) -> None:
    record = uuid7()
    book.poison = {(record, 1)}
    book.receiver.receive([event(record, 1), event(record, 2)])
    book.retry_for(48)

    head, behind = book.parked()
    assert (head.dead, head.attempts, behind.dead) == (True, MAX_ATTEMPTS, False)
    assert "poison" in head.error
    assert book.applied(record) == []

    book.poison.clear()
    with Session(book.engine) as session, session.begin():
        revive(session, session.get_one(Parked, head.id))
    book.retry_for(1)
    assert book.applied(record) == [1, 2]


def test_a_dropped_event_lets_its_record_go_on(book: Ledger) -> None:
    record = uuid7()
    book.poison = {(record, 1)}
    book.receiver.receive([event(record, 1), event(record, 2)])
    with Session(book.engine) as session, session.begin():
        drop(session, session.get_one(Parked, book.parked()[0].id))
    book.retry_for(1)
    assert book.applied(record) == [2]


def test_an_event_that_kills_the_process_is_given_up_too(book: Ledger) -> None:
    deadly = event(uuid7(), 1)
    book.deadly = {(deadly.record_id, 1)}
    with pytest.raises(Killed):
        book.receiver.receive([deadly])
    for _ in range(MAX_ATTEMPTS + 2):
        try:
            book.receiver.receive([deadly], careful=True)
        except Killed:
            continue
    (parked,) = book.parked()
    assert (parked.dead, book.applied(deadly.record_id)) == (True, [])


class Deliveries(RuleBasedStateMachine):
    """Random deliveries, repetitions, failures and deaths; the ledger must read 1..n for every record."""

    book: Ledger
    make: Callable[[], Ledger]

    @initialize()
    def begin(self) -> None:
        self.book = self.make()
        self.sent: dict[str, list[IncomingEvent]] = defaultdict(list)
        self.records = [uuid7() for _ in range(3)]

    @rule(which=st.integers(0, 2), count=st.integers(1, 4))
    def happen(self, which: int, count: int) -> None:
        record = self.records[which]
        for _ in range(count):
            self.sent[record].append(event(record, len(self.sent[record]) + 1))

    @rule(
        picks=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8)), min_size=1, max_size=6),
        fault=st.sampled_from(["none", "none", "poison", "death"]),
        careful=st.booleans(),
    )
    def deliver(self, picks: list[tuple[int, int]], fault: str, careful: bool) -> None:
        chosen = [self.sent[self.records[w]][n] for w, n in picks if n < len(self.sent[self.records[w]])]
        # The broker keeps the order of a record; only repetitions and gaps of whole stretches are possible.
        chosen.sort(key=lambda one: one.version)
        first = {r: self.sent[r][0] for r in {one.record_id for one in chosen}}
        fresh = [one for r, one in first.items() if not self.book.applied(r)]
        chosen = fresh + chosen
        if chosen and fault != "none":
            target = {(chosen[-1].record_id, chosen[-1].version)}
            if fault == "poison":
                self.book.poison = target
            else:
                self.book.deadly = target
        with suppress(Killed):
            self.book.receiver.receive(chosen, careful=careful)
        self.book.poison, self.book.deadly = set(), set()

    @invariant()
    def in_order_and_once(self) -> None:
        for record in getattr(self, "records", ()):
            applied = self.book.applied(record)
            assert applied == list(range(1, len(applied) + 1))

    def teardown(self) -> None:
        if not hasattr(self, "sent"):
            return
        for events in self.sent.values():
            self.book.receiver.receive(events, careful=True)
        self.book.retry_for(48)
        for record, events in self.sent.items():
            assert self.book.applied(record) == list(range(1, len(events) + 1))


def test_random_deliveries_and_crashes(ledger: Any) -> None:
    machine = type("Machine", (Deliveries,), {"make": staticmethod(lambda: Ledger(ledger, PATTERN))})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=15, stateful_step_count=12, suppress_health_check=list(HealthCheck)),
    )


def test_a_handler_is_a_span_below_what_sent_its_event(book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = uuid7(), uuid7()
    book.poison.add((bad, 1))
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        tracing.start("sales")
        for record_id in (good, bad):
            book.receiver.receive([event(record_id, 1, f"00-{'a' * 32}-{'b' * 16}-01")])
        tracing.stop()
    assert [(one.attributes["crm.record_id"], one.error) for one in collector.steps] == [
        (good, None), (bad, "ValueError"),
    ]  # fmt: skip
    for one in collector.steps:
        assert (one.kind, one.name) == ("consumer", "process crm.shop.order.updated.v1")
        assert (one.trace_id, one.parent_id) == ("a" * 32, "b" * 16)


def test_backoff_grows_to_an_hour() -> None:
    assert len(inbox.BACKOFF) == MAX_ATTEMPTS
    assert list(inbox.BACKOFF) == sorted(inbox.BACKOFF)
    assert inbox.BACKOFF[-1] == 3600


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    yield
    structlog.reset_defaults()
