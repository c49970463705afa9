"""The team: people who work together."""

from __future__ import annotations

from crm.identity.v1 import teams_pb2
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Record


class Team(Record):
    """A team; its members are the users who name it."""

    __tablename__ = "teams"
    __table_args__ = (
        Index("teams_created", "created_at", "id"),
        Index("teams_updated", "updated_at", "id"),
        Index("teams_name", "name", unique=True, postgresql_where="deleted_at IS NULL"),
        Index("teams_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
    )
    message = teams_pb2.Team

    name: Mapped[str]
    description: Mapped[str] = mapped_column(String, default="")
    external_id: Mapped[str] = mapped_column(String, default="")
