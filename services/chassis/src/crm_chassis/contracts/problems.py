"""What is said of a record that was refused among others."""

from __future__ import annotations

from crm.common.v1 import batches_pb2

from crm_chassis.errors import DomainError
from crm_chassis.violations import codes_of

MAX_FIELDS = 5
"""Fields of one record that are named; together with the lengths below, what a thousand records may say has a bound."""
MAX_DETAIL = 300
MAX_MESSAGE = 200


def refused(error: DomainError, prefix: str = "") -> batches_pb2.BatchResult:
    """The result of a record that was refused; `prefix` is taken from the names of its fields."""
    first = {
        name.removeprefix(prefix)[:MAX_MESSAGE]: messages[:1]
        for name, messages in list(error.errors.items())[:MAX_FIELDS]
    }
    errors = {name: [message[:MAX_MESSAGE] for message in messages] for name, messages in first.items()}
    detail = error.detail.removeprefix(prefix)[:MAX_DETAIL]
    problem = batches_pb2.BatchProblem(
        status=error.status, reason=error.reason, detail=detail, errors=errors, error_codes=codes_of(first)
    )
    return batches_pb2.BatchResult(outcome=batches_pb2.REFUSED, problem=problem)
