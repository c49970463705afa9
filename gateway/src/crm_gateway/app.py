"""The application: one request from socket to socket.

Routing, authentication, authorisation, rate limits, the handler, and one answer in any case: whatever goes wrong
becomes a problem document with the request's id.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import crm_contracts
from crm.identity.v1 import auth_pb2
from crm_chassis import tracing
from crm_chassis.access.actor import Actor
from crm_chassis.contracts.transcode import dumps
from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import ActorTokenRefused, DomainError, Internal, InvalidInput, NotFound, PermissionDenied
from crm_chassis.logs import get_logger
from crm_chassis.probes import Probes
from crm_chassis.rpc.status import RemoteError
from prometheus_client import REGISTRY, CollectorRegistry

from crm_gateway.access_log import AccessLog
from crm_gateway.api_keys import PREFIX as API_KEY_PREFIX
from crm_gateway.api_keys import ApiKeys
from crm_gateway.audit import Audit
from crm_gateway.authn import Authenticator, Claims, Keys, bearer
from crm_gateway.authz import GATEWAY, Caller, Minter, anonymous, authorise
from crm_gateway.between import Between
from crm_gateway.browser_sessions import EndBrowserSession, RefreshBrowserSession, StartBrowserSession
from crm_gateway.compression import LEAST_BYTES, coding_of, packed, packed_document
from crm_gateway.customer360 import Customer360, Memory
from crm_gateway.describe import Descriptions
from crm_gateway.errors import MethodNotAllowed, Overloaded
from crm_gateway.feed import Feed
from crm_gateway.gathered import FindOne, Known, ListNewest
from crm_gateway.import_kinds import DescribeImports
from crm_gateway.imports import GET as GET_IMPORT
from crm_gateway.imports import CreateImport, DownloadFailedRows, kinds
from crm_gateway.joins import Joins
from crm_gateway.kept import ids_named
from crm_gateway.limits import CREDENTIAL, READ, Limits
from crm_gateway.link_pages import STATES, LinkPage
from crm_gateway.metrics import FEED_RUNNING, HTTP_IN_FLIGHT, HTTP_SECONDS, BreakerStates
from crm_gateway.pages import built, pages
from crm_gateway.presence import At, Presences
from crm_gateway.principals import Principals
from crm_gateway.problems import problem
from crm_gateway.proposals import GET as GET_PROPOSAL
from crm_gateway.proposals import CreateProposal, owners
from crm_gateway.references import call_verified
from crm_gateway.refusals import let_refuse
from crm_gateway.routes import EVERY, Handler, Route, Table, allowed, of_each, routed
from crm_gateway.search import Search
from crm_gateway.settings import GatewaySettings, services
from crm_gateway.shaping import Shaping
from crm_gateway.site import Check, Site, problem_of
from crm_gateway.stream import Streams
from crm_gateway.timeline import Timeline
from crm_gateway.tokens import PageTokens, query_of
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Replayed, Replica, Upstreams
from crm_gateway.web import ENCRYPTED_ALWAYS, Disconnected, Headers, Receive, Reply, Request, Scope, Send, next_page

RESOLVE_SECONDS = 0.5
CHECK_SECONDS = 2.0
_VERBS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

_RESOLVE = crm_contracts.method("crm.identity.v1.AuthService.ResolvePrincipals")
_JWKS = crm_contracts.method("crm.identity.v1.AuthService.GetJwks")
_RESOLVE_KEY = crm_contracts.method("crm.identity.v1.AuthService.ResolveApiKey")


class Gateway:
    """The ASGI application."""

    def __init__(
        self,
        settings: GatewaySettings,
        registry: CollectorRegistry = REGISTRY,
        log: IO[bytes] | None = None,
        clock: Callable[[], float] = time.monotonic,
        console: Callable[[], Path | None] = built,
    ) -> None:
        """`clock` tells how old what is kept has become; `console` finds the folder of the built console."""
        self._settings = settings
        self._log = get_logger()
        self._registry = registry
        self._access = AccessLog(log or sys.stderr.buffer)
        self._limits = Limits(settings.rates)
        self._minter = Minter(settings.actor_key)
        self._anonymous = anonymous(self._minter)
        self._self = Caller(GATEWAY, self._minter)
        self._tokens = PageTokens(settings.actor_key)
        self._in_flight = 0
        self._upstreams = Upstreams({})
        self._feed: Feed | None = None
        self.authenticator = Authenticator(Keys(self._jwks))
        self.principals = Principals(self._principal, self._minter)
        self.api_keys = ApiKeys(self._api_key, clock)
        self.memory = Memory(clock)
        # A part of the connections is left for requests.
        most = settings.max_connections * 4 // 5
        offset = time.time() - time.monotonic()
        self.presences = Presences(lambda: self._upstreams, self.principals, self._moved, clock)
        self.streams = Streams(self.principals, self._claims, self._presence, most, lambda: clock() + offset)
        self._between: Between | None = None
        self.table = Table(())
        self._checks: dict[str, Check] = {"identity": self._identity_problem, "feed": self._feed_problem}
        self.site = Site(self._checks)
        self._pages = pages(self._transcode, console, settings.trusted_proxies, self._admit_to_page)
        self.probes: Probes | None = None

    # -- life ---------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Opens the channels and follows the feed; must run in the event loop that serves."""
        self._upstreams = Upstreams(self._settings.upstreams, self._settings.tls)
        self.table = Table(self._routes())
        self._breakers = BreakerStates(self._upstreams)
        self._registry.register(self._breakers)
        self.streams.start()
        self.presences.start()
        loop = asyncio.get_running_loop()
        if self._settings.probes_port is not None:
            checks = {name: _from_outside(check, loop) for name, check in self._checks.items()}
            self.probes = Probes(self._settings.host, self._settings.probes_port, checks, self._registry)
            self.probes.start()
        if self._settings.amqp_url:
            self._feed = Feed(
                self._settings.amqp_url,
                lambda type_, envelope: loop.call_soon_threadsafe(self.happened, type_, envelope),
                lambda running: loop.call_soon_threadsafe(self.fed, running),
            )
            self._feed.start()
            heard = self.presences.heard
            self._between = Between(self._settings.amqp_url, lambda text: loop.call_soon_threadsafe(heard, text))
            self.presences.say = self._between.say
            self._between.start()

    def drain(self) -> None:
        """Ends what would not end by itself: the process is stopping."""
        self.site.draining = True
        self.streams.stop()

    async def stop(self) -> None:
        """Ends the feed, closes the channels, writes the last log lines."""
        self.drain()
        self.presences.stop()
        if self._between is not None:
            await asyncio.to_thread(self._between.stop)
        if self._feed is not None:
            await asyncio.to_thread(self._feed.stop)
        await self._upstreams.close()
        self._registry.unregister(self._breakers)
        self._access.flush()
        await asyncio.to_thread(tracing.stop)

    def happened(self, type_: str, envelope: bytes) -> None:
        """An event: what was known of its records is not true any more, and who sees them is told."""
        with suppress(InvalidInput):
            event = IncomingEvent.read(envelope)
            self.presences.hear(event)
            self.streams.hear(event)
        if type_.startswith("crm.identity."):
            self.memory.forget_all()
            if type_.startswith("crm.identity.api_key."):
                self.api_keys.forget()
                return
            if not type_.startswith("crm.identity.user."):
                self.principals.drop_all()
                return
            with suppress(InvalidInput):
                self.principals.drop(IncomingEvent.read(envelope).record_id)
            return
        if type_.split(".")[2] == "share":
            # Somebody may see more from now on, or less: of what, an answer that does not show it yet does not say.
            self.memory.forget_all()
        self.memory.forget(ids_named(envelope))

    def fed(self, running: bool) -> None:
        """Events are followed from now on, or not any more."""
        FEED_RUNNING.set(running)
        self.principals.fed(running)
        self.api_keys.fed(running)
        self.memory.followed(running)
        self.streams.followed(running)

    def _moved(self, user_id: str, at: At) -> None:
        self.streams.moved(user_id, at)

    async def _presence(self, actor: Actor, at: At) -> dict[str, Any] | None:
        if not self.presences.is_there(actor.id, at):
            return None
        found: dict[str, Any] = self._self.encoder.encode(await self.presences.of(actor, at))
        return found

    def _routes(self) -> list[Route]:
        known = Known(self._upstreams, kinds().values(), GET_IMPORT)
        proposed = Known(self._upstreams, owners().values(), GET_PROPOSAL)
        described = Descriptions()
        own: dict[str, Any] = {
            "GetContact360": lambda *m: Customer360(self._upstreams, self.memory, self._tokens, "contact", *m).handle,
            "GetAccount360": lambda *m: Customer360(self._upstreams, self.memory, self._tokens, "account", *m).handle,
            "ListContactTimeline": lambda *m: Timeline(self._upstreams, self._tokens, *m).handle,
            "ListAccountTimeline": lambda *m: Timeline(self._upstreams, self._tokens, *m).handle,
            "Search": lambda *m: Search(self._upstreams, *m).handle,
            "DescribeResources": lambda *_: described.all,
            "DescribeResource": lambda *_: described.one,
            "DescribeImportKinds": lambda *_: DescribeImports(known).handle,
            "StreamChanges": lambda *_: self.streams.handle,
            "NotePresence": lambda *_: self.presences.note,
            "GetPresence": lambda *_: self.presences.get,
            "ListAuditEntries": lambda *m: Audit(self._upstreams, self._tokens, *m).handle,
            "CreateImport": lambda *_: CreateImport(self._upstreams).handle,
            "GetImport": lambda *m: FindOne(known, self._tokens, *m).handle,
            "CancelImport": lambda *m: FindOne(known, self._tokens, *m).handle,
            "ListImportErrors": lambda *m: FindOne(known, self._tokens, *m).handle,
            "ListImports": lambda *m: ListNewest(known, self._tokens, *m).handle,
            "CreateProposal": lambda *m: CreateProposal(self._upstreams, *m).handle,
            "ListProposals": lambda *m: ListNewest(proposed, self._tokens, *m).handle,
            **{
                f"{action}Proposal": lambda *m: FindOne(proposed, self._tokens, *m).handle
                for action in ("Get", "Approve", "Decline", "Withdraw", "Undo")
            },
            "StartBrowserSession": lambda *m: StartBrowserSession(self._upstreams, self._limits, *m).handle,
            "RefreshBrowserSession": lambda *_: RefreshBrowserSession(self._upstreams).handle,
            "EndBrowserSession": lambda *_: EndBrowserSession(self._upstreams).handle,
            "DownloadFailedRows": lambda *m: DownloadFailedRows(known, *m).handle,
        }
        routes = []
        for method, http in routed():
            if method.domain == "gateway":
                handler: Handler = own[method.name](method, http)
            else:
                handler = _Transcoded(self._upstreams, self._limits, self._tokens, method, http).handle
            if http.path in STATES:
                handler = LinkPage(handler, http.path).handle
            resources = of_each(method)
            for plural in resources:
                path = http.path.replace(EVERY, f"/v1/{plural}/")
                routes.append(Route(method, replace(http, path=path), _of(plural, handler)))
            if not resources:
                routes.append(Route(method, http, handler))
        return routes

    def replicas(self) -> Iterable[Replica]:
        """The processes that the gateway calls."""
        return self._upstreams.replicas()

    # -- identity -----------------------------------------------------------------------------------------

    async def _ask_identity(self, method: crm_contracts.Method, message: Any, caller: Caller) -> Any:
        raw = await self._upstreams["identity"].call(
            method.path,
            message.SerializeToString(),
            lambda: (("x-actor-token", caller.token("identity")),),
            timeout=RESOLVE_SECONDS,
            repeatable=True,
            read=True,
        )
        return method.response.FromString(raw)

    async def _jwks(self) -> list[Any]:
        found = await self._ask_identity(_JWKS, auth_pb2.GetJwksRequest(), self._anonymous)
        return list(found.keys)

    async def _principal(self, user_id: str) -> Any:
        wanted = auth_pb2.ResolvePrincipalsRequest(user_ids=[user_id])
        found = await self._ask_identity(_RESOLVE, wanted, self._self)
        return next((one for one in found.principals if one.user_id == user_id), None)

    async def _api_key(self, digest: bytes) -> Any:
        return await self._ask_identity(_RESOLVE_KEY, auth_pb2.ResolveApiKeyRequest(digest=digest), self._self)

    async def _claims(self, token: str) -> Claims:
        if token.startswith(API_KEY_PREFIX):
            return await self.api_keys.claims(token)
        return await self.authenticator.claims(token)

    async def _identity_problem(self) -> str:
        return await problem_of(self._jwks())

    async def _feed_problem(self) -> str:
        """Once it has run, its absence makes the gateway slower and not unready."""
        return "" if self._feed is None or self._feed.has_run else "has not run yet"

    # -- requests -----------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # Most requests are for the API: they do not go through the routes of the pages.
            await (self._transcode if scope["path"].startswith("/v1/") else self._pages)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _transcode(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._serve(Request(scope, receive, self._settings.trusted_proxies), send)

    @contextmanager
    def _admit_to_page(self, request: Request) -> Iterator[None]:
        """Pages cost as everything else does: they count among the requests in flight, and have a rate."""
        with self._under_way():
            if self._in_flight > self._settings.max_in_flight:
                raise Overloaded()
            self._limits.address(READ, request.address)
            yield

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        self._in_flight += 1
        HTTP_IN_FLIGHT.inc()
        try:
            yield
        finally:
            self._in_flight -= 1
            HTTP_IN_FLIGHT.dec()

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
        route: Route | None = None
        with self._under_way():
            try:
                if self._in_flight > self._settings.max_in_flight and not self.site.is_probe(request.path):
                    raise Overloaded()
                request.check()
                if request.verb in ("OPTIONS", "TRACE") or request.verb not in _VERBS or self.site.knows(request.path):
                    reply = await self._beside(request)
                else:
                    route, path = self.table.find(request.verb, request.path)
                    reply = await self._answer(route, request, path)
            except DomainError as error:
                reply = problem(error, request.request_id, request.caller.encoder)
                if error.status >= 500:
                    self._log.warning("request failed", request_id=request.request_id, reason=error.reason,
                                      detail=error.detail)  # fmt: skip
            except Disconnected:
                request.span.end(Disconnected.__name__)
                return
            except Exception as error:
                self._log.error("request failed", request_id=request.request_id, exc_info=error)
                reply = problem(Internal(), request.request_id)
        if reply.stream is not None:
            # How long somebody follows says nothing about how fast we answer.
            self._note(route, request, reply.status, time.perf_counter() - started)
            await self._send(request, reply, send)
            return
        await self._send(request, reply, send)
        self._note(route, request, reply.status, time.perf_counter() - started)

    async def _answer(self, route: Route, request: Request, path: dict[str, str]) -> Reply:
        policy = route.method.policy
        self._limits.address(route.rate, request.address)
        if not policy.public:
            claims = await self._claims(bearer(request.header(b"authorization")))
            request.caller = await self.principals.caller(claims)
            spender = claims.session_id if claims.api_key else claims.user_id
            try:
                self._limits.user(route.rate, spender)
            finally:
                request.allowance = self._limits.allowance(route.rate, spender)
        try:
            authorise(policy, request.caller.actor)
        except PermissionDenied:
            await let_refuse(self._upstreams, route.method, request, path)
            raise
        try:
            reply = await route.handler(request, path)
            reply.secret |= route.rate == CREDENTIAL
            if not route.method.repeatable:
                self.memory.forget(ids_named(reply.body) | set(path.values()))
            return reply
        except RemoteError as error:
            if error.reason == ActorTokenRefused.reason:
                # A service refuses our own token: the caller can do nothing about it.
                self._log.error("actor token refused", request_id=request.request_id, upstream=error.service)
                raise Internal() from error
            if error.status == 401 and not policy.public:
                # The service knows already that the user may not call any more.
                self.principals.drop(request.caller.actor.id)
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
        if not self.site.is_probe(request.path):
            self._limits.address(READ, request.address)
        return await self.site.handle(request)

    async def _send(self, request: Request, reply: Reply, send: Send) -> None:
        body, coding = self._coded(request, reply)
        headers: Headers = [
            *([] if reply.stream is not None else [(b"content-length", b"%d" % len(body))]),
            (b"vary", b"Accept-Encoding, Origin" if self._settings.cors_origins else b"Accept-Encoding"),
            *coding,
            (b"x-request-id", request.request_id.encode()),
            (b"cache-control", reply.cache),
            (b"content-security-policy", reply.policy),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
            *reply.headers,
        ]
        if reply.body or reply.stream is not None:
            headers.append((b"content-type", reply.content_type))
        if request.allowance is not None:
            headers += request.allowance.headers
        if request.is_encrypted():
            headers.append(ENCRYPTED_ALWAYS)
        if self._settings.cors_origins:
            headers += self._cors(request)
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        if reply.stream is not None and request.verb != "HEAD":
            async with aclosing(reply.stream) as parts:
                async for part in parts:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"" if request.verb == "HEAD" else body})

    @staticmethod
    def _coded(request: Request, reply: Reply) -> tuple[bytes, Headers]:
        """The body as it is sent, and what says so."""
        coding = coding_of(request.header(b"accept-encoding"))
        if len(reply.body) < LEAST_BYTES or reply.secret or not coding:
            return reply.body, []
        body = (packed_document if reply.document else packed)(reply.body, coding)
        return body, [(b"content-encoding", coding.encode())]

    def _cors(self, request: Request) -> Headers:
        origin = request.header(b"origin")
        if origin not in self._settings.cors_origins:
            return []
        found = [(b"access-control-allow-origin", origin.encode())]
        found.append(
            (b"access-control-expose-headers",
             b"ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id")
        )  # fmt: skip
        if request.verb == "OPTIONS":
            found += [
                (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE"),
                (b"access-control-allow-headers",
                 b"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
                 b"X-Request-Id, X-Request-Timeout"),
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


def _from_outside(check: Check, loop: asyncio.AbstractEventLoop) -> Callable[[], str]:
    """The check for threads that are not the loop's."""

    def run() -> str:
        try:
            return asyncio.run_coroutine_threadsafe(check(), loop).result(CHECK_SECONDS)
        except TimeoutError:
            return "does not answer"

    return run


def _put_in(answer: Any, unreadable: dict[int, Any]) -> None:
    """Puts the results of records that could not be read among those of the others, at their places."""
    results = list(answer.results)
    for place, result in sorted(unreadable.items()):
        results.insert(place, result)
    del answer.results[:]
    answer.results.extend(results)


def _of(resource: str, handler: Handler) -> Handler:
    """The handler of a method that every resource has, for one of them."""

    async def handle(request: Request, path: dict[str, str]) -> Reply:
        return await handler(request, path | {"resource": resource})

    return handle


class _Transcoded:
    """Handles a method by passing it on to its service."""

    def __init__(
        self,
        upstreams: Upstreams,
        limits: Limits,
        tokens: PageTokens,
        method: crm_contracts.Method,
        http: crm_contracts.Http,
    ) -> None:
        self._upstreams = upstreams
        self._limits = limits
        self._tokens = tokens
        self._shaping = Shaping(upstreams, method, http)
        self._joins = Joins(upstreams, method)
        self._reads = http.verb == "GET"
        self._paged = (
            "page_token" in method.request.DESCRIPTOR.fields_by_name
            and "next_page_token" in method.response.DESCRIPTOR.fields_by_name
        )
        self._method = method
        self._binding = Binding(method, http)
        self._response: Any = method.response
        self._has_etag = "etag" in method.response.DESCRIPTOR.fields_by_name
        self._creates = http.verb == "POST" and method.name.startswith("Create")
        fields = method.request.DESCRIPTOR.fields_by_name
        self._names_account = method.policy.public and "email" in fields
        # What every service offers says in its path which of them is meant, or the resource that one has.
        self._service = "" if method.domain == "common" else method.domain
        self._services = of_each(method)
        self._as_of = "as_of" in fields and self._reads

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        shape = self._shaping.of(request)
        message: Any = await self._binding.message(request, path)
        query = query_of(self._method.full_name, message) if self._paged else b""
        await self._joins.apply(message, request)
        if self._paged:
            message.page_token = self._tokens.open(message.page_token, query)
        if self._names_account:
            self._limits.credential(request.address, message.email)
        service = self._service or (self._services[message.resource] if self._services else message.service)
        if service not in services():
            raise NotFound(f"There is no service {service}.")
        try:
            raw = await call_verified(self._upstreams, self._method, message.SerializeToString(), request, service)
        except DomainError as error:
            raise self._binding.outside(error) from None
        found = self._response.FromString(raw)
        if request.unreadable:
            _put_in(found, request.unreadable)
        if self._paged:
            found.next_page_token = self._tokens.seal(found.next_page_token, query)
        past = self._as_of and message.HasField("as_of")
        encoder = request.caller.past_encoder if past else request.caller.encoder
        reply = Reply(200, dumps(await self._shaping.apply(shape, encoder.encode(found), request)))
        if self._has_etag and found.etag:
            reply.headers.append((b"etag", b'"%s"' % found.etag.encode()))
            # The version of a record says nothing of the names it refers to.
            if self._reads and not shape.expand and request.has(found.etag):
                reply.status, reply.body = 304, b""
        if self._paged and self._reads:
            reply.headers += next_page(request, found.next_page_token)
        if isinstance(raw, Replayed) and request.header(b"idempotency-key"):
            reply.headers.append((b"idempotent-replayed", b"true"))
        if self._creates:
            reply.status = 201
            reply.headers.append((b"location", f"{request.path}/{found.id}".encode()))
        return reply
