"""The subscriber at a real broker: outages of either side, and a process that is replaced."""

from __future__ import annotations

import gc
import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from amqp.basic_message import Message
from amqp.exceptions import PreconditionFailed
from crm_subscriber import Event, Subscriber
from crm_subscriber import subscriber as module
from kombu import Connection, Exchange

from services.subscriber.tests.events import TYPE, event, new_id

Connect = Callable[[], Any]


def wait_until(met: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline, "it did not happen within 30 s"
        time.sleep(0.02)


class Program:
    """A subscriber in a thread."""

    def __init__(self, name: str, amqp_url: str, connect: Connect) -> None:
        self.name, self.amqp_url, self.connect = name, amqp_url, connect
        self.opened: list[Any] = []
        self.subscriber = Subscriber(name, amqp_url, self.open, {TYPE: self.handle})
        self.thread = threading.Thread(target=self.subscriber.run, daemon=True)

    def open(self) -> Any:
        self.opened.append(self.connect())
        return self.opened[-1]

    def handle(self, incoming: Event, connection: Any) -> None:
        values = (incoming.subject, incoming.sequence)
        mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
        connection.execute(f"INSERT INTO effects VALUES ({mark}, {mark})", values)

    def start(self) -> Program:
        self.thread.start()
        wait_until(lambda: self.subscriber._started)
        return self

    def stop(self) -> None:
        self.subscriber.stop()
        self.thread.join(20)
        assert not self.thread.is_alive()


class Bus:
    """Publishes as the forwarder does, and looks into the queue."""

    def __init__(self, amqp_url: str, queue: str) -> None:
        self.connection = Connection(amqp_url)
        self.channel = self.connection.channel()
        self.channel.confirm_select()
        self.queue = queue
        for exchange in ("crm.events.public", "crm.events.personal"):
            Exchange(exchange, "topic", durable=True)(self.channel).declare()

    def publish(self, *events: Event, body: bytes = b"") -> None:
        for one in events:
            message = Message(body or json.dumps(one.envelope), delivery_mode=2)
            self.channel.basic_publish_confirm(message, "crm.events.public", f"{one.type}.0", confirm_timeout=10)

    def waiting(self) -> int:
        return int(self.channel.queue_declare(self.queue, passive=True).message_count)


@pytest.fixture
def name() -> str:
    return f"test{uuid.uuid4().hex[:12]}"


@pytest.fixture
def bus(amqp_url: str, name: str) -> Iterator[Bus]:
    one = Bus(amqp_url, f"{name}.in")
    yield one
    one.channel.queue_delete(one.queue)
    one.connection.release()


@pytest.fixture
def applied(connect: Connect) -> Callable[[str], list[int]]:
    with closing(connect()) as connection:
        connection.execute("CREATE TABLE effects (subject text, sequence bigint)")
        connection.commit()

    def read(subject: str) -> list[int]:
        with closing(connect()) as connection:
            rows = connection.execute("SELECT sequence, subject FROM effects").fetchall()
        return [row[0] for row in rows if row[1] == subject]

    return read


@pytest.fixture
def start(name: str, amqp_url: str, connect: Connect, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(module, "PAUSES", (0.05,))
    started: list[Program] = []

    def run() -> Program:
        started.append(Program(name, amqp_url, connect))
        return started[-1].start()

    yield run
    for program in started:
        if program.thread.is_alive():
            program.stop()


def test_events_are_applied_in_order_and_acknowledged(start: Any, bus: Bus, applied: Any) -> None:
    program, record = start(), new_id()
    bus.publish(*(event(record, n) for n in (1, 2, 2, 1, 3)))
    wait_until(lambda: applied(record) == [1, 2, 3])
    program.stop()
    assert bus.waiting() == 0


def test_what_is_no_event_is_thrown_away(start: Any, bus: Bus, applied: Any) -> None:
    program, record = start(), new_id()
    bus.publish(event(record, 1), body=b"nonsense")
    bus.publish(event(record, 1))
    wait_until(lambda: applied(record) == [1])
    program.stop()
    assert bus.waiting() == 0


def test_an_outage_of_the_broker_loses_and_repeats_nothing(start: Any, bus: Bus, applied: Any) -> None:
    program, record = start(), new_id()
    bus.publish(event(record, 1))
    wait_until(lambda: applied(record) == [1])
    for sequence in (2, 3):
        _cut(program)
        bus.publish(event(record, sequence))
        wait_until(lambda last=sequence: applied(record) == list(range(1, last + 1)))


def _cut(program: Program) -> None:
    """Ends the connection of a subscriber under its hands."""
    (bus,) = (one for one in gc.get_objects() if isinstance(one, Connection) and one.heartbeat == 30 and one.connected)
    bus._connection.transport.sock.shutdown(2)


def test_an_outage_of_the_database_loses_and_repeats_nothing(
    start: Any, bus: Bus, applied: Any, connect: Connect
) -> None:
    program, record = start(), new_id()
    bus.publish(event(record, 1))
    wait_until(lambda: applied(record) == [1])
    if isinstance(program.opened[0], sqlite3.Connection):
        with closing(connect()) as other:
            other.execute("BEGIN EXCLUSIVE")
            bus.publish(event(record, 2))
            wait_until(lambda: len(program.opened) > 1)
    else:
        with closing(connect()) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (program.opened[0].info.backend_pid,))
        bus.publish(event(record, 2))
    wait_until(lambda: applied(record) == [1, 2])
    assert len(program.opened) > 1


def test_of_two_processes_one_works_and_the_other_follows(start: Any, bus: Bus, applied: Any) -> None:
    first, record = start(), new_id()
    second = start()
    for sequence in range(1, 21):
        bus.publish(event(record, sequence))
        if sequence == 10:
            first.stop()
    wait_until(lambda: len(applied(record)) >= 20)
    second.stop()
    assert applied(record) == list(range(1, 21))
    assert bus.waiting() == 0


def test_a_queue_with_other_arguments_is_told_at_once(bus: Bus, name: str, amqp_url: str, connect: Connect) -> None:
    bus.channel.queue_declare(f"{name}.in", durable=True, auto_delete=False)
    with pytest.raises(PreconditionFailed):
        Subscriber(name, amqp_url, connect, {}).run()


def test_a_database_that_does_not_answer_is_told_at_once(name: str, amqp_url: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        Subscriber(name, amqp_url, lambda: psycopg.connect("postgresql://127.0.0.1:1/none"), {}).run()
