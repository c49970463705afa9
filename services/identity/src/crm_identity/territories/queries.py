"""Selects over territories."""

from __future__ import annotations

from collections.abc import Collection

from crm_chassis.records.directory import DirectoryTerritory, DirectoryUserTerritory
from sqlalchemy import Select, select

from crm_identity.territories.model import Territory


def parts(territory_id: str) -> Select[str]:
    """Ids of the territories right below."""
    return select(Territory.id).where(Territory.parent_id == territory_id, Territory.deleted_at.is_(None))


def above(territory: Territory) -> Select[str]:
    """Ids of the territories that this one is part of by the parent it names now."""
    chain = select(Territory.id, Territory.parent_id).where(Territory.id == territory.parent_id)
    ancestors = chain.cte("ancestors", recursive=True)
    further = select(Territory.id, Territory.parent_id).join(ancestors, Territory.id == ancestors.c.parent_id)
    return select(ancestors.union(further).c.id)


def reached_by(user_ids: Collection[str]) -> Select[str, str]:
    """The territories that users work in and all that is part of them, as (user id, territory id)."""
    own = select(DirectoryUserTerritory.user_id, DirectoryUserTerritory.territory_id)
    reached = own.where(DirectoryUserTerritory.user_id.in_(user_ids)).cte("reached", recursive=True)
    below = select(reached.c.user_id, DirectoryTerritory.id)
    below = below.join(reached, DirectoryTerritory.parent_id == reached.c.territory_id)
    union = reached.union(below)
    return select(union.c.user_id, union.c.territory_id)
