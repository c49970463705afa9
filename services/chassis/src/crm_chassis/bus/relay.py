"""The relay: brings recorded events to the broker, in the order of each record, at least once.

It holds a session advisory lock for each partition it works on, publishes unpublished rows in the order of their
ids, waits until the broker has confirmed them, and marks them. A notification only wakes it; reading the table
is what it trusts. Confirms are matched to publishes by delivery tag, and any error drops both connections, so a
late confirm can never be taken for another message's.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from typing import Any

import orjson
import psycopg
from amqp import Channel
from amqp.basic_message import Message
from kombu import Connection
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm_chassis import tracing
from crm_chassis.bus.courier import Courier
from crm_chassis.bus.topology import EVENTS, close_socket, connect, keep_alive, routing_key
from crm_chassis.db import outbox
from crm_chassis.db.vault import Vault
from crm_chassis.envelope import CONTENT_TYPE
from crm_chassis.metrics import OUTBOX_PUBLISHED

CONFIRM_SECONDS = 5.0
BATCH = 500
TAKE_OVER_SECONDS = 5.0
BUSY_SECONDS, BUSY_PAUSE, IDLE_PAUSE = 1.0, 0.05, 10.0
"""After a notification the relay polls every BUSY_PAUSE for BUSY_SECONDS, because only one of several concurrent
transactions notifies. Then it backs off: each pause is twice the one before, up to IDLE_PAUSE."""
ALIVE_SECONDS = 2.5
GATHER_SECONDS = 0.05
"""Pause after a batch that was not full, so that events written meanwhile share one batch and one transaction of the
subscriber."""


class PublishFailed(Exception):
    """The broker did not take or not confirm a message."""


class Confirms:
    """Publishes on a channel in confirm mode and knows which message each confirm belongs to."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._tag = 0
        self._outstanding: dict[int, int] = {}
        self._refused: set[int] = set()
        channel.confirm_select()
        channel.events["basic_ack"].add(lambda tag, multiple: self._settle(tag, multiple, refused=False))
        channel.events["basic_nack"].add(lambda tag, multiple: self._settle(tag, multiple, refused=True))

    def _settle(self, tag: int, multiple: bool, *, refused: bool) -> None:
        tags = [one for one in self._outstanding if one <= tag] if multiple else [tag]
        for one in tags:
            id_ = self._outstanding.pop(one, None)
            if refused and id_ is not None:
                self._refused.add(id_)

    def publish(self, id_: int, message: Message, exchange: str, key: str, *, mandatory: bool = True) -> None:
        """Sends one message; its confirm is awaited by `wait`, which knows it by `id_`.

        A mandatory message that no queue takes is an error.
        """
        self._tag += 1
        self._outstanding[self._tag] = id_
        self._channel.basic_publish(message, exchange=exchange, routing_key=key, mandatory=mandatory)

    def wait(self, timeout: float) -> set[int]:
        """Waits for every confirm; returns the ids the broker refused. Raises PublishFailed if one stays out."""
        until = time.monotonic() + timeout
        while self._outstanding:
            left = until - time.monotonic()
            if left <= 0:
                raise PublishFailed(f"{len(self._outstanding)} confirms are missing")
            try:
                self._channel.connection.drain_events(timeout=left)
            except TimeoutError as error:
                raise PublishFailed(f"{len(self._outstanding)} confirms are missing") from error
        refused, self._refused = self._refused, set()
        return refused


def message_of(row: outbox.Pending, traceparent: str = "") -> Message:
    """An event as it goes over the wire, with the span that sends it."""
    headers = {"application_headers": {"traceparent": traceparent}} if traceparent else {}
    return Message(
        row.envelope,
        content_type=CONTENT_TYPE,
        delivery_mode=2,
        message_id=row.event_id,
        type=row.type,
        app_id=row.type.split(".")[1],
        **headers,
    )


