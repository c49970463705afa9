"""Errors with a stable reason, the same from a rule down in a service up to the HTTP answer.

A rule raises a subclass of DomainError. Its `reason` is part of the public contract: clients branch on it,
and the catalogue in proto/docs/errors.md lists every one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from google.protobuf.message import Message

from crm_chassis.violations import UNKNOWN_REFERENCE, Violation


class DomainError(Exception):
    """A request that cannot be fulfilled as it stands.

    `detail` says in one sentence what is wrong and what would be right; `errors` maps input fields to messages;
    `record` is the record that stands in the way, if the caller may see it: the gateway leaves out of it the fields
    that the caller may not read. It travels in a header, so its texts must be short.
    """

    reason: str = "RULE_VIOLATED"
    status: int = 422
    noted: bool = False
    """Whether the audit trail says of every attempt that it was refused: the rule guards the rights of the suite."""

    def __init__(
        self, detail: str = "", *, errors: Mapping[str, Sequence[str]] | None = None, record: Message | None = None
    ) -> None:
        super().__init__(detail or (self.__doc__ or self.reason).strip().splitlines()[0])
        self.detail: str = str(self.args[0])
        self.errors: dict[str, list[Violation]] = {
            field: [Violation.of(one) for one in found] for field, found in (errors or {}).items()
        }
        self.record = record


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


class ActorTokenRefused(Unauthenticated):
    """The actor token is not valid for this service."""

    reason = "ACTOR_TOKEN_REFUSED"


class ActorTokenExpired(Unauthenticated):
    """The actor token has expired before the call was looked at."""

    reason = "ACTOR_TOKEN_EXPIRED"


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


class RecordMerged(DomainError):
    """The record was merged into another one."""

    reason = "RECORD_MERGED"
    status = 409


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
        return cls(f"{field}: no such {what}", errors={field: [UNKNOWN_REFERENCE(f"no such {what}")]})


class ReferencesUnverified(DomainError):
    """Fields name records of other services that are not known here; `errors` has kind and id of each.

    Only whoever asked to be told so is; the gateway then asks the owners, and repeats the call.
    """

    reason = "REFERENCES_UNVERIFIED"
    status = 422


class ReadOnlyField(DomainError):
    """A field that only the suite writes was sent with another value than it has."""

    reason = "READ_ONLY_FIELD"
    status = 422


class UserInactive(DomainError):
    """The user is deactivated, so nothing new can be given to them."""

    reason = "USER_INACTIVE"
    status = 422


class LinkExpired(DomainError):
    """The link has run out; ask for a new one."""

    reason = "LINK_EXPIRED"
    status = 422


class LinkSpent(DomainError):
    """The link has been used or taken back; ask for a new one."""

    reason = "LINK_SPENT"
    status = 422


class JobNotDead(DomainError):
    """Only a job that was given up can be tried again; others go on by themselves."""

    reason = "JOB_NOT_DEAD"
    status = 409


class JobFinished(DomainError):
    """The job has come to its end already."""

    reason = "JOB_FINISHED"
    status = 409


class JobNotCancellable(DomainError):
    """Jobs of this kind cannot be cancelled."""

    reason = "JOB_NOT_CANCELLABLE"
    status = 409


class TooManyImports(DomainError):
    """A user has only so many imports that are not finished."""

    reason = "TOO_MANY_IMPORTS"
    status = 409


class TermsMismatch(DomainError):
    """The proposal is not the one that the caller has seen: `terms_hash` differs."""

    reason = "TERMS_MISMATCH"
    status = 412


class ProposalOutdated(DomainError):
    """A record of the proposal has changed since; what still makes sense can be proposed anew."""

    reason = "PROPOSAL_OUTDATED"
    status = 412


class ProposalDecided(DomainError):
    """The proposal does not wait for this decision any more."""

    reason = "PROPOSAL_DECIDED"
    status = 409


class TooManyProposals(DomainError):
    """An author, and a record, have only so many proposals that wait for a decision."""

    reason = "TOO_MANY_PROPOSALS"
    status = 409


class ImportFinished(DomainError):
    """The import has come to its end already."""

    reason = "IMPORT_FINISHED"
    status = 409


class AnswerTooLarge(DomainError):
    """The answer is larger than one message may be; ask for fewer records."""

    reason = "ANSWER_TOO_LARGE"
    status = 500


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
