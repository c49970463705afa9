"""A request and its answer, as thin as they can be."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from crm.common.v1 import batches_pb2
from crm_chassis import tracing
from crm_chassis.context import GATEWAY_KEY, RequestContext
from crm_chassis.errors import InvalidInput
from crm_chassis.ids import uuid7
from python_multipart.multipart import parse_options_header

from crm_gateway.errors import HeadersTooLarge, MalformedRequest, RequestTimeout, TooLarge, UnsupportedMediaType
from crm_gateway.settings import Network

if TYPE_CHECKING:
    from crm_gateway.authz import Caller
    from crm_gateway.limits import Allowance

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Metadata = tuple[tuple[str, str], ...]

MAX_BODY = 1024 * 1024
MAX_HEADERS = 16 * 1024
MAX_HEADER_COUNT = 100
BODY_SECONDS = 30.0

_KEY = re.compile(r"[!-~]{1,200}")
_UNPRINTABLE = re.compile(r"[^ -~]")
# Headers whose repetition would leave open which one counts.
_SINGLE = frozenset(
    (
        b"authorization", b"content-type", b"content-length", b"idempotency-key", b"if-match", b"host",
        b"transfer-encoding",
    )
)  # fmt: skip
_HOST = re.compile(rb"[A-Za-z0-9._~-]*(:[0-9]{0,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{0,5})?")
ENCRYPTED_ALWAYS = (b"strict-transport-security", b"max-age=31536000")
EXTENSION = "crm"
"""The extension of a scope that holds the target of the request as it was sent."""


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
    document: bool = False
    """Whether it is the same for everybody and sent again and again."""
    stream: AsyncGenerator[bytes, None] | None = None
    """What follows, part by part, for as long as it takes; then there is no other body."""
    secret: bool = False
    """Whether it must not be compressed: what is compressed tells by its size what is in it."""


def next_page(request: Request, token: str) -> Headers:
    """A Link header to the next page, if there is one (RFC 8288)."""
    if not token:
        return []
    query = [(name, text) for name, text in parse_qsl(request.asked.decode("latin-1")) if name != "page_token"]
    target = f"{request.path}?{urlencode([*query, ('page_token', token)])}"
    return [(b"link", f'<{target}>; rel="next"'.encode())]


class Request:
    """What the client sent. `caller`, `timeout` and `allowance` are set on the way through the gateway.

    `query` is what is still to be read of the query, `asked` the whole. `unreadable` holds the results of those records
    in the body, by their place, that are none.
    """

    __slots__ = (
        "_base", "_receive", "_scheme", "address", "allowance", "asked", "caller", "came_at", "headers",
        "idempotency_key", "path", "query", "request_id", "scope", "size", "span", "timeout", "unreadable",
        "verb",
    )  # fmt: skip

    caller: Caller
    allowance: Allowance | None

    def __init__(self, scope: Scope, receive: Receive, trusted: Sequence[Network] = ()) -> None:
        self.scope = scope
        self._receive = receive
        self.verb: str = scope["method"]
        # As it was sent: an encoded slash is no separator, and an encoded line end stays encoded.
        self.path: str = scope["raw_path"].partition(b"?")[0].decode("ascii")
        self.query: bytes = scope["query_string"]
        self.asked = self.query
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.size = sum(len(name) + len(value) for name, value in scope["headers"])
        self.request_id = RequestContext.valid_request_id(self.header(b"x-request-id"))
        given = self.header(b"traceparent")
        self.span = tracing.span(self.verb, "server", given, request_id=self.request_id)
        self.address = client_address(scope, self.header(b"x-forwarded-for") if trusted else "", trusted)
        self._scheme: str = scope["scheme"]
        if trusted and is_in(_peer(scope), trusted):
            self._scheme = self.header(b"x-forwarded-proto").rpartition(",")[2].strip().lower() or self._scheme
        self.idempotency_key = ""
        self.timeout: float | None = None
        self.allowance = None
        self.unreadable: dict[int, batches_pb2.BatchResult] = {}
        self.came_at = time.monotonic()
        self._base: Metadata = ()

    def header(self, name: bytes) -> str:
        """A header as text, "" if it is absent."""
        return self.headers.get(name, b"").decode("latin-1")

    def check(self) -> None:
        """Looks at the headers that every route knows.

        Raises HeadersTooLarge, MalformedRequest, and InvalidInput for what cannot be meant.
        """
        if self.size > MAX_HEADERS or len(self.scope["headers"]) > MAX_HEADER_COUNT:
            raise HeadersTooLarge()
        self._check_framing()
        key = self.header(b"idempotency-key")
        if b"idempotency-key" in self.headers and not _KEY.fullmatch(key):
            raise InvalidInput.of("Idempotency-Key", "must be 1 to 200 printable characters without spaces")
        self.idempotency_key = key
        timeout = self.header(b"x-request-timeout")
        if timeout:
            if not timeout.isascii() or not timeout.isdigit() or not 1 <= int(timeout[:9]) <= 600_000:
                raise InvalidInput.of("X-Request-Timeout", "must be a number of milliseconds")
            self.timeout = int(timeout[:9]) / 1000

    def _check_framing(self) -> None:
        """Raises MalformedRequest if another parser could see another request, or one for another host."""
        if len(self.headers) != len(self.scope["headers"]):
            names = [name for name, _ in self.scope["headers"]]
            if any(name in _SINGLE and names.count(name) > 1 for name in self.headers):
                raise MalformedRequest("A header that may stand once stands twice.")
        host = self.headers.get(b"host")
        if host is None and self.scope["http_version"] != "1.0":
            raise MalformedRequest("The header Host is missing.")
        if host is not None and not _HOST.fullmatch(host):
            raise MalformedRequest("The header Host names no host.")
        target: bytes = self.scope.get("extensions", {}).get(EXTENSION, {}).get("target", b"/")
        if not target.startswith((b"/", b"*")) and target.partition(b"//")[2].partition(b"/")[0] != host:
            raise MalformedRequest("The address is another host's.")
        if b"transfer-encoding" in self.headers:
            if self.headers[b"transfer-encoding"].strip().lower() != b"chunked":
                raise MalformedRequest("The only transfer coding is chunked.")
            if b"content-length" in self.headers:
                raise MalformedRequest("A body has a length or is chunked, not both.")

    def make_repeatable(self) -> None:
        """Gives the write an idempotency key if the client gave none, so that it may be sent again."""
        if not self.idempotency_key:
            self.idempotency_key = f"{GATEWAY_KEY}{uuid7()}"

    def within(self, seconds: float) -> float:
        """`seconds` from now, or what is left of the time that the client gives the whole request."""
        if self.timeout is None:
            return seconds
        return min(seconds, max(self.came_at + self.timeout - time.monotonic(), 0.001))

    def hurries(self, seconds: float) -> bool:
        """Whether the client wants to wait less than `seconds`."""
        return self.timeout is not None and self.timeout < seconds

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

    def has(self, etag: str) -> bool:
        """Whether the client has this version and asks for another one only."""
        known = [tag.strip().removeprefix("W/") for tag in self.header(b"if-none-match").split(",")]
        return known == ["*"] or f'"{etag}"' in known

    def media_type(self) -> str:
        """The media type of the body, without parameters. Raises UnsupportedMediaType for texts that are not UTF-8."""
        type_, parameters = parse_options_header(self.headers.get(b"content-type", b""))
        if parameters.get(b"charset", b"utf-8").lower() not in (b"utf-8", b"utf8", b"us-ascii"):
            raise UnsupportedMediaType("Send texts as UTF-8.")
        return type_.decode("latin-1").lower()

    def is_encrypted(self) -> bool:
        """Whether the client has come by HTTPS, to this process or to a trusted proxy."""
        return self._scheme == "https"

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

    async def until_disconnected(self) -> None:
        """Returns when the client has gone away."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

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
    address = _peer(scope)
    if not trusted:
        return address
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not is_in(address, trusted):
            break
        try:
            address = str(ip_address(hop))
        except ValueError:
            break
    return address


def _peer(scope: Scope) -> str:
    """The address of the other end of the connection."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def is_in(address: str, networks: Iterable[Network]) -> bool:
    """Whether an address belongs to one of the networks."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in networks)
