"""The role: a named set of permissions, each with how far it reaches."""

from __future__ import annotations

from typing import Any

from crm.identity.v1 import roles_pb2
from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Record
from crm_identity.errors import RoleBuiltIn


class Role(Record):
    """What a group of users may do."""

    __tablename__ = "roles"
    __table_args__ = (
        Index("roles_created", "created_at", "id"),
        Index("roles_updated", "updated_at", "id"),
        Index("roles_name", "name", unique=True, postgresql_where="deleted_at IS NULL"),
        Index("roles_built_in", "built_in", "created_at"),
    )
    message = roles_pb2.Role

    name: Mapped[str]
    description: Mapped[str] = mapped_column(String, default="")
    grants: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    built_in: Mapped[bool] = mapped_column(Boolean, default=False)

    def check_changeable(self) -> None:
        """Raises RoleBuiltIn for a role that ships with the suite."""
        if self.built_in:
            raise RoleBuiltIn()
