"""The territory: a part of the market."""

from __future__ import annotations

from crm.identity.v1 import territories_pb2
from crm_chassis.db.base import Id
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Record


class Territory(Record):
    """A region or an industry, perhaps part of a larger one; its people are the users who name it."""

    __tablename__ = "territories"
    __table_args__ = (
        Index("territories_created", "created_at", "id"),
        Index("territories_updated", "updated_at", "id"),
        Index("territories_name", "name", unique=True, postgresql_where="deleted_at IS NULL"),
        Index("territories_parent", "parent_id", "created_at"),
        Index("territories_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
    )
    message = territories_pb2.Territory

    name: Mapped[str]
    parent_id: Mapped[str | None] = mapped_column(Id)
    description: Mapped[str] = mapped_column(String, default="")
    external_id: Mapped[str] = mapped_column(String, default="")
