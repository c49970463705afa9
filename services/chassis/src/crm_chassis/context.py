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
REPLAYED = ("x-replayed", "1")
"""What a service says behind an answer that it gave before to the same key."""
VERIFY_REFERENCES = ("x-verify-references", "1")
"""What the gateway says to be told of ids that the service does not know; it asks their owners and calls again."""
MISSING_REFERENCES = "x-missing-references"
"""Where the gateway says, for a write of many records, which ids their owners do not know; separated by commas."""
REFERENCES_VERIFIED = ("x-references-verified", "1")
"""What the gateway says once all owners of what the service does not know have answered."""
CALLED_AS = "x-called-as"
"""What the gateway says to be the name of the method that was called, where it is one of its own."""
_METHOD_NAME = re.compile(r"[A-Za-z0-9]{1,80}")
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
    verify_references: bool = False
    """Whether to refuse a write that names records of other services which are not known here."""
    references_verified: bool = False
    """Whether the owners of what is not known here have been asked."""
    missing_references: frozenset[str] = frozenset()
    """Ids of records of other services that are known not to be there."""
    called_as: str = ""
    """The name of the gateway's own method that led to the call."""

    @staticmethod
    def valid_method_name(text: str | None) -> str:
        """`text` if it may be the name of a method, else nothing."""
        return text if text and _METHOD_NAME.fullmatch(text) else ""

    @staticmethod
    def valid_request_id(text: str | None) -> str:
        """`text` if it may serve as a request id, else a new one."""
        return text if text and _REQUEST_ID.fullmatch(text) else uuid7()


current: ContextVar[RequestContext | None] = ContextVar("request_context", default=None)
