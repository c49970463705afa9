"""Where users are logged in, and how they log out elsewhere."""

from __future__ import annotations

from crm.identity.v1 import sessions_pb2
from crm_chassis.errors import NotFound
from crm_chassis.records.tx import Transaction
from sqlalchemy import func, select

from crm_identity.auth.sessions import end_for
from crm_identity.logins.ending import end_sessions
from crm_identity.logins.model import LoginSession, RefreshToken
from crm_identity.users.model import User
from crm_identity.users.usecases import tell_sessions_ended

MOST = 200
"""How many sessions are shown."""


def get_sessions(tx: Transaction, request: sessions_pb2.GetSessionsRequest) -> sessions_pb2.GetSessionsResponse:
    """The caller's sessions that can go on, the one used last first."""
    alive = select(RefreshToken.session_id).where(RefreshToken.expires_at > tx.now)
    query = (
        select(LoginSession)
        .where(LoginSession.user_id == tx.actor.id, LoginSession.ended_at.is_(None), LoginSession.id.in_(alive))
        .order_by(func.coalesce(LoginSession.last_used_at, LoginSession.created_at).desc(), LoginSession.id)
        .limit(MOST)
    )
    return sessions_pb2.GetSessionsResponse(
        sessions=[
            sessions_pb2.Session(
                id=session.id,
                user_agent=session.user_agent,
                client_address=session.client_address,
                created_at=session.created_at,
                last_used_at=session.last_used_at or session.created_at,
                current=session.id == tx.actor.session_id,
            )
            for session in tx.session.scalars(query)
        ]
    )


def end_session(tx: Transaction, request: sessions_pb2.EndSessionRequest) -> sessions_pb2.EndSessionResponse:
    """Ends a session of the caller. Raises NotFound if it is not one, or has ended."""
    own = select(LoginSession.id).where(
        LoginSession.id == request.id, LoginSession.user_id == tx.actor.id, LoginSession.ended_at.is_(None)
    )
    if tx.session.scalar(own) is None:
        raise NotFound(f"There is no session {request.id}.")
    end_for(tx, request.id, "session_ended")
    return sessions_pb2.EndSessionResponse()


def end_other_sessions(
    tx: Transaction, request: sessions_pb2.EndOtherSessionsRequest
) -> sessions_pb2.EndOtherSessionsResponse:
    """Ends every session of the caller but the one that asks."""
    user = tx.find(User, tx.actor.id)
    if user is not None:
        tell_sessions_ended(tx, user, end_sessions(tx, user.id, but=tx.actor.session_id))
    return sessions_pb2.EndOtherSessionsResponse()
