"""The one predicate that limits rows to what an actor may see; every read starts from it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, false, func, or_, select, true

from crm_chassis.access.actor import ALL, SUBTREE, TEAM, TERRITORY, Actor
from crm_chassis.records.directory import (
    DirectoryReport,
    DirectoryTeam,
    DirectoryTeamMember,
    DirectoryTerritory,
    DirectoryUser,
    DirectoryUserTerritory,
)


def predicate(model: Any, actor: Actor, permission: str) -> ColumnElement[bool]:
    """Rows of `model` that `actor` reaches with `permission`.

    Records without an owner column have no owner to compare with, so any scope reaches all of them.
    """
    return and_(_reached(model, actor, actor.scope_of(permission)), _seen_with(model, actor))


def _seen_with(model: Any, actor: Actor) -> ColumnElement[bool]:
    """Rows that name no record which the actor may not see, of those that must not."""
    conditions = []
    for column, other in model.seen_with:
        scope = actor.scope_of(f"{other.plural}.read")
        if scope != ALL:
            named = getattr(model, column)
            conditions.append(or_(named.is_(None), named.in_(select(other.id).where(_reached(other, actor, scope)))))
    return and_(true(), *conditions)


def _reached(model: Any, actor: Actor, scope: int) -> ColumnElement[bool]:
    if not scope:
        return false()
    if scope == ALL:
        return true()
    if model.visible_through is not None:
        column, parent = model.visible_through
        reachable = select(parent.id).where(_reached(parent, actor, scope))
        return getattr(model, column).in_(reachable)
    if model.owner_field is None:
        return true()
    owner = getattr(model, model.owner_field)
    conditions = [owner == actor.id, *(column == _any(values) for column, values in _beyond_own(model, actor, scope))]
    if _has_queue(model, actor, scope):
        team = getattr(model, model.team_field)
        conditions.append(and_(owner.is_(None), or_(team.is_(None), team == _any(_idle_teams()))))
    return or_(*conditions)


def ways(model: Any, actor: Actor, permission: str) -> list[tuple[ColumnElement[Any], Select[Any]]] | None:
    """The columns by which `actor` reaches rows of `model` with `permission`, each with the values that reach them.

    None where rows are reached otherwise too: all of them, through or with another record, or because nobody has them.
    """
    scope = actor.scope_of(permission)
    if scope in (0, ALL) or model.visible_through is not None or model.owner_field is None:
        return None
    if model.seen_with:
        return None
    if _has_queue(model, actor, scope):
        return None
    owner = getattr(model, model.owner_field)
    return [(owner, select(cast(actor.id, owner.type))), *_beyond_own(model, actor, scope)]


def _beyond_own(model: Any, actor: Actor, scope: int) -> list[tuple[ColumnElement[Any], Select[Any]]]:
    """The columns by which a scope reaches rows of others, each with the values that reach them."""
    owner = getattr(model, model.owner_field)
    if scope == TEAM:
        teams = select(DirectoryTeamMember.team_id).where(DirectoryTeamMember.user_id == actor.id)
        mates = select(DirectoryTeamMember.user_id).where(DirectoryTeamMember.team_id.in_(teams))
        return [(owner, mates), *([(getattr(model, model.team_field), teams)] if model.team_field else [])]
    if scope == SUBTREE:
        reports = select(DirectoryReport.user_id).where(DirectoryReport.manager_id == actor.id)
        return [(owner, reports)]
    if scope == TERRITORY and model.territory_field:
        return [(getattr(model, model.territory_field), territories_of(actor))]
    return []


def _has_queue(model: Any, actor: Actor, scope: int) -> bool:
    """Whether the actor reaches what nobody has, neither a person nor a team that somebody works in."""
    return bool(scope == TEAM and model.team_field and model.queue_permission and actor.may(model.queue_permission))


def _idle_teams() -> Select[Any]:
    """Teams in which nobody works: without members, or with deactivated ones only; none that is not known yet."""
    working = (
        select(DirectoryTeamMember.team_id)
        .join(DirectoryUser, DirectoryUser.id == DirectoryTeamMember.user_id)
        .where(DirectoryTeamMember.team_id == DirectoryTeam.id, DirectoryUser.active)
    )
    return select(DirectoryTeam.id).where(~working.exists())


def _any(query: Select[Any]) -> Any:
    """`= ANY(ARRAY(query))`: evaluated once, so that the planner may still walk the index of the sort order."""
    return func.any(func.array(query.scalar_subquery()))


def territories_of(actor: Actor) -> Select[Any]:
    """The territories an actor works in, with all that is part of them."""
    base = (
        select(DirectoryUserTerritory.territory_id.label("id"))
        .where(DirectoryUserTerritory.user_id == actor.id)
        .cte(recursive=True)
    )
    below = select(DirectoryTerritory.id).join(base, DirectoryTerritory.parent_id == base.c.id)
    return select(base.union(below).c.id)
