"""The api process: a threaded gRPC server over the service's use cases.

Every call goes through the same steps, in this order: who is calling, may they (the method's policy), is the
input good, then the use case in one transaction, then history, events and the idempotency key, then commit.
"""

from __future__ import annotations

import base64
import re
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from typing import Any, cast

import crm_contracts
import grpc
from crm.common.v1 import common_pb2
from google.protobuf.message import DecodeError, Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from crm_chassis import context, tracing
from crm_chassis.access.actor import ANONYMOUS, Actor, check_writable
from crm_chassis.access.tokens import Verifier
from crm_chassis.clock import Clock, system_clock
from crm_chassis.context import FIRST_ATTEMPT, RequestContext
from crm_chassis.contracts.mapping import to_message
from crm_chassis.contracts.schema import validate
from crm_chassis.db import outbox
from crm_chassis.db.engine import make_engine
from crm_chassis.db.imports import begin_import, store_chunks, to_import
from crm_chassis.db.model import Record
from crm_chassis.db.requests import claim, keep, remember
from crm_chassis.db.tx import Transaction
from crm_chassis.db.vault import Vault
from crm_chassis.errors import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    DomainError,
    Internal,
    InvalidInput,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)
from crm_chassis.ids import NIL, as_uuid
from crm_chassis.logs import get_logger
from crm_chassis.metrics import RPC_IN_FLIGHT, RPC_SECONDS
from crm_chassis.probes import Probes
from crm_chassis.rpc.status import to_status
from crm_chassis.rpc.transport import caller_names, listen
from crm_chassis.service import Service, UseCase
from crm_chassis.settings import Settings
from crm_chassis.tls import identity, of_process

DRAIN_SECONDS = 2.0
WATCHERS = 64
"""Connections that may watch the health of the process."""
GRACE_SECONDS = 20.0
CALL_SECONDS = 120
STREAM_SECONDS = 3600
_ATTEMPTS = 3
_SERIALIZATION = ("40001", "40P01")

_OPTIONS = [
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    ("grpc.max_send_message_length", 4 * 1024 * 1024),
    ("grpc.so_reuseport", 0),
    # Clients ask every 20 s whether the connection lives, also while no call is in flight.
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.max_connection_age_ms", 300_000),
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.max_metadata_size", 32 * 1024),
]


class _Overtaken(Exception):
    """A write was sent again while it was under way, and that attempt came first."""


