"""The entry point through which a worker receives events.

It stands on nameko's Consumer but keeps its own loop, because the stock one acknowledges a message whose handler
raised, and cancels consumers that still hold deliveries. Here a batch is acknowledged only after the receiver has
committed it; every way out is a closed socket.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import eventlet
from amqp.exceptions import ChannelError, InternalError
from eventlet.event import Event
from kombu import Connection
from kombu.transport.pyamqp import Message
from nameko.messaging import Consumer

from crm_chassis.bus.replayer import END_OF_REPLAY
from crm_chassis.bus.topology import (
    REPLAY,
    REPLAY_END,
    close_socket,
    collect,
    connect,
    keep_alive,
    replay_key,
    routing_key,
    service_queues,
)
from crm_chassis.db.faults import is_outage
from crm_chassis.envelope import CONTENT_TYPE, IncomingEvent
from crm_chassis.errors import InvalidInput
from crm_chassis.events.inbox import Receiver
from crm_chassis.ids import as_uuid, partition_of
from crm_chassis.logs import get_logger
from crm_chassis.metrics import INBOX_REFUSED

PREFETCH = 100
BATCH = 50
IDLE_SECONDS = 2.5
BROKEN_SECONDS = 30.0
WATCHDOG_SECONDS = 30.0
_END_KEY = re.compile(rf"crm\.(?P<publisher>[a-z_]+)\.{re.escape(REPLAY_END)}\.q(?P<queue>\d)\.[a-z0-9_-]+")


class Subscriber(Consumer):
    """Receives the events of a service's queues, in the order of each queue."""

    def __init__(
        self, service: str, amqp_url: str, receiver: Receiver, happened: Callable[[], object] = lambda: None
    ) -> None:
        """`happened` is called when events were applied."""
        super().__init__(queue=None)
        self._service = service
        self._url = amqp_url
        self._receiver = receiver
        self._happened = happened
        self._stopping = False
        self._broken: dict[str, float] = {}
        self._buffer: list[Any] = []
        self._log = get_logger()
        self._refused = INBOX_REFUSED.labels("undecodable")
        self.last_contact = 0.0

    def bind(self, container: Any, method_name: str) -> Subscriber:
        """nameko binds a copy of an entry point to its container; there is only one of this one."""
        self.container, self.method_name = container, method_name
        return self

    def setup(self) -> None:
        """Nothing to prepare: the queues were declared by `setup` of the service."""

    def start(self) -> None:
        """Starts the loop in a managed green thread."""
        self.container.spawn_managed_thread(self.run, identifier="subscriber")

    def stop(self) -> None:
        """Lets the batch in hand finish."""
        self._stopping = True

    def run(self) -> None:
        """Receives until stopped; connects anew after every error."""
        while not self._stopping:
            connection = connect(self._url)
            try:
                self._consume(connection)
            except Exception as error:
                self._log.warning("subscriber starts again", error=repr(error))
                eventlet.sleep(1.0)
            finally:
                self._buffer.clear()
                close_socket(connection)

    def _consume(self, connection: Connection) -> None:
        connection.connect()
        channel = connection.default_channel
        channel.basic_qos(0, PREFETCH, False)
        for queue in service_queues(self._service, self._receiver.records):
            if self._broken.get(queue.name, 0.0) < time.monotonic():
                self._consume_one(channel, queue.name)
        self.last_contact = time.monotonic()
        again_at = min(self._broken.values(), default=float("inf"))
        while not self._stopping and time.monotonic() < again_at:
            collect(connection, self._buffer, BATCH, IDLE_SECONDS)
            if self._buffer:
                batch, self._buffer[:] = self._buffer[:BATCH], self._buffer[BATCH:]
                self._handle(connection, channel, batch)
                self._happened()
            keep_alive(connection)
            self.last_contact = time.monotonic()

    def _consume_one(self, channel: Any, queue: str) -> None:
        """Subscribes to a queue. One that the broker cannot serve is left out for a while, so that the others go on."""
        try:
            channel.basic_consume(queue, consumer_tag=queue, callback=self._buffer.append)
            self._broken.pop(queue, None)
        except (ChannelError, InternalError):
            self._broken[queue] = time.monotonic() + BROKEN_SECONDS
            self._log.error("queue left out", queue=queue)
            raise

    @property
    def problem(self) -> str:
        """What keeps events from arriving; empty if nothing does."""
        if time.monotonic() - self.last_contact > WATCHDOG_SECONDS:
            return "no contact with the broker"
        broken = sorted(queue for queue, until in self._broken.items() if until > time.monotonic())
        return f"the broker does not serve {', '.join(broken)}" if broken else ""

    def _handle(self, connection: Connection, channel: Any, batch: list[Message]) -> None:
        events, careful, ends = [], [], []
        refused: list[tuple[Message, str]] = []
        for message in batch:
            try:
                if message.properties.get("content_type") == END_OF_REPLAY:
                    ends.append(_read_end(message))
                elif message.delivery_info["redelivered"]:
                    careful.append(self._read(message))
                else:
                    events.append(self._read(message))
            except InvalidInput as error:
                refused.append((message, error.detail))
        # Redelivered messages stand before new ones in every queue.
        for chosen, with_care in ((careful, True), (events, False)):
            if chosen:
                self._receive(connection, chosen, careful=with_care)
        for end in ends:
            self._receiver.replay_ended(*end)
        for message, detail in refused:
            self._refuse(message, detail)
            channel.basic_reject(message.delivery_tag, requeue=False)
        if len(refused) < len(batch):
            # Everything before it is of this batch, or was settled before.
            odd = {message.delivery_tag for message, _ in refused}
            last = next(message.delivery_tag for message in reversed(batch) if message.delivery_tag not in odd)
            channel.basic_ack(last, multiple=True)

    def _refuse(self, message: Message, detail: str) -> None:
        self._refused.inc()
        delivery = message.delivery_info
        self._receiver.refuse(
            delivery["consumer_tag"],
            exchange=delivery["exchange"],
            routing_key=delivery["routing_key"],
            body=message.body,
            error=detail,
        )

    def _receive(self, connection: Connection, events: list[IncomingEvent], *, careful: bool) -> None:
        with _heard(connection):
            while True:
                try:
                    return self._receiver.receive(events, careful=careful)
                except Exception as error:
                    if not is_outage(error) or self._stopping:
                        raise
                    self._log.warning("database away, batch waits", events=len(events), error=type(error).__name__)
                    eventlet.sleep(0.5)

    def _read(self, message: Any) -> IncomingEvent:
        """The event of a delivery. Raises InvalidInput if it is none of the suite's."""
        if message.properties.get("content_type") != CONTENT_TYPE:
            raise InvalidInput(f"content type {message.properties.get('content_type')!r}")
        if not isinstance(message.body, bytes):
            raise InvalidInput("the body has an encoding of its own")
        replayed = message.delivery_info["exchange"] == REPLAY.name
        headers = message.properties.get("application_headers") or {}
        sent_by = str(headers.get("traceparent", ""))
        event = IncomingEvent.read(message.body, replayed=replayed, traceparent=sent_by)
        place = partition_of(event.record_id)
        right = replay_key(event.type, place, self._service) if replayed else routing_key(event.type, place)
        if message.delivery_info["routing_key"] != right:
            raise InvalidInput("the routing key does not belong to type and record")
        return event


def _read_end(message: Any) -> tuple[str, int, str]:
    """Replay, number of the queue and publisher of a mark. Raises InvalidInput if it is none of the suite's."""
    # The broker lets a publisher use keys of its own name only.
    key = _END_KEY.fullmatch(str(message.delivery_info["routing_key"]))
    replay_id = as_uuid(str(message.properties.get("message_id", "")))
    if key is None or replay_id is None:
        raise InvalidInput("a mark of a replay without replay or publisher")
    return replay_id, int(key["queue"]), key["publisher"]


@contextmanager
def _heard(connection: Connection) -> Iterator[None]:
    """Lets the broker hear from us while a batch takes its time and nobody reads or writes.

    Otherwise it would take a slow subscriber for dead, and give it the same batch again and again.
    """
    done, amqp = Event(), connection.connection

    def beat() -> None:
        while amqp.heartbeat and not done.wait(timeout=amqp.heartbeat / 2):
            try:
                amqp.send_heartbeat()
            except OSError:
                return  # the acknowledgement will meet the same error

    beating = eventlet.spawn(beat)
    try:
        yield
    finally:
        done.send(True)
        beating.wait()
