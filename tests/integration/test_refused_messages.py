"""What cannot be read, on whichever queue it comes, is shown to operators and holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from amqp.basic_message import Message
from crm.common.v1 import bus_pb2
from crm.contacts.v1 import accounts_pb2
from crm_chassis.bus import replayer
from crm_chassis.bus.forwarder import Forwarder
from crm_chassis.bus.relay import Confirms
from crm_chassis.bus.replayer import END_OF_REPLAY, Replayer
from crm_chassis.bus.topology import (
    CONTROL,
    EVENTS,
    PUBLIC,
    REPLAY,
    REPLAY_END,
    connect,
    control_queue,
    declare,
    public_queue,
    replay_key,
    routing_key,
)
from crm_chassis.bus.worker import patch  # noqa: F401  imports eventlet without its notice
from crm_chassis.bus.worker.subscriber import Subscriber
from crm_chassis.db.vault import Vault
from crm_chassis.envelope import CONTENT_TYPE, Occurrence, seal
from crm_chassis.errors import DomainError
from crm_chassis.events import refused
from crm_chassis.events.inbox import Receiver
from crm_chassis.ids import QUEUES, partition_of, uuid7
from crm_chassis.subscription import Subscription
from crm_chassis.testing import unique, user
from kombu import Queue

from tests.e2e.client import eventually

ADMIN = user()
WAIT = 20.0
PERSON = "erika.mustermann@example.org"


@pytest.fixture
def odd(rpc: Any) -> Callable[[], list[Any]]:
    """The messages that are held because nobody can read them."""

    def listed() -> list[Any]:
        request = bus_pb2.ListHeldEventsRequest(service="contacts", page_size=200)
        held = rpc("ListHeldEvents", request, as_=ADMIN).held_events
        return [one for one in held if one.id.startswith("odd-")]

    return listed


class Stranger:
    """Somebody at the broker who puts on it what is none of the suite's."""

    def __init__(self, url: str) -> None:
        self.connection = connect(url)
        self.confirms = Confirms(self.connection.default_channel)

    def send(self, exchange: str, key: str, body: bytes, **properties: Any) -> None:
        self.confirms.publish(0, Message(body, delivery_mode=2, **properties), exchange, key)
        assert self.confirms.wait(WAIT) == set()


@pytest.fixture
def stranger(amqp_url: str) -> Iterator[Stranger]:
    declare(amqp_url, "contacts", [])
    with connect(amqp_url) as connection:
        for queue in (control_queue("contacts"), public_queue("contacts")):
            queue(connection.default_channel).purge()
    one = Stranger(amqp_url)
    yield one
    one.connection.release()


@pytest.fixture
def asker(amqp_url: str) -> Iterator[str]:
    """Who asks for a replay. The queues go after the replayer has stopped, which would miss them (`running`)."""
    name = unique("asker")
    declare(amqp_url, name, ["crm.contacts.account"])
    yield name
    with connect(amqp_url) as connection:
        for number in range(QUEUES):
            Queue(f"{name}.in.{number}")(connection.default_channel).delete()


@pytest.fixture
def running() -> Iterator[Callable[[Any], None]]:
    """Runs a courier in a thread; it stops with the test."""
    started: list[tuple[Any, threading.Thread]] = []

    def start(courier: Any) -> None:
        thread = threading.Thread(target=courier.run, daemon=True)
        started.append((courier, thread))
        thread.start()

    yield start
    for courier, thread in started:
        courier.stop()
        thread.join(WAIT)


