"""Sessions, their refresh tokens, and attempts to log in."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from crm_chassis.db.base import Id
from crm_chassis.ids import uuid7
from crm_chassis.records.model import Personal
from sqlalchemy import Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Base


class LoginSession(Base):
    """From a login to its end. Once it has ended it has no refresh tokens any more."""

    __tablename__ = "sessions"
    personal: ClassVar[Personal | None] = Personal("user_id", ("client_address", "user_agent"))
    __table_args__ = (Index("sessions_user", "user_id", "ended_at"), Index("sessions_ended", "ended_at"))

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=uuid7)
    user_id: Mapped[str] = mapped_column(Id)
    created_at: Mapped[datetime]
    client_address: Mapped[str] = mapped_column(String)
    user_agent: Mapped[str] = mapped_column(String)
    last_used_at: Mapped[datetime | None]
    """When its tokens were last renewed."""
    ended_at: Mapped[datetime | None]


class RefreshToken(Base):
    """A token that continues a session, once."""

    __tablename__ = "refresh_tokens"
    personal: ClassVar[Personal | None] = Personal(
        "session_id", ("used_address", "used_agent"), through=("sessions", "user_id")
    )
    __table_args__ = (
        Index("refresh_tokens_session", "session_id"),
        Index("refresh_tokens_expires", "expires_at"),
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the token."""
    session_id: Mapped[str] = mapped_column(Id)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_address: Mapped[str] = mapped_column(String, default="")
    used_agent: Mapped[str] = mapped_column(String, default="")


class LoginAttempts(Base):
    """Attempts to prove who one is, since the last that succeeded, by account and network."""

    __tablename__ = "login_attempts"
    personal: ClassVar[Personal | None] = None
    __table_args__ = (Index("login_attempts_last", "last_at"),)

    account: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """Keyed digest of the login name as it was given: people type passwords there."""
    network: Mapped[str] = mapped_column(String, primary_key=True)
    attempts: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime]
