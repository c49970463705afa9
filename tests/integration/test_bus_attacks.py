"""Whatever a stranger, or a service gone wrong, puts on the bus is refused, counted and kept, and the rest goes on."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from amqp import Channel
from amqp.basic_message import Message
from crm.contacts.v1 import accounts_pb2
from crm_chassis.bus.topology import DEAD, EVENTS, connect, declare, routing_key
from crm_chassis.bus.worker import patch  # noqa: F401  imports eventlet without its notice
from crm_chassis.bus.worker.subscriber import Subscriber
from crm_chassis.db.tables import Inbox, Parked
from crm_chassis.db.vault import Vault
from crm_chassis.envelope import CONTENT_TYPE, MAX_BYTES, IncomingEvent, Occurrence, seal
from crm_chassis.events.inbox import Receiver
from crm_chassis.ids import QUEUES, partition_of, uuid7
from crm_chassis.metrics import INBOX_REFUSED, INBOX_STALE
from crm_chassis.subscription import Subscription
from crm_chassis.testing import unique
from kombu import Queue
from sqlalchemy.orm import Session

from tests.e2e.client import eventually

RECORD = "crm.contacts.account"
UPDATED = f"{RECORD}.updated.v1"
WAIT = 20.0  # seconds until a condition must hold

Change = Callable[[dict[str, Any]], object]


def envelope(record_id: str, version: int = 1, event_id: str = "") -> bytes:
    message = accounts_pb2.AccountUpdated(account={"id": record_id, "name": "Acme"})
    return seal(message, Occurrence(event_id or uuid7(), record_id, version, datetime.now(UTC), "", uuid7(), "", ""))


class Bus:
    """A worker's subscriber on queues of its own, and a stranger's channel to the same broker."""

    def __init__(self, engine: Any, amqp_url: str) -> None:
        self.engine = engine
        self.name = unique("victim")
        self.applied: list[IncomingEvent] = []
        subscription = Subscription(self.name, {f"{RECORD}.*": self._handle})
        self.receiver = Receiver(engine, [subscription], Vault(b"k" * 32))
        declare(amqp_url, self.name, self.receiver.records)
        self.subscriber = Subscriber(self.name, amqp_url, self.receiver)
        self.connection = connect(amqp_url)
        self.channel: Channel = self.connection.channel()
        self.channel.confirm_select()
        self.refused: list[Message] = []
        dead = Queue(unique("dead"), DEAD, routing_key="#", exclusive=True, auto_delete=True)(self.channel)
        dead.queue_declare()
        dead.queue_bind()
        self.channel.basic_consume(dead.name, no_ack=True, callback=self.refused.append)
        self.thread = threading.Thread(target=self.subscriber.run, daemon=True)
        self.thread.start()

    def _handle(self, _: Any, event: IncomingEvent) -> None:
        assert event.data.account.id
        self.applied.append(event)

    def send(self, body: bytes, key: str, exchange: str = EVENTS.name, **properties: Any) -> None:
        """Publishes and waits until the broker has it."""
        message = Message(body, delivery_mode=2, **{"content_type": CONTENT_TYPE, **properties})
        self.channel.basic_publish_confirm(message, exchange=exchange, routing_key=key, confirm_timeout=WAIT)

    def honest(self, record_id: str = "", version: int = 1) -> IncomingEvent:
        """Publishes an event as the relay does, and waits until it is applied."""
        event = IncomingEvent.read(envelope(record_id or uuid7(), version))
        self.send(event.envelope, routing_key(event.type, partition_of(event.record_id)))
        eventually(lambda: event.id in self.received(), WAIT)
        return event

    def last_refused(self) -> Message:
        """The message that arrives next among the dead letters."""
        while not self.refused:
            self.connection.drain_events(timeout=WAIT)
        return self.refused.pop(0)

    def held(self, record_id: str) -> Parked:
        """The parked event of a record, which is waited for."""
        (one,) = eventually(lambda: [one for one in self.parked() if one.record_id == record_id], WAIT)
        return one

    def parked(self) -> list[Parked]:
        with Session(self.engine) as session:
            return list(session.query(Parked).where(Parked.subscription == self.name))

    def received(self) -> set[str]:
        with Session(self.engine) as session:
            return {row.event_id for row in session.query(Inbox).where(Inbox.subscription == self.name)}

    def close(self) -> None:
        self.subscriber.stop()
        self.thread.join(WAIT)
        for number in range(4):
            self.channel.queue_delete(f"{self.name}.in.{number}")
        self.connection.release()


@pytest.fixture(scope="module")
def bus(engine: Any, amqp_url: str) -> Iterator[Bus]:
    one = Bus(engine, amqp_url)
    yield one
    one.close()


def refused_count() -> float:
    return INBOX_REFUSED.labels("undecodable")._value.get()


def shall_be_refused(bus: Bus, body: bytes, key: str = "", record_id: str = "", **more: Any) -> None:
    """The delivery is counted and kept among the dead letters, nothing of it is applied, and others go on."""
    record_id = record_id or uuid7()
    before, known = refused_count(), bus.received()
    bus.send(body, key or routing_key(UPDATED, partition_of(record_id)), **more)
    refused = bus.last_refused()
    assert (refused.body or b"") == body or "content_encoding" in refused.properties
    after = bus.honest()
    assert refused_count() == before + 1
    assert bus.received() - known == {after.id}
    assert record_id not in {event.record_id for event in bus.applied}
    assert bus.thread.is_alive()


def changed(record_id: str, change: Change) -> bytes:
    found = orjson.loads(envelope(record_id))
    change(found)
    return orjson.dumps(found)


def put(**values: Any) -> Change:
    return lambda found: found.update(values)


@pytest.mark.parametrize(
    "change",
    [
        put(type="crm.contacts.contact.updated.v1"),
        put(type="crm.contacts.account.deleted.v1"),
        put(type="crm.contacts.account.up\0dated.v1"),
        put(type=["crm.contacts.account.updated.v1"]),
        put(source="/crm/sales"),
        put(specversion="0.3"),
        put(dataschema="urn:protobuf:crm.contacts.v9.AccountUpdated"),
        put(dataschema="urn:protobuf:crm.contacts.v1.ContactUpdated"),
        lambda found: found.pop("dataschema"),
        put(data="account"),
        put(data=None),
        put(id="not a uuid"),
        put(id=7),
        put(subject="' OR 1=1 --"),
        put(subject=""),
        put(sequence="0"),
        put(sequence="-1"),
        put(sequence="9" * 30),
        put(sequence="9" * 5000),
        put(sequence="one"),
        put(sequence=None),
        put(time="yesterday"),
        put(time="2026-01-01T00:00:00"),
        lambda found: found.pop("subject"),
    ],
)  # fmt: skip
def test_an_envelope_that_contradicts_itself(bus: Bus, change: Change) -> None:
    record_id = uuid7()
    shall_be_refused(bus, changed(record_id, change), record_id=record_id)


@pytest.mark.parametrize(
    "key",
    [
        lambda event: routing_key(event.type, (partition_of(event.record_id) + 1) % 32),
        lambda event: routing_key("crm.contacts.account.deleted.v1", partition_of(event.record_id)),
        lambda event: routing_key("crm.contacts.account.updated.v2", partition_of(event.record_id)),
    ],
    ids=["partition", "action", "version"],
)
def test_a_routing_key_of_something_else(bus: Bus, key: Callable[[IncomingEvent], str]) -> None:
    event = IncomingEvent.read(envelope(uuid7()))
    shall_be_refused(bus, event.envelope, key(event), event.record_id)


def test_put_straight_into_a_queue(bus: Bus) -> None:
    body = envelope(record := uuid7())
    shall_be_refused(bus, body, f"{bus.name}.in.0", record, exchange="")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
    ids=["empty", "garbage", "null", "list", "text", "cut", "deep list", "deep object"],
)
def test_what_is_no_event_at_all(bus: Bus, body: bytes) -> None:
    shall_be_refused(bus, body)


def test_numbers_that_json_does_not_have(bus: Bus) -> None:
    record_id = uuid7()
    for word in (b"NaN", b"Infinity", b"-Infinity"):
        body = envelope(record_id).replace(b'"data":{', b'"data":{"amount":' + word + b",")
        shall_be_refused(bus, body, record_id=record_id)


@pytest.mark.parametrize("key", ["subject", "sequence", "data", "name"])
def test_a_key_that_stands_twice(bus: Bus, key: str) -> None:
    record_id = uuid7()
    body = envelope(record_id)
    start = body.index(f'"{key}":'.encode())
    body = body[:start] + f'"{key}":"another",'.encode() + body[start:]
    shall_be_refused(bus, body, record_id=record_id)


def test_a_body_that_is_too_large(bus: Bus) -> None:
    record_id = uuid7()
    large = changed(record_id, lambda found: found["data"]["account"].update(name="x" * 10_000_000))
    assert len(large) > MAX_BYTES
    shall_be_refused(bus, large, record_id=record_id)


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-python-serialize",
        "application/data",
        "application/json",
        "text/plain",
        "application/x-yaml",
        "",
        "application/cloudevents+json; charset=utf-7",
    ],
)
def test_another_content_type(bus: Bus, kind: str) -> None:
    record_id = uuid7()
    body = pickle.dumps({"a": 1}) if "python" in kind else envelope(record_id)
    shall_be_refused(bus, body, record_id=record_id, content_type=kind)


@pytest.mark.parametrize("encoding", ["utf-7", "utf-16", "rot13", "zlib", "binary", "raw_unicode_escape"])
def test_a_body_with_an_encoding_of_its_own(bus: Bus, encoding: str) -> None:
    """Such a body may be read or not; it is never a reason to stop."""
    record_id = uuid7()
    body = envelope(record_id)[:-1] + b',"x":"\\udcff"}'
    shall_be_refused(bus, body, record_id=record_id, content_encoding=encoding)


def test_properties_that_are_no_text(bus: Bus) -> None:
    shall_be_refused(bus, b"{}", message_id="\udcff\0", type="\udcff", app_id="\udcff" * 20)


def test_a_version_in_the_future_waits_and_holds_up_its_own_record_only(bus: Bus) -> None:
    """A later major version of an event may mean anything: it is kept until a build that knows it comes."""
    type_ = "crm.contacts.account.updated.v2"
    schema = "urn:protobuf:crm.contacts.v2.AccountUpdated"
    body = changed(record := uuid7(), put(type=type_, dataschema=schema))
    bus.send(body, routing_key(type_, partition_of(record)))
    bus.honest()
    parked = bus.held(record)
    assert (parked.type, parked.attempts, parked.dead) == (type_, 1, False)
    assert "newer than this build" in parked.error
    assert record not in {event.record_id for event in bus.applied}


def test_an_old_version_again_changes_nothing(bus: Bus) -> None:
    record = uuid7()
    first, second = bus.honest(record, 1), bus.honest(record, 2)
    stale = INBOX_STALE.labels(bus.name)._value.get()
    key = routing_key(UPDATED, partition_of(record))
    bus.send(first.envelope, key)  # a replay
    bus.send(envelope(record, 1), key)  # the same version under a new id
    bus.send(envelope(record, 2, first.id), key)  # a new version under a known id
    third = bus.honest(record, 3)
    assert [event.id for event in bus.applied if event.record_id == record] == [first.id, second.id, third.id]
    assert INBOX_STALE.labels(bus.name)._value.get() == stale + 1
    assert not [one for one in bus.parked() if one.record_id == record]


def test_a_version_far_ahead_is_parked_and_the_record_goes_on(bus: Bus) -> None:
    record = uuid7()
    bus.honest(record, 1)
    key = routing_key(UPDATED, partition_of(record))
    bus.send(envelope(record, (1 << 63) - 1), key)
    bus.honest(record, 2)
    assert [event.version for event in bus.applied if event.record_id == record] == [1, 2]
    assert [one.version for one in bus.parked() if one.record_id == record] == [(1 << 63) - 1]


def test_a_payload_that_the_handler_cannot_take_is_parked(bus: Bus) -> None:
    """Right envelope, wrong content: the event waits for an operator, the others do not wait for it."""
    payloads: list[dict[str, Any]] = [{"account": 7}, {"account": {"name": {"a": []}}}, {}]
    for payload in payloads:
        body = changed(record := uuid7(), put(data=payload))
        bus.send(body, routing_key(UPDATED, partition_of(record)))
        bus.honest()
        parked = bus.held(record)
        assert (parked.attempts, bool(parked.error)) == (1, True)


@pytest.fixture
def own_bus(engine: Any, amqp_url: str) -> Iterator[Bus]:
    """One whose queues may be harmed."""
    one = Bus(engine, amqp_url)
    yield one
    one.close()


def test_a_queue_that_is_gone_holds_up_its_own_records_only(own_bus: Bus) -> None:
    bus = own_bus

    def in_queue(number: int) -> str:
        return next(one for one in iter(uuid7, "") if partition_of(one) % QUEUES == number)

    bus.honest(in_queue(1))
    bus.channel.queue_delete(f"{bus.name}.in.0")
    for number in (1, 2, 3):
        bus.honest(in_queue(number))
    deadline = time.monotonic() + WAIT
    while f"{bus.name}.in.0" not in bus.subscriber.problem:
        assert time.monotonic() < deadline
        bus.honest(in_queue(1))
