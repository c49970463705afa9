"""Records of all services by words, the best hits of each service in turn."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import Any

import crm_contracts
from crm.common.v1 import search_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import dumps
from crm_chassis.errors import InvalidInput
from crm_chassis.text import is_word
from crm_chassis.violations import TOO_SHORT

from crm_gateway.fanout import ask
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request

DEFAULT_HITS = 20


class Search:
    """Handles /v1/search."""

    def __init__(self, upstreams: Upstreams, method: crm_contracts.Method, http: crm_contracts.Http) -> None:
        self._upstreams = upstreams
        self._binding = Binding(method, http)
        self._methods = {m.domain: m for m in crm_contracts.parts(crm_contracts.View.SEARCH)}

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        validate(wanted)
        if not is_word(wanted.query):
            raise InvalidInput.of("query", TOO_SHORT(min=2))
        size = wanted.page_size or DEFAULT_HITS
        body = search_pb2.SearchRecordsRequest(query=wanted.query, limit=size).SerializeToString()
        actor = request.caller.actor
        allowed = {name: m for name, m in self._methods.items() if actor.may(m.policy.permission)}
        answers = await ask({name: self._upstreams.call(m, body, request) for name, m in allowed.items()})
        answers.raise_input()
        refused = {name for name, error in answers.failed.items() if error.status == 403}
        lists = [search_pb2.SearchRecordsResponse.FromString(raw).hits for raw in answers.good.values()]
        hits = [hit for hit in chain.from_iterable(zip_longest(*lists)) if hit is not None][:size]
        encoder = request.caller.encoder
        found = {
            "hits": [encoder.encode(hit) for hit in hits],
            "unavailable_services": answers.unavailable,
            "not_allowed_services": sorted((self._methods.keys() - allowed.keys()) | refused),
        }
        return Reply(200, dumps(found))