def _span_of(row: outbox.Pending) -> tracing.Span:
    if not tracing.on():
        return tracing.NOTHING
    envelope = orjson.loads(row.envelope)
    return tracing.span(
        f"publish {row.type}", "producer", envelope.get("traceparent", ""), event_id=row.event_id,
        record_id=row.record_id, request_id=envelope.get("correlationid", ""),
    )  # fmt: skip


class Relay(Courier):
    """Publishes one service's outbox until told to stop. Several relays share the partitions."""

    def __init__(
        self,
        engine: Engine,
        amqp_url: str,
        vault: Vault,
        pause: Callable[[float], object],
        happened: Callable[[], object] = lambda: None,
    ) -> None:
        """`happened` is called when the database says that something was written."""
        super().__init__(amqp_url, pause)
        self._engine = engine
        self._happened = happened
        self._vault = vault
        self.healthy = False

    def _interrupted(self, error: Exception) -> None:
        self.healthy = False
        self._log.warning("relay starts again", error=repr(error))

    def _work(self) -> None:
        amqp = connect(self._amqp_url)
        try:
            amqp.connect()
            confirms = Confirms(amqp.default_channel)
            with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                # Its own connection, not the pool's: the advisory locks must end with it.
                connection.detach()
                with Session(connection) as session:
                    self._publish_forever(session, amqp, confirms)
        finally:
            close_socket(amqp)

    def _publish_forever(self, session: Session, amqp: Connection, confirms: Confirms) -> None:
        driver = session.connection().connection.dbapi_connection
        assert isinstance(driver, psycopg.Connection)
        driver.execute(f"LISTEN {outbox.CHANNEL}")
        held: list[int] = []
        taken_at = busy_until = 0.0
        pause = BUSY_PAUSE
        while not self._stopping:
            if time.monotonic() - taken_at > TAKE_OVER_SECONDS and len(held) < outbox.PARTITIONS:
                held = sorted({*held, *outbox.take_partitions(session)})
                taken_at = time.monotonic()
            rows = outbox.pending(session, held, self._vault, BATCH) if held else []
            self.healthy = True
            session.expunge_all()
            if rows:
                self._happened()
                self._publish(session, confirms, rows)
                busy_until = time.monotonic() + BUSY_SECONDS
                if len(rows) < BATCH:
                    self._pause(GATHER_SECONDS)
                continue
            longest = IDLE_PAUSE if len(held) == outbox.PARTITIONS else TAKE_OVER_SECONDS
            pause = BUSY_PAUSE if time.monotonic() < busy_until else min(pause * 2, longest)
            if self._notified(driver, amqp, pause):
                self._happened()
                busy_until = time.monotonic() + BUSY_SECONDS

    def _notified(self, driver: psycopg.Connection[Any], amqp: Connection, seconds: float) -> bool:
        """Waits for a notification, for that long at most, and keeps the connection to the broker alive meanwhile."""
        until = time.monotonic() + seconds
        while not self._stopping:
            keep_alive(amqp)
            if list(driver.notifies(timeout=0, stop_after=1)):
                return True
            if (left := until - time.monotonic()) <= 0:
                return False
            # The driver would look up ten times a second.
            select.select([driver], [], [], min(left, ALIVE_SECONDS))
        return False

    def _publish(self, session: Session, confirms: Confirms, rows: list[outbox.Pending]) -> None:
        spans = [_span_of(row) for row in rows]
        refused = {row.id for row in rows}
        try:
            for row, span in zip(rows, spans, strict=True):
                message = message_of(row, span.traceparent)
                confirms.publish(row.id, message, EVENTS.name, routing_key(row.type, row.partition))
            refused = confirms.wait(CONFIRM_SECONDS)
        finally:
            for row, span in zip(rows, spans, strict=True):
                span.end("not confirmed" if row.id in refused else "")
        done = [row.id for row in rows if row.id not in refused]
        if done:
            outbox.mark_published(session, done)
            OUTBOX_PUBLISHED.inc(len(done))
        for row in rows:
            if row.id in refused:
                outbox.mark_failed(session, row, "refused by the broker")
        if refused:
            # Later events of the same records were confirmed after the refused ones: subscribers park them
            # until the refused ones arrive.
            self._pause(0.2)