class Dispatcher(grpc.GenericRpcHandler):
    """Turns calls into use cases."""

    def __init__(
        self,
        service: Service,
        engine: Engine,
        vault: Vault,
        verifier: Verifier,
        clock: Clock = system_clock,
        *,
        callers: frozenset[str] | None = None,
    ) -> None:
        """`callers` are the names one of which a caller's certificate must have; None where there are none."""
        self._callers = callers
        self._service = service
        self._engine = engine
        # Without a transaction block a read costs one round trip, not three.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._vault = vault
        self._verifier = verifier
        self._clock = clock
        self._log = get_logger()
        self._handlers: dict[str, grpc.RpcMethodHandler] = {
            path: self._unary(method, function) for path, (method, function) in service.methods.items()
        }
        self._handlers["/crm.common.v1.EventLogService/ReplayEvents"] = self._replay_handler()
        if service.importers:
            self._handlers["/crm.common.v1.ImportService/UploadImport"] = self._upload_handler()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        """The handler of a call, or None for a method this service does not serve."""
        return self._handlers.get(handler_call_details.method)

    # -- unary calls --------------------------------------------------------------------------------------

    def _unary(self, method: crm_contracts.Method, function: UseCase) -> grpc.RpcMethodHandler:
        def handle(request: bytes, call: grpc.ServicerContext) -> bytes:
            return self._guarded(method, call, lambda actor, ctx: self._run(method, function, request, actor, ctx))

        return grpc.unary_unary_rpc_method_handler(handle)

    def _guarded(
        self,
        method: crm_contracts.Method,
        call: grpc.ServicerContext,
        run: Callable[[Actor, RequestContext], Any],
        *,
        streaming: bool = False,
    ) -> Any:
        started = time.perf_counter()
        request_context, span = _entered(method, call)
        token = context.current.set(request_context)
        RPC_IN_FLIGHT.inc()
        code, mistake = "OK", ""
        try:
            limit = STREAM_SECONDS if streaming else CALL_SECONDS
            if (call.time_remaining() or 0) > limit:
                raise InvalidInput(f"Calls need a deadline of at most {limit} seconds.")
            actor = self._actor(method, call)
            return run(actor, request_context)
        except Exception as error:
            found = _as_domain_error(error)
            code = found.reason
            mistake = code if found.status >= 500 else ""
            if isinstance(found, Internal):
                self._log.error("call failed", method=method.full_name, exc_info=error)
            elif isinstance(found, Unavailable):
                self._log.warning("call failed", method=method.full_name, error=repr(error))
            call.abort_with_status(to_status(found, self._service.name))
        finally:
            RPC_IN_FLIGHT.dec()
            seconds = time.perf_counter() - started
            RPC_SECONDS.labels(method.full_name, code).observe(seconds)
            self._log.debug("call", method=method.full_name, code=code, ms=round(seconds * 1000, 1))
            context.current.reset(token)
            span.end(mistake)

    def _actor(self, method: crm_contracts.Method, call: grpc.ServicerContext) -> Actor:
        if self._callers is not None and self._callers.isdisjoint(names := caller_names(call)):
            self._log.warning("caller refused", peer=call.peer(), names=sorted(names))
            raise PermissionDenied("This process may not call the service.")
        token = _metadata(call).get("x-actor-token", "")
        actor = self._verifier.verify(token) if token else ANONYMOUS
        policy = method.policy
        if policy.public:
            return actor
        if actor.kind == "anonymous":
            raise Unauthenticated()
        if policy.internal and actor.kind != "gateway":
            raise PermissionDenied("Only the suite itself may call this.")
        if policy.permission and not actor.may(policy.permission):
            raise PermissionDenied(f"This needs the permission {policy.permission}.")
        return actor

    def _run(
        self, method: crm_contracts.Method, function: UseCase, body: bytes, actor: Actor, ctx: RequestContext
    ) -> bytes:
        try:
            request = method.request.FromString(body)
        except DecodeError as error:
            raise InvalidInput("The request is not a valid message.") from error
        validate(request, partial=_prepare(request, actor))
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._transact(method, function, request, actor, ctx, first=ctx.first_attempt and attempt == 1)
            except _Overtaken:
                continue
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in _SERIALIZATION or attempt == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _transact(
        self,
        method: crm_contracts.Method,
        function: UseCase,
        request: Message,
        actor: Actor,
        ctx: RequestContext,
        *,
        first: bool,
    ) -> bytes:
        policy = method.policy
        reading = policy.idempotent and method.name.startswith(("Get", "List", "Search", "Preview"))
        # Answers to credential checks hold secrets, which must not be stored to be given again.
        unstored = policy.idempotent or policy.rate == crm_contracts.RateClass.CREDENTIAL
        key = ctx.idempotency_key if not unstored else ""
        with Session(self._reading if reading else self._engine, expire_on_commit=False) as session:
            tx = Transaction(
                session,
                actor,
                vault=self._vault,
                permission=policy.permission,
                context=ctx,
                clock=self._clock,
            )
            content = _settled(request) if key else b""
            try:
                if key and not first and (stored := claim(tx, key, method.full_name, content)) is not None:
                    return stored
                result = function(tx, request)
                tx.settle()
                self._audit(tx, method, request)
                response = to_message(result, method.response) if isinstance(result, Record) else result
                if key and not first:
                    remember(tx, key, response)
                elif key and not keep(tx, key, method.full_name, content, response):
                    raise _Overtaken
                session.commit()
            finally:
                tx.close()
        return cast(bytes, response.SerializeToString())

    def _audit(self, tx: Transaction, method: crm_contracts.Method, request: Message | None = None) -> None:
        """Notes a call whose policy asks for it, unless what it did stands in the audit trail already."""
        if not method.policy.audit or tx.recorded:
            return
        action = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", method.name).lower()
        about = as_uuid(getattr(request, "id", "")) or as_uuid(tx.actor.id) or NIL
        tx.audit(f"crm.{self._service.name}.call", about, action, {})

    # -- streams ------------------------------------------------------------------------------------------

    def _upload_handler(self) -> grpc.RpcMethodHandler:
        method = crm_contracts.method("crm.common.v1.ImportService.UploadImport")

        def handle(requests: Iterator[Any], call: grpc.ServicerContext) -> Any:
            return self._guarded(method, call, lambda actor, ctx: self._upload(requests, actor, ctx), streaming=True)

        return grpc.stream_unary_rpc_method_handler(
            handle,
            request_deserializer=common_pb2.UploadImportRequest.FromString,
            response_serializer=common_pb2.Import.SerializeToString,
        )

    def _upload(self, requests: Iterator[Any], actor: Actor, ctx: RequestContext) -> Any:
        header = next(requests, common_pb2.UploadImportRequest()).header
        validate(header)
        importer = self._service.importer(header.kind)
        if importer is None:
            kinds = ", ".join(one.kind for one in self._service.importers)
            raise InvalidInput.of("kind", f"must be one of {kinds}")
        if not actor.may(importer.permission):
            raise PermissionDenied(f"This needs the permission {importer.permission}.")
        with Session(self._engine) as session:
            tx = Transaction(
                session, actor, vault=self._vault, permission="imports.create", context=ctx, clock=self._clock
            )
            try:
                job = begin_import(tx, importer, header)
                digest = store_chunks(tx, job, (request.chunk for request in requests))
                key = ctx.idempotency_key
                if key and (stored := claim(tx, key, "UploadImport", _settled(header) + digest)) is not None:
                    session.rollback()
                    return common_pb2.Import.FromString(stored)
                session.flush()
                tx.audit(
                    f"crm.{self._service.name}.import",
                    job.id,
                    "created",
                    {"kind": job.kind, "file_name": job.file_name},
                )
                answer = to_import(session, job)
                if key:
                    remember(tx, key, answer)
                session.commit()
            finally:
                tx.close()
        return answer

    def _replay_handler(self) -> grpc.RpcMethodHandler:
        method = crm_contracts.method("crm.common.v1.EventLogService.ReplayEvents")

        def handle(request: Any, call: grpc.ServicerContext) -> Iterator[Any]:
            yield from self._guarded(
                method, call, lambda actor, ctx: self._replay(method, request, actor, ctx), streaming=True
            )

        return grpc.unary_stream_rpc_method_handler(
            handle,
            request_deserializer=common_pb2.ReplayEventsRequest.FromString,
            response_serializer=common_pb2.ReplayEventsResponse.SerializeToString,
        )

    def _replay(self, method: crm_contracts.Method, request: Any, actor: Actor, ctx: RequestContext) -> Iterable[Any]:
        with Session(self._engine) as session:
            tx = Transaction(session, actor, vault=self._vault, context=ctx, clock=self._clock)
            self._audit(tx, method)
            tx.close()
            session.commit()
            for row in outbox.log(session, self._vault, list(request.types), after=request.after_position):
                yield common_pb2.ReplayEventsResponse(position=row.id, event=row.envelope)


