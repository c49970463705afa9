"""The HTTP parser's own refusals, in the form of all others; and an end to headers that never end."""

from __future__ import annotations

from crm_chassis.errors import DomainError, InvalidInput
from crm_chassis.ids import uuid7
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from crm_gateway.errors import HeadersTooLarge
from crm_gateway.problems import problem
from crm_gateway.web import Headers

MAX_HEAD = 128 * 1024


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol with problem documents."""

    _in_head = False
    _head_size = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_size += len(data)
            if self._head_size > MAX_HEAD:
                self._refuse(HeadersTooLarge())

    def on_message_begin(self) -> None:
        self._in_head, self._head_size = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(InvalidInput("This is not a valid HTTP request."))

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
            (b"connection", b"close"),
        ]
        lines = [b"HTTP/1.1 %d Refused" % reply.status, *(b"%s: %s" % pair for pair in headers), b"", reply.body]
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()
