"""The notification, and the tasks whose time is waited for. Both hold ids and times, nothing of what records say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from crm.identity.v1 import notifications_pb2
from crm_chassis.db.base import Id
from crm_chassis.errors import InvalidInput
from crm_chassis.records.model import Personal
from sqlalchemy import Boolean, ColumnElement, Index, Integer, String, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Base, Record
from crm_identity.errors import NotificationAlreadyRead

KEPT = timedelta(days=90)
"""How long after it happened the last time."""
LONGEST_SNOOZE = timedelta(days=366)


class Notification(Record):
    """Something happened to a record that a user wants to know."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("notifications_occurred", "occurred_at", "id"),
        Index("notifications_user", "user_id", "occurred_at", "id"),
        Index("notifications_record", "record_id"),
        Index("notifications_cause", "user_id", "cause_id", unique=True),
        Index(
            "notifications_unread", "user_id", "kind", "resource", "record_id", unique=True,
            postgresql_where="read_at IS NULL",
        ),
    )  # fmt: skip
    message = notifications_pb2.Notification
    owner_field: ClassVar[str | None] = "user_id"
    unlogged = frozenset({"read_at", "snoozed_until", "mailed_at"})

    user_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str]  # type: ignore[misc]
    resource: Mapped[str]
    record_id: Mapped[str] = mapped_column(Id)
    actor_id: Mapped[str] = mapped_column(String, default="")
    occurred_at: Mapped[datetime]
    occurrences: Mapped[int] = mapped_column(Integer, default=1)
    cause_id: Mapped[str] = mapped_column(Id)
    """The event, or the job, that it comes from."""
    in_app: Mapped[bool] = mapped_column(Boolean)
    """Whether it is listed and counted, as the user wanted at the time."""
    email: Mapped[str]
    """When it is mailed, as the user wanted at the time: OFF, DAILY, IMMEDIATE."""
    comment_id: Mapped[str | None] = mapped_column(Id)
    """The last comment that it is about."""
    read_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    @classmethod
    def is_unread(cls, now: datetime) -> ColumnElement[bool]:
        """Which ones are neither read nor snoozed."""
        return and_(cls.read_at.is_(None), or_(cls.snoozed_until.is_(None), cls.snoozed_until <= now))

    def happen_again(self, actor_id: str, at: datetime, cause_id: str, comment_id: str | None) -> None:
        """It has happened once more before the user has read of it."""
        self.actor_id, self.occurred_at, self.cause_id = actor_id, max(at, self.occurred_at), cause_id
        self.comment_id = comment_id
        self.occurrences += 1
        self.snoozed_until = self.mailed_at = None

    def mark_read(self, now: datetime) -> None:
        """The user has read it."""
        self.read_at = self.read_at or now

    def snooze(self, until: datetime, now: datetime) -> None:
        """Puts it off. Raises NotificationAlreadyRead, and InvalidInput for a time out of bounds."""
        if not now < until <= now + LONGEST_SNOOZE:
            raise InvalidInput.of("until", f"must be within the next {LONGEST_SNOOZE.days} days")
        if self.read_at is not None:
            raise NotificationAlreadyRead()
        self.snoozed_until = until


class DueTask(Base):
    """An open task of somebody's whose time has not come."""

    __tablename__ = "due_tasks"
    personal: ClassVar[Personal | None] = None

    task_id: Mapped[str] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[str] = mapped_column(Id)
    due_at: Mapped[datetime]


def of_record(resource: str, record_id: str) -> tuple[Any, ...]:
    """The conditions of notifications about a record."""
    return Notification.resource == resource, Notification.record_id == record_id
