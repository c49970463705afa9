"""What the exceptions of the database mean."""

from __future__ import annotations

from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, TimeoutError

from crm_chassis.errors import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    DomainError,
    Internal,
    InvalidInput,
    Unavailable,
)

_SERIALIZATION = ("40001", "40P01")
_LOCK_NOT_AVAILABLE = "55P03"
_QUERY_CANCELED = "57014"
UNIQUE_VIOLATION = "23505"
DATA_EXCEPTION_CLASS = "22"
_INPUT_CLASSES = (DATA_EXCEPTION_CLASS, "54")
"""Values that no column holds, and statements and rows beyond the limits of the server, such as those of an index."""


def as_domain_error(error: Exception) -> DomainError:
    """What an exception means to the caller. Unknown ones are our mistake and say nothing but that."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, TimeoutError):
        return Unavailable("All database connections are busy.")
    if isinstance(error, IntegrityError):
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or "a unique value"
        if _state(error) == UNIQUE_VIOLATION:
            return AlreadyExists(f"Another record has the same value ({constraint}).")
        return Conflict(f"The change contradicts another record ({constraint}).")
    if isinstance(error, DBAPIError):
        state = _state(error)
        if state == _QUERY_CANCELED:
            return DeadlineExceeded("The database took too long.")
        if is_conflict(error) or state == _LOCK_NOT_AVAILABLE:
            return Conflict("Another change of the same records is in the way; repeat.")
        if state.startswith(_INPUT_CLASSES):
            return InvalidInput("A value is outside what its field can hold.")
        if isinstance(error, OperationalError) or error.connection_invalidated:
            return Unavailable("The database does not answer.")
    return Internal()


def is_conflict(error: BaseException) -> bool:
    """Whether the transaction lost against another one and may be repeated: a deadlock or a serialization failure."""
    return isinstance(error, OperationalError) and _state(error) in _SERIALIZATION


def is_outage(error: BaseException) -> bool:
    """Whether an error says nothing about what was tried: the database is away, or another process was in the way."""
    if isinstance(error, OperationalError):
        return not (isinstance(error.orig, QueryCanceled) or _state(error).startswith(_INPUT_CLASSES))
    return isinstance(error, (InterfaceError, TimeoutError))


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