def _settled(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)


def _metadata(call: grpc.ServicerContext) -> dict[str, str]:
    return {key: value for key, value in call.invocation_metadata() if isinstance(value, str)}


def _entered(method: crm_contracts.Method, call: grpc.ServicerContext) -> tuple[RequestContext, tracing.Span]:
    """What is known of a call, and the span that begins with it."""
    found = _metadata(call)
    request_id = RequestContext.valid_request_id(found.get("x-request-id"))
    name = method.path[1:]
    span = tracing.span(name, "server", found.get("traceparent", ""), request_id=request_id, method=name)
    known = RequestContext(
        request_id=request_id,
        traceparent=span.traceparent,
        client_address=found.get("x-client-address", ""),
        user_agent=found.get("x-client-agent", "")[:300],
        idempotency_key=found.get("idempotency-key", ""),
        first_attempt=FIRST_ATTEMPT[0] in found,
    )
    return known, span


def _prepare(request: Message, actor: Actor) -> list[str]:
    """Checks the right to write the fields that are set; returns the required fields that may be absent.

    An update without a mask changes the fields that are set (AIP-134).
    """
    body = next(
        (
            field
            for field in request.DESCRIPTOR.fields
            if field.message_type is not None and crm_contracts.resource_of(field.message_type) is not None
        ),
        None,
    )
    if body is None or not request.HasField(body.name):
        return []
    resource: Any = getattr(request, body.name)
    mask: Any = getattr(request, "update_mask", None)
    if mask is not None and "id" in resource.DESCRIPTOR.fields_by_name and not resource.id.strip():
        raise InvalidInput.of(f"{body.name}.id", "is required")
    if mask is not None and not mask.paths:
        mask.paths.extend(field.name for field, _ in resource.ListFields() if field.name not in ("id", "etag"))
    named = {path.split(".", 1)[0] for path in mask.paths} if mask is not None else set()
    check_writable(actor, resource, named)
    if mask is None:
        return []
    return [f"{body.name}.{field.name}" for field in body.message_type.fields if field.name not in named]


