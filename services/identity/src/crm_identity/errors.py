"""What can go wrong in this service, beyond the common errors."""

from crm_chassis.errors import DomainError


class InvalidCredentials(DomainError):
    """E-mail address, password or code are wrong, or there were too many attempts; wait and try again."""

    reason = "INVALID_CREDENTIALS"
    status = 401


class TotpRequired(DomainError):
    """The password is right; send the six digits of the authenticator app too."""

    reason = "TOTP_REQUIRED"
    status = 401


class SessionEnded(DomainError):
    """The session has ended; log in again."""

    reason = "SESSION_ENDED"
    status = 401


class TotpNotStarted(DomainError):
    """Start the set-up of the second factor first."""

    reason = "TOTP_NOT_STARTED"
    status = 409


class TotpCodeWrong(DomainError):
    """This is not the current code of the authenticator app."""

    reason = "TOTP_CODE_WRONG"
    status = 422


class TotpNotEnabled(DomainError):
    """The user has no second factor."""

    reason = "TOTP_NOT_ENABLED"
    status = 409


class OwnTotpNeedsCode(DomainError):
    """Switch your own second factor off with a code: POST /v1/me:disableTotp."""

    reason = "OWN_TOTP_NEEDS_CODE"
    status = 422


class OwnPasswordNeedsOldOne(DomainError):
    """Change your own password with the old one: POST /v1/me:changePassword."""

    reason = "OWN_PASSWORD_NEEDS_OLD_ONE"
    status = 422


class GrantsMoreThanHeld(DomainError):
    """Nobody may give, or take over, rights that they do not hold themselves."""

    reason = "GRANTS_MORE_THAN_HELD"
    status = 403


class RoleBuiltIn(DomainError):
    """The role ships with the suite; make a role of your own instead."""

    reason = "ROLE_BUILT_IN"
    status = 409
    noted = True


class LastAdmin(DomainError):
    """This is the last admin who can log in; make another user admin first."""

    reason = "LAST_ADMIN"
    status = 409
    noted = True


class ManagerCycle(DomainError):
    """A user cannot be above themselves."""

    reason = "USER_HIERARCHY_CYCLE"
    status = 422


class TerritoryCycle(DomainError):
    """A territory cannot be part of itself."""

    reason = "TERRITORY_HIERARCHY_CYCLE"
    status = 422


class AlreadyDeactivated(DomainError):
    """The user is deactivated already."""

    reason = "USER_ALREADY_DEACTIVATED"
    status = 409


class NotDeactivated(DomainError):
    """The user is active."""

    reason = "USER_NOT_DEACTIVATED"
    status = 409


class SuccessorNotActive(DomainError):
    """Work can be given to another active user only."""

    reason = "SUCCESSOR_NOT_ACTIVE"
    status = 422


class NotificationAlreadyRead(DomainError):
    """The notification has been read."""

    reason = "NOTIFICATION_ALREADY_READ"
    status = 409


class SetupAlreadyDone(DomainError):
    """The installation has users; log in."""

    reason = "SETUP_ALREADY_DONE"
    status = 409
