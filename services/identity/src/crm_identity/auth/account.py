"""What users do for themselves: look at their own rights, change the password, set up a second factor."""

from __future__ import annotations

from crm.identity.v1 import identity_pb2
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import Unauthenticated

from crm_identity.auth.ending import end_sessions, tell_sessions_ended
from crm_identity.auth.passwords import check_policy
from crm_identity.auth.proof import me, prove_password
from crm_identity.auth.throttle import forget_attempts
from crm_identity.auth.totp import matching_step, new_secret, otpauth_uri
from crm_identity.errors import TotpCodeWrong, TotpNotStarted
from crm_identity.roles.grants import as_messages, union
from crm_identity.roles.queries import roles_of
from crm_identity.runtime import runtime
from crm_identity.users.model import User


def get_me(tx: Transaction, request: identity_pb2.GetMeRequest) -> identity_pb2.Me:
    """Who the caller is and what the caller may do."""
    user = _me(tx)
    roles = roles_of(tx.session, user.role_ids)
    return identity_pb2.Me(
        id=user.id,
        email=user.email,
        display_name=user.display_name,
        roles=[role.name for role in roles],
        permissions=as_messages(union(roles)),
        manager_id=user.manager_id,
        team_ids=user.team_ids,
        territory_ids=user.territory_ids,
        time_zone=user.time_zone,
        language=user.language,
        totp_enabled=user.totp_enabled,
    )


def change_password(
    tx: Transaction, request: identity_pb2.ChangePasswordRequest
) -> identity_pb2.ChangePasswordResponse:
    """Changes the caller's password; the caller's other sessions end. Raises InvalidCredentials, InvalidInput."""
    email = _me(tx).email
    check_policy(request.new_password, email, "new_password")
    user = prove_password(tx, email, request.current_password)
    user.take_password(runtime().passwords.hash(request.new_password), tx.now)
    _end_others(tx, user)
    return identity_pb2.ChangePasswordResponse()


def enrol_totp(tx: Transaction, request: identity_pb2.EnrolTotpRequest) -> identity_pb2.EnrolTotpResponse:
    """A new secret for an authenticator app. Logins go on as before until it is confirmed.

    Raises InvalidCredentials.
    """
    user = prove_password(tx, _me(tx).email, request.password)
    forget_attempts(tx, user.email)
    secret = new_secret()
    user.totp_pending_secret = runtime().totp_secrets.close(secret, user.id)
    return identity_pb2.EnrolTotpResponse(secret=secret, otpauth_uri=otpauth_uri(secret, user.email))


def confirm_totp(tx: Transaction, request: identity_pb2.ConfirmTotpRequest) -> identity_pb2.ConfirmTotpResponse:
    """Makes logins need the second factor; the caller's other sessions end.

    Raises TotpNotStarted, TotpCodeWrong.
    """
    user = tx.find(User, _me(tx).id)
    if user is None or user.totp_pending_secret is None:
        raise TotpNotStarted()
    secret = runtime().totp_secrets.open(user.totp_pending_secret, user.id)
    step = matching_step(secret, request.totp, tx.now)
    if step is None:
        raise TotpCodeWrong()
    user.confirm_totp(step)
    _end_others(tx, user)
    return identity_pb2.ConfirmTotpResponse()


def _me(tx: Transaction) -> User:
    user = me(tx)
    if user is None or not user.active:
        raise Unauthenticated()
    return user


def _end_others(tx: Transaction, user: User) -> None:
    forget_attempts(tx, user.email)
    tell_sessions_ended(tx, user, end_sessions(tx, user.id, but=tx.actor.session_id))
