"""The api process: a threaded gRPC server over the service's use cases.

It finds out who is calling and hands the call on (crm_chassis.calls.pipeline).
"""

from __future__ import annotations

import gc
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any, cast

import crm_contracts
import grpc
from crm.common.v1 import imports_pb2
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from sqlalchemy import Engine, text

from crm_chassis import context, tracing
from crm_chassis.access.actor import ANONYMOUS, Actor
from crm_chassis.access.tokens import Verifier
from crm_chassis.calls.pipeline import UPLOAD, Calls
from crm_chassis.context import (
    CALLED_AS,
    FIRST_ATTEMPT,
    MISSING_REFERENCES,
    REFERENCES_VERIFIED,
    REPLAYED,
    VERIFY_REFERENCES,
    RequestContext,
)
from crm_chassis.db.engine import make_engine
from crm_chassis.db.faults import as_domain_error
from crm_chassis.db.vault import Vault
from crm_chassis.errors import AnswerTooLarge, DomainError, Internal, InvalidInput, PermissionDenied, Unavailable
from crm_chassis.logs import get_logger
from crm_chassis.metrics import RPC_IN_FLIGHT, RPC_SECONDS
from crm_chassis.probes import Probes
from crm_chassis.rpc.status import to_status
from crm_chassis.rpc.transport import LARGEST_MESSAGE, caller_names, listen
from crm_chassis.service import Service
from crm_chassis.settings import Settings, words
from crm_chassis.tls import of_process

DRAIN_SECONDS = 2.0
WATCHERS = 64
"""Connections that may watch the health of the process."""
GRACE_SECONDS = 20.0
CALL_SECONDS = 120
STREAM_SECONDS = 3600

_OPTIONS = [
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.so_reuseport", 0),
    # Clients ask every 20 s whether the connection lives, also while no call is in flight.
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.max_connection_age_ms", 300_000),
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.max_metadata_size", 32 * 1024),
]


class Dispatcher(grpc.GenericRpcHandler):
    """Turns calls into use cases."""

    def __init__(
        self, service: Service, calls: Calls, verifier: Verifier, *, callers: frozenset[str] | None = None
    ) -> None:
        """`callers` are the names one of which a caller's certificate must have; None where there are none."""
        self._service = service
        self._calls = calls
        self._verifier = verifier
        self._callers = callers
        self._log = get_logger()
        self._handlers: dict[str, grpc.RpcMethodHandler] = {
            path: self._unary(method) for path, (method, _) in service.methods.items()
        }
        if service.importers:
            self._handlers[UPLOAD.path] = self._upload_handler()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        """The handler of a call, or None for a method this service does not serve."""
        return self._handlers.get(handler_call_details.method)

    def _unary(self, method: crm_contracts.Method) -> grpc.RpcMethodHandler:
        def handle(request: bytes, call: grpc.ServicerContext) -> bytes:
            def run(actor: Actor, context: RequestContext) -> bytes:
                message = self._calls.call(
                    method, request, actor, context, replayed=lambda: call.set_trailing_metadata((REPLAYED,))
                )
                return _measured(message)

            return cast(bytes, self._guarded(method, call, run, body=request))

        return grpc.unary_unary_rpc_method_handler(handle)

    def _upload_handler(self) -> grpc.RpcMethodHandler:
        def handle(requests: Iterator[Any], call: grpc.ServicerContext) -> Any:
            def run(actor: Actor, context: RequestContext) -> Any:
                return _measured(self._calls.upload(requests, actor, context))

            return self._guarded(UPLOAD, call, run, streaming=True)

        return grpc.stream_unary_rpc_method_handler(
            handle,
            request_deserializer=imports_pb2.UploadImportRequest.FromString,
        )

    def _guarded(
        self,
        method: crm_contracts.Method,
        call: grpc.ServicerContext,
        run: Callable[[Actor, RequestContext], Any],
        *,
        body: bytes = b"",
        streaming: bool = False,
    ) -> Any:
        started = time.perf_counter()
        request_context, span = _entered(method, call)
        token = context.current.set(request_context)
        RPC_IN_FLIGHT.inc()
        code, mistake = "OK", ""
        actor = ANONYMOUS
        try:
            limit = STREAM_SECONDS if streaming else CALL_SECONDS
            if (call.time_remaining() or 0) > limit:
                raise InvalidInput(f"Calls need a deadline of at most {limit} seconds.")
            actor = self._actor(call)
            return run(actor, request_context)
        except Exception as error:
            found = as_domain_error(error)
            code = found.reason
            mistake = code if found.status >= 500 else ""
            if isinstance(found, Internal):
                self._log.error("call failed", method=method.full_name, exc_info=error)
            elif isinstance(found, Unavailable):
                self._log.warning("call failed", method=method.full_name, error=repr(error))
            self._note_refusal(method, body, actor, request_context, found)
            call.abort_with_status(to_status(found, self._service.name))
        finally:
            RPC_IN_FLIGHT.dec()
            seconds = time.perf_counter() - started
            RPC_SECONDS.labels(method.full_name, code).observe(seconds)
            self._log.debug("call", method=method.full_name, code=code, ms=round(seconds * 1000, 1))
            context.current.reset(token)
            span.end(mistake)

    def _note_refusal(
        self, method: crm_contracts.Method, body: bytes, actor: Actor, context: RequestContext, error: DomainError
    ) -> None:
        """The caller is told of the refusal also when it cannot be noted."""
        try:
            self._calls.note_refusal(method, body, actor, context, error)
        except Exception as failure:
            self._log.error("refusal not in the audit trail", method=method.full_name, error=repr(failure))

    def _actor(self, call: grpc.ServicerContext) -> Actor:
        if self._callers is not None and self._callers.isdisjoint(names := caller_names(call)):
            self._log.warning("caller refused", peer=call.peer(), names=sorted(names))
            raise PermissionDenied("This process may not call the service.")
        # Also who has not logged in comes by the gateway: what it says of the client is believed.
        return self._verifier.verify(_metadata(call).get("x-actor-token", ""))


