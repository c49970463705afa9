"""Selects over roles."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm_identity.roles.model import Role


def with_ids(ids: Iterable[str]) -> Select[Role]:
    """The roles of those ids, by name; whoever asks."""
    return select(Role).where(Role.id.in_(list(ids)), Role.deleted_at.is_(None)).order_by(Role.name)


def named(name: str) -> Select[Role]:
    """The role of that name."""
    return select(Role).where(Role.name == name, Role.deleted_at.is_(None))


def roles_of(session: Session, ids: Iterable[str] | None) -> list[Role]:
    """The roles a user has, by name."""
    return list(session.scalars(with_ids(ids))) if ids else []
