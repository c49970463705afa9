"""The route table, derived from the contracts: every method with an http rule that is not internal."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
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


def is_of_each(method: crm_contracts.Method) -> bool:
    """Whether every resource has this method under a path of its own."""
    is_routed = method.http is not None and method.http.path.startswith(EVERY)
    return is_routed and method.service == "crm.common.v1.HistoryService"


def of_each(method: crm_contracts.Method, http: crm_contracts.Http) -> Iterator[tuple[crm_contracts.Http, str]]:
    """The rules of a method, and the resource that each is for: of one that every resource has, one for each."""
    if not is_of_each(method):
        yield http, ""
        return
    for plural, (_, changeable) in with_history().items():
        if changeable or method.policy.read_only:
            yield replace(http, path=http.path.replace(EVERY, f"/v1/{plural}/", 1)), plural


@cache
def with_history() -> dict[str, tuple[str, bool]]:
    """By plural, the resources whose records are read by their ids: who has them, and whether they can be changed."""
    methods = list(crm_contracts.methods().values())
    changed = {
        one.response.DESCRIPTOR.full_name for one in methods if one.name == f"Update{one.response.DESCRIPTOR.name}"
    }
    return {
        crm_contracts.resource_of(one.response.DESCRIPTOR).plural: (
            one.domain,
            one.response.DESCRIPTOR.full_name in changed,
        )
        for one in methods
        if one.request is standard_pb2.GetRequest and crm_contracts.resource_of(one.response.DESCRIPTOR) is not None
    }


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
        segments = path.split("/")
        if segments[0] or len(segments) < 2:
            raise RouteNotFound()
        for node, values in _places(self._root, tuple(map(_decoded, segments[1:])), ()):
            custom = ""
            if values and len(node.routes) > ("" in node.routes) and ":" in values[-1]:
                values[-1], _, custom = values[-1].rpartition(":")
            verbs = node.routes.get(custom)
            if not verbs or (custom and not values[-1]):
                continue
            if any(_UNFIT.search(value) for value in values):
                raise InvalidInput("The address holds signs that no id has.")
            return verbs, values
        raise RouteNotFound()


def _places(node: _Node, segments: tuple[str, ...], values: tuple[str, ...]) -> Iterator[tuple[_Node, list[str]]]:
    """Where a path leads, and its values; what is written out in a template goes before what stands for anything."""
    if not segments:
        yield node, list(values)
        return
    segment, *rest = segments
    literal = node.literals.get(segment)
    if literal is not None:
        yield from _places(literal, tuple(rest), values)
    if node.parameter is not None and segment:
        yield from _places(node.parameter, tuple(rest), (*values, segment))


def _decoded(segment: str) -> str:
    """A segment of a path; a slash in it separates nothing. What is not UTF-8 becomes surrogates."""
    return unquote_to_bytes(segment).decode("utf-8", "surrogateescape") if "%" in segment else segment


def allowed(verbs: Iterable[str]) -> str:
    """An Allow header for these verbs."""
    found = {*verbs, "OPTIONS"}
    if "GET" in found:
        found.add("HEAD")
    return ", ".join(sorted(found))
