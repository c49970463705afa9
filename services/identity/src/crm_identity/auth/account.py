"""What users do for themselves: look at their own rights, change name and password, set up a second factor."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from contextlib import contextmanager

from crm.identity.v1 import auth_pb2
from crm_chassis.access.actor import limited
from crm_chassis.errors import InvalidInput, Unauthenticated
from crm_chassis.records.directory import put_user
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from crm_chassis.violations import REQUIRED

from crm_identity.api_keys.model import ApiKey
from crm_identity.auth.proof import me, note, prove_password, prove_totp
from crm_identity.credentials.passwords import check_policy
from crm_identity.credentials.totp import matching_step, new_secret, otpauth_uri
from crm_identity.errors import InvalidCredentials, TotpCodeWrong, TotpNotEnabled, TotpNotStarted
from crm_identity.logins.ending import end_sessions
from crm_identity.logins.throttle import forget_attempts
from crm_identity.roles.grants import as_messages, union
from crm_identity.roles.queries import roles_of
from crm_identity.runtime import runtime
from crm_identity.users.model import User
from crm_identity.users.usecases import tell_sessions_ended


def get_me(tx: Transaction, request: auth_pb2.GetMeRequest) -> auth_pb2.Me:
    """Who the caller is and what the caller may do."""
    return _answer(tx, _me(tx))


def update_me(tx: Transaction, request: auth_pb2.UpdateMeRequest) -> auth_pb2.Me:
    """Changes those of the fields that the mask names (all that are set, without one) which are the caller's own.

    Raises InvalidInput if the name would be empty.
    """
    user = _locked(tx)
    changed = assign(user, request.me, request.update_mask.paths or None)
    if "display_name" in changed and not user.display_name:
        raise InvalidInput.of("me.display_name", REQUIRED())
    put_user(tx.session, user)
    return _answer(tx, user)


def _answer(tx: Transaction, user: User) -> auth_pb2.Me:
    roles = roles_of(tx.session, user.role_ids)
    grants = union(roles)
    if tx.actor.api_key and (key := tx.session.get(ApiKey, tx.actor.session_id)) is not None:
        grants = limited(grants, key.permissions)
    return auth_pb2.Me(
        id=user.id,
        email=user.email,
        display_name=user.display_name,
        roles=[role.name for role in roles],
        permissions=as_messages(grants),
        manager_id=user.manager_id,
        team_ids=user.team_ids,
        territory_ids=user.territory_ids,
        time_zone=user.time_zone,
        language=user.language,
        totp_enabled=user.totp_enabled,
        recovery_codes_left=len(user.recovery_codes),
        draft_key="" if tx.actor.api_key else _draft_key(user),
    )


def _draft_key(user: User) -> str:
    """The same after each login, so that what an expired session has left can be read by the same user, and by nobody
    who finds it in the browser."""
    return base64.b64encode(hmac.digest(runtime().draft_key, user.id.encode(), "sha256")).decode()


def change_password(tx: Transaction, request: auth_pb2.ChangePasswordRequest) -> auth_pb2.ChangePasswordResponse:
    """Changes the caller's password; the caller's other sessions end, this one goes on. Raises InvalidInput."""
    email = _me(tx).email
    check_policy(request.new_password, email, "new_password")
    with _wrong("current_password"):
        user = prove_password(tx, email, request.current_password)
    user.take_password(runtime().passwords.hash(request.new_password), tx.now)
    _end_others(tx, user)
    return auth_pb2.ChangePasswordResponse()


def enrol_totp(tx: Transaction, request: auth_pb2.EnrolTotpRequest) -> auth_pb2.EnrolTotpResponse:
    """A new secret for an authenticator app. Logins go on as before until it is confirmed.

    Raises InvalidInput if the password is wrong or, for who has a second factor already, the code.
    """
    user = _proven(tx, request.password, request.totp)
    secret = new_secret()
    user.totp_pending_secret = runtime().totp_secrets.close(secret, user.id)
    return auth_pb2.EnrolTotpResponse(secret=secret, otpauth_uri=otpauth_uri(secret, user.email))


def confirm_totp(tx: Transaction, request: auth_pb2.ConfirmTotpRequest) -> auth_pb2.ConfirmTotpResponse:
    """Makes logins need the second factor; the caller's other sessions end. Gives the recovery codes.

    Raises TotpNotStarted, TotpCodeWrong.
    """
    user = _locked(tx)
    if user.totp_pending_secret is None:
        raise TotpNotStarted()
    secret = runtime().totp_secrets.open(user.totp_pending_secret, user.id)
    step = matching_step(secret, request.totp, tx.now)
    if step is None:
        raise TotpCodeWrong()
    user.confirm_totp(step)
    _end_others(tx, user)
    return auth_pb2.ConfirmTotpResponse(recovery_codes=_new_codes(user))


def disable_totp(tx: Transaction, request: auth_pb2.DisableTotpRequest) -> auth_pb2.DisableTotpResponse:
    """Makes logins need the password alone. Raises TotpNotEnabled, InvalidInput."""
    _with_totp(tx)
    _proven(tx, request.password, request.totp).drop_totp()
    return auth_pb2.DisableTotpResponse()


def regenerate_recovery_codes(
    tx: Transaction, request: auth_pb2.RegenerateRecoveryCodesRequest
) -> auth_pb2.RegenerateRecoveryCodesResponse:
    """New recovery codes instead of those that are left. Raises TotpNotEnabled, InvalidInput."""
    _with_totp(tx)
    user = _proven(tx, request.password, request.totp)
    note(tx, user.id, "recovery_codes_regenerated")
    return auth_pb2.RegenerateRecoveryCodesResponse(recovery_codes=_new_codes(user))


def _with_totp(tx: Transaction) -> None:
    if not _me(tx).totp_enabled:
        raise TotpNotEnabled()


def _proven(tx: Transaction, password: str, code: str) -> User:
    """The caller, locked, who has proven the password and, if there is one, the second factor. Raises InvalidInput."""
    with _wrong("password"):
        user = prove_password(tx, _me(tx).email, password)
    if user.totp_enabled:
        with _wrong("totp"):
            prove_totp(tx, user, code)
    forget_attempts(tx, user.email)
    return user


@contextmanager
def _wrong(field: str) -> Iterator[None]:
    """Names the field: who is logged in already need not log in again, which is what 401 asks for."""
    try:
        yield
    except InvalidCredentials:
        raise InvalidInput.of(field, "is wrong, or there were too many attempts; wait and try again") from None


def _new_codes(user: User) -> list[str]:
    codes = runtime().recovery_codes.new()
    user.recovery_codes = [runtime().recovery_codes.digest(code, user.id) for code in codes]
    return codes


def _locked(tx: Transaction) -> User:
    user = tx.find(User, tx.actor.id)
    if user is None or not user.active:
        raise Unauthenticated()
    return user


def _me(tx: Transaction) -> User:
    user = me(tx)
    if user is None or not user.active:
        raise Unauthenticated()
    return user


def _end_others(tx: Transaction, user: User) -> None:
    forget_attempts(tx, user.email)
    tell_sessions_ended(tx, user, end_sessions(tx, user.id, but=tx.actor.session_id))
