"""Errors on the wire: a DomainError travels as google.rpc.Status with ErrorInfo and BadRequest, and comes back."""

from __future__ import annotations

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from crm_chassis.errors import DeadlineExceeded, DomainError, Unavailable

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


def to_status(error: DomainError, service: str) -> grpc.Status:
    """The gRPC status that carries an error; `service` is the part of the suite that raised it."""
    info = error_details_pb2.ErrorInfo(
        reason=error.reason, domain=f"crm.{service}", metadata={"status": str(error.status)}
    )
    details = [_any(info)]
    if error.errors:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=field, description=message)
            for field, messages in error.errors.items()
            for message in messages
        ]
        details.append(_any(error_details_pb2.BadRequest(field_violations=violations)))
    code = _CODES.get(error.status, code_pb2.INTERNAL)
    return rpc_status.to_status(status_pb2.Status(code=code, message=error.detail, details=details))


def _any(message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


class RemoteError(DomainError):
    """An error that another service raised, with its reason and status."""

    def __init__(self, reason: str, status: int, detail: str, errors: dict[str, list[str]], service: str) -> None:
        super().__init__(detail, errors=errors)
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
        for detail in found.details:
            info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
            if detail.Unpack(info):
                reason, status = info.reason, int(info.metadata.get("status", 500))
            elif detail.Unpack(bad):
                for violation in bad.field_violations:
                    fields.setdefault(violation.field, []).append(violation.description)
        return RemoteError(reason, status, found.message, fields, service)
    if code == grpc.StatusCode.DEADLINE_EXCEEDED:
        return _named(DeadlineExceeded(f"{service} did not answer in time."), service)
    return _named(Unavailable(f"{service} does not answer ({code.name.lower()}: {text[:200]})."), service)


def _named(error: DomainError, service: str) -> DomainError:
    error.service = service  # type: ignore[attr-defined]
    return error
