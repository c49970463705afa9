"""The message: something said on a ticket."""

from __future__ import annotations

from typing import Any, ClassVar

from crm.support.v1 import messages_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from sqlalchemy import Boolean, Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_support.base import Record
from crm_support.tickets.model import Ticket


class Message(Record):
    """A public reply, an internal note, or what the customer said; seen through its ticket."""

    __tablename__ = "messages"
    personal: ClassVar[Personal | None] = Personal("ticket_id", through=("tickets", "contact_id"))
    __table_args__ = (
        Index("messages_created", "created_at", "id"),
        Index("messages_updated", "updated_at", "id"),
        Index("messages_ticket", "ticket_id", "created_at", "id"),
    )
    message = messages_pb2.Message
    visible_through: ClassVar[tuple[str, Any] | None] = ("ticket_id", Ticket)

    ticket_id: Mapped[str] = mapped_column(Id)
    body: Mapped[str]
    internal: Mapped[bool] = mapped_column(Boolean, default=False)
    author: Mapped[str]
    channel: Mapped[str]
    author_id: Mapped[str | None] = mapped_column(Id)
