"""A subscriber that takes its time stays connected: the broker neither forgets it nor gives it its events again."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from amqp.basic_message import Message
from crm.contacts.v1 import accounts_pb2
from crm_chassis.bus import topology
from crm_chassis.bus.topology import EVENTS, declare, routing_key
from crm_chassis.bus.worker import patch  # noqa: F401  imports eventlet without its notice
from crm_chassis.bus.worker import subscriber as module
from crm_chassis.bus.worker.subscriber import Subscriber
from crm_chassis.envelope import CONTENT_TYPE, IncomingEvent, Occurrence, seal
from crm_chassis.ids import QUEUES, partition_of, uuid7
from crm_chassis.testing import unique
from kombu import Connection
from sqlalchemy.exc import OperationalError

from tests.e2e.client import eventually

LONG = 4.0  # seconds; the broker drops a connection on which it has heard nothing for two
WAIT = 20.0  # seconds until a condition must hold


class Slow:
    """A receiver that needs long for every batch, or whose database is away for so long."""

    records = frozenset({"crm.contacts.account"})

    def __init__(self, away: bool) -> None:
        self._away = away
        self._since: float | None = None
        self.received: list[str] = []

    def receive(self, events: list[IncomingEvent], *, careful: bool) -> None:
        if not self._away:
            from eventlet import sleep  # only now: its notice is silenced by `patch`

            sleep(LONG)  # as waiting for the database is
        elif self._since is None:
            self._since = time.monotonic()
        if self._away and time.monotonic() < (self._since or 0.0) + LONG:
            raise OperationalError("", {}, Exception("away"))
        self._since = None
        self.received += [event.id for event in events]


@pytest.mark.parametrize("away", [False, True], ids=["slow handler", "database away"])
def test_a_long_batch_does_not_cost_the_connection(amqp_url: str, monkeypatch: pytest.MonkeyPatch, away: bool) -> None:
    monkeypatch.setattr(topology, "HEARTBEAT", 1)
    connections = []

    def connect(url: str) -> Connection:
        connections.append(topology.connect(url))
        return connections[-1]

    monkeypatch.setattr(module, "connect", connect)
    receiver, name = Slow(away), unique("slow")
    declare(amqp_url, name, receiver.records)
    subscriber = Subscriber(name, amqp_url, receiver)  # type: ignore[arg-type]
    thread = threading.Thread(target=subscriber.run, daemon=True)
    thread.start()
    with Connection(amqp_url) as broker:
        channel: Any = broker.default_channel
        try:
            record = uuid7()
            for version in (1, 2):
                message = accounts_pb2.AccountUpdated(account={"id": record, "name": "Acme"})
                occurrence = Occurrence(uuid7(), record, version, datetime.now(UTC), "", uuid7(), "", "")
                event = IncomingEvent.read(seal(message, occurrence))
                key = routing_key(event.type, partition_of(record))
                body = Message(event.envelope, content_type=CONTENT_TYPE, delivery_mode=2)
                channel.basic_publish(body, exchange=EVENTS.name, routing_key=key)
                eventually(lambda: event.id in receiver.received, WAIT)  # noqa: B023
            assert len(receiver.received) == 2
            assert len(connections) == 1
        finally:
            subscriber.stop()
            thread.join(WAIT)
            for number in range(QUEUES):
                channel.queue_delete(f"{name}.in.{number}")
            channel.queue_delete(f"{name}.control")
