"""The template: the text of a message with tokens in it."""

from __future__ import annotations

from typing import ClassVar

from crm.marketing.v1 import templates_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.sharing import Shared, shared_index
from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_marketing.base import Record


class Template(Shared, Record):
    """The text of a message."""

    __tablename__ = "templates"
    __table_args__ = (
        Index("templates_created", "created_at", "id"),
        Index("templates_updated", "updated_at", "id"),
        Index("templates_name", "name", "id"),
        Index("templates_owner", "owner_id", "created_at", "id"),
        shared_index("templates"),
    )
    message = templates_pb2.Template
    owner_field: ClassVar[str | None] = "owner_id"

    name: Mapped[str] = mapped_column(String)
    subject: Mapped[str] = mapped_column(String)
    body_html: Mapped[str] = mapped_column(Text, default="")
    body_text: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(String, default="")
    warnings: Mapped[list[str]] = mapped_column(default=list)
    """What is taken out of its HTML, for its author."""
    owner_id: Mapped[str | None] = mapped_column(Id)
