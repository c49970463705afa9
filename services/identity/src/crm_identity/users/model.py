"""The user: somebody, or some program, that may log in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from crm.identity.v1 import users_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal, Restriction
from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Record
from crm_identity.errors import AlreadyDeactivated, NotDeactivated, TotpNotEnabled
from crm_identity.roles.model import Role
from crm_identity.teams.model import Team
from crm_identity.territories.model import Territory


class User(Record):
    """A user. One owns oneself: scope own reaches oneself, subtree one's reports."""

    __tablename__ = "users"
    personal: ClassVar[Personal | None] = Personal(
        "id", ("email", "display_name", "password_hash", "totp_secret", "totp_pending_secret")
    )
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
    message = users_pb2.User
    owner_field: ClassVar[str | None] = "id"
    search_fields = frozenset({"display_name", "email"})
    search_columns = frozenset({"display_name", "email"})
    restricts = (
        Restriction("role_ids", Role, "Users still have this role."),
        Restriction("team_ids", Team, "The team still has members."),
        Restriction("territory_ids", Territory, "Users still work in this territory."),
    )
    unlogged = frozenset(
        {"password_hash", "password_link_sent_at", "totp_secret", "totp_pending_secret", "totp_last_step"}
        | {"recovery_codes", "last_login_at"}
    )

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
    password_link_sent_at: Mapped[datetime | None]
    """When a link to set a password was last sent."""
    password_hash: Mapped[str] = mapped_column(String, default="")
    """Argon2id in PHC format; empty if the user cannot log in."""
    totp_enabled: Mapped[bool] = mapped_column(Boolean, default=False)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted, like the next."""
    totp_pending_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Becomes the secret when its first code arrives."""
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """The newest time step whose code was used; older ones and it are used up."""
    recovery_codes: Mapped[list[str]] = mapped_column(default=list)
    """Digests of those that have not been used."""

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

    @property
    def password_state(self) -> bytes:
        """What a link to set the password is made for: it ends with a new password, login name or deactivation."""
        return f"{self.epoch} {self.password_changed_at} {self.email}".encode()

    def use_totp_step(self, step: int | None) -> bool:
        """Uses up the code of a time step. False if there is none, or it or a later one was used before."""
        if step is None or step <= self.totp_last_step:
            return False
        self.totp_last_step = step
        return True

    def use_recovery_code(self, digest: str) -> bool:
        """Uses up a recovery code. False if there is none."""
        left = [stored for stored in self.recovery_codes if stored != digest]
        unused = len(left) < len(self.recovery_codes)
        if unused:
            self.recovery_codes = left
        return unused

    def drop_totp(self) -> None:
        """Makes logins need the password alone. Raises TotpNotEnabled."""
        if not self.totp_enabled:
            raise TotpNotEnabled()
        self.totp_enabled = False
        self.totp_secret = self.totp_pending_secret = None
        self.recovery_codes = []

    def confirm_totp(self, step: int) -> None:
        """Makes the pending secret the one that logins need; `step` is that of its first code."""
        self.totp_secret, self.totp_pending_secret = self.totp_pending_secret, None
        self.totp_last_step = step
        self.totp_enabled = True

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "display_name", self.display_name
        yield "email", self.email