def _measured(message: Message) -> bytes:
    """An answer as it is sent. Raises AnswerTooLarge."""
    answer = message.SerializeToString()
    # The transport would refuse it as if the service were exhausted, which callers wait for.
    if len(answer) > LARGEST_MESSAGE:
        raise AnswerTooLarge()
    return answer


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
        verify_references=VERIFY_REFERENCES[0] in found,
        references_verified=REFERENCES_VERIFIED[0] in found,
        missing_references=frozenset(words(found.get(MISSING_REFERENCES, ""))),
        called_as=RequestContext.valid_method_name(found.get(CALLED_AS)),
    )
    return known, span


def serve(service: Service, settings: Settings) -> None:
    """Runs the api process until SIGTERM or SIGINT; calls in flight are finished first."""
    log = get_logger()
    engine = make_engine(settings.database_url, f"{service.name}-api", settings.threads)
    vault = Vault(settings.key("CRM_SUBJECT_KEK"))
    verifier = Verifier(settings.public_keys("CRM_ACTOR_PUBLIC_KEY"), service.name)
    if service.start is not None:
        service.start(settings)
    server = grpc.server(futures.ThreadPoolExecutor(settings.threads, "rpc"), options=_OPTIONS,
                         maximum_concurrent_rpcs=settings.threads * 8)  # fmt: skip
    tls = of_process()
    callers = None if tls is None else frozenset(words(settings.text("CRM_TLS_CALLERS")))
    server.add_generic_rpc_handlers((Dispatcher(service, Calls(service, engine, vault), verifier, callers=callers),))
    # Use blocking watches: the non-blocking ones hold a lock while they wait for a thread that a closing call occupies,
    # which deadlocks the health service.
    servicer = health.HealthServicer(
        experimental_non_blocking=False, experimental_thread_pool=futures.ThreadPoolExecutor(WATCHERS, "health")
    )
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = listen(server, f"{settings.host}:{settings.grpc_port}", tls)
    probes = Probes(settings.host, settings.probes_port, {"database": lambda: database_problem(engine)})
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # What is there now stays: the collector need not go through all contracts and models again and again.
    gc.collect()
    gc.freeze()
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


def database_problem(engine: Engine) -> str:
    """Empty if the database answers, else why not."""
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return ""
    except Exception as error:
        return type(error).__name__
