"""The suite's events, followed in a thread of its own, so that a changed right is effective within a second.

kombu is blocking; the thread hands what it hears to the event loop. The queue is exclusive and dies with the
connection: what was missed meanwhile is made up for by forgetting everything at reconnection.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import crm_contracts
from crm_chassis.bus.topology import EVENTS, connect
from crm_chassis.logs import get_logger
from kombu import Connection, Consumer, Queue

PATTERNS = tuple(f"{record}.*.*.*" for record in sorted({event.record for event in crm_contracts.events().values()}))
POLL_SECONDS = 0.5
RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0)

OnEvent = Callable[[str, bytes], object]
"""Type of the event, and the event."""
OnState = Callable[[bool], object]


class Feed:
    """Follows events until stopped.

    `on_event(type, envelope)` and `on_state(running)` are called in the feed's thread.
    """

    def __init__(self, url: str, on_event: OnEvent, on_state: OnState) -> None:
        self._url = url
        self._on_event = on_event
        self._on_state = on_state
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._log = get_logger()
        self.running = False
        self.has_run = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; returns when it has ended."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                with connect(self._url) as connection:
                    self._follow(connection)
                failures = 0
            except Exception as error:
                failures = 0 if self.running else failures + 1
                self._log.warning("feed interrupted", error=repr(error))
            finally:
                self._set(False)
            self._stopping.wait(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])

    def _follow(self, connection: Connection) -> None:
        # One try only: the loop around this decides when the next one is due.
        connection.ensure_connection(max_retries=1, interval_start=0.1, interval_step=0)
        channel = connection.channel()
        queue = Queue(f"gateway.feed.{uuid.uuid4()}", durable=False, exclusive=True, auto_delete=True)(channel)
        queue.queue_declare()
        for pattern in PATTERNS:
            queue.bind_to(exchange=EVENTS.name, routing_key=pattern)
        with Consumer(channel, [queue], no_ack=True, auto_declare=False, on_message=self._receive):
            self._set(True)
            while not self._stopping.is_set():
                with suppress(TimeoutError):
                    connection.drain_events(timeout=POLL_SECONDS)
                connection.heartbeat_check()

    def _receive(self, message: Any) -> None:
        body = message.body
        if isinstance(body, bytes):
            self._on_event(message.delivery_info["routing_key"].rpartition(".")[0], body)

    def _set(self, running: bool) -> None:
        if running != self.running:
            self.running = running
            self.has_run = self.has_run or running
            self._log.info("feed", running=running)
            self._on_state(running)
