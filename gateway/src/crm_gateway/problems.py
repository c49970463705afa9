"""Errors as application/problem+json (RFC 9457), with a reason that clients branch on."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any

import crm_contracts
from crm_chassis.contracts.transcode import Encoder, dumps
from crm_chassis.errors import DomainError
from crm_chassis.violations import codes_of

from crm_gateway.errors import InvalidToken, MalformedRequest, MethodNotAllowed
from crm_gateway.web import Reply

CONTENT_TYPE = b"application/problem+json"
RETRY_SECONDS = 1.0


def retry_after_of(error: DomainError) -> float | None:
    """Seconds after which repeating makes sense, if it does."""
    found = getattr(error, "retry_after", None)
    if found is None and error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return RETRY_SECONDS
    return found


def problem(error: DomainError, request_id: str, encoder: Encoder | None = None) -> Reply:
    """The answer that tells the client about `error`; `encoder` writes what the client may read."""
    status = HTTPStatus(error.status)
    body: dict[str, Any] = {
        "type": f"urn:crm:problem:{error.reason.lower().replace('_', '-')}",
        "title": status.phrase,
        "status": status.value,
        "detail": error.detail,
        "reason": error.reason,
        "errors": error.errors,
        "error_codes": codes_of(error.errors),
        "request_id": request_id,
    }
    headers: list[tuple[bytes, bytes]] = []
    if error.record is not None and encoder is not None:
        body["record_kind"] = crm_contracts.kind_of(error.record.DESCRIPTOR)
        body["record"] = encoder.encode(error.record)
    service = getattr(error, "service", "")
    if service and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        body["service"] = service
    retry_after = retry_after_of(error)
    if retry_after is not None:
        body["retry_after"] = round(retry_after, 3)
        headers.append((b"retry-after", b"%d" % max(1, math.ceil(retry_after))))
    if isinstance(error, MethodNotAllowed):
        headers.append((b"allow", error.allowed.encode()))
    if isinstance(error, MalformedRequest):
        # Where the next request begins is not certain either.
        headers.append((b"connection", b"close"))
    if status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", _challenge(error)))
    return Reply(status.value, dumps(body), CONTENT_TYPE, headers)


def _challenge(error: DomainError) -> bytes:
    return b'Bearer realm="crm", error="invalid_token"' if isinstance(error, InvalidToken) else b'Bearer realm="crm"'
