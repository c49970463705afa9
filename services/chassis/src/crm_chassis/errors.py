"""Errors with a stable reason, the same from a rule down in a service up to the HTTP answer.

A rule raises a subclass of DomainError. Its `reason` is part of the public contract: clients branch on it,
and the catalogue in proto/docs/errors.md lists every one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """A request that cannot be fulfilled as it stands.

    `detail` says in one sentence what is wrong and what would be right; `errors` maps input fields to messages.
    """

    reason: str = "RULE_VIOLATED"
    status: int = 422

    def __init__(self, detail: str = "", *, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(detail or (self.__doc__ or self.reason).strip().splitlines()[0])
        self.detail: str = str(self.args[0])
        self.errors: dict[str, list[str]] = {field: list(found) for field, found in (errors or {}).items()}


class InvalidInput(DomainError):
    """The request does not have the form it must have; `errors` names the fields."""

    reason = "INVALID_INPUT"
    status = 400

    @classmethod
    def of(cls, field: str, message: str) -> InvalidInput:
        """One wrong field."""
        return cls(f"{field}: {message}", errors={field: [message]})


class Unauthenticated(DomainError):
    """Log in first."""

    reason = "UNAUTHENTICATED"
    status = 401


class PermissionDenied(DomainError):
    """The caller's roles do not allow this."""

    reason = "PERMISSION_DENIED"
    status = 403


class NotFound(DomainError):
    """There is no such record, or the caller may not see it."""

    reason = "NOT_FOUND"
    status = 404


class AlreadyExists(DomainError):
    """A record with the same unique value exists."""

    reason = "ALREADY_EXISTS"
    status = 409


class Conflict(DomainError):
    """Somebody else changed the same record at the same time; read it again and repeat."""

    reason = "CONCURRENT_CHANGE"
    status = 409


class IdempotencyKeyReused(DomainError):
    """The Idempotency-Key was used before for a different request."""

    reason = "IDEMPOTENCY_KEY_REUSED"
    status = 409


class EtagMismatch(DomainError):
    """The record has changed since the caller read it."""

    reason = "ETAG_MISMATCH"
    status = 412


class RuleViolated(DomainError):
    """The record's state does not allow this."""


class Referenced(DomainError):
    """Another record still refers to this one."""

    reason = "STILL_REFERENCED"
    status = 422


class UnknownReference(DomainError):
    """A field names a record that does not exist or that the caller may not see."""

    reason = "UNKNOWN_REFERENCE"
    status = 422

    @classmethod
    def of(cls, field: str, what: str) -> UnknownReference:
        """`field` names a record of kind `what` that is not there."""
        return cls(f"{field}: no such {what}", errors={field: [f"no such {what}"]})


class RateLimited(DomainError):
    """Too many requests; repeat after the time in Retry-After."""

    reason = "RATE_LIMITED"
    status = 429


class Unavailable(DomainError):
    """A part of the suite does not answer; repeat later. A write may or may not have happened."""

    reason = "UNAVAILABLE"
    status = 503


class DeadlineExceeded(DomainError):
    """The answer took too long. A write may or may not have happened."""

    reason = "DEADLINE_EXCEEDED"
    status = 504


class Internal(DomainError):
    """Our mistake; the request id leads to the log entry."""

    reason = "INTERNAL"
    status = 500
