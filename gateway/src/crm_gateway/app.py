"""The application: one request from socket to socket.

Routing, authentication, authorisation, rate limits, the handler, and one answer in any case: whatever goes wrong
becomes a problem document with the request's id.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import suppress
from typing import IO, Any

import crm_contracts
from crm.identity.v1 import identity_pb2
from crm_chassis import tracing
from crm_chassis.contracts.transcode import dumps
from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import DomainError, Internal, InvalidInput, NotFound, Unauthenticated
from crm_chassis.logs import get_logger
from crm_chassis.rpc.status import RemoteError
from prometheus_client import REGISTRY, CollectorRegistry

from crm_gateway.access_log import AccessLog
from crm_gateway.audit import Audit
from crm_gateway.authn import Authenticator, Keys
from crm_gateway.authz import GATEWAY, Caller, Minter, anonymous, authorise
from crm_gateway.customer360 import Customer360, StaleCopies
from crm_gateway.errors import HeadersTooLarge, MethodNotAllowed, Overloaded
from crm_gateway.feed import Feed
from crm_gateway.imports import CreateImport, FindImport
from crm_gateway.limits import Limits
from crm_gateway.metrics import FEED_RUNNING, HTTP_IN_FLIGHT, HTTP_SECONDS, BreakerStates
from crm_gateway.pages import Pages, ids_named
from crm_gateway.principals import Principals
from crm_gateway.problems import problem
from crm_gateway.routes import Handler, Route, Table, allowed, routed
from crm_gateway.search import Search
from crm_gateway.settings import GatewaySettings, services
from crm_gateway.site import Site, problem_of
from crm_gateway.timeline import Timeline
from crm_gateway.transcode import Binding
from crm_gateway.unsubscribe import PATH as UNSUBSCRIBE
from crm_gateway.unsubscribe import UnsubscribePage
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import MAX_HEADERS, Disconnected, Headers, Receive, Reply, Request, Scope, Send

RESOLVE_SECONDS = 0.5
_VERBS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

_RESOLVE = crm_contracts.method("crm.identity.v1.AuthService.ResolvePrincipals")
_JWKS = crm_contracts.method("crm.identity.v1.AuthService.GetJwks")
_LOGIN = "crm.identity.v1.AuthService.Login"


class Gateway:
    """The ASGI application."""

    def __init__(
        self, settings: GatewaySettings, registry: CollectorRegistry = REGISTRY, log: IO[bytes] | None = None
    ) -> None:
        self._settings = settings
        self._log = get_logger()
        self._registry = registry
        self._access = AccessLog(log or sys.stderr.buffer)
        self._limits = Limits(settings.rates)
        self._minter = Minter(settings.actor_key)
        self._anonymous = anonymous(self._minter)
        self._self = Caller(GATEWAY, self._minter)
        self._in_flight = 0
        self._upstreams = Upstreams({})
        self._feed: Feed | None = None
        self.authenticator = Authenticator(Keys(self._jwks))
        self.principals = Principals(self._principal, self._minter)
        self.pages = Pages()
        self.table = Table(())
        self.site = Site({"identity": self._identity_problem, "feed": self._feed_problem}, registry)

    # -- life ---------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Opens the channels and follows the feed; must run in the event loop that serves."""
        self._upstreams = Upstreams(self._settings.upstreams, self._settings.tls)
        self.table = Table(self._routes())
        self._breakers = BreakerStates(self._upstreams)
        self._registry.register(self._breakers)
        if self._settings.amqp_url:
            loop = asyncio.get_running_loop()
            self._feed = Feed(
                self._settings.amqp_url,
                lambda type_, envelope: loop.call_soon_threadsafe(self.happened, type_, envelope),
                lambda running: loop.call_soon_threadsafe(self._fed, running),
            )
            self._feed.start()

    async def stop(self) -> None:
        """Ends the feed, closes the channels, writes the last log lines."""
        if self._feed is not None:
            await asyncio.to_thread(self._feed.stop)
        await self._upstreams.close()
        self._registry.unregister(self._breakers)
        self._access.flush()
        await asyncio.to_thread(tracing.stop)

    def happened(self, type_: str, envelope: bytes) -> None:
        """An event: what was known of its records is not true any more."""
        if type_.startswith("crm.identity."):
            self.pages.clear()
            if not type_.startswith("crm.identity.user."):
                self.principals.drop_all()
                return
            with suppress(InvalidInput):
                self.principals.drop(IncomingEvent.read(envelope).record_id)
            return
        self.pages.forget(ids_named(envelope))

    def _fed(self, running: bool) -> None:
        FEED_RUNNING.set(running)
        self.principals.fed(running)
        self.pages.followed(running)

    def _routes(self) -> list[Route]:
        copies = StaleCopies()
        own: dict[str, Any] = {
            "GetContact360": lambda *_: Customer360(self._upstreams, copies, self.pages, "contact").handle,
            "GetAccount360": lambda *_: Customer360(self._upstreams, copies, self.pages, "account").handle,
            "ListContactTimeline": lambda *m: Timeline(self._upstreams, *m).handle,
            "ListAccountTimeline": lambda *m: Timeline(self._upstreams, *m).handle,
            "Search": lambda *m: Search(self._upstreams, *m).handle,
            "ListAuditEntries": lambda *m: Audit(self._upstreams, *m).handle,
            "CreateImport": lambda *_: CreateImport(self._upstreams).handle,
            "GetImport": lambda *m: FindImport(self._upstreams, *m).handle,
            "ListImportErrors": lambda *m: FindImport(self._upstreams, *m).handle,
        }
        routes = []
        for method, http in routed():
            if method.domain == "gateway":
                handler: Handler = own[method.name](method, http)
            else:
                handler = _Transcoded(self._upstreams, self._limits, method, http).handle
            if http.path == UNSUBSCRIBE:
                handler = UnsubscribePage(handler).handle
            routes.append(Route(method, http, handler))
        return routes

    # -- identity -----------------------------------------------------------------------------------------

    async def _ask_identity(self, method: crm_contracts.Method, message: Any, caller: Caller) -> Any:
        raw = await self._upstreams["identity"].call(
            method.path,
            message.SerializeToString(),
            (("x-actor-token", caller.token("identity")),),
            timeout=RESOLVE_SECONDS,
            repeatable=True,
            read=True,
        )
        return method.response.FromString(raw)

    async def _jwks(self) -> list[Any]:
        found = await self._ask_identity(_JWKS, identity_pb2.GetJwksRequest(), self._anonymous)
        return list(found.keys)

    async def _principal(self, user_id: str) -> Any:
        wanted = identity_pb2.ResolvePrincipalsRequest(user_ids=[user_id])
        found = await self._ask_identity(_RESOLVE, wanted, self._self)
        return next((one for one in found.principals if one.user_id == user_id), None)

    async def _identity_problem(self) -> str:
        return await problem_of(self._jwks())

    async def _feed_problem(self) -> str:
        """Once it has run, its absence makes the gateway slower and not unready."""
        return "" if self._feed is None or self._feed.has_run else "has not run yet"

    # -- requests -----------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._serve(Request(scope, receive, self._settings.trusted_proxies), send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _serve(self, request: Request, send: Send) -> None:
        started = time.perf_counter()
        request.caller = self._anonymous
        self._in_flight += 1
        HTTP_IN_FLIGHT.inc()
        route: Route | None = None
        try:
            if self._in_flight > self._settings.max_in_flight and not self.site.knows(request.path):
                raise Overloaded()
            request.check()
            if request.size > MAX_HEADERS:
                raise HeadersTooLarge()
            if request.verb in ("OPTIONS", "TRACE") or request.verb not in _VERBS or self.site.knows(request.path):
                reply = await self._beside(request)
            else:
                route, path = self.table.find(request.verb, request.path)
                reply = await self._answer(route, request, path)
        except DomainError as error:
            reply = problem(error, request.request_id)
            if error.status >= 500:
                self._log.warning("request failed", request_id=request.request_id, reason=error.reason,
                                  detail=error.detail)  # fmt: skip
        except Disconnected:
            request.span.end(Disconnected.__name__)
            return
        except Exception as error:
            self._log.error("request failed", request_id=request.request_id, exc_info=error)
            reply = problem(Internal(), request.request_id)
        finally:
            self._in_flight -= 1
            HTTP_IN_FLIGHT.dec()
        await self._send(request, reply, send)
        self._note(route, request, reply.status, time.perf_counter() - started)

    async def _answer(self, route: Route, request: Request, path: dict[str, str]) -> Reply:
        policy = route.method.policy
        self._limits.address(route.rate, request.address)
        if not policy.public:
            claims = await self.authenticator.claims(request.header(b"authorization"))
            request.caller = await self.principals.caller(claims)
            self._limits.user(route.rate, claims.user_id)
        authorise(policy, request.caller.actor)
        try:
            reply = await route.handler(request, path)
            if not policy.idempotent:
                self.pages.forget(ids_named(reply.body) | set(path.values()))
            return reply
        except RemoteError as error:
            if error.status == 401 and error.reason == Unauthenticated.reason and not policy.public:
                # A service refuses our own token: the caller can do nothing about it.
                self._log.error("actor token refused", request_id=request.request_id, upstream=error.service)
                raise Internal() from error
            raise

    async def _beside(self, request: Request) -> Reply:
        """OPTIONS, verbs that nothing takes, and the site."""
        if self.site.knows(request.path):
            allow = allowed(("GET",))
        elif request.verb == "OPTIONS" and request.path == "*":
            allow = ", ".join(sorted(_VERBS - {"PUT"}))
        else:
            allow = self.table.allow(request.path)
        if request.verb == "OPTIONS":
            return Reply(204, headers=[(b"allow", allow.encode())])
        if not self.site.knows(request.path) or request.verb not in ("GET", "HEAD"):
            raise MethodNotAllowed(allow)
        return await self.site.handle(request)

    async def _send(self, request: Request, reply: Reply, send: Send) -> None:
        headers: Headers = [
            (b"content-length", b"%d" % len(reply.body)),
            (b"x-request-id", request.request_id.encode()),
            (b"cache-control", reply.cache),
            (b"content-security-policy", reply.policy),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
            *reply.headers,
        ]
        if reply.body:
            headers.append((b"content-type", reply.content_type))
        if self._settings.cors_origins:
            headers += self._cors(request)
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        body = b"" if request.verb == "HEAD" else reply.body
        await send({"type": "http.response.body", "body": body})

    def _cors(self, request: Request) -> Headers:
        origin = request.header(b"origin")
        if origin not in self._settings.cors_origins:
            return [(b"vary", b"Origin")]
        found = [(b"vary", b"Origin"), (b"access-control-allow-origin", origin.encode())]
        found.append((b"access-control-expose-headers", b"ETag, Location, Retry-After, X-Request-Id"))
        if request.verb == "OPTIONS":
            found += [
                (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE"),
                (b"access-control-allow-headers",
                 b"Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-Id, X-Request-Timeout"),
                (b"access-control-max-age", b"600"),
            ]  # fmt: skip
        return found

    def _note(self, route: Route | None, request: Request, status: int, seconds: float) -> None:
        template = route.template if route is not None else "-"
        verb = request.verb if request.verb in _VERBS else "-"
        if route is not None:
            observer = route.observers.get(status)
            if observer is None:
                observer = route.observers[status] = HTTP_SECONDS.labels(route.http.verb, template, status)
            observer.observe(seconds)
        elif not self.site.knows(request.path):
            HTTP_SECONDS.labels(verb, template, status).observe(seconds)
        else:
            # Probes and documents are not noted, and a span that is not ended is not exported.
            return
        mistake = str(status) if status >= 500 else ""
        request.span.end(mistake, f"{verb} {template}", verb=verb, route=template, status=status)
        trace_id = request.span.traceparent.split("-")[1]
        self._access.add(verb, template, status, seconds, request.request_id, trace_id, request.caller.actor.id)


class _Transcoded:
    """Handles a method by passing it on to its service."""

    def __init__(
        self, upstreams: Upstreams, limits: Limits, method: crm_contracts.Method, http: crm_contracts.Http
    ) -> None:
        self._upstreams = upstreams
        self._limits = limits
        self._method = method
        self._binding = Binding(method, http)
        self._response: Any = method.response
        self._has_etag = "etag" in method.response.DESCRIPTOR.fields_by_name
        self._creates = http.verb == "POST" and method.name.startswith("Create")
        self._login = method.full_name == _LOGIN
        # What every service offers says in its path which of them is meant.
        self._service = "" if method.domain == "common" else method.domain

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        message: Any = await self._binding.message(request, path)
        if self._login:
            self._limits.credential(request.address, message.email)
        service = self._service or message.service
        if service not in services():
            raise NotFound(f"There is no service {service}.")
        try:
            raw = await self._upstreams.call(self._method, message.SerializeToString(), request, service=service)
        except DomainError as error:
            raise self._binding.outside(error) from None
        found = self._response.FromString(raw)
        reply = Reply(200, dumps(request.caller.encoder.encode(found)))
        if self._has_etag and found.etag:
            reply.headers.append((b"etag", b'"%s"' % found.etag.encode()))
        if self._creates:
            reply.status = 201
            reply.headers.append((b"location", f"{request.path}/{found.id}".encode()))
        return reply
