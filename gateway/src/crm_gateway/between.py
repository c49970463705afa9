"""What processes of the gateway tell each other of the present moment, over an exchange that keeps nothing.

Apart from the feed, so that a broker which refuses it, or is away, takes nothing but this: then each process knows of
itself alone.
"""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from crm_chassis.bus.topology import GATEWAYS, connect
from crm_chassis.logs import get_logger
from kombu import Connection, Consumer, Producer, Queue

from crm_gateway.feed import RETRY_SECONDS

TURN_SECONDS = 0.1
"""How long the thread waits for what others say before it says what there is to be said."""
MAX_UNSAID = 1_000
"""What is not said by then has lost its meaning before it would be heard."""
MAX_BYTES = 2_000

OnHeard = Callable[[bytes], object]


class Between:
    """Tells and hears until stopped; `on_heard(text)` is called in a thread of its own, for one's own words too."""

    def __init__(self, url: str, on_heard: OnHeard) -> None:
        self._url = url
        self._on_heard = on_heard
        self._unsaid: queue.Queue[bytes] = queue.Queue(MAX_UNSAID)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="between", daemon=True)
        self._log = get_logger()
        self.running = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; returns when it has ended."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def say(self, text: bytes) -> None:
        """Tells the others, from any thread. While they cannot be reached it is lost."""
        if self.running:
            with suppress(queue.Full):
                self._unsaid.put_nowait(text)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                with connect(self._url) as connection:
                    self._take_part(connection)
                failures = 0
            except Exception as error:
                failures = 0 if self.running else failures + 1
                self._log.warning("gateways do not hear each other", error=repr(error))
            finally:
                self.running = False
                with suppress(queue.Empty):
                    while True:
                        self._unsaid.get_nowait()
            self._stopping.wait(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])

    def _take_part(self, connection: Connection) -> None:
        connection.ensure_connection(max_retries=1, interval_start=0.1, interval_step=0)
        channel = connection.channel()
        exchange = GATEWAYS(channel)
        exchange.declare()
        name = f"gateway.feed.between.{uuid.uuid4()}"
        heard = Queue(name, GATEWAYS, durable=False, exclusive=True, auto_delete=True, max_length=MAX_UNSAID)(channel)
        heard.queue_declare()
        heard.queue_bind()
        producer = Producer(channel, exchange, auto_declare=False)
        with Consumer(channel, [heard], no_ack=True, auto_declare=False, on_message=self._receive):
            self.running = True
            while not self._stopping.is_set():
                with suppress(queue.Empty):
                    while True:
                        producer.publish(self._unsaid.get_nowait(), content_type="application/json",
                                         content_encoding="utf-8")  # fmt: skip
                with suppress(TimeoutError):
                    connection.drain_events(timeout=TURN_SECONDS)
                connection.heartbeat_check()

    def _receive(self, message: Any) -> None:
        body = message.body
        text = body if isinstance(body, bytes) else str(body).encode()
        if len(text) <= MAX_BYTES:
            self._on_heard(text)
