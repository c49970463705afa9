"""Selects over territories."""

from __future__ import annotations

from sqlalchemy import Select, select

from crm_identity.territories.model import Territory


def ancestors(territory_id: str) -> Select[str]:
    """Ids of the territory and of every territory it is part of."""
    up = select(Territory.id, Territory.parent_id).where(Territory.id == territory_id)
    chain = up.cte("up", recursive=True)
    above = select(Territory.id, Territory.parent_id).join(chain, Territory.id == chain.c.parent_id)
    return select(chain.union(above).c.id)


def parts(territory_id: str) -> Select[str]:
    """Ids of the territories right below."""
    return select(Territory.id).where(Territory.parent_id == territory_id, Territory.deleted_at.is_(None))
