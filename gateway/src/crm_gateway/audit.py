"""The audit trail of all services, merged, newest first.

The page token holds, for each service, the token of the page it is in and the last entry taken from it. Entries
above that one are passed over when the page is read again, so new entries never shift the view. Entries may be large:
a page ends early rather than grow beyond a bound.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import crm_contracts
from crm.common.v1 import history_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import dumps
from crm_chassis.errors import Conflict, DomainError

from crm_gateway.fanout import Answers
from crm_gateway.settings import services
from crm_gateway.tokens import PageTokens, query_of
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request, next_page

DEFAULT_PAGE = 50
NOTING = "identity"
"""The service whose trail says that the trails are read, if it answers."""
# What one service is read for one page of ours, and what a page of ours holds: no more is read or added beyond it.
STRETCH_BYTES = 512 * 1024
PAGE_BYTES = 2 * 1024 * 1024
# Pages of one service read for one of ours; more than two only if much has happened since the page before.
MAX_PAGES = 20

HISTORY = crm_contracts.method("crm.common.v1.HistoryService.ListHistory")

Key = tuple[int, int, str]


@dataclass(slots=True)
class _Cursor:
    """A place in the trail of one service: a page, and the last entry of it that was shown."""

    page_token: str = ""
    last: Key | None = None
    done: bool = False


@dataclass(slots=True)
class _Stretch:
    """The next entries of one service behind its cursor, each with the page it stands on."""

    entries: list[tuple[Any, str]]
    next_page_token: str

    @property
    def end(self) -> Key | None:
        """The last entry that is known; what is older may be unread. None if all has been read."""
        return _key(self.entries[-1][0]) if self.next_page_token else None


def _key(entry: Any) -> Key:
    return (entry.at.seconds, entry.at.nanos, entry.id.rjust(40))


class Audit:
    """Handles /v1/audit_entries."""

    def __init__(
        self, upstreams: Upstreams, tokens: PageTokens, method: crm_contracts.Method, http: crm_contracts.Http
    ) -> None:
        self._upstreams = upstreams
        self._tokens = tokens
        self._binding = Binding(method, http)
        self._services = sorted(services(), key=lambda name: name != NOTING)

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        query = query_of(HISTORY.full_name, wanted)
        cursors = self._cursors(self._tokens.open_value(wanted.page_token, query))
        wanted.page_token = ""
        validate(wanted)
        size = wanted.page_size or DEFAULT_PAGE
        stretches, answers = await self._stretches(request, wanted.filter, size, cursors)
        merged = _merged(stretches, size)
        for name, stretch in stretches.items():
            taken = [(page, key) for key, service, _, page in merged if service == name]
            if len(taken) == len(stretch.entries):
                cursors[name] = _Cursor(stretch.next_page_token, None, not stretch.next_page_token)
            elif taken:
                cursors[name] = _Cursor(*taken[-1])
        more = any(not cursor.done for name, cursor in cursors.items() if name in stretches)
        next_token = self._tokens.seal_value(self._places(cursors), query) if more else ""
        encoder = request.caller.encoder
        found = {
            "audit_entries": [encoder.encode(entry) for _, _, entry, _ in merged],
            "next_page_token": next_token,
            "unavailable_services": answers.unavailable,
        }
        return Reply(200, dumps(found), headers=next_page(request, next_token))

    async def _stretches(
        self, request: Request, filter_: str, size: int, cursors: dict[str, _Cursor]
    ) -> tuple[dict[str, _Stretch], Answers]:
        found: dict[str, _Stretch] = {}
        answers = Answers()

        async def read(service: str) -> None:
            try:
                wanted = history_pb2.ListHistoryRequest(page_size=size, filter=filter_, noted_elsewhere=bool(found))
                found[service] = await self._stretch(request, service, wanted, cursors[service])
            except DomainError as error:
                answers.failed[service] = error

        # The first that answers notes that the trail is read; the others need not do so too.
        unread = [name for name in self._services if not cursors[name].done]
        while unread and not found:
            await read(unread.pop(0))
        await asyncio.gather(*map(read, unread))
        answers.raise_input()
        return found, answers

    async def _stretch(
        self, request: Request, service: str, wanted: history_pb2.ListHistoryRequest, cursor: _Cursor
    ) -> _Stretch:
        """Reads on until there is a page's worth of entries or of bytes."""
        token = cursor.page_token
        entries: list[tuple[Any, str]] = []
        read = 0
        for _ in range(MAX_PAGES):
            wanted.page_token = token
            raw = await self._upstreams.call(HISTORY, wanted.SerializeToString(), request, service=service)
            page = history_pb2.ListHistoryResponse.FromString(raw)
            entries += [(e, token) for e in page.audit_entries if cursor.last is None or _key(e) < cursor.last]
            token = page.next_page_token
            read += len(raw)
            wanted.noted_elsewhere = True
            if len(entries) >= wanted.page_size or (entries and read >= STRETCH_BYTES) or not token:
                return _Stretch(entries, token)
        raise Conflict("The trail grows faster than it is read; start again.")

    def _cursors(self, places: dict[str, Any] | None) -> dict[str, _Cursor]:
        """Where each service is to be read on; from its beginning a service that is not among the places."""
        cursors = {name: _Cursor() for name in self._services}
        for name, place in (places or {}).items():
            if place is None:
                cursors[name] = _Cursor(done=True)
            else:
                page_token, last = place
                cursors[name] = _Cursor(page_token, tuple(last) if last else None)
        return cursors

    @staticmethod
    def _places(cursors: dict[str, _Cursor]) -> dict[str, Any]:
        return {name: None if c.done else [c.page_token, c.last] for name, c in cursors.items()}


def _merged(stretches: dict[str, _Stretch], size: int) -> list[tuple[Key, str, Any, str]]:
    """Key, service, entry and page of the newest entries that no unread entry of a service can precede."""
    merged = sorted(
        ((_key(entry), name, entry, page) for name, stretch in stretches.items() for entry, page in stretch.entries),
        key=lambda item: item[0],
        reverse=True,
    )
    ends = [stretch.end for stretch in stretches.values() if stretch.end is not None]
    page: list[tuple[Key, str, Any, str]] = []
    room = PAGE_BYTES
    for item in merged:
        room -= item[2].ByteSize()
        if len(page) == size or (page and room < 0) or (ends and item[0] < max(ends)):
            break
        page.append(item)
    return page
