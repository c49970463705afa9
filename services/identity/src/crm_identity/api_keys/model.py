"""The API key: lets a program call as a user."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from crm.identity.v1 import api_keys_pb2
from crm_chassis.db.base import Id
from crm_chassis.errors import InvalidInput
from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Record

LONGEST_LIFE = timedelta(days=366)


class ApiKey(Record):
    """A key of a user, limited to some permissions; deleted is revoked."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index("api_keys_created", "created_at", "id"),
        Index("api_keys_updated", "updated_at", "id"),
        Index("api_keys_user", "user_id", "created_at"),
        Index("api_keys_digest", "digest", unique=True),
    )
    message = api_keys_pb2.ApiKey
    owner_field: ClassVar[str | None] = "user_id"
    unlogged = frozenset({"digest", "last_used_at"})
    secret: ClassVar[str] = ""
    """Kept nowhere."""

    name: Mapped[str]
    user_id: Mapped[str] = mapped_column(Id)
    permissions: Mapped[list[str]]
    expires_at: Mapped[datetime]
    prefix: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the key, which is random enough not to be guessed from it."""
    last_used_at: Mapped[datetime | None]

    def check_life(self, now: datetime) -> None:
        """Raises InvalidInput unless the key expires in the future, within a year."""
        if not now < self.expires_at <= now + LONGEST_LIFE:
            raise InvalidInput.of("api_key.expires_at", f"must be within the next {LONGEST_LIFE.days} days")