def _as_domain_error(error: Exception) -> DomainError:
    """What an exception means to the caller. Unknown ones are our mistake and say nothing but that."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, TimeoutError):
        return Unavailable("All database connections are busy.")
    if isinstance(error, IntegrityError):
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or "a unique value"
        if getattr(error.orig, "sqlstate", "") == "23505":
            return AlreadyExists(f"Another record has the same value ({constraint}).")
        return Conflict(f"The change contradicts another record ({constraint}).")
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        if state == "57014":
            return DeadlineExceeded("The database took too long.")
        if state in (*_SERIALIZATION, "55P03"):
            return Conflict("Another change of the same records is in the way; repeat.")
        if state.startswith("22"):
            return InvalidInput("A value is outside what its field can hold.")
        if isinstance(error, OperationalError) or error.connection_invalidated:
            return Unavailable("The database does not answer.")
    return Internal()


def serve(service: Service, settings: Settings) -> None:
    """Runs the api process until SIGTERM or SIGINT; calls in flight are finished first."""
    log = get_logger()
    engine = make_engine(settings.database_url, f"{service.name}-api", settings.threads)
    vault = Vault(settings.key("CRM_SUBJECT_KEK"))
    keys = [_public_key(one) for one in settings.text("CRM_ACTOR_PUBLIC_KEY").split(",")]
    verifier = Verifier(keys, service.name)
    if service.start is not None:
        service.start(settings)
    server = grpc.server(futures.ThreadPoolExecutor(settings.threads, "rpc"), options=_OPTIONS,
                         maximum_concurrent_rpcs=settings.threads * 8)  # fmt: skip
    tls = of_process()
    callers = None if tls is None else frozenset(settings.text("CRM_TLS_CALLERS", identity("gateway")).split(","))
    server.add_generic_rpc_handlers((Dispatcher(service, engine, vault, verifier, callers=callers),))
    # Its non-blocking way of watching holds a lock while it waits for the thread that a closing call holds it up in.
    servicer = health.HealthServicer(
        experimental_non_blocking=False, experimental_thread_pool=futures.ThreadPoolExecutor(WATCHERS, "health")
    )
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = listen(server, f"{settings.host}:{settings.grpc_port}", tls)
    probes = Probes(settings.host, settings.probes_port, {"database": lambda: database_problem(engine)})
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    server.start()
    probes.start()
    servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    log.info("serving", grpc_port=port, callers=sorted(callers or ()), probes_port=probes.port)
    stop.wait()
    probes.draining = True
    servicer.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
    threading.Event().wait(DRAIN_SECONDS)
    server.stop(GRACE_SECONDS).wait()
    engine.dispose()
    log.info("stopped")


def _public_key(encoded: str) -> bytes:
    return base64.b64decode(encoded.strip())


def database_problem(engine: Engine) -> str:
    """Empty if the database answers, else why not."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return ""
    except Exception as error:
        return type(error).__name__
