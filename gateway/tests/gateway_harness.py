"""A suite in miniature: one gRPC server stands for the services, the gateway runs in a loop of its own thread."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent import futures
from datetime import UTC, datetime
from typing import Any

import crm_contracts
import grpc
import httpx
from crm.identity.v1 import auth_pb2, roles_pb2
from crm_chassis.access.actor import ALL, Actor
from crm_chassis.access.tokens import Verifier, private_key, raw_public_key
from crm_chassis.context import REPLAYED
from crm_chassis.envelope import Occurrence, seal
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.rpc.status import to_status
from crm_gateway.app import Gateway
from crm_gateway.settings import GatewaySettings, services
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from joserfc import jwt
from prometheus_client import CollectorRegistry

TOKEN_SEED = bytes(range(32))
ACTOR_SEED = bytes(range(1, 33))
KID = "key-1"
EVERYTHING = {"*": ALL}

Answer = Message | Exception | grpc.StatusCode | Callable[..., Message]


class Call:
    """A call that a service has received."""

    def __init__(
        self, path: str, message: Any, metadata: dict[str, str], actor: Actor | None, service: str, seconds: float
    ) -> None:
        self.path = path
        self.name = path.rpartition("/")[2]
        self.message = message
        self.metadata = metadata
        self.actor = actor
        self.service = service
        self.seconds = seconds
        """Until the caller's deadline."""


