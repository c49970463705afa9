"""The connections: how many there may be, how long they may say nothing, and the HTTP parser's own refusals in the
form of all others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from crm_gateway.errors import HeadersTooLarge, MalformedRequest, Overloaded, RequestTimeout
from crm_gateway.problems import problem
from crm_gateway.settings import Network
from crm_gateway.web import EXTENSION, Headers, is_in

MAX_HEAD = 64 * 1024
HEAD_SECONDS = 10.0
"""From the beginning of a connection, or the first byte after an answer, until the headers are complete."""
WRITE_SECONDS = 30.0
"""How long a client may leave what it is sent unread."""


class Connections:
    """Counts connections, in all and by address; a trusted proxy speaks for many clients, without a limit."""

    def __init__(self, most: int, most_per_address: int, trusted: Sequence[Network] = ()) -> None:
        self._most = most
        self._most_per_address = most_per_address
        self._trusted = trusted
        self._by_address: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Counts a connection unless there are too many; tells whether it may stay."""
        if self._by_address.total() >= self._most:
            return False
        if self._by_address[address] >= self._most_per_address and not is_in(address, self._trusted):
            return False
        self._by_address[address] += 1
        return True

    def leave(self, address: str) -> None:
        """A connection that was counted has ended."""
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds and problem documents. Each process makes a class of it with its Connections."""

    counted: Connections
    admitted = ""
    """The address by which it was counted before its handshake; "" where there is none, and once it is over."""

    _address = ""
    _entered = False
    _in_head = False
    _head_size = 0
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._entered = bool(self.admitted) or self.counted.enter(self._address)
        self._address, self.admitted = self.admitted or self._address, ""
        if self._entered:
            self._expect_head()
        else:
            self._refuse(Overloaded("There are too many connections; repeat later."))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._entered:
            self.counted.leave(self._address)
        for timer in (self._head_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > MAX_HEAD:
                self._refuse(HeadersTooLarge())
        # Whatever follows an answer, the end of a body that nobody wanted too, must become a request in time.
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()

    def on_message_begin(self) -> None:
        self._in_head, self._head_size = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        self.scope["extensions"] = {EXTENSION: {"target": self.url}}
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def timeout_keep_alive_handler(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        self._refuse(MalformedRequest())

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_late(self) -> None:
        if self._in_head:
            self._refuse(RequestTimeout("The headers did not arrive in time."))
        else:
            self.transport.abort()

    def _refuse(self, error: DomainError) -> None:
        request_id = uuid7()
        reply = problem(error, request_id)
        headers: Headers = [
            (b"content-type", reply.content_type),
            (b"content-length", b"%d" % len(reply.body)),
            (b"x-request-id", request_id.encode()),
            (b"cache-control", reply.cache),
            (b"content-security-policy", reply.policy),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            *((name, value) for name, value in reply.headers if name != b"connection"),
            (b"connection", b"close"),
        ]
        lines = [b"HTTP/1.1 %d Refused" % reply.status, *(b"%s: %s" % pair for pair in headers), b"", reply.body]
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()


def protocol_of(counted: Connections) -> type[Protocol]:
    """The protocol of a process that counts its connections there."""
    attributes: dict[str, Any] = {"counted": counted}
    return type("Protocol", (Protocol,), attributes)
