"""Programs outside the suite get what is published, and nothing they do is felt inside."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from amqp.basic_message import Message
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis.bus.forwarder import Forwarder, forward_again
from crm_chassis.bus.relay import Confirms, Relay
from crm_chassis.bus.topology import (
    EVENTS,
    PERSONAL,
    PUBLIC,
    connect,
    declare,
    public_queue,
    routing_key,
    service_queues,
)
from crm_chassis.db.tables import Outbox
from crm_chassis.db.vault import Vault
from crm_chassis.envelope import CONTENT_TYPE, IncomingEvent, Occurrence, seal
from crm_chassis.ids import partition_of, uuid7
from crm_chassis.metrics import EVENTS_FORWARDED, EVENTS_NOT_FORWARDED
from crm_chassis.testing import unique, user
from crm_chassis.testing.ledger import Ledger
from kombu import Queue
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.e2e.client import eventually

VAULT = Vault(b"\x05" * 32)
ADMIN = user()
FULL = {"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish"}


class Outsider:
    """A program outside the suite with one queue; a queue that is `full` is read by nobody."""

    def __init__(self, url: str, exchange: Any, key: str, arguments: dict[str, Any] | None = None) -> None:
        self.connection = connect(url)
        self.queue = Queue(unique("outsider"), exchange, key, durable=True, queue_arguments=arguments or {})(
            self.connection.default_channel
        )
        self.queue.declare()
        self.keys: list[str] = []
        self.events: list[dict[str, Any]] = []
        if not arguments:
            self.connection.default_channel.basic_consume(self.queue.name, no_ack=True, callback=self._take)

    def _take(self, message: Any) -> None:
        self.keys.append(message.delivery_info["routing_key"])
        self.events.append(orjson.loads(message.body))

    def wait_for(self, found: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        while not found(self.events):
            self.connection.drain_events(timeout=20)
        return self.events

    def waiting(self) -> int:
        """How many messages its queue holds."""
        return int(self.queue.queue_declare(passive=True).message_count)

    def close(self) -> None:
        self.queue.delete()
        self.connection.release()


@pytest.fixture
def outsider(amqp_url: str) -> Iterator[Callable[..., Outsider]]:
    declare(amqp_url, "contacts", [])
    with ExitStack() as stack:

        def make(*arguments: Any) -> Outsider:
            one = Outsider(amqp_url, *arguments)
            stack.callback(one.close)
            return one

        yield make


@pytest.fixture
def running(engine: Any, amqp_url: str, outsider: Any) -> Iterator[Callable[[], None]]:
    """Starts the relay and the forwarder of contacts in threads, which find nothing of earlier tests."""
    with connect(amqp_url) as connection, Session(engine) as session:
        public_queue("contacts")(connection.default_channel).purge()
        session.execute(update(Outbox).where(Outbox.published_at.is_(None)).values(published_at=func.now()))
        session.commit()
    pause = threading.Event().wait
    both: list[Any] = [Relay(engine, amqp_url, VAULT, pause), Forwarder("contacts", engine, amqp_url, pause)]
    threads = [threading.Thread(target=one.run, daemon=True) for one in both]

    def start() -> None:
        for thread in threads:
            thread.start()

    yield start
    for one in both:
        one.stop()
    for thread in threads:
        if thread.ident is not None:
            thread.join(20)


@pytest.fixture
def make_accounts(rpc: Any) -> Callable[[int], list[str]]:
    def make(count: int) -> list[str]:
        name = accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")})
        return [rpc("CreateAccount", name, as_=ADMIN).id for _ in range(count)]

    return make


def subjects(events: list[dict[str, Any]]) -> list[str]:
    return [one["subject"] for one in events]


def has(ids: list[str]) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda events: set(ids) <= set(subjects(events))


def until_all_are_marked(engine: Any, ids: list[str]) -> None:
    unmarked = select(func.count()).select_from(Outbox).where(Outbox.record_id.in_(ids), Outbox.published_at.is_(None))
    with engine.connect() as connection:
        while connection.scalar(unmarked):
            connection.rollback()


def test_an_outsider_gets_what_is_published_with_the_same_key_and_envelope(
    outsider: Any, running: Any, make_accounts: Any
) -> None:
    inside, outside = outsider(EVENTS, "crm.contacts.account.#"), outsider(PUBLIC, "crm.contacts.account.#")
    running()
    ids = make_accounts(3)
    inside.wait_for(has(ids))
    outside.wait_for(has(ids))
    mine = [[one for one in side.events if one["subject"] in ids] for side in (inside, outside)]
    assert mine[0] == mine[1]
    assert set(outside.keys) <= set(inside.keys)


def test_an_event_that_an_old_version_has_written_goes_out_as_those_of_today(
    amqp_url: str, outsider: Any, running: Any
) -> None:
    outside, record = outsider(PUBLIC, "crm.contacts.account.#"), uuid7()
    about = Occurrence(uuid7(), record, 7, datetime.now(UTC), "", "request", "", "")
    now = orjson.loads(seal(accounts_pb2.AccountCreated(account={"id": record}), about))
    old = {name: value for name, value in now.items() if name != "authtype"}
    old |= {"sequence": "7", "causationid": "", "authid": "", "traceparent": ""}
    running()

    with connect(amqp_url) as connection:
        confirms = Confirms(connection.default_channel)
        message = Message(orjson.dumps(old), content_type=CONTENT_TYPE, delivery_mode=2)
        confirms.publish(0, message, EVENTS.name, routing_key(now["type"], partition_of(record)))
        assert confirms.wait(10) == set()

    assert [one for one in outside.wait_for(has([record])) if one["subject"] == record] == [now]
    assert now["sequence"] == "0000000000000000007"


def test_personal_events_come_to_the_personal_exchange_only(
    rpc: Any, outsider: Any, running: Any, make_accounts: Any
) -> None:
    public, personal = outsider(PUBLIC, "#"), outsider(PERSONAL, "#")
    running()
    contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": unique()}), as_=ADMIN)
    (account,) = make_accounts(1)
    personal.wait_for(has([contact.id]))
    public.wait_for(has([account]))
    assert contact.id not in subjects(public.events)
    assert account not in subjects(personal.events)


def test_the_order_of_each_record_is_kept_when_a_batch_is_sent_again(
    rpc: Any, outsider: Any, running: Any, make_accounts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = Confirms.wait, iter([OSError("lost"), OSError("lost")])

    def wait(self: Confirms, timeout: float) -> set[int]:
        refused = real(self, timeout)
        if threading.current_thread() is not threading.main_thread() and (error := next(failures, None)):
            raise error
        return refused

    monkeypatch.setattr(Confirms, "wait", wait)
    outside = outsider(PUBLIC, "crm.contacts.account.#")
    ids = make_accounts(2)
    for id_ in ids * 5:
        rpc(
            "UpdateAccount",
            accounts_pb2.UpdateAccountRequest(account={"id": id_, "industry": unique("industry")}),
            as_=ADMIN,
        )
    running()
    outside.wait_for(lambda events: sum(one["subject"] in ids and int(one["sequence"]) == 6 for one in events) >= 2)
    versions = defaultdict(list)
    for one in outside.events:
        versions[one["subject"]].append(int(one["sequence"]))
    for id_ in ids:
        assert list(dict.fromkeys(versions[id_])) == list(range(1, 7))


def test_a_full_queue_outside_slows_nothing_inside(
    engine: Any, ledger: Any, amqp_url: str, outsider: Any, running: Any, make_accounts: Any
) -> None:
    """It is full and nobody reads it: the relay is refused nothing, a service and other outsiders get every event."""
    full = outsider(PUBLIC, "#", FULL)
    healthy = outsider(PUBLIC, "crm.contacts.account.#")
    before, refused_before = EVENTS_FORWARDED._value.get(), EVENTS_NOT_FORWARDED._value.get()
    book, service = Ledger(ledger, "crm.contacts.account.*"), unique("inside")
    queues = service_queues(service, {"crm.contacts.account"})
    declare(amqp_url, service, {"crm.contacts.account"})
    running()
    # The broker notices some messages late that a queue is full.
    while EVENTS_NOT_FORWARDED._value.get() == refused_before:
        healthy.wait_for(has(make_accounts(1)))
    taken, forwarded, refused = full.waiting(), EVENTS_FORWARDED._value.get(), EVENTS_NOT_FORWARDED._value.get()
    ids = make_accounts(60)
    with connect(amqp_url) as connection:
        channel = connection.default_channel
        received: list[IncomingEvent] = []

        def take(message: Any) -> None:
            received.append(IncomingEvent.read(message.body))
            book.receiver.receive(received[-1:])

        for queue in queues:
            channel.basic_consume(queue.name, no_ack=True, callback=take)
        while not set(ids) <= {one.record_id for one in received}:
            connection.drain_events(timeout=20)
    with connect(amqp_url) as connection:
        for queue in queues:
            queue(connection.default_channel).delete()
    healthy.wait_for(has(ids))

    assert all(book.applied(id_) == [1] for id_ in ids)
    assert book.parked() == []
    with Session(engine) as session:
        failed = select(func.count()).select_from(Outbox).where(Outbox.record_id.in_(ids), Outbox.attempts > 0)
        assert session.scalar(failed) == 0
    # Each once, although the full queue took none of them.
    assert sorted(one for one in subjects(healthy.events) if one in ids) == sorted(ids)
    eventually(lambda: EVENTS_NOT_FORWARDED._value.get() - refused >= len(ids))
    assert (full.waiting(), EVENTS_FORWARDED._value.get()) == (taken, forwarded)
    assert forwarded - before == taken


def test_the_past_is_given_again_on_demand(
    engine: Any, amqp_url: str, outsider: Any, running: Any, make_accounts: Any
) -> None:
    """What a gap asks for: an operator sends one kind of record from a time on once more."""
    outside = outsider(PUBLIC, "#")
    running()
    ids = make_accounts(3)
    outside.wait_for(has(ids))
    until_all_are_marked(engine, ids)
    outside.events.clear()
    with Session(engine) as session:
        first = session.scalar(select(func.min(Outbox.occurred_at)).where(Outbox.record_id.in_(ids)))
        taken, refused = forward_again(session, amqp_url, VAULT, ["crm.contacts.account"], first)
    assert (taken >= len(ids), refused) == (True, 0)
    outside.wait_for(has(ids))
    assert {one["type"] for one in outside.events} == {"crm.contacts.account.created.v1"}


def test_the_own_queue_of_the_forwarder_never_refuses(amqp_url: str, outsider: Any) -> None:
    assert public_queue("contacts").queue_arguments["x-overflow"] == "drop-head"
    limited = outsider(EVENTS, "crm.contacts.account.#", {**FULL, "x-overflow": "drop-head"})
    with connect(amqp_url) as connection:
        confirms = Confirms(connection.default_channel)
        for number in range(20):
            confirms.publish(number, Message(b"{}"), EVENTS.name, "crm.contacts.account.created.v1.0")
        assert confirms.wait(10) == set()
    assert limited.queue.queue_declare(passive=True).message_count <= 1
