"""What can go wrong in this service, beyond the common errors."""

from crm_chassis.errors import DomainError


class TicketNotOpen(DomainError):
    """The ticket is resolved or closed; reopen it first."""

    reason = "TICKET_NOT_OPEN"
    status = 409


class NewerMessage(DomainError):
    """Somebody has written in public since the author last looked; `record` is the newest such message."""

    reason = "NEWER_MESSAGE"
    status = 409


class TicketStillOpen(DomainError):
    """The ticket is open; there is nothing to reopen."""

    reason = "TICKET_STILL_OPEN"
    status = 409


class TicketNotResolved(DomainError):
    """Only a resolved ticket can be closed; resolve it first."""

    reason = "TICKET_NOT_RESOLVED"
    status = 409


class TicketClosed(DomainError):
    """The ticket is closed; reopen it or open a new one."""

    reason = "TICKET_CLOSED"
    status = 409


class StatusNotReachable(DomainError):
    """The ticket cannot go from its status to the one asked for."""

    reason = "TICKET_STATUS_NOT_REACHABLE"
    status = 409


class StatusNeedsAction(DomainError):
    """Resolved and closed are reached by :resolve and :close, not by writing the status."""

    reason = "TICKET_STATUS_NEEDS_ACTION"
    status = 409
