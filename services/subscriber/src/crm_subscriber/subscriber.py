"""The loop between the broker and the inbox."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import crm_contracts
from kombu import Connection

from crm_subscriber.event import Event, NotAnEvent, kind_of
from crm_subscriber.inbox import Handler, Inbox

log = logging.getLogger("crm_subscriber")

PUBLIC, PERSONAL = "crm.events.public", "crm.events.personal"
PREFETCH = 50
PAUSES = (1, 2, 5, 10, 30)
"""Seconds before the first, second ... attempt to connect again."""


class Subscriber:
    """Follows the kinds of records that its handlers are about, until it is stopped.

    `name` is that of the account at the broker; the queue is `<name>.in`. `handlers` are by type of event:
    `{"crm.sales.opportunity.won.v1": on_won}`. `connect` opens a connection to the database that the handlers write
    to; it is called again after an outage. A gap in the events of a record is waited for as long as `gap_timeout`
    says. The queue forgets its oldest events when it holds `max_bytes`.
    """

    def __init__(
        self,
        name: str,
        amqp_url: str,
        connect: Callable[[], Any],
        handlers: Mapping[str, Handler],
        *,
        gap_timeout: timedelta = timedelta(minutes=5),
        max_bytes: int = 256 << 20,
    ) -> None:
        self.queue = f"{name}.in"
        self._name = name
        self._amqp_url = amqp_url
        self._connect = connect
        self._handlers = dict(handlers)
        self._gap_timeout = gap_timeout
        self._arguments = {
            "x-queue-type": "quorum",
            # One process at a time, so that the order of each record holds however many run.
            "x-single-active-consumer": True,
            # Newer brokers give up a message after twenty deliveries otherwise, and an outage may bring as many.
            "x-delivery-limit": 1_000_000,
            "x-overflow": "drop-head",
            "x-max-length-bytes": max_bytes,
        }
        self._stopping = threading.Event()
        self._started = False
        self._failures = 0

    def stop(self) -> None:
        """Lets the handler at work finish, then ends `run`; from a signal handler or another thread."""
        self._stopping.set()

    def run(self) -> None:
        """Works until stopped; connects anew after every outage of the broker or the database.

        What goes wrong at the start is raised: `amqp.exceptions.AccessRefused` if the account may not follow what has
        a handler, PreconditionFailed if the queue exists with other arguments, OSError or an error of the database if
        they cannot be reached.
        """
        self._stopping.clear()
        while not self._stopping.is_set():
            try:
                self._work()
            except Exception as error:
                if not self._started:
                    raise
                pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
                self._failures += 1
                log.warning("interrupted, again in %d s: %r", pause, error)
                self._stopping.wait(pause)

    def _work(self) -> None:
        database = self._connect()
        bus = Connection(
            self._amqp_url,
            heartbeat=30,
            connect_timeout=5,
            transport_options={"read_timeout": 60, "write_timeout": 10},
        )
        try:
            inbox = Inbox(database, self._name, self._handlers, self._gap_timeout)
            inbox.create_tables()
            bus.connect()
            channel = bus.default_channel
            self._declare(channel)
            channel.basic_qos(0, PREFETCH, False)
            channel.basic_consume(self.queue, callback=lambda message: self._take(inbox, channel, message))
            self._started, self._failures = True, 0
            due = time.monotonic()
            while not self._stopping.is_set():
                try:
                    bus.drain_events(timeout=1.0)
                except TimeoutError:
                    bus.heartbeat_check()
                if time.monotonic() >= due:
                    inbox.retry()
                    due = time.monotonic() + 1.0
        finally:
            _close_socket(bus)
            database.close()

    def _declare(self, channel: Any) -> None:
        channel.queue_declare(self.queue, durable=True, auto_delete=False, arguments=self._arguments)
        personal = {event.record for event in crm_contracts.events().values() if event.personal}
        # All events of a kind, not only those with a handler: without the others there would be gaps everywhere.
        for kind in {kind_of(type_) for type_ in self._handlers}:
            channel.queue_bind(self.queue, PERSONAL if kind in personal else PUBLIC, f"{kind}.#")

    def _take(self, inbox: Inbox, channel: Any, message: Any) -> None:
        if self._stopping.is_set():
            return  # unacknowledged, so it comes again
        try:
            event = Event.read(message.body)
        except NotAnEvent as error:
            log.error("thrown away: %s", error)
            channel.basic_reject(message.delivery_tag, requeue=False)
            return
        inbox.receive(event)
        channel.basic_ack(message.delivery_tag)


def _close_socket(bus: Connection) -> None:
    """Ends a connection without goodbye.

    Cancelling a consumer that holds deliveries lets the broker give later ones to another consumer first; a closed
    socket returns them all at once, in order.
    """
    amqp = bus._connection
    try:
        if amqp is not None and amqp.transport is not None:
            amqp.transport.close()
    except OSError:
        pass
