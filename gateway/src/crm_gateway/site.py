"""What stands beside the API: its documents, health and readiness."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import crm_contracts
import orjson
from crm_chassis.errors import DomainError
from crm_chassis.remembered import remembers

from crm_gateway import events_page
from crm_gateway.errors import RouteNotFound
from crm_gateway.web import Reply, Request

remembers(__name__)  # documents of the suite


READY_SECONDS = 1.0
_PAGE_POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; "
    b"frame-ancestors 'none'"
)
Check = Callable[[], Coroutine[Any, Any, str]]


@cache
def document(name: str) -> bytes:
    """A generated document: packed with the contracts, or beside them in a source tree. Raises FileNotFoundError."""
    packed = files(crm_contracts).joinpath(name)
    if packed.is_file():
        return packed.read_bytes()
    return (Path(crm_contracts.__file__).parents[2] / "docs" / name).read_bytes()


@cache
def event_catalogue() -> bytes:
    """The catalogue of events as a page. Raises FileNotFoundError."""
    return events_page.page(document("events.md").decode()).encode()


class Site:
    """Answers for the addresses that are not part of the API.

    `checks` maps names to functions that return "" if all is well, else what is wrong.
    """

    def __init__(self, checks: dict[str, Check]) -> None:
        self._checks = checks
        self._found: tuple[float, dict[str, str]] | None = None
        self._checking = asyncio.Lock()
        self.draining = False
        self._pages: dict[str, Callable[[], Awaitable[Reply]]] = {
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/openapi.json": self._openapi,
            "/asyncapi.yaml": self._asyncapi,
            "/docs/events": self._events,
            "/docs/docs.css": self._style,
        }

    def knows(self, path: str) -> bool:
        """Whether the address belongs here."""
        return path in self._pages

    def is_probe(self, path: str) -> bool:
        """Whether somebody asks how the gateway is, which has to be answered however busy it is."""
        return path in ("/healthz", "/readyz")

    async def handle(self, request: Request) -> Reply:
        return await self._pages[request.path]()

    async def _healthz(self) -> Reply:
        return Reply(200, b'{"status":"ok"}')

    async def _readyz(self) -> Reply:
        failed = dict(await self._problems())
        if self.draining:
            failed["process"] = "stopping"
        body = orjson.dumps({"status": "not ready" if failed else "ready", "failed": failed})
        return Reply(503 if failed else 200, body)

    async def _problems(self) -> dict[str, str]:
        """What the checks find. Whoever asks meanwhile waits for the answer: everybody asks, and the services once."""
        async with self._checking:
            now = time.monotonic()
            if self._found is None or now - self._found[0] > READY_SECONDS:
                failed = {name: found for name, check in self._checks.items() if (found := await check())}
                self._found = now, failed
            return self._found[1]

    async def _openapi(self) -> Reply:
        return Reply(200, _installed(partial(document, "openapi.json")), cache=b"no-cache", document=True)

    async def _asyncapi(self) -> Reply:
        return Reply(
            200, _installed(partial(document, "asyncapi.yaml")), b"application/yaml", cache=b"no-cache", document=True
        )

    async def _events(self) -> Reply:
        return Reply(
            200, _installed(event_catalogue), b"text/html; charset=utf-8", policy=_PAGE_POLICY, cache=b"no-cache",
            document=True,
        )  # fmt: skip

    async def _style(self) -> Reply:
        return Reply(200, _style_sheet(), b"text/css; charset=utf-8", cache=b"no-cache", document=True)


@cache
def _style_sheet() -> bytes:
    return files("crm_gateway").joinpath("docs", "docs.css").read_bytes()


def _installed(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except FileNotFoundError as error:
        raise RouteNotFound("The document is not installed.") from error


async def problem_of(call: Awaitable[object]) -> str:
    """Empty if the call succeeds, else what it failed with; what a readiness check returns."""
    try:
        await call
    except DomainError as error:
        return error.detail
    return ""
