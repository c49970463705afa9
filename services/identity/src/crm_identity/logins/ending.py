"""How sessions end before their time: logout, new passwords and second factors, deactivation, theft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from crm_chassis.records.tx import Transaction
from sqlalchemy import ColumnElement, Select, delete, exists, select, update

from crm_identity.logins.model import LoginAttempts, LoginSession, RefreshToken
from crm_identity.logins.throttle import FORGOTTEN

REMEMBERED = timedelta(minutes=10)
"""How long an ended session is listed with the user: longer than access tokens live."""


def end_sessions(tx: Transaction, user_id: str, *, but: str = "") -> list[str]:
    """Ends all sessions of a user `but` one; returns their ids."""
    return _end(tx, LoginSession.user_id == user_id, *([LoginSession.id != but] if but else []))


def end_session(tx: Transaction, session_id: str) -> list[str]:
    """Ends one session; returns its id, or nothing if it had ended before."""
    return _end(tx, LoginSession.id == session_id)


def _end(tx: Transaction, *conditions: ColumnElement[bool]) -> list[str]:
    """Their tokens are removed and not marked: a marked one could still be answered as a repetition."""
    query = (
        update(LoginSession)
        .where(*conditions, LoginSession.ended_at.is_(None))
        .values(ended_at=tx.now)
        .returning(LoginSession.id)
        .execution_options(synchronize_session=False)
    )
    ids = list(tx.session.scalars(query))
    if ids:
        tx.session.execute(delete(RefreshToken).where(RefreshToken.session_id.in_(ids)))
    return ids


def lately_ended(user_ids: Sequence[str], tx: Transaction) -> Select[str, str]:
    """(user, session) of the sessions that ended while their access tokens may still run."""
    return select(LoginSession.user_id, LoginSession.id).where(
        LoginSession.user_id.in_(user_ids), LoginSession.ended_at > tx.now - REMEMBERED
    )


def forget_sessions(tx: Transaction) -> None:
    """Removes what can have no effect any more: expired tokens, sessions of the past, old attempts."""
    tx.session.execute(delete(RefreshToken).where(RefreshToken.expires_at <= tx.now))
    alive = exists().where(RefreshToken.session_id == LoginSession.id)
    expired = LoginSession.ended_at.is_(None) & ~alive
    tx.session.execute(
        delete(LoginSession)
        .where((LoginSession.ended_at <= tx.now - REMEMBERED) | expired)
        .execution_options(synchronize_session=False)
    )
    tx.session.execute(delete(LoginAttempts).where(LoginAttempts.last_at <= tx.now - FORGOTTEN))
