"""Both ends of a replay on the bus: asking publishers for their logs, and answering such requests.

A request is acknowledged when all of the log has been sent and confirmed; if the worker dies before, the next one
begins anew, and the inbox of whoever asked passes over what it has. A request of a service whose queues are full waits,
longer each time, while others are answered.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from amqp import exceptions as amqp_exceptions
from amqp.basic_message import Message
from kombu import Connection
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm_chassis.bus.courier import Courier
from crm_chassis.bus.relay import CONFIRM_SECONDS, Confirms, PublishFailed, message_of
from crm_chassis.bus.topology import (
    CONTROL,
    REPLAY,
    REPLAY_END,
    close_socket,
    connect,
    control_queue,
    keep_alive,
    replay_key,
)
from crm_chassis.db import outbox
from crm_chassis.db.faults import is_outage
from crm_chassis.db.vault import Vault
from crm_chassis.errors import InvalidInput
from crm_chassis.events import refused, replays
from crm_chassis.ids import QUEUES, as_uuid
from crm_chassis.logs import get_logger
from crm_chassis.metrics import EVENTS_REPLAYED

END_OF_REPLAY = "application/vnd.crm.replay-end"
BATCH = 200
IDLE_SECONDS = 2.5
RETRY_SECONDS = 5.0
"""After so long a replay that a queue has refused is tried again, after twice as long the next time."""
LONGEST_RETRY_SECONDS = 300.0
KEPT_SECONDS = 900.0
"""So long a request is kept here between attempts; then it goes to the end of the queue, because the broker takes back
what is not acknowledged within half an hour."""
KEPT = 50
"""Requests that are kept here at once."""
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_RECORD = re.compile(r"crm(\.[a-z][a-z0-9_]*){2}")
_INTERRUPTIONS = (OSError, amqp_exceptions.ConnectionError)
"""What says nothing about the request at hand: the broker is away."""


@dataclass(frozen=True)
class _Request:
    """Who wants which part of the log."""

    service: str
    replay_id: str
    records: list[str]
    since: datetime | None


@dataclass
class _Asked:
    """A request as it came, and when it is to be answered."""

    message: Any
    since: float
    due: float
    pause: float


def ask(service: str, engine: Engine, amqp_url: str) -> bool:
    """Asks for the replays that subscriptions of a service wait for; returns whether there were any.

    Raises PublishFailed if the broker does not take a request.
    """
    log = get_logger()
    with Session(engine) as session, session.begin():
        waiting = replays.unasked(session)
        if not waiting:
            return False
        with connect(amqp_url) as amqp:
            confirms = Confirms(amqp.default_channel)
            for row in waiting:
                for publisher in sorted({one.partition(":")[2] for one in row.awaited}):
                    request = {
                        "replay_id": row.replay_id,
                        "service": service,
                        "records": [one for one in row.replays if one.split(".")[1] == publisher],
                        "since": row.since,
                    }
                    message = Message(orjson.dumps(request), content_type="application/json", delivery_mode=2)
                    confirms.publish(0, message, CONTROL.name, publisher)
                    _all_taken(confirms)
                replays.asked(session, [str(row.replay_id)])
                log.info("replay asked for", subscription=row.name, replay_id=row.replay_id, since=row.since)
    return True


class Replayer(Courier):
    """Sends the service's log to who asks."""

    def __init__(
        self, service: str, engine: Engine, amqp_url: str, vault: Vault, pause: Callable[[float], object]
    ) -> None:
        super().__init__(amqp_url, pause)
        self._service = service
        self._engine = engine
        self._vault = vault
        self._requests: list[Any] = []
        self._waiting: list[_Asked] = []

    def _interrupted(self, error: Exception) -> None:
        self._log.warning("replayer starts again", error=repr(error))

    def _work(self) -> None:
        amqp = connect(self._amqp_url)
        self._requests.clear()
        self._waiting.clear()
        try:
            amqp.connect()
            channel = amqp.default_channel
            channel.basic_qos(0, KEPT, False)
            channel.basic_consume(control_queue(self._service).name, callback=self._requests.append)
            while not self._stopping:
                asked = self._next()
                if asked is not None and self._serve(amqp, asked):
                    channel.basic_ack(asked.message.delivery_tag)
                keep_alive(amqp, 0.001 if self._requests else IDLE_SECONDS)
        finally:
            close_socket(amqp)

    def _next(self) -> _Asked | None:
        """The next request to answer: those that have just come before those that were tried already."""
        now = time.monotonic()
        if self._requests:
            return _Asked(self._requests.pop(0), now, now, RETRY_SECONDS)
        due = min(self._waiting, key=lambda one: one.due, default=None)
        if due is None or due.due > now:
            return None
        self._waiting.remove(due)
        return due

    def _serve(self, amqp: Connection, asked: _Asked) -> bool:
        """Answers a request; whether it is done with.

        One that cannot be answered is kept for an operator, one that a full queue refuses is tried again later, so that
        those behind it are answered.
        """
        message = asked.message
        try:
            # A channel of its own: the broker closes it if the request names what it will not take.
            with amqp.channel() as channel:
                self._answer(Confirms(channel), amqp, _read(message.body))
        except _INTERRUPTIONS:
            raise
        except PublishFailed as error:
            self._log.warning("replay refused", request=repr(message.body)[:300], error=str(error), again=asked.pause)
            return self._put_off(amqp, asked)
        except Exception as error:
            if is_outage(error):
                raise
            refused.hold(
                self._engine,
                control_queue(self._service).name,
                exchange=message.delivery_info["exchange"],
                routing_key=message.delivery_info["routing_key"],
                body=message.body,
                error=error.detail if isinstance(error, InvalidInput) else repr(error),
            )
        return True

    def _put_off(self, amqp: Connection, asked: _Asked) -> bool:
        """Keeps a request for later, or puts it at the end of the queue; whether it is done with here."""
        now = time.monotonic()
        if now - asked.since < KEPT_SECONDS:
            longer = min(2 * asked.pause, LONGEST_RETRY_SECONDS)
            self._waiting.append(_Asked(asked.message, asked.since, now + asked.pause, longer))
            return False
        with amqp.channel() as channel:
            confirms = Confirms(channel)
            again = Message(asked.message.body, content_type="application/json", delivery_mode=2)
            confirms.publish(0, again, CONTROL.name, self._service)
            _all_taken(confirms)
        return True

    def _answer(self, confirms: Confirms, amqp: Connection, request: _Request) -> None:
        service, replay_id = request.service, request.replay_id
        sent = 0
        with Session(self._engine) as session:
            events = outbox.log(session, self._vault, request.records, since=request.since)
            while batch := list(islice(events, BATCH)):
                for row in batch:
                    key = replay_key(row.type, row.partition, service)
                    confirms.publish(row.id, message_of(row), REPLAY.name, key)
                _all_taken(confirms)
                sent += len(batch)
                EVENTS_REPLAYED.inc(len(batch))
                keep_alive(amqp)
        for queue in range(QUEUES):
            end = Message(b"", content_type=END_OF_REPLAY, delivery_mode=2, message_id=replay_id)
            confirms.publish(0, end, REPLAY.name, replay_key(f"crm.{self._service}.{REPLAY_END}", queue, service))
        _all_taken(confirms)
        self._log.info("replay sent", to=service, replay_id=replay_id, events=sent)


def _read(body: bytes | str) -> _Request:
    """Raises InvalidInput if it is not a request of the suite."""
    try:
        asked = orjson.loads(body)
        replay_id, since = as_uuid(asked["replay_id"]), asked["since"]
        records = asked["records"]
        if replay_id is None or not _NAME.fullmatch(asked["service"]) or not all(map(_RECORD.fullmatch, records)):
            raise ValueError("a name is not written as names are")
        moment = datetime.fromisoformat(since) if since else None
        if moment is not None and moment.tzinfo is None:
            raise ValueError("the time has no zone")
        return _Request(asked["service"], replay_id, list(records), moment)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"not a request for a replay: {error}") from error


def _all_taken(confirms: Confirms) -> None:
    if confirms.wait(CONFIRM_SECONDS):
        raise PublishFailed("the broker refused a part of a replay")
