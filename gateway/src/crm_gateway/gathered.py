"""What several services have of a kind each, offered as one: each is asked, and the one that knows answers.

A page of a list has the newest of all services. Its token is the id of the last that was shown: each service goes on
below it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

import crm_contracts
from crm_chassis.contracts.schema import validate
from crm_chassis.errors import DomainError, NotFound

from crm_gateway.audit import NOTING
from crm_gateway.fanout import Answers, ask
from crm_gateway.references import call_verified
from crm_gateway.tokens import PageTokens, query_of
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request

DEFAULT_PAGE = 50


class Known:
    """The services that have things of a kind each (imports, proposals), and who of them knows one of these."""

    def __init__(self, upstreams: Upstreams, services: Iterable[str], reader: crm_contracts.Method) -> None:
        """`reader` reads one by its id."""
        self.upstreams = upstreams
        self.services = sorted(set(services))
        self.reader = reader

    async def ask(
        self, method: crm_contracts.Method, message: Any, request: Request, services: Sequence[str]
    ) -> Answers:
        """What services answer to the same message."""
        body = message.SerializeToString()
        calls: dict[str, Awaitable[bytes]] = {
            service: self.upstreams.call(method, body, request, service=service) for service in services
        }
        return await ask(calls)

    async def find(self, method: crm_contracts.Method, message: Any, request: Request) -> tuple[str, Any]:
        """The service that knows the one, and its answer. Raises what the others say if none does."""
        answers = await self.ask(method, message, request, self.services)
        for service, raw in answers.good.items():
            return service, method.response.FromString(raw)
        answers.raise_input()
        # That one may not, or that one does not answer, says more than that the others do not know it.
        raise max(answers.failed.values(), key=lambda error: (error.status != 404, error.status))


class FindOne:
    """Handles what is asked of one by its id: asks everybody, takes the service that knows."""

    def __init__(
        self, known: Known, tokens: PageTokens, method: crm_contracts.Method, http: crm_contracts.Http
    ) -> None:
        self._known = known
        self._tokens = tokens
        self._binding = Binding(method, http)
        self._method = _of_services(method)
        self._paged = "page_token" in method.request.DESCRIPTOR.fields_by_name

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        query = query_of(self._method.full_name, wanted) if self._paged else b""
        if self._paged:
            wanted.page_token = self._tokens.open(wanted.page_token, query)
        validate(wanted)
        found = await (self._read if self._method.policy.read_only else self._write)(wanted, request)
        if self._paged:
            found.next_page_token = self._tokens.seal(found.next_page_token, query)
        return Reply(200, request.caller.encoder.dumps(found))

    async def _read(self, wanted: Any, request: Request) -> Any:
        _, found = await self._known.find(self._method, wanted, request)
        return found

    async def _write(self, wanted: Any, request: Request) -> Any:
        """Asks the service that has it, or else one: each that has not would note an attempt that it refused."""
        try:
            service, _ = await self._known.find(self._known.reader, self._known.reader.request(id=wanted.id), request)
        except DomainError as error:
            if error.status != NotFound.status:
                return await self._read(wanted, request)  # Whoever may not look for it may still write.
            service = NOTING
        raw = await call_verified(self._known.upstreams, self._method, wanted.SerializeToString(), request, service)
        return self._method.response.FromString(raw)


class ListNewest:
    """Handles a list of what all services have, the newest first; ids say what is newer."""

    def __init__(
        self, known: Known, tokens: PageTokens, method: crm_contracts.Method, http: crm_contracts.Http
    ) -> None:
        self._known = known
        self._tokens = tokens
        self._binding = Binding(method, http)
        self._method = _of_services(method)
        self._items = next(one.name for one in method.response.DESCRIPTOR.fields if one.message_type is not None)

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        query = query_of(self._method.full_name, wanted)
        wanted.page_token = self._tokens.open(wanted.page_token, query)
        validate(wanted)
        answers = await self._known.ask(self._method, wanted, request, self._known.services)
        answers.raise_input()
        if not answers.good:
            raise max(answers.failed.values(), key=lambda error: error.status)
        pages = [self._method.response.FromString(raw) for raw in answers.good.values()]
        items = sorted((one for page in pages for one in getattr(page, self._items)), key=_id, reverse=True)
        size = wanted.page_size or DEFAULT_PAGE
        found: Any = self._method.response(unavailable_services=answers.unavailable)
        getattr(found, self._items).extend(items[:size])
        if len(items) > size or any(page.next_page_token for page in pages):
            found.next_page_token = self._tokens.seal(items[:size][-1].id, query)
        return Reply(200, request.caller.encoder.dumps(found))


def _of_services(method: crm_contracts.Method) -> crm_contracts.Method:
    """The method of each service that stands behind one of the gateway's."""
    return crm_contracts.method(f"crm.common.v1.{method.service.rpartition('.')[2]}.{method.name}")


def _id(one: Any) -> str:
    return str(one.id)
