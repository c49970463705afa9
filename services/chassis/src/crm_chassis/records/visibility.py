"""The one predicate that limits rows to what an actor may see; every read starts from it.

It is a list of parts, each with the ground by which it lets somebody see a row. A read takes them together; who asks
why somebody sees a record evaluates them one by one. What an actor's scope covers was asked for before
(crm_chassis.records.reach) and stands in the statement as constants, which the planner looks up in its statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import array

from crm_chassis.access.actor import ALL, OWN, SUBTREE, TEAM, TERRITORY, Actor
from crm_chassis.access.levels import READ, level_of
from crm_chassis.records.directory import (
    DirectoryHolder,
    DirectoryRole,
    DirectoryTeam,
    DirectoryTeamMember,
    DirectoryTerritory,
    DirectoryUser,
    DirectoryUserTerritory,
)
from crm_chassis.records.sharing import Share

EVERY_ROW, OWNER, BELOW, MATE, TEAM_OF_ROW, TERRITORY_OF_ROW, QUEUE, SHARED = (
    "scope", "owner", "hierarchy", "owner's team", "team", "territory", "queue", "share",
)  # fmt: skip
"""The grounds by which a row is seen."""


def predicate(view: Any, model: Any, permission: str) -> ColumnElement[bool]:
    """Rows of `model` that the actor of `view` (crm_chassis.records.view) reaches with `permission`.

    Records without an owner column have no owner to compare with, so any scope reaches all of them.
    """
    scope = view.actor.scope_of(permission)
    return and_(_reached(view, model, scope, level_of(permission)), _seen_with(view, model))


def _seen_with(view: Any, model: Any) -> ColumnElement[bool]:
    """Rows that name no record which the actor may not see, of those that must not."""
    conditions = []
    for column, other in model.seen_with:
        scope = view.actor.scope_of(f"{other.plural}.read")
        if scope != ALL:
            named = getattr(model, column)
            reached = select(other.id).where(_reached(view, other, scope, READ))
            conditions.append(or_(named.is_(None), named.in_(reached)))
    return and_(true(), *conditions)


def _reached(view: Any, model: Any, scope: int, level: int) -> ColumnElement[bool]:
    if scope and scope != ALL and model.visible_through is not None:
        column, parent = model.visible_through
        reachable = select(parent.id).where(_reached(view, parent, scope, level))
        return getattr(model, column).in_(reachable)
    conditions = [condition for _, condition in parts(view, model, scope, level)]
    return or_(*conditions) if conditions else false()


def parts(view: Any, model: Any, scope: int, level: int) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """By which grounds rows of `model` are reached with a scope, each with its condition: any of them suffices.

    `level` is what a share must allow. Not for rows that are seen through other ones.
    """
    if not scope:
        return
    if scope == ALL or model.owner_field is None:
        yield EVERY_ROW, true()
        return
    owner = getattr(model, model.owner_field)
    reach: Any = None if scope == OWN else view.lists(scope)
    if scope == TEAM:
        yield MATE, owner == func.any(reach.owners)
        if model.team_field:
            yield TEAM_OF_ROW, getattr(model, model.team_field) == func.any(reach.teams)
    elif scope == SUBTREE:
        yield BELOW, owner == func.any(reach.owners)
    else:
        yield OWNER, owner == view.actor.id
        if scope == TERRITORY and model.territory_field:
            yield TERRITORY_OF_ROW, getattr(model, model.territory_field) == func.any(reach.territories)
    if _has_queue(model, view.actor, scope):
        team = getattr(model, model.team_field)
        yield QUEUE, and_(owner.is_(None), or_(team.is_(None), team == _any(_idle_teams(model.queue_permission))))
    shared = shared_with(view, model, scope, level)
    if shared is not None:
        yield SHARED, shared


def shared_with(view: Any, model: Any, scope: int, level: int = READ) -> ColumnElement[bool] | None:
    """Rows that were shared with the actor, or with SUBTREE with somebody below, at least so far; None if none was."""
    if not model.shareable:
        return None
    principals = view.principals(model, scope)
    if principals is None:
        return None
    listed = model.shared_with.op("&&", is_comparison=True)(principals)
    held = select(Share.id).where(
        Share.record_id == model.id,
        Share.principal_id == func.any(principals),
        or_(Share.expires_at.is_(None), Share.expires_at > view.at),
    )
    if level > READ:
        return and_(listed, held.where(Share.level >= level).exists())
    # The array is rewritten a little after a share has ended; until then the rows are asked, of those records alone.
    return and_(listed, or_(model.share_check_at.is_(None), model.share_check_at > view.at, held.exists()))


def halves(view: Any, model: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]] | None:
    """What an actor owns and what was shared with the actor besides, each a condition of its own, if that is all.

    Two ordered selects walk an index each, where one with both conditions would gather all rows and sort them.
    """
    if view.actor.scope_of(f"{model.plural}.read") != OWN or model.owner_field is None or model.seen_with:
        return None
    shared = None if model.visible_through is not None else shared_with(view, model, OWN)
    if shared is None:
        return None
    owner = getattr(model, model.owner_field)
    return owner == view.actor.id, and_(shared, owner.is_distinct_from(view.actor.id))


def ways(view: Any, model: Any, permission: str) -> list[tuple[ColumnElement[Any], Any]] | None:
    """The columns by which the actor of `view` reaches rows of `model` with `permission`, each with a select of the
    values that reach them; what was shared comes beside (`shared_with`).

    None where rows are reached otherwise too: all of them, through or with another record, or because nobody has them.
    """
    actor = view.actor
    scope = actor.scope_of(permission)
    if scope in (0, ALL) or model.visible_through is not None or model.owner_field is None:
        return None
    if model.seen_with or _has_queue(model, actor, scope):
        return None
    owner = getattr(model, model.owner_field)
    if scope == OWN:
        return [(owner, select(cast(actor.id, owner.type)))]
    reach = view.lists(scope)
    found = [(owner, select(func.unnest(reach.owners)))]
    if scope == TEAM and model.team_field:
        found.append((getattr(model, model.team_field), select(func.unnest(reach.teams))))
    if scope == TERRITORY and model.territory_field:
        found.append((getattr(model, model.territory_field), select(func.unnest(reach.territories))))
    return found


def _has_queue(model: Any, actor: Actor, scope: int) -> bool:
    """Whether the actor reaches what nobody has, neither a person nor a team that somebody works in."""
    return bool(scope == TEAM and model.team_field and model.queue_permission and actor.may(model.queue_permission))


def _idle_teams(permission: str) -> Select[Any]:
    """Teams in which nobody works: without members who are active and have the permission; none that is not known yet.

    Whoever's roles are not all known here may have it.
    """
    roles = DirectoryRole.id == func.any(DirectoryHolder.role_ids)
    sufficient = array((permission, f"{permission.partition('.')[0]}.*", "*"))
    granted = select(DirectoryRole.id).where(roles, DirectoryRole.grants.has_any(sufficient)).exists()
    known = select(func.count()).select_from(DirectoryRole).where(roles).correlate(DirectoryHolder).scalar_subquery()
    working = (
        select(DirectoryTeamMember.team_id)
        .join(DirectoryUser, DirectoryUser.id == DirectoryTeamMember.user_id)
        .outerjoin(DirectoryHolder, DirectoryHolder.user_id == DirectoryTeamMember.user_id)
        .where(
            DirectoryTeamMember.team_id == DirectoryTeam.id,
            DirectoryUser.active,
            or_(DirectoryHolder.user_id.is_(None), granted, known < func.cardinality(DirectoryHolder.role_ids)),
        )
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
