"""The rule of `crm_chassis.records.visibility` for one record that is known from an event instead of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crm_chassis.access.actor import ALL, SUBTREE, TEAM, TERRITORY, Actor


@dataclass(frozen=True, slots=True)
class Place:
    """Whose a record is: ids, "" for none."""

    owner: str = ""
    team: str = ""
    territory: str = ""
    readers: frozenset[str] = frozenset()
    """Whom it is shared with: users, teams, roles, territories, everyone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a user stands: in which teams, below whom, and what territories the user reaches."""

    team_ids: frozenset[str] = frozenset()
    manager_ids: frozenset[str] = frozenset()
    """All managers above, and the user."""
    territory_ids: frozenset[str] = frozenset()
    """Those the user works in, and all that is part of them."""
    principal_ids: frozenset[str] = frozenset()
    """Those the user stands for when records are shared, the user included."""
    principal_ids_below: frozenset[str] = frozenset()
    """The same of all who work below."""


NOWHERE = Standing()


def place_of(resource: Any, record: dict[str, Any], readers: frozenset[str] = frozenset()) -> Place:
    """Whose a record is, by the `Resource` option of its kind, and whom it is shared with."""
    fields = (resource.owner_field, resource.team_field, resource.territory_field)
    owner, team, territory = (record.get(field) or "" for field in fields)
    return Place(owner, team, territory, readers)


def reaches(actor: Actor, standing: Standing, resource: Any, place: Place, owner: Standing) -> bool:
    """Whether `actor`, who stands there, may read a record of the kind that the option `resource` names.

    `owner` is where the record's owner stands. A record that is visible through another one is reached by those who
    read all, and one that is seen with others by those who read all of these: nothing is known of the other ones.
    """
    scope = actor.scope_of(f"{resource.plural}.read")
    if any(actor.scope_of(f"{plural}.read") != ALL for plural in resource.seen_with):
        return False
    if scope in (0, ALL):
        return scope == ALL
    if resource.visible_through:
        return False
    if not resource.owner_field or place.owner == actor.id:
        return True
    if resource.shareable and not place.readers.isdisjoint(standing.principal_ids):
        return True
    if scope == TEAM:
        if place.team in standing.team_ids or not standing.team_ids.isdisjoint(owner.team_ids):
            return True
        waiting = bool(resource.queue_permission) and not place.owner and not place.team
        return waiting and actor.may(resource.queue_permission)
    if scope == SUBTREE:
        if resource.shareable and not place.readers.isdisjoint(standing.principal_ids_below):
            return True
        return actor.id in owner.manager_ids
    return scope == TERRITORY and place.territory in standing.territory_ids
