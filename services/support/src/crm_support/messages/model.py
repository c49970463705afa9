"""The message: something said on a ticket."""

from __future__ import annotations

from typing import Any, ClassVar

from crm.support.v1 import support_pb2
from crm_chassis.db.model import Id, Record
from sqlalchemy import Boolean, Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_support.tickets.model import Ticket


class Message(Record):
    """A public reply, an internal note, or what the customer said; seen through its ticket."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_created", "created_at", "id"),
        Index("messages_updated", "updated_at", "id"),
        Index("messages_ticket", "ticket_id", "created_at", "id"),
    )
    message = support_pb2.Message
    visible_through: ClassVar[tuple[str, Any] | None] = ("ticket_id", Ticket)

    ticket_id: Mapped[str] = mapped_column(Id)
    body: Mapped[str]
    internal: Mapped[bool] = mapped_column(Boolean, default=False)
    author: Mapped[str]
    channel: Mapped[str]
    author_id: Mapped[str | None] = mapped_column(Id)
