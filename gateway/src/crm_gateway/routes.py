"""The route table, derived from the contracts: every method with an http rule that is not internal."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote_to_bytes

import crm_contracts
from crm.common.v1 import standard_pb2
from crm_chassis.errors import InvalidInput

from crm_gateway.errors import MethodNotAllowed, RouteNotFound
from crm_gateway.web import Reply, Request

_PARAMETER = re.compile(r"\{([a-z0-9_.]+)\}")
# Would be cut off, end a line, or hide: nothing of this kind stands in an id.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|^\s|\s$")
_RATES = {value.number: value.name for value in crm_contracts.RateClass.DESCRIPTOR.values}

# How the paths begin of methods that every resource has.
EVERY = "/v1/{resource}/"

Handler = Callable[[Request, dict[str, str]], Awaitable[Reply]]


@dataclass(frozen=True)
class Route:
    """One method as the outside sees it."""

    method: crm_contracts.Method
    http: crm_contracts.Http
    handler: Handler
    # Children of metrics by status, filled as they are needed.
    observers: dict[int, Any] = field(default_factory=dict, compare=False)

    @property
    def template(self) -> str:
        """The path as clients see it: "/v1/contacts/{id}"."""
        return template(self.http.path)

    @property
    def rate(self) -> str:
        """Name of the rate class the route draws from."""
        name = _RATES[self.method.policy.rate]
        if name == "RATE_CLASS_UNSPECIFIED":
            return "READ" if self.http.verb == "GET" else "WRITE"
        return name

    @property
    def creates(self) -> bool:
        """Whether a successful answer is a new record."""
        return self.http.verb == "POST" and self.method.name.startswith("Create")


def template(path: str) -> str:
    """The path with {contact.id} written as {id}."""
    return _PARAMETER.sub(lambda found: "{" + found[1].rpartition(".")[2] + "}", path)


def parameters(path: str) -> list[str]:
    """The field paths that a path template binds: ["contact.id"]."""
    return _PARAMETER.findall(path)


def of_each(method: crm_contracts.Method) -> Mapping[str, str]:
    """The resources that each have this method under a path of their own, by plural, and the service that has them.

    Empty for a method that has one path.
    """
    if method.service == "crm.common.v1.SharingService":
        return shareable()
    if method.service == "crm.common.v1.HistoryService" and method.http is not None and EVERY in method.http.path:
        return with_history() if method.policy.read_only else changeable()
    return {}


@cache
def shareable() -> Mapping[str, str]:
    """The resources that can be shared."""
    messages = crm_contracts.resource_messages()
    found = {name: crm_contracts.resource_of(message.DESCRIPTOR) for name, message in messages.items()}
    return {str(resource.plural): name.split(".")[1] for name, resource in found.items() if resource.shareable}


@cache
def with_history() -> Mapping[str, str]:
    """The resources whose records are read by their ids."""
    return _of_answers(one for one in crm_contracts.methods().values() if one.request is standard_pb2.GetRequest)


@cache
def changeable() -> Mapping[str, str]:
    """Those of them that can be changed."""
    methods = crm_contracts.methods().values()
    changed = _of_answers(one for one in methods if one.name == f"Update{one.response.DESCRIPTOR.name}")
    return {plural: service for plural, service in with_history().items() if plural in changed}


def _of_answers(methods: Iterable[crm_contracts.Method]) -> dict[str, str]:
    """The resources that methods answer with, by plural, and who has them."""
    answers = ((crm_contracts.resource_of(one.response.DESCRIPTOR), one.domain) for one in methods)
    return {str(resource.plural): domain for resource, domain in answers if resource is not None}


def routed() -> Iterable[tuple[crm_contracts.Method, crm_contracts.Http]]:
    """Every method the gateway offers, with its http rule."""
    for method in crm_contracts.methods().values():
        if method.http is not None and not method.policy.internal:
            yield method, method.http


class _Node:
    """A place in the tree of paths."""

    __slots__ = ("literals", "parameter", "routes")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        # Custom verb ("" for none) -> HTTP verb -> route and the names of its parameters.
        self.routes: dict[str, dict[str, tuple[Route, tuple[str, ...]]]] = {}


class Table:
    """Finds the route of a request in time that grows with the length of the path only."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        self.routes = tuple(routes)
        for route in self.routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node, verb = self._root, ""
        segments = route.http.path.strip("/").split("/")
        if segments[-1].startswith("{"):
            segments[-1], _, verb = segments[-1].partition(":")
        for segment in segments:
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(segment, _Node())
        names = tuple(path.rpartition(".")[2] for path in parameters(route.http.path))
        verbs = node.routes.setdefault(verb, {})
        if route.http.verb in verbs:
            raise LookupError(f"{route.method.full_name}: {route.http.verb} {route.template} is taken")
        verbs[route.http.verb] = (route, names)

    def find(self, verb: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and the values of its parameters, decoded.

        Raises RouteNotFound, MethodNotAllowed, and InvalidInput for values that cannot be meant.
        """
        verbs, values = self._verbs(path)
        found = verbs.get("GET" if verb == "HEAD" else verb)
        if found is None:
            raise MethodNotAllowed(allowed(verbs))
        route, names = found
        return route, dict(zip(names, values, strict=True))

    def allow(self, path: str) -> str:
        """The verbs that a path takes, as an Allow header. Raises RouteNotFound."""
        return allowed(self._verbs(path)[0])

    def _verbs(self, path: str) -> tuple[dict[str, tuple[Route, tuple[str, ...]]], list[str]]:
        values: list[str] = []
        node = self._root
        segments = path.split("/")
        if segments[0] or len(segments) < 2:
            raise RouteNotFound()
        for segment in map(_decoded, segments[1:]):
            child = node.literals.get(segment)
            if child is None:
                child = node.parameter
                if child is None or not segment:
                    raise RouteNotFound()
                values.append(segment)
            node = child
        custom = ""
        if values and len(node.routes) > ("" in node.routes) and ":" in values[-1]:
            values[-1], _, custom = values[-1].rpartition(":")
        verbs = node.routes.get(custom)
        if not verbs or (custom and not values[-1]):
            raise RouteNotFound()
        if any(_UNFIT.search(value) for value in values):
            raise InvalidInput("The address holds signs that no id has.")
        return verbs, values


def _decoded(segment: str) -> str:
    """A segment of a path; a slash in it separates nothing. What is not UTF-8 becomes surrogates."""
    return unquote_to_bytes(segment).decode("utf-8", "surrogateescape") if "%" in segment else segment


def allowed(verbs: Iterable[str]) -> str:
    """An Allow header for these verbs."""
    found = {*verbs, "OPTIONS"}
    if "GET" in found:
        found.add("HEAD")
    return ", ".join(sorted(found))
