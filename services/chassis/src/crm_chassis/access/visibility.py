"""The one predicate that limits rows to what an actor may see; every read starts from it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true

from crm_chassis.access.actor import ALL, SUBTREE, TEAM, TERRITORY, Actor
from crm_chassis.access.directory import (
    DirectoryReport,
    DirectoryTeamMember,
    DirectoryTerritory,
    DirectoryUserTerritory,
)


def predicate(model: Any, actor: Actor, permission: str) -> ColumnElement[bool]:
    """Rows of `model` that `actor` reaches with `permission`.

    Records without an owner column have no owner to compare with, so any scope reaches all of them.
    """
    scope = actor.scope_of(permission)
    if not scope:
        return false()
    if scope == ALL:
        return true()
    if model.visible_through is not None:
        column, parent = model.visible_through
        reachable = select(parent.id).where(predicate(parent, _as_scope(actor, parent, scope), "*"))
        return getattr(model, column).in_(reachable)
    if model.owner_field is None:
        return true()
    owner = getattr(model, model.owner_field)
    conditions = [owner == actor.id]
    if scope == TEAM:
        teams = select(DirectoryTeamMember.team_id).where(DirectoryTeamMember.user_id == actor.id)
        mates = select(DirectoryTeamMember.user_id).where(DirectoryTeamMember.team_id.in_(teams))
        conditions.append(owner == _any(mates))
        if model.team_field:
            conditions.append(getattr(model, model.team_field) == _any(teams))
    elif scope == SUBTREE:
        reports = select(DirectoryReport.user_id).where(DirectoryReport.manager_id == actor.id)
        conditions.append(owner == _any(reports))
    elif scope == TERRITORY and model.territory_field:
        conditions.append(getattr(model, model.territory_field) == _any(_territories(actor)))
    return or_(*conditions)


def _as_scope(actor: Actor, parent: Any, scope: int) -> Actor:
    return Actor(actor.id, actor.kind, {"*": scope}, actor.session_id)


def _any(query: Select[Any]) -> Any:
    """`= ANY(ARRAY(query))`: evaluated once, so that the planner may still walk the index of the sort order."""
    return func.any(func.array(query.scalar_subquery()))


def _territories(actor: Actor) -> Select[Any]:
    """The territories an actor works in, with all that is part of them."""
    base = (
        select(DirectoryUserTerritory.territory_id.label("id"))
        .where(DirectoryUserTerritory.user_id == actor.id)
        .cte(recursive=True)
    )
    below = select(DirectoryTerritory.id).join(base, DirectoryTerritory.parent_id == base.c.id)
    return select(base.union(below).c.id)
