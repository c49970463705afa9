"""Errors on the wire: a DomainError travels as google.rpc.Status with ErrorInfo, BadRequest and the record that stands
in the way, and comes back. The parameters of what is wrong with the fields are in the metadata of ErrorInfo (AIP-193).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

import crm_contracts
import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from crm_chassis.errors import DeadlineExceeded, DomainError, Unavailable
from crm_chassis.violations import INVALID, Violation

_CODES = {
    400: code_pb2.INVALID_ARGUMENT,
    401: code_pb2.UNAUTHENTICATED,
    403: code_pb2.PERMISSION_DENIED,
    404: code_pb2.NOT_FOUND,
    409: code_pb2.ALREADY_EXISTS,
    412: code_pb2.ABORTED,
    422: code_pb2.FAILED_PRECONDITION,
    429: code_pb2.RESOURCE_EXHAUSTED,
    503: code_pb2.UNAVAILABLE,
    504: code_pb2.DEADLINE_EXCEEDED,
}

ROOM = 12 * 1024
"""Bytes that the fields may take with codes and parameters; if they take more, their sentences go alone. The header
holds 32 KB, and `detail` may name all the fields once more."""


def to_status(error: DomainError, service: str) -> grpc.Status:
    """The gRPC status that carries an error; `service` is the part of the suite that raised it."""
    info = error_details_pb2.ErrorInfo(
        reason=error.reason, domain=f"crm.{service}", metadata={"status": str(error.status)}
    )
    bad, params = _fields(error.errors)
    if params:
        info.metadata["params"] = params
    details = [_any(info)]
    if bad.field_violations:
        details.append(_any(bad))
    if error.record is not None:
        details.append(_any(error.record))
    code = _CODES.get(error.status, code_pb2.INTERNAL)
    return rpc_status.to_status(status_pb2.Status(code=code, message=error.detail, details=details))


def _fields(errors: Mapping[str, Sequence[Violation]]) -> tuple[error_details_pb2.BadRequest, str]:
    """What is wrong with the fields, and the parameters of each as JSON; empty if none has any."""
    found = [(field, violation) for field, violations in errors.items() for violation in violations]
    bad = error_details_pb2.BadRequest()
    for field, violation in found:
        reason = violation.code if violation.code != INVALID else ""
        bad.field_violations.add(field=field, description=violation, reason=reason)
    params = [dict(violation.params) for _, violation in found]
    told = json.dumps(params) if any(params) else ""
    if bad.ByteSize() + len(told) <= ROOM:
        return bad, told
    for one in bad.field_violations:
        one.ClearField("reason")
    return bad, ""


def _any(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


class RemoteError(DomainError):
    """An error that another service raised, with its reason and status."""

    def __init__(
        self,
        reason: str,
        status: int,
        detail: str,
        errors: Mapping[str, Sequence[str]],
        service: str,
        record: Message | None = None,
    ) -> None:
        super().__init__(detail, errors=errors, record=record)
        self.reason = reason
        self.status = status
        self.service = service


def from_rpc_error(error: grpc.RpcError, service: str) -> DomainError:
    """The error that a failed call to `service` stands for."""
    code, text = error.code(), error.details() or ""
    found = rpc_status.from_call(error)
    if found is not None:
        reason, status = "", 500
        fields: dict[str, list[str]] = {}
        bad = error_details_pb2.BadRequest()
        params: list[dict[str, Any]] = []
        record: Message | None = None
        for detail in found.details:
            info = error_details_pb2.ErrorInfo()
            if detail.Unpack(info):
                reason, status = info.reason, int(info.metadata.get("status", 500))
                params = json.loads(info.metadata.get("params", "[]"))
            elif detail.Unpack(bad):
                continue
            elif (message := crm_contracts.resource_messages().get(detail.TypeName())) is not None:
                record = message.FromString(detail.value)
        for one, values in zip(bad.field_violations, params or repeat({}), strict=False):
            violation = Violation(one.description, one.reason or INVALID, values)
            fields.setdefault(one.field, []).append(violation)
        return RemoteError(reason, status, found.message, fields, service, record)
    if code == grpc.StatusCode.DEADLINE_EXCEEDED:
        return _named(DeadlineExceeded(f"{service} did not answer in time."), service)
    return _named(Unavailable(f"{service} does not answer ({code.name.lower()}: {text[:200]})."), service)


def _named(error: DomainError, service: str) -> DomainError:
    error.service = service  # type: ignore[attr-defined]
    return error
