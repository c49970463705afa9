"""JSON logs: one line per event, with service, process, request id and trace id. Never bodies, never secrets."""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson
import structlog

from crm_chassis import context
from crm_chassis.settings import COMMON


def _with_request(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    request = context.current.get()
    if request is not None:
        event.setdefault("request_id", request.request_id)
        event.setdefault("trace_id", request.traceparent.split("-")[1])
    return event


def _orjson(value: Any, default: Any = None, **_: Any) -> str:
    return orjson.dumps(value, default=default).decode()


def configure(service: str, process: str) -> None:
    """Sends structured logs and those of libraries to standard error as JSON lines."""
    level = COMMON.text("CRM_LOG_LEVEL").upper()

    def with_origin(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
        return {"service": service, "process": process, **event}

    shared: list[Any] = [
        with_origin,
        _with_request,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.format_exc_info,
    ]
    if COMMON.text("CRM_LOG_FORMAT") == "console":
        renderer: Any = structlog.dev.ConsoleRenderer()
    else:
        renderer = structlog.processors.JSONRenderer(serializer=_orjson)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer))
    logging.basicConfig(handlers=[handler], level="WARNING", force=True)


def get_logger() -> Any:
    """The logger of the process."""
    return structlog.get_logger()
