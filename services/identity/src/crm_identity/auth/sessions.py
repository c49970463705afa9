"""From login to logout: sessions and their tokens.

A refresh token is good for one use; its use makes the successor. A token that comes twice has been copied, and
nobody can say which of the two is the thief: the session ends. Only a repetition from the same client within
seconds, before the successor was used, counts as a lost answer and gets the same successor again
(RFC 9700, 4.14.2).
"""

from __future__ import annotations

from datetime import timedelta

from crm.identity.v1 import auth_pb2
from crm_chassis.contracts.formats import address_key
from crm_chassis.ids import uuid7
from crm_chassis.records.tx import Transaction
from sqlalchemy import select, update

from crm_identity.auth.proof import commit, note, prove_password, prove_totp
from crm_identity.credentials.tokens import LIFETIME_SECONDS
from crm_identity.errors import SessionEnded, TotpRequired
from crm_identity.logins.ending import end_session
from crm_identity.logins.model import LoginSession, RefreshToken
from crm_identity.logins.throttle import forget_attempts
from crm_identity.runtime import runtime
from crm_identity.users.model import User
from crm_identity.users.usecases import tell_sessions_ended

REFRESH_LIFETIME = timedelta(days=30)
GRACE = timedelta(seconds=10)


def login(tx: Transaction, request: auth_pb2.LoginRequest) -> auth_pb2.TokenPair:
    """Tokens for who knows the password and, if the user has one, a code of the second factor.

    Raises InvalidCredentials; TotpRequired if only the code is missing.
    """
    email = address_key(request.email)
    user = prove_password(tx, email, request.password)
    if user.totp_enabled:
        if not request.totp:
            raise TotpRequired()
        prove_totp(tx, user, request.totp)
    if runtime().passwords.outdated(user.password_hash):
        user.password_hash = runtime().passwords.hash(request.password)
    user.last_login_at = tx.now
    forget_attempts(tx, email)
    session = LoginSession(
        id=uuid7(),
        user_id=user.id,
        created_at=tx.now,
        client_address=tx.context.client_address,
        user_agent=tx.context.user_agent,
    )
    tx.session.add(session)
    note(tx, user.id, "login", session_id=session.id)
    token = runtime().refresh_tokens.first()
    _store(tx, session.id, token)
    return _tokens(tx, user, session.id, token)


def refresh_session(tx: Transaction, request: auth_pb2.RefreshSessionRequest) -> auth_pb2.TokenPair:
    """New tokens for the newest refresh token of a session. Raises SessionEnded.

    A token that was used before ends the session, but for a repetition of the same request.
    """
    tokens = runtime().refresh_tokens
    digest = tokens.digest(request.refresh_token)
    claim = (
        update(RefreshToken)
        .where(RefreshToken.digest == digest, RefreshToken.used_at.is_(None), RefreshToken.expires_at > tx.now)
        .values(used_at=tx.now, used_address=tx.context.client_address, used_agent=tx.context.user_agent)
        .returning(RefreshToken.session_id)
        .execution_options(synchronize_session=False)
    )
    successor = tokens.successor(request.refresh_token)
    session_id = tx.session.scalar(claim)
    if session_id is not None:
        _store(tx, session_id, successor)
    else:
        session_id = _repeated(tx, digest, tokens.digest(successor))
    used = (
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
        .values(last_used_at=tx.now)
        .returning(LoginSession.user_id)
        .execution_options(synchronize_session=False)
    )
    user_id = tx.session.scalar(used)
    user = tx.session.scalar(select(User).where(User.id == user_id)) if user_id is not None else None
    if user is None or not user.active:
        raise SessionEnded()
    return _tokens(tx, user, session_id, successor)


def _repeated(tx: Transaction, digest: bytes, successor: bytes) -> str:
    """The session of a token that was used a moment ago by the same client; anything else raises SessionEnded."""
    token = tx.session.scalar(select(RefreshToken).where(RefreshToken.digest == digest))
    if token is None or token.used_at is None:
        raise SessionEnded()
    unused = select(RefreshToken.digest).where(RefreshToken.digest == successor, RefreshToken.used_at.is_(None))
    same_client = (token.used_address, token.used_agent) == (
        tx.context.client_address,
        tx.context.user_agent,
    )
    if same_client and tx.now - token.used_at <= GRACE and tx.session.scalar(unused) is not None:
        return token.session_id
    end_for(tx, token.session_id, "refresh_reused")
    commit(tx)
    raise SessionEnded()


def logout(tx: Transaction, request: auth_pb2.LogoutRequest) -> auth_pb2.LogoutResponse:
    """Ends the session that the token belongs to, whether or not it is its newest. Says nothing about the token."""
    digest = runtime().refresh_tokens.digest(request.refresh_token)
    session_id = tx.session.scalar(select(RefreshToken.session_id).where(RefreshToken.digest == digest))
    if session_id is not None:
        end_for(tx, session_id, "logout")
    return auth_pb2.LogoutResponse()


def end_for(tx: Transaction, session_id: str, action: str) -> None:
    """Ends a session and notes why."""
    user_id = tx.session.scalar(select(LoginSession.user_id).where(LoginSession.id == session_id))
    user = tx.find(User, user_id) if user_id is not None else None
    ended = end_session(tx, session_id)
    if user is not None and ended:
        note(tx, user.id, action, session_id=session_id)
        tell_sessions_ended(tx, user, ended)


def _store(tx: Transaction, session_id: str, token: str) -> None:
    digest = runtime().refresh_tokens.digest(token)
    tx.session.add(RefreshToken(digest=digest, session_id=session_id, expires_at=tx.now + REFRESH_LIFETIME))


def _tokens(tx: Transaction, user: User, session_id: str, refresh_token: str) -> auth_pb2.TokenPair:
    return auth_pb2.TokenPair(
        access_token=runtime().access_tokens.issue(user.id, session_id, user.epoch, tx.now),
        refresh_token=refresh_token,
        token_type="Bearer",
        expires_in=LIFETIME_SECONDS,
    )
