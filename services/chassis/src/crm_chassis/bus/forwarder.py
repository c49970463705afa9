"""The forwarder: brings the events of one service to the exchanges that programs outside the suite may follow.

It reads a queue of its own and never the exchange of the suite, so whatever happens behind the public exchanges, the
relay's publishes are confirmed. A batch is acknowledged when the broker has answered for all of it; any error closes
the socket, and the batch is sent again: at least once, in the order of each record.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Any

from amqp.basic_message import Message
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm_chassis.bus.courier import Courier
from crm_chassis.bus.relay import CONFIRM_SECONDS, Confirms, message_of
from crm_chassis.bus.topology import close_socket, collect, connect, public_exchange, public_queue, routing_key
from crm_chassis.db import outbox
from crm_chassis.db.vault import Vault
from crm_chassis.envelope import IncomingEvent, as_published
from crm_chassis.errors import InvalidInput
from crm_chassis.events.refused import hold
from crm_chassis.ids import partition_of
from crm_chassis.metrics import EVENTS_FORWARDED, EVENTS_NOT_FORWARDED

BATCH = 200
IDLE_SECONDS = 2.5
_KEPT = ("content_type", "message_id", "type", "app_id")


class Forwarder(Courier):
    """Forwards what one service publishes until told to stop. Of several, the broker lets one work."""

    def __init__(self, service: str, engine: Engine, amqp_url: str, pause: Callable[[float], object]) -> None:
        super().__init__(amqp_url, pause)
        self._engine = engine
        self._queue = public_queue(service).name
        self._buffer: list[Any] = []

    def _interrupted(self, error: Exception) -> None:
        self._log.warning("forwarder starts again", error=repr(error))

    def _work(self) -> None:
        amqp = connect(self._amqp_url)
        self._buffer.clear()
        try:
            amqp.connect()
            channel = amqp.default_channel
            confirms = Confirms(channel)
            channel.basic_qos(0, BATCH, False)
            channel.basic_consume(self._queue, callback=self._buffer.append)
            while not self._stopping:
                collect(amqp, self._buffer, BATCH, IDLE_SECONDS)
                if self._buffer:
                    batch, self._buffer[:] = self._buffer[:BATCH], self._buffer[BATCH:]
                    self._forward(confirms, batch)
                    channel.basic_ack(batch[-1].delivery_tag, multiple=True)
                amqp.heartbeat_check()
        finally:
            close_socket(amqp)

    def _forward(self, confirms: Confirms, batch: list[Any]) -> None:
        sent = [message for message in batch if self._sound(message)]
        for number, received in enumerate(sent):
            key = received.delivery_info["routing_key"]
            kept = {name: received.properties[name] for name in _KEPT if name in received.properties}
            message = Message(as_published(received.body), delivery_mode=2, **kept)
            # Nobody outside need follow it.
            confirms.publish(number, message, public_exchange(key).name, key, mandatory=False)
        # A refusal means that some subscriber's queue is full: the others have the event, and sending it again
        # would give it to them twice. The subscriber finds the gap by the sequence of the record.
        refused = confirms.wait(CONFIRM_SECONDS)
        EVENTS_FORWARDED.inc(len(sent) - len(refused))
        EVENTS_NOT_FORWARDED.inc(len(refused))

    def _sound(self, message: Any) -> bool:
        """Whether a message is an event; what is not, is kept for an operator and goes to nobody outside."""
        key = str(message.delivery_info["routing_key"])
        try:
            if not isinstance(message.body, bytes):
                raise InvalidInput("the body has an encoding of its own")
            event = IncomingEvent.read(message.body)
            if key != routing_key(event.type, partition_of(event.record_id)):
                raise InvalidInput("the routing key does not belong to type and record")
        except InvalidInput as error:
            exchange = message.delivery_info["exchange"]
            hold(self._engine, self._queue, exchange=exchange, routing_key=key, body=message.body, error=error.detail)
            return False
        return True


def forward_again(
    session: Session, amqp_url: str, vault: Vault, kinds: list[str], since: datetime | None
) -> tuple[int, int]:
    """Gives the past out of the service's log to the public exchanges: to all who follow these kinds of records.

    Whoever has an event already knows it by its id and its sequence. Returns how many events were taken, and how many a
    full queue did not take. Raises PublishFailed if the broker does not answer.
    """
    taken = refused = 0
    with connect(amqp_url) as amqp:
        confirms = Confirms(amqp.default_channel)
        events = outbox.log(session, vault, kinds, since=since)
        while batch := list(islice(events, BATCH)):
            for row in batch:
                key = routing_key(row.type, row.partition)
                message = message_of(row)
                message.body = as_published(message.body)
                confirms.publish(row.id, message, public_exchange(key).name, key, mandatory=False)
            missed = len(confirms.wait(CONFIRM_SECONDS))
            taken, refused = taken + len(batch) - missed, refused + missed
    return taken, refused
