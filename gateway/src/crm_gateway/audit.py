"""The audit trail of all services, merged, newest first.

The page token holds, for each service, the token of the page it is in and the last entry taken from it. Entries
above that one are passed over when the page is read again, so new entries never shift the view.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import crm_contracts
from crm.common.v1 import common_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import dumps
from crm_chassis.errors import Conflict, DomainError

from crm_gateway.fanout import Answers
from crm_gateway.settings import services
from crm_gateway.tokens import read_token, write_token, wrong_token
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request

DEFAULT_PAGE = 50
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
    """At least a page of entries of one service behind its cursor, each with the page it stands on."""

    entries: list[tuple[Any, str]]
    next_page_token: str


def _key(entry: Any) -> Key:
    return (entry.at.seconds, entry.at.nanos, entry.id.rjust(40))


class Audit:
    """Handles /v1/audit_entries."""

    def __init__(self, upstreams: Upstreams, method: crm_contracts.Method, http: crm_contracts.Http) -> None:
        self._upstreams = upstreams
        self._binding = Binding(method, http)
        self._services = services()

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        validate(wanted)
        size = wanted.page_size or DEFAULT_PAGE
        cursors = self._cursors(wanted.page_token)
        stretches, answers = await self._stretches(request, wanted.filter, size, cursors)
        merged = sorted(
            ((_key(entry), name, entry, page) for name, one in stretches.items() for entry, page in one.entries),
            key=lambda item: item[0],
            reverse=True,
        )[:size]
        for name, one in stretches.items():
            taken = [(page, key) for key, service, _, page in merged if service == name]
            if len(taken) == len(one.entries):
                cursors[name] = _Cursor(one.next_page_token, None, not one.next_page_token)
            elif taken:
                cursors[name] = _Cursor(*taken[-1])
        more = any(not cursor.done for name, cursor in cursors.items() if name in stretches)
        encoder = request.caller.encoder
        found = {
            "audit_entries": [encoder.encode(entry) for _, _, entry, _ in merged],
            "next_page_token": self._token(cursors) if more else "",
            "unavailable_services": answers.unavailable,
        }
        return Reply(200, dumps(found))

    async def _stretches(
        self, request: Request, filter_: str, size: int, cursors: dict[str, _Cursor]
    ) -> tuple[dict[str, _Stretch], Answers]:
        found: dict[str, _Stretch] = {}
        answers = Answers()

        async def read(service: str) -> None:
            try:
                found[service] = await self._stretch(request, service, filter_, size, cursors[service])
            except DomainError as error:
                answers.failed[service] = error

        await asyncio.gather(*(read(name) for name in self._services if not cursors[name].done))
        answers.raise_input()
        return found, answers

    async def _stretch(self, request: Request, service: str, filter_: str, size: int, cursor: _Cursor) -> _Stretch:
        """Reads on until there is a page's worth: with less, entries of others could overtake."""
        token = cursor.page_token
        entries: list[tuple[Any, str]] = []
        for _ in range(MAX_PAGES):
            wanted = common_pb2.ListHistoryRequest(page_size=size, page_token=token, filter=filter_)
            raw = await self._upstreams.call(HISTORY, wanted.SerializeToString(), request, service=service)
            page = common_pb2.ListHistoryResponse.FromString(raw)
            entries += [(e, token) for e in page.audit_entries if cursor.last is None or _key(e) < cursor.last]
            token = page.next_page_token
            if len(entries) >= size or not token:
                return _Stretch(entries, token)
        raise Conflict("The trail grows faster than it is read; start again.")

    def _cursors(self, token: str) -> dict[str, _Cursor]:
        if not token:
            return {name: _Cursor() for name in self._services}
        found = read_token(token)
        cursors: dict[str, _Cursor] = {}
        try:
            for name in self._services:
                place = found[name]
                if place == 0:
                    cursors[name] = _Cursor(done=True)
                    continue
                last = place[1] and (int(place[1][0]), int(place[1][1]), str(place[1][2]))
                cursors[name] = _Cursor(str(place[0]), last or None)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise wrong_token() from error
        return cursors

    @staticmethod
    def _token(cursors: dict[str, _Cursor]) -> str:
        return write_token({n: 0 if c.done else [c.page_token, c.last] for n, c in cursors.items()})
