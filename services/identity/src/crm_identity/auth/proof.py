"""Proof that somebody is who they say: by password, by a code of the second factor."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_identity.credentials.totp import matching_step
from crm_identity.errors import InvalidCredentials
from crm_identity.logins.throttle import count_attempt
from crm_identity.runtime import runtime
from crm_identity.users.model import User
from crm_identity.users.queries import with_email

NOBODY = "00000000-0000-0000-0000-000000000000"
"""Stands in the audit trail for an account that does not exist."""


def prove_password(tx: Transaction, email: str, password: str) -> User:
    """The active user with that login name and password, locked. Raises InvalidCredentials.

    An unknown user, one who may not log in and a wrong password make the same answer in the same time.
    """
    query = with_email(email).with_only_columns(User.id, User.password_hash, User.epoch, User.password_changed_at)
    known = tx.session.execute(query).one_or_none()
    count_attempt(tx, email, known.id if known is not None else None)
    commit(tx)  # The count stays whatever follows, and no connection is held while the hash is computed.
    right = runtime().passwords.verify(known.password_hash if known is not None else "", password)
    if known is None or not right:
        fail(tx, known.id if known is not None else NOBODY, "password")
    user = tx.find(User, known.id)
    if user is None or not user.active or _credentials(user) != _credentials(known):
        fail(tx, known.id, "password")
    return user


def _credentials(user: Any) -> tuple[int, datetime | None]:
    """What changes when the password does, or when the user is stopped."""
    return user.epoch, user.password_changed_at


def prove_totp(tx: Transaction, user: User, code: str) -> None:
    """Uses up a code of the user's second factor, or a recovery code. Raises InvalidCredentials."""
    assert user.totp_secret is not None
    if code.isdecimal():
        secret = runtime().totp_secrets.open(user.totp_secret, user.id)
        if not user.use_totp_step(matching_step(secret, code, tx.now)):
            fail(tx, user.id, "totp")
    elif user.use_recovery_code(runtime().recovery_codes.digest(code, user.id)):
        note(tx, user.id, "recovery_code_used", left=str(len(user.recovery_codes)))
    else:
        fail(tx, user.id, "recovery_code")


def fail(tx: Transaction, user_id: str, what: str) -> NoReturn:
    """Notes the failure for good and raises InvalidCredentials."""
    note(tx, user_id, "login_failed", wrong=what)
    commit(tx)
    raise InvalidCredentials()


def note(tx: Transaction, user_id: str, action: str, **more: str) -> None:
    """An entry in the user's audit trail, with where the request came from."""
    origin = {"client_address": tx.context.client_address, "user_agent": tx.context.user_agent}
    tx.audit(User.record_kind, user_id, action, origin | more)


def commit(tx: Transaction) -> None:
    """Makes what has been done so far outlive a failure of the rest."""
    tx.settle()
    tx.session.commit()


def me(tx: Transaction) -> User | None:
    """The caller, as a row that is only read."""
    return tx.session.scalar(select(User).where(User.id == tx.actor.id, User.deleted_at.is_(None)))
