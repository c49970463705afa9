"""Errors that arise at the gateway itself; the shared ones are in crm_chassis.errors."""

from __future__ import annotations

from crm_chassis.errors import DomainError, InvalidInput, PermissionDenied, RateLimited, Unauthenticated, Unavailable


class RouteNotFound(DomainError):
    """There is nothing at this address; GET /openapi.json lists what there is."""

    reason = "ROUTE_NOT_FOUND"
    status = 404


class MethodNotAllowed(DomainError):
    """The address does not take this verb."""

    reason = "METHOD_NOT_ALLOWED"
    status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(f"This address takes {allowed}.")
        self.allowed = allowed


class MalformedRequest(InvalidInput):
    """This is not a valid HTTP request, or one that two parsers could read differently."""


class TooLarge(DomainError):
    """The body is larger than this address takes."""

    reason = "BODY_TOO_LARGE"
    status = 413


class UnsupportedMediaType(DomainError):
    """The body is not of a media type that this address takes."""

    reason = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class HeadersTooLarge(DomainError):
    """The headers are larger than 16 KB, or more than 100."""

    reason = "HEADERS_TOO_LARGE"
    status = 431


class RequestTimeout(DomainError):
    """The body did not arrive in time."""

    reason = "REQUEST_TIMEOUT"
    status = 408


class InvalidToken(Unauthenticated):
    """The access token is not valid; refresh it or log in again."""

    reason = "INVALID_TOKEN"


class Overloaded(Unavailable):
    """Too many requests are being served; repeat later."""

    reason = "OVERLOADED"


class TooManyRequests(RateLimited):
    """Too many requests; repeat after the time in Retry-After."""

    def __init__(self, retry_after: float) -> None:
        super().__init__()
        self.retry_after = retry_after


class OtherOrigin(PermissionDenied):
    """Sessions of browsers are for pages of this address only."""

    reason = "OTHER_ORIGIN"


class TooManyStreams(TooManyRequests):
    """A user may follow only so many streams at once; close one."""

    reason = "TOO_MANY_STREAMS"
