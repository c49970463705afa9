"""Spans: how long each step of a request took, from HTTP to the last handler, given to an OpenTelemetry collector.

Off unless the environment names a collector (OTEL_EXPORTER_OTLP_ENDPOINT); then nothing of OpenTelemetry is imported.
The trace goes from process to process as a traceparent, in the metadata of calls and with events, and from function
to function as an argument: context variables do not reach green threads.
"""

from __future__ import annotations

from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from crm_chassis.context import TRACEPARENT, child_traceparent
from crm_chassis.settings import COMMON

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as Recorded

FLUSH_SECONDS = 3.0

Kind = Literal["server", "client", "producer", "consumer"]

# All that a span may say, so that nothing personal gets into one by accident.
_ATTRIBUTES = {
    "request_id": "request_id",
    "verb": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "method": "rpc.method",
    "upstream": "peer.service",
    "event_id": "messaging.message.id",
    "record_id": "crm.record_id",
    "subscription": "crm.subscription",
}

_provider: TracerProvider | None = None
_tracer: Any = None


class Span:
    """One step of a trace; as a context manager it ends with its block, and an exception is its error."""

    __slots__ = ("_recorded", "traceparent")

    def __init__(self, traceparent: str, recorded: Recorded | None = None) -> None:
        self.traceparent = traceparent
        """What the next step is to be given as its parent."""
        self._recorded = recorded

    def end(self, error: str = "", name: str = "", **attributes: str | int) -> None:
        """Ends it; `error` is a reason or the name of an exception, never its text, which may quote data.

        Whatever comes after the first end changes nothing.
        """
        recorded, self._recorded = self._recorded, None
        if recorded is None:
            return
        if name:
            recorded.update_name(name)
        recorded.set_attributes(_named(attributes))
        if error:
            from opentelemetry.trace import StatusCode

            recorded.set_status(StatusCode.ERROR, error)
        recorded.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end("" if kind is None else str(getattr(error, "reason", kind.__name__)))


NOTHING = Span("")
"""In place of a span where there is none."""


def on() -> bool:
    """Whether spans are recorded."""
    return _tracer is not None


def span(name: str, kind: Kind, traceparent: str, **attributes: str | int) -> Span:
    """Begins a span below `traceparent`, or a new trace if that is not valid.

    While spans are off, a request that is served ("server") is still given an id of its own, for the logs; the other
    kinds hand on what they were given.
    """
    if _tracer is None:
        return Span(child_traceparent(traceparent) if kind == "server" else traceparent)
    from opentelemetry.trace import SpanKind

    recorded = _tracer.start_span(name, _parent(traceparent), SpanKind[kind.upper()], _named(attributes))
    found = recorded.get_span_context()
    return Span(f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}", recorded)


def _named(attributes: dict[str, str | int]) -> dict[str, str | int]:
    return {_ATTRIBUTES[name]: value for name, value in attributes.items()}


def _parent(traceparent: str) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    found = TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return Context()
    trace_id, span_id, flags = (int(one, 16) for one in found.groups())
    parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return set_span_in_context(NonRecordingSpan(parent), Context())


def start(service: str) -> None:
    """Records and exports the spans of this process from now on, if the environment names a collector.

    OpenTelemetry reads its other variables itself (headers, sampler, batches). A worker calls this after it has become
    cooperative, so that the exporter's thread is a green one.
    """
    global _provider, _tracer
    collector = COMMON.url("OTEL_EXPORTER_OTLP_ENDPOINT") or COMMON.url("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    if not collector or COMMON.flag("OTEL_SDK_DISABLED"):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = COMMON.text("OTEL_SERVICE_NAME") or f"crm-{service}"
    _provider = TracerProvider(resource=Resource.create({"service.name": name}), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("crm")


def stop() -> None:
    """Exports what is left. A collector that does not answer keeps the process no longer than FLUSH_SECONDS."""
    global _provider, _tracer
    if _provider is None:
        return
    last = Thread(target=_provider.shutdown, daemon=True)
    _provider = _tracer = None
    last.start()
    last.join(FLUSH_SECONDS)