def request(**changes: Any) -> bytes:
    plain = {"replay_id": uuid7(), "service": "nobody", "records": ["crm.contacts.account"], "since": None}
    return orjson.dumps({**plain, **changes})


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"\xff\0",
        b"[]",
        b"null",
        request(),
        request(service=["contacts"]),
        request(service="a.b.#"),
        request(replay_id="1"),
        request(replay_id=7),
        request(since="yesterday"),
        request(since="2026-01-01T00:00:00"),
        request(records=["crm.contacts.\0"]),
        request(records=7),
    ],
    ids=[
        "empty", "garbage", "list", "null", "nobody asks", "service a list", "service a pattern", "replay no id",
        "replay a number", "since a word", "since without zone", "records with NUL", "records a number",
    ],
)  # fmt: skip
def test_a_request_for_a_replay_that_cannot_be_answered_holds_up_no_other(
    engine: Any, amqp_url: str, stranger: Stranger, asker: str, running: Any, odd: Any, body: bytes
) -> None:
    answering = Replayer("contacts", engine, amqp_url, Vault(b"\x05" * 32), threading.Event().wait)
    before = len(odd())

    stranger.send(CONTROL.name, "contacts", body)
    stranger.send(CONTROL.name, "contacts", request(service=asker))
    running(answering)

    with connect(amqp_url) as connection:
        queues = [Queue(f"{asker}.in.{number}")(connection.default_channel) for number in range(QUEUES)]
        eventually(lambda: all(queue.queue_declare(passive=True).message_count for queue in queues), WAIT)
    assert len(odd()) == before + 1
    assert odd()[-1].queue == "contacts.control"


@pytest.fixture
def stalled(amqp_url: str) -> Iterator[str]:
    """Who asks for a replay and has queues that are full."""
    name = unique("stalled")
    limits = {"x-max-length": 1, "x-overflow": "reject-publish"}
    with connect(amqp_url) as connection:
        channel = connection.default_channel
        for number in range(QUEUES):
            queue = f"{name}.in.{number}"
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments=limits)
            for what in ("crm.contacts.account.*.*", f"crm.*.{REPLAY_END}"):
                channel.queue_bind(queue, REPLAY.name, replay_key(what, number, name))
            channel.basic_publish(Message(b"full"), "", queue)
        yield name
        for number in range(QUEUES):
            channel.queue_delete(f"{name}.in.{number}")


@pytest.mark.parametrize("kept", [900.0, 0.0], ids=["kept", "at the end of the queue"])
def test_a_replay_for_a_full_queue_is_tried_again_and_holds_up_no_other(
    engine: Any,
    amqp_url: str,
    stranger: Stranger,
    asker: str,
    stalled: str,
    running: Any,
    odd: Any,
    kept: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replayer, "RETRY_SECONDS", 0.1)
    monkeypatch.setattr(replayer, "KEPT_SECONDS", kept)
    before = len(odd())
    stranger.send(CONTROL.name, "contacts", request(service=stalled))
    stranger.send(CONTROL.name, "contacts", request(service=asker))

    running(Replayer("contacts", engine, amqp_url, Vault(b"\x05" * 32), threading.Event().wait))

    with connect(amqp_url) as connection:
        queues = [Queue(f"{asker}.in.{number}")(connection.default_channel) for number in range(QUEUES)]
        eventually(lambda: all(queue.queue_declare(passive=True).message_count for queue in queues), WAIT)

    ends: set[int] = set()
    with connect(amqp_url) as connection:
        channel = connection.default_channel

        def note(number: int) -> Callable[[Any], None]:
            return lambda got: ends.add(number) if got.properties.get("content_type") == END_OF_REPLAY else None

        for number in range(QUEUES):
            channel.basic_consume(f"{stalled}.in.{number}", no_ack=True, callback=note(number))

        def arrived() -> bool:
            # As many as there are: every account of the other tests is in the replay.
            with suppress(TimeoutError):
                while len(ends) < QUEUES:
                    connection.drain_events(timeout=0.1)
            return len(ends) == QUEUES

        eventually(arrived, WAIT)
    assert len(odd()) == before


