"""What is known about the request that is being served: its id, its trace, where it came from.

Explicitly handed on where green threads are involved, because they do not inherit context variables.
"""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from dataclasses import dataclass, field

from crm_chassis.ids import uuid7

TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
GATEWAY_KEY = "gateway "
"""How idempotency keys begin that the gateway gives to writes that came without one; clients' keys have no spaces."""
FIRST_ATTEMPT = ("x-first-attempt", "1")
"""What the gateway says with a key that it has just made; whatever is sent again does not say it."""
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def new_traceparent() -> str:
    """A W3C trace context that starts a trace."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


def child_traceparent(parent: str) -> str:
    """A new span in the trace of `parent`, or a new trace if `parent` is not valid."""
    found = TRACEPARENT.fullmatch(parent)
    return f"00-{found[1]}-{os.urandom(8).hex()}-{found[3]}" if found else new_traceparent()


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request on its way through the suite."""

    request_id: str = field(default_factory=uuid7)
    traceparent: str = field(default_factory=new_traceparent)
    client_address: str = ""
    user_agent: str = ""
    idempotency_key: str = ""
    first_attempt: bool = False
    """Whether nobody has sent a write with this key before."""

    @staticmethod
    def valid_request_id(text: str | None) -> str:
        """`text` if it may serve as a request id, else a new one."""
        return text if text and _REQUEST_ID.fullmatch(text) else uuid7()


current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)
