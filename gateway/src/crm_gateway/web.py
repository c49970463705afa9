"""A request and its answer, as thin as they can be."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from crm_chassis import tracing
from crm_chassis.context import GATEWAY_KEY, RequestContext
from crm_chassis.errors import InvalidInput
from crm_chassis.ids import uuid7

from crm_gateway.errors import RequestTimeout, TooLarge
from crm_gateway.settings import Network

if TYPE_CHECKING:
    from crm_gateway.authz import Caller

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Metadata = tuple[tuple[str, str], ...]

MAX_BODY = 1024 * 1024
MAX_HEADERS = 16 * 1024
BODY_SECONDS = 30.0

_KEY = re.compile(r"[!-~]{1,200}")
_UNPRINTABLE = re.compile(r"[^ -~]")
# Headers whose repetition would leave open which one counts.
_SINGLE = frozenset((b"authorization", b"content-type", b"content-length", b"idempotency-key", b"if-match", b"host"))


class Disconnected(Exception):
    """The client has gone away; nobody waits for the answer."""


@dataclass(slots=True)
class Reply:
    """An answer; security headers and the request id are added where it is sent."""

    status: int
    body: bytes = b""
    content_type: bytes = b"application/json"
    headers: Headers = field(default_factory=list)
    policy: bytes = b"default-src 'none'; frame-ancestors 'none'"
    cache: bytes = b"no-store"


class Request:
    """What the client sent. `caller` and `timeout` are set on the way through the gateway."""

    __slots__ = (
        "_base", "_receive", "address", "caller", "came_at", "headers", "idempotency_key", "path", "query",
        "request_id", "scope", "size", "span", "timeout", "verb",
    )  # fmt: skip

    caller: Caller

    def __init__(self, scope: Scope, receive: Receive, trusted: Sequence[Network] = ()) -> None:
        self.scope = scope
        self._receive = receive
        self.verb: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.size = sum(len(name) + len(value) for name, value in scope["headers"])
        self.request_id = RequestContext.valid_request_id(self.header(b"x-request-id"))
        given = self.header(b"traceparent")
        self.span = tracing.span(self.verb, "server", given, request_id=self.request_id)
        self.address = client_address(scope, self.header(b"x-forwarded-for") if trusted else "", trusted)
        self.idempotency_key = ""
        self.timeout: float | None = None
        self.came_at = time.monotonic()
        self._base: Metadata = ()

    def header(self, name: bytes) -> str:
        """A header as text, "" if it is absent."""
        return self.headers.get(name, b"").decode("latin-1")

    def check(self) -> None:
        """Looks at the headers that every route knows. Raises InvalidInput for what cannot be meant."""
        if len(self.headers) != len(self.scope["headers"]):
            names = [name for name, _ in self.scope["headers"]]
            if any(name in _SINGLE and names.count(name) > 1 for name in self.headers):
                raise InvalidInput("A header that may stand once stands twice.")
        key = self.header(b"idempotency-key")
        if b"idempotency-key" in self.headers and not _KEY.fullmatch(key):
            raise InvalidInput.of("Idempotency-Key", "must be 1 to 200 printable characters without spaces")
        self.idempotency_key = key
        timeout = self.header(b"x-request-timeout")
        if timeout:
            if not timeout.isascii() or not timeout.isdigit() or not 1 <= int(timeout[:9]) <= 600_000:
                raise InvalidInput.of("X-Request-Timeout", "must be a number of milliseconds")
            self.timeout = int(timeout[:9]) / 1000

    def make_repeatable(self) -> None:
        """Gives the write an idempotency key if the client gave none, so that it may be sent again."""
        if not self.idempotency_key:
            self.idempotency_key = f"{GATEWAY_KEY}{uuid7()}"

    def within(self, seconds: float) -> float:
        """`seconds`, or less if the client asked for less."""
        return seconds if self.timeout is None else min(seconds, self.timeout)

    def metadata(self, audience: str, span: tracing.Span) -> Metadata:
        """What a service is told of the request beside the message; `span` is the call."""
        if not self._base:
            agent = _UNPRINTABLE.sub("?", self.header(b"user-agent"))[:300]
            self._base = (
                ("x-request-id", self.request_id),
                ("x-client-address", self.address),
                ("x-client-agent", agent),
            )
            if self.idempotency_key:
                self._base += (("idempotency-key", self.idempotency_key),)
        return (*self._base, ("traceparent", span.traceparent), ("x-actor-token", self.caller.token(audience)))

    def media_type(self) -> str:
        """The media type of the body, without parameters."""
        return self.header(b"content-type").partition(";")[0].strip().lower()

    def accepts_html(self) -> bool:
        """Whether a person with a browser is asking."""
        return "text/html" in self.header(b"accept")

    async def chunks(self) -> Any:
        """The body as it arrives."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            if body := message.get("body", b""):
                yield body
            if not message.get("more_body", False):
                return

    async def body(self, limit: int = MAX_BODY) -> bytes:
        """The whole body. Raises TooLarge beyond `limit` bytes and RequestTimeout if it trickles."""
        declared = self.header(b"content-length")
        if declared and declared.isdigit() and int(declared[:20]) > limit:
            raise TooLarge(f"The body may have {limit} bytes.")
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in self.chunks():
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge(f"The body may have {limit} bytes.")
                    parts.append(chunk)
        except TimeoutError as error:
            raise RequestTimeout() from error
        return parts[0] if len(parts) == 1 else b"".join(parts)


def client_address(scope: Scope, forwarded: str, trusted: Sequence[Network]) -> str:
    """The address of the client: the peer, or whom a trusted proxy names.

    The list of a proxy is read from its end and only as far as the proxies are trusted: what stands before is
    whatever the client wrote.
    """
    client = scope.get("client")
    address = str(client[0]) if client else ""
    if not trusted:
        return address
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _is_in(address, trusted):
            break
        try:
            address = str(ip_address(hop))
        except ValueError:
            break
    return address


def _is_in(address: str, networks: Iterable[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)