@pytest.mark.parametrize(
    ("key", "properties"),
    [
        ("crm.identity.replay.end.v1.qx.{asker}", {"message_id": uuid7()}),
        ("crm.identity.replay.end.v1.q0.{asker}", {"message_id": "1"}),
        ("crm.identity.replay.end.v1.q0.{asker}", {}),
        ("{queue}", {"message_id": uuid7()}),
    ],
    ids=["no queue", "no id", "nothing", "no key"],
)
def test_a_mark_of_a_replay_that_means_nothing_holds_up_no_event(
    engine: Any, amqp_url: str, stranger: Stranger, odd: Any, key: str, properties: dict[str, str]
) -> None:
    applied: list[str] = []
    name = unique("asker")
    subscription = Subscription(name, {"crm.contacts.account.*": lambda _, event: applied.append(event.record_id)})
    receiver = Receiver(engine, [subscription], Vault(b"k" * 32))
    declare(amqp_url, name, receiver.records)
    subscriber = Subscriber(name, amqp_url, receiver)
    before = len(odd())
    exchange = "" if key == "{queue}" else "crm.replay"
    where = f"{name}.in.0" if key == "{queue}" else key.format(asker=name)
    if "qx" in where:
        exchange, where = "", f"{name}.in.0"
    stranger.send(exchange, where, b"", content_type=END_OF_REPLAY, **properties)
    record = next(id_ for id_ in iter(uuid7, None) if partition_of(id_) % QUEUES == 0)
    about = Occurrence(uuid7(), record, 1, datetime.now(UTC), "", uuid7(), "", "")
    event = seal(accounts_pb2.AccountUpdated(account={"id": record, "name": "Acme"}), about)
    key_of_event = routing_key("crm.contacts.account.updated.v1", partition_of(record))
    stranger.send(EVENTS.name, key_of_event, event, content_type=CONTENT_TYPE)

    thread = threading.Thread(target=subscriber.run, daemon=True)
    thread.start()
    try:
        eventually(lambda: applied == [record], WAIT)
    finally:
        subscriber.stop()
        thread.join(WAIT)
        for number in range(QUEUES):
            stranger.connection.default_channel.queue_delete(f"{name}.in.{number}")
    assert [one.queue for one in odd()[before:]] == [f"{name}.in.0"]


def test_what_is_no_event_goes_to_nobody_outside(
    engine: Any, amqp_url: str, stranger: Stranger, running: Any, odd: Any
) -> None:
    channel = stranger.connection.default_channel
    outside = Queue(unique("outsider"), PUBLIC, "crm.contacts.account.#", exclusive=True)(channel)
    outside.declare()
    before = len(odd())
    running(Forwarder("contacts", engine, amqp_url, threading.Event().wait))
    record = uuid7()
    about = Occurrence(uuid7(), record, 1, datetime.now(UTC), "", uuid7(), "", "")
    event = seal(accounts_pb2.AccountUpdated(account={"id": record, "name": "Acme"}), about)
    key = routing_key("crm.contacts.account.updated.v1", partition_of(record))

    stranger.send(EVENTS.name, key, b"<script>", content_type=CONTENT_TYPE)
    stranger.send(EVENTS.name, key, event, content_type=CONTENT_TYPE)

    assert eventually(lambda: outside.get(no_ack=True), WAIT).body == event
    assert [one.queue for one in odd()[before:]] == ["contacts.public"]


def test_it_is_shown_to_those_who_may_read_it_and_dropped_with_a_reason(engine: Any, rpc: Any, odd: Any) -> None:
    refused.hold(engine, "contacts.control", exchange="\0", routing_key="\n", body=PERSON.encode(), error="why")
    held = odd()[-1]

    shown = rpc("GetHeldEvent", bus_pb2.GetHeldEventRequest(service="contacts", id=held.id), as_=ADMIN)
    assert dict(shown.event) == {"exchange": "\\x00", "routing_key": "\\n", "body": PERSON}
    with pytest.raises(DomainError, match="dropped"):
        rpc("RetryHeldEvent", bus_pb2.RetryHeldEventRequest(service="contacts", id=held.id), as_=ADMIN)
    drop = bus_pb2.DropHeldEventRequest(service="contacts", id=held.id, reason="a stranger")
    rpc("DropHeldEvent", drop, as_=ADMIN)
    assert held.id not in {one.id for one in odd()}


def test_a_flood_fills_no_table(engine: Any, odd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused, "KEPT", len(odd()) + 1)
    for _ in range(3):
        refused.hold(engine, "contacts.control", exchange="", routing_key="", body=b"x" * 100_000, error="why")
    assert len(odd()) == refused.KEPT