class Services(grpc.GenericRpcHandler):
    """Answers every method: with what a test has set, else with an empty message."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: dict[str, Answer] = {}
        self.delays: dict[str, float] = {}
        self.dead: set[str] = set()
        self.keys: set[str] = set()
        self.principals: dict[str, auth_pb2.Principal] = {}
        self.released = threading.Event()
        self._server = grpc.server(futures.ThreadPoolExecutor(24))
        self._server.add_generic_rpc_handlers((self,))
        self.health = health.HealthServicer(
            experimental_non_blocking=False, experimental_thread_pool=futures.ThreadPoolExecutor(8)
        )
        self.health.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._methods = {m.path: m for m in crm_contracts.methods().values()}
        self._verifiers = {name: Verifier([raw_public_key(ACTOR_SEED)], name) for name in services()}
        self._server.start()

    def stop(self) -> None:
        self.released.set()
        self._server.stop(0).wait()

    def drain(self) -> None:
        """Says what a process says that was told to stop: it goes on answering, and wants no more calls."""
        self.health.set("", health_pb2.HealthCheckResponse.NOT_SERVING)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        method = self._methods.get(handler_call_details.method)
        if method is None:
            return None
        if method.name == "UploadImport":
            return grpc.stream_unary_rpc_method_handler(lambda parts, call: self._upload(method, parts, call))
        return grpc.unary_unary_rpc_method_handler(lambda body, call: self._unary(method, body, call))

    def __getitem__(self, name: str) -> list[Call]:
        """The calls of the method of that name."""
        return [call for call in self.calls if call.name == name]

    def _unary(self, method: crm_contracts.Method, body: bytes, call: Any) -> bytes:
        message = method.request.FromString(body)
        return self._reply(method, self._note(method, message, call), call)

    def _upload(self, method: crm_contracts.Method, parts: Iterator[bytes], call: Any) -> bytes:
        messages = [method.request.FromString(part) for part in parts]
        return self._reply(method, self._note(method, messages, call), call)

    def _note(self, method: crm_contracts.Method, message: Any, call: Any) -> Call:
        metadata = dict(call.invocation_metadata())
        actor, service = self._actor(method, metadata)
        noted = Call(method.path, message, metadata, actor, service, call.time_remaining())
        self.calls.append(noted)
        return noted

    def _actor(self, method: crm_contracts.Method, metadata: dict[str, Any]) -> tuple[Actor | None, str]:
        """Who is calling, and which service was meant: the one whose audience the token has."""
        candidates = [method.domain] if method.domain in self._verifiers else list(self._verifiers)
        for name in candidates:
            try:
                return self._verifiers[name].verify(metadata.get("x-actor-token", "")), name
            except DomainError:
                continue
        return None, method.domain

    def _reply(self, method: crm_contracts.Method, noted: Call, call: Any) -> bytes:
        for key in (method.name, f"{method.domain}.{method.name}"):
            if delay := self.delays.get(key):
                self.released.wait(delay)
        answer = self.answers.get(f"{method.domain}.{method.name}", self.answers.get(method.name))
        if method.name == "ResolvePrincipals" and answer is None:
            found = [self.principals[id_] for id_ in noted.message.user_ids if id_ in self.principals]
            answer = auth_pb2.ResolvePrincipalsResponse(principals=found)
        elif method.name == "GetJwks" and answer is None:
            answer = jwks()
        if callable(answer) and not isinstance(answer, Message):
            try:
                answer = answer(noted)
            except Exception as error:
                answer = error
        if noted.service in self.dead:
            answer = grpc.StatusCode.UNAVAILABLE
        if isinstance(answer, DomainError):
            call.abort_with_status(to_status(answer, method.domain))
        if isinstance(answer, grpc.StatusCode):
            call.abort(answer, "the transport says so, at 10.0.0.1:999")
        key = noted.metadata.get("idempotency-key")
        if key is not None and key in self.keys:
            call.set_trailing_metadata((REPLAYED,))
        self.keys.add(key or "")
        return (answer if isinstance(answer, Message) else method.response()).SerializeToString()


def jwks(seed: bytes = TOKEN_SEED, kid: str = KID) -> auth_pb2.Jwks:
    """The key set that identity publishes."""
    x = base64.urlsafe_b64encode(raw_public_key(seed)).rstrip(b"=").decode()
    key = auth_pb2.Jwk(kty="OKP", crv="Ed25519", x=x, kid=kid, alg="EdDSA", use="sig")
    return auth_pb2.Jwks(keys=[key])


def _pairs(headers: Any) -> Iterable[tuple[Any, Any]]:
    return headers.items() if isinstance(headers, dict) else headers


class Client:
    """Synchronous HTTP calls against the application in the loop's thread."""

    def __init__(self, suite: Suite, headers: dict[str, str]) -> None:
        self._suite = suite
        self.headers = headers

    def request(self, verb: str, path: str, **arguments: Any) -> httpx.Response:
        headers = [*self.headers.items(), *_pairs(arguments.pop("headers", {}))]
        return self._suite.run(self._suite.http.request(verb, path, headers=headers, **arguments))

    def get(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("GET", path, **arguments)

    def post(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("POST", path, **arguments)

    def patch(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("PATCH", path, **arguments)

    def delete(self, path: str, **arguments: Any) -> httpx.Response:
        return self.request("DELETE", path, **arguments)


class Stream:
    """Server-sent events as they arrive; httpx would wait for their end."""

    def __init__(self, suite: Suite, headers: dict[str, str]) -> None:
        self._suite = suite
        self._left = asyncio.Event()
        self._may_send = asyncio.Event()
        self._may_send.set()
        self._arrived: queue.Queue[bytes | None] = queue.Queue()
        self._text = b""
        self.status = 0
        self.headers: dict[str, str] = {}
        raw = [(b"host", b"gateway"), *((k.encode(), v.encode()) for k, v in headers.items())]
        scope = {
            "type": "http", "method": "GET", "path": "/v1/stream", "raw_path": b"/v1/stream", "query_string": b"",
            "headers": raw, "http_version": "1.1", "scheme": "http", "client": ("127.0.0.1", 1), "extensions": {},
        }  # fmt: skip
        coroutine = suite.gateway(scope, self._receive, self._send)
        self._served = asyncio.run_coroutine_threadsafe(coroutine, suite.loop)
        assert self._arrived.get(timeout=20) == b""

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self._may_send.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self._arrived.put(b"")
        else:
            self._arrived.put(message.get("body", b""))
            if not message.get("more_body"):
                self._arrived.put(None)

    def next(self) -> dict[str, Any] | None:
        """The next event, without comments; None at the end of the stream."""
        while True:
            head, mark, rest = self._text.partition(b"\n\n")
            if not mark:
                part = self._arrived.get(timeout=20)
                if part is None:
                    return None
                self._text += part
                continue
            self._text = rest
            fields = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
            if "event" in fields:
                return {"event": fields["event"], "position": fields.get("id"), **json.loads(fields["data"])}

    def block(self) -> None:
        """Reads nothing more, for now."""
        self._suite.loop.call_soon_threadsafe(self._may_send.clear)

    def read_on(self) -> None:
        self._suite.loop.call_soon_threadsafe(self._may_send.set)

    def close(self) -> None:
        """Goes away; returns when the gateway has noticed."""
        self._suite.loop.call_soon_threadsafe(self._left.set)
        self.read_on()
        self._served.result(20)


class Suite:
    """The gateway with its services."""

    def __init__(self, **settings: Any) -> None:
        self.services = Services()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        address = f"127.0.0.1:{self.services.port}"
        defaults: dict[str, Any] = {
            "actor_key": ACTOR_SEED,
            "upstreams": dict.fromkeys(services(), (address,)),
            "host": "127.0.0.1",
            "port": 0,
            "probes_port": 0,
            "max_in_flight": 512,
            "rates": None,
        }
        self.log = io.BytesIO()
        self._passed = 0.0
        self.settings = GatewaySettings(**(defaults | settings))
        self.gateway = Gateway(
            self.settings, CollectorRegistry(), self.log,
            lambda: time.monotonic() + self._passed, lambda: None,
        )  # fmt: skip
        self.run(self.gateway.start())
        transport = httpx.ASGITransport(app=self.gateway, raise_app_exceptions=True)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    def hear(
        self,
        message: Message,
        record_id: str,
        version: int = 1,
        *,
        readers: Iterable[str] = (),
        former_readers: Iterable[str] | None = None,
        **former: str,
    ) -> None:
        """Has the gateway hear of an event; `former` is the owner, team or territory before, `readers` are those that
        the record is shared with."""
        formerly = None if former_readers is None else frozenset(former_readers)
        occurrence = Occurrence(
            uuid7(), record_id, version, datetime.now(UTC), "", "", "", "", former, "", frozenset(readers), formerly
        )
        envelope = seal(message, occurrence)

        async def hear() -> None:
            self.gateway.happened(crm_contracts.event_of(type(message)).type, envelope)

        self.run(hear())

    def follow(self, running: bool) -> None:
        """Has the gateway follow events, or lose them."""

        async def follow() -> None:
            self.gateway.fed(running)

        self.run(follow())

    def pass_time(self, seconds: float) -> None:
        """What the gateway keeps is older by that much."""
        self._passed += seconds

    def open_stream(self, client: Client, **headers: str) -> Stream:
        """Follows the stream of changes until it is closed."""
        return Stream(self, client.headers | {name.replace("_", "-"): value for name, value in headers.items()})

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def reset(self) -> None:
        """Forgets what the last test has set, and frees the threads that still delay its answers; channels stay."""
        self.services.released.set()
        self.services.released = threading.Event()
        self.services.calls.clear()
        self.services.answers.clear()
        self.services.delays.clear()
        self.services.dead.clear()
        for replica in self.gateway.replicas():
            replica.breaker.__init__(time.monotonic)  # type: ignore[misc]

    def stop(self) -> None:
        self.services.released.set()
        self.run(self.http.aclose())
        self.run(self.gateway.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
        self.services.stop()

    def user(self, grants: dict[str, int] | None = None, **principal: Any) -> str:
        """A user with these grants; returns the id."""
        id_ = uuid7()
        found = (EVERYTHING if grants is None else grants).items()
        self.services.principals[id_] = auth_pb2.Principal(
            user_id=id_, active=principal.pop("active", True),
            grants=[roles_pb2.Grant(permission=p, scope=s) for p, s in found], **principal,
        )  # fmt: skip
        return id_

    def token(self, user_id: str, seed: bytes = TOKEN_SEED, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """An access token as identity mints it, with deviations."""
        now = int(time.time())
        known = {"iss": "crm-identity", "aud": "crm-gateway", "sub": user_id, "sid": "session-1", "epoch": 0,
                 "iat": now, "exp": now + 300, "jti": os.urandom(8).hex()}  # fmt: skip
        found = {name: value for name, value in (known | claims).items() if value is not None}
        head = {"alg": "Ed25519", "typ": "at+jwt", "kid": KID} | (header or {})
        return jwt.encode(head, found, private_key(seed), algorithms=["Ed25519"])

    def client(self, grants: dict[str, int] | None = None) -> Client:
        """A client that has logged in as a new user with these grants."""
        return Client(self, {"authorization": f"Bearer {self.token(self.user(grants))}"})

    def stranger(self) -> Client:
        """A client that has not logged in."""
        return Client(self, {})
