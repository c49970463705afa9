"""The user: somebody, or some program, that may log in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from crm.identity.v1 import identity_pb2
from crm_chassis.db.model import Id, Record
from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.errors import AlreadyDeactivated, NotDeactivated


class User(Record):
    """A user. One owns oneself: scope own reaches oneself, subtree one's reports."""

    __tablename__ = "users"
    __table_args__ = (
        Index("users_created", "created_at", "id"),
        Index("users_updated", "updated_at", "id"),
        Index("users_email", "email", unique=True, postgresql_where="deleted_at IS NULL"),
        Index("users_display_name", "display_name", "id"),
        Index("users_status", "status", "created_at"),
        Index("users_manager", "manager_id", "created_at"),
        Index("users_roles", "role_ids", postgresql_using="gin"),
        Index("users_teams", "team_ids", postgresql_using="gin"),
        Index("users_territories", "territory_ids", postgresql_using="gin"),
        Index("users_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
    )
    message = identity_pb2.User
    owner_field: ClassVar[str | None] = "id"
    search_fields = frozenset({"display_name", "email"})
    search_columns = frozenset({"display_name", "email"})
    unlogged = frozenset({"password_hash", "totp_secret", "totp_pending_secret", "totp_last_step", "last_login_at"})

    email: Mapped[str]
    display_name: Mapped[str]
    role_ids: Mapped[list[str]] = mapped_column(default=list)
    manager_id: Mapped[str | None] = mapped_column(Id)
    team_ids: Mapped[list[str]] = mapped_column(default=list)
    territory_ids: Mapped[list[str]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(String, default="ACTIVE")
    time_zone: Mapped[str] = mapped_column(String, default="")
    language: Mapped[str] = mapped_column(String, default="")
    external_id: Mapped[str] = mapped_column(String, default="")
    last_login_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(BigInteger, default=0)
    """Access tokens of an older epoch are refused."""
    sessions_revoked_at: Mapped[datetime | None]
    """When sessions were last ended before their time; makes their end a change of the record."""
    password_changed_at: Mapped[datetime | None]
    password_hash: Mapped[str] = mapped_column(String, default="")
    """Argon2id in PHC format; empty if the user cannot log in."""
    totp_enabled: Mapped[bool] = mapped_column(Boolean, default=False)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted, like the next."""
    totp_pending_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Becomes the secret when its first code arrives."""
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """The newest time step whose code was used; older ones and it are used up."""

    @property
    def active(self) -> bool:
        """Whether the user may log in and be given work."""
        return self.status == "ACTIVE" and self.deleted_at is None

    def deactivate(self) -> None:
        """Takes every right. Raises AlreadyDeactivated."""
        if self.status == "DEACTIVATED":
            raise AlreadyDeactivated()
        self.status = "DEACTIVATED"
        self.raise_epoch()

    def reactivate(self) -> None:
        """Lets the user log in again; whatever was issued before stays dead. Raises NotDeactivated."""
        if self.status != "DEACTIVATED":
            raise NotDeactivated()
        self.status = "ACTIVE"
        self.raise_epoch()

    def raise_epoch(self) -> None:
        """Kills every access token issued so far."""
        self.epoch = (self.epoch or 0) + 1

    def take_password(self, hashed: str, now: datetime) -> None:
        """The password from now on."""
        self.password_hash = hashed
        self.password_changed_at = now
        self.raise_epoch()

    def use_totp_step(self, step: int | None) -> bool:
        """Uses up the code of a time step. False if there is none, or it or a later one was used before."""
        if step is None or step <= self.totp_last_step:
            return False
        self.totp_last_step = step
        return True

    def confirm_totp(self, step: int) -> None:
        """Makes the pending secret the one that logins need; `step` is that of its first code."""
        self.totp_secret, self.totp_pending_secret = self.totp_pending_secret, None
        self.totp_last_step = step
        self.totp_enabled = True

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "display_name", self.display_name
        yield "email", self.email
