"""A subscription that came later, or starts anew, ends where one is that was there from the start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.shop.v1 import orders_pb2
from crm_chassis.db import outbox
from crm_chassis.db.tables import Followed
from crm_chassis.db.vault import Vault
from crm_chassis.envelope import IncomingEvent
from crm_chassis.events import replays
from crm_chassis.ids import QUEUES, uuid7
from crm_chassis.subscription import Subscription
from crm_chassis.testing import user
from crm_chassis.testing.ledger import Ledger
from crm_shop.events import PATTERN, event
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session


@pytest.fixture
def book(ledger: Any) -> Ledger:
    return Ledger(ledger, PATTERN)


def begin(book: Ledger) -> str:
    """Registers the subscription of a book as a new one; returns the id of the replay it waits for."""
    with Session(book.engine) as session, session.begin():
        replays.register(session, [Subscription(book.name, {PATTERN: book.handle})], datetime.now(UTC))
        session.flush()
        return str(session.scalar(select(Followed.replay_id).where(Followed.name == book.name)))


def again(one: IncomingEvent) -> IncomingEvent:
    return IncomingEvent.read(one.envelope, replayed=True)


def end(book: Ledger, replay_id: str) -> None:
    for queue in range(QUEUES):
        book.receiver.replay_ended(replay_id, queue, "shop")


def test_what_is_new_waits_for_what_was_before(book: Ledger) -> None:
    replay_id, record = begin(book), uuid7()
    events = [event(record, version) for version in (1, 2, 3)]
    book.receiver.receive(events[2:])
    assert book.applied(record) == []

    book.receiver.receive([again(one) for one in events])
    end(book, replay_id)
    book.retry_for(1)

    assert book.applied(record) == [1, 2, 3]
    assert book.parked() == []


def test_a_record_whose_beginning_is_no_longer_in_the_log_goes_on_from_what_is(book: Ledger) -> None:
    replay_id, record = begin(book), uuid7()
    book.receiver.receive([again(event(record, 7)), event(record, 8)])
    end(book, replay_id)
    assert book.applied(record) == [7, 8]


def test_nothing_waits_longer_than_the_replay(book: Ledger) -> None:
    replay_id, record = begin(book), uuid7()
    book.receiver.receive([event(record, 5)])
    end(book, replay_id)
    book.retry_for(1)
    assert book.applied(record) == [5]


def test_a_known_subscription_is_given_nothing(book: Ledger) -> None:
    end(book, begin(book))
    assert begin(book) == "None"


def test_starting_anew_applies_again_and_leaves_others_alone(book: Ledger) -> None:
    other, record = Ledger(book.engine, PATTERN), uuid7()
    end(book, begin(book))
    events = [event(record, version) for version in (1, 2)]
    for one in (book, other):
        one.receiver.receive(events)
    assert sorted(book.applied(record)) == [1, 1, 2, 2]
    with Session(book.engine) as session, session.begin():
        subscription = Subscription(book.name, {PATTERN: book.handle})
        replay_id = str(replays.restart(session, subscription, None, datetime.now(UTC)).replay_id)

    for one in (book, other):
        one.receiver.receive([again(each) for each in events])
    end(book, replay_id)

    assert sorted(book.applied(record)) == [1, 1, 1, 2, 2, 2]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_mixture_of_old_and_new_ends_the_same(ledger: Any, data: st.DataObject) -> None:
    """Live events from any point on, a replay of all that came before its end, in any interleaving."""
    book = Ledger(ledger, PATTERN)
    replay_id = begin(book)
    records = [uuid7() for _ in range(3)]
    versions = dict.fromkeys(records, 0)
    log = []
    for record in data.draw(st.lists(st.sampled_from(records), min_size=1, max_size=20)):
        versions[record] += 1
        log.append(event(record, versions[record]))
    live = log[data.draw(st.integers(0, len(log))) :]
    # What is published is in the log at the latest when its replay ends.
    old = [again(one) for one in log]
    while live or old:
        source = data.draw(st.sampled_from([stream for stream in (live, old) if stream]))
        book.receiver.receive([source.pop(0) for _ in range(data.draw(st.integers(1, len(source))))])
    end(book, replay_id)
    book.retry_for(1)
    assert [book.applied(record) for record in records] == [list(range(1, versions[r] + 1)) for r in records]
    assert book.parked() == []


def test_the_outdated_part_of_the_log_goes_and_the_last_event_of_a_record_stays(rpc: Any, engine: Any) -> None:
    order = rpc("CreateOrder", orders_pb2.CreateOrderRequest(order={"name": "One"}), as_=user())
    order.name = "Two"
    rpc("UpdateOrder", orders_pb2.UpdateOrderRequest(order=order), as_=user())

    def left(session: Session) -> list[int]:
        query = text("SELECT version FROM outbox WHERE record_id = :id ORDER BY version")
        return list(session.scalars(query, {"id": order.id}))

    with Session(engine) as session, session.begin():
        future = datetime.now(UTC) + timedelta(hours=1)
        outbox.compact(session, future)
        assert left(session) == [1, 2], "what is not published stays"
        session.execute(text("UPDATE outbox SET published_at = now() WHERE record_id = :id"), {"id": order.id})
        assert outbox.compact(session, datetime.now(UTC) - timedelta(hours=1)) == 0
        outbox.compact(session, future)
        assert left(session) == [2]
        assert order.id in {one.record_id for one in outbox.log(session, Vault(b"k" * 32), ["crm.shop.order"])}
