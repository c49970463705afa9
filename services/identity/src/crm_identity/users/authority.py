"""Who may administer whom: nobody touches who holds more, and nobody gives a reach that they do not have.

A reach is a permission with a scope and a place that the scope looks at: a team, a territory, a user below. It comes
from roles and from the place in the organisation together, so that both are judged alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import crm_contracts
from crm_chassis.access.actor import ALL, OWN, SUBTREE, TEAM, TERRITORY
from crm_chassis.records.directory import DirectoryReport, DirectoryTeamMember
from crm_chassis.records.tx import Transaction
from crm_chassis.records.visibility import territories_of
from crm_contracts.resources import resources
from sqlalchemy import ColumnElement, Select, func, select

from crm_identity.errors import GrantsMoreThanHeld
from crm_identity.roles.grants import Holding, check_held, held_by
from crm_identity.roles.model import Role
from crm_identity.roles.queries import roles_of
from crm_identity.users.model import User

Reach = tuple[str, int, str]
"""A permission, a scope, and the id of a team, a territory or a user that the scope takes in; with OWN, of the user
whose records are meant."""


@dataclass(frozen=True)
class Standing:
    """What a user holds, and the place in the organisation."""

    held: frozenset[Holding] = frozenset()
    team_ids: frozenset[str] = frozenset()
    territory_ids: frozenset[str] = frozenset()
    report_ids: frozenset[str] = frozenset()
    manager_id: str | None = None

    @property
    def reaches(self) -> set[Reach]:
        """What the user reaches beside the own records and all of them."""
        places: dict[int, frozenset[str]] = {
            TEAM: self.team_ids,
            TERRITORY: self.territory_ids,
            SUBTREE: self.report_ids,
        }
        return {(permission, scope, id_) for permission, scope in self.held for id_ in places.get(scope, ())}


def standing_of(tx: Transaction, user: User) -> Standing:
    """The standing of a user as the record says it now."""
    reports = select(User.id).where(User.manager_id == user.id, User.deleted_at.is_(None))
    return Standing(
        held_by(roles_of(tx.session, user.role_ids)),
        frozenset(user.team_ids or ()),
        frozenset(user.territory_ids or ()),
        frozenset(tx.session.scalars(reports)),
        user.manager_id,
    )


def check_above(tx: Transaction, user: User) -> None:
    """Raises GrantsMoreThanHeld if the user holds what the caller does not."""
    if user.id != tx.actor.id:
        check_held(tx.actor, held_by(roles_of(tx.session, user.role_ids)))


def check_acts_as(tx: Transaction, user: User, standing: Standing) -> None:
    """Raises GrantsMoreThanHeld if whoever acts as the user - with a new password, a key, a login name - holds or
    reaches what the caller does not."""
    if user.id != tx.actor.id:
        check_held(tx.actor, standing.held)
        check_reaches(tx, standing.reaches | _own_records(user.id, standing.held))


def check_successor(tx: Transaction, user: User, successor: User) -> None:
    """Raises GrantsMoreThanHeld if with the records of the user somebody - the successor, the team mates, those above -
    reaches what the caller does not."""
    reaches = _own_records(user.id, held_by(roles_of(tx.session, successor.role_ids)))
    mates = _held(tx, User.team_ids.overlap(list(successor.team_ids or ())))
    above = select(DirectoryReport.manager_id).where(DirectoryReport.user_id == successor.id)
    over = _held(tx, User.id.in_(above))
    reaches |= _own_records(user.id, {one for one in mates if one[1] == TEAM})
    reaches |= _own_records(user.id, {one for one in over if one[1] == SUBTREE})
    check_reaches(tx, reaches)


def _own_records(user_id: str, held: Iterable[Holding]) -> set[Reach]:
    """What one reaches of the records of a user, with permissions for records that belong to somebody."""
    owned = _owned()
    named = ((permission, permission.partition(".")[0]) for permission, scope in held if scope != ALL)
    return {(permission, OWN, user_id) for permission, plural in named if plural in owned or permission == "*"}


@cache
def _owned() -> frozenset[str]:
    """The plurals of the records that have an owner, or somebody who works on them."""
    kinds = resources(crm_contracts.methods().values()).values()
    changeable = [kind for kind in kinds if not kind.is_own and any(one.name == "update" for one in kind.actions)]
    names = {"owner_id", "assignee_id"}
    return frozenset(kind.plural for kind in changeable if not names.isdisjoint(kind.descriptor.fields_by_name))


def reaches_of_holders(tx: Transaction, role: Role, added: Iterable[Holding]) -> set[Reach]:
    """What those who have a role reach with what it grants anew."""
    holders = select(User.id).where(User.role_ids.contains([role.id]), User.deleted_at.is_(None))
    of_holders = User.id.in_(holders)
    places: dict[int, Select[Any]] = {
        TEAM: select(func.unnest(User.team_ids)).where(of_holders),
        TERRITORY: select(func.unnest(User.territory_ids)).where(of_holders),
        SUBTREE: select(User.id).where(User.manager_id.in_(holders), User.deleted_at.is_(None)),
    }
    return {
        (permission, scope, str(id_))
        for permission, scope in added
        if scope in places
        for id_ in tx.session.scalars(places[scope].distinct())
    }


def check_new(tx: Transaction, user: User) -> None:
    """Raises GrantsMoreThanHeld if a user who has not been there before gets more than the caller has."""
    standing = standing_of(tx, user)
    check_held(tx.actor, standing.held)
    check_reaches(tx, standing.reaches)


def check_change(tx: Transaction, user: User, before: Standing) -> None:
    """Raises GrantsMoreThanHeld if the user held more than the caller, or anybody gets more by the change."""
    if user.id != tx.actor.id:
        check_held(tx.actor, before.held)
    after = standing_of(tx, user)
    check_held(tx.actor, after.held - before.held)
    check_reaches(tx, after.reaches - before.reaches | _over(tx, user, before, after))


def _over(tx: Transaction, user: User, before: Standing, after: Standing) -> set[Reach]:
    """What others reach with the user: the new team mates, and all who are newly above."""
    reaches = set()
    if joined := after.team_ids - before.team_ids:
        held = _held(tx, User.team_ids.overlap(list(joined)), User.id != user.id)
        reaches |= {(permission, scope, user.id) for permission, scope in held if scope == TEAM}
    if after.manager_id and after.manager_id != before.manager_id:
        above = select(DirectoryReport.manager_id).where(DirectoryReport.user_id == after.manager_id)
        formerly = select(DirectoryReport.manager_id).where(DirectoryReport.user_id == user.id)
        held = _held(tx, User.id.in_(above), User.id.not_in(formerly))
        reaches |= {(permission, scope, user.id) for permission, scope in held if scope == SUBTREE}
    return reaches


def reaches_into(tx: Transaction, territory_id: str, ancestor_ids: Iterable[str]) -> set[Reach]:
    """What those who work in territories reach with one that becomes part of them."""
    held = _held(tx, User.territory_ids.overlap(list(ancestor_ids)))
    return {(permission, scope, territory_id) for permission, scope in held if scope == TERRITORY}


def _held(tx: Transaction, *conditions: ColumnElement[bool]) -> frozenset[Holding]:
    """What the users that meet the conditions hold together."""
    role_ids = tx.session.scalars(select(User.role_ids).where(*conditions, User.deleted_at.is_(None)))
    return held_by(roles_of(tx.session, {id_ for ids in role_ids for id_ in ids}))


def check_reaches(tx: Transaction, reaches: Iterable[Reach]) -> None:
    """Raises GrantsMoreThanHeld if the caller does not have one of the reaches."""
    limited = {reach for reach in reaches if tx.actor.scope_of(reach[0]) != ALL}
    if not limited:
        return
    own = _own_places(tx)
    for permission, scope, id_ in sorted(limited):
        held = tx.actor.scope_of(permission)
        # The records of one user are reached by every scope that looks at users.
        if (held != scope and scope != OWN) or id_ not in own.get(held, ()):
            raise GrantsMoreThanHeld(f"With {permission} somebody would reach records there that you do not reach.")


def _own_places(tx: Transaction) -> dict[int, set[str]]:
    """The ids of what each scope takes in for the caller."""
    teams = select(DirectoryTeamMember.team_id).where(DirectoryTeamMember.user_id == tx.actor.id)
    mates = select(DirectoryTeamMember.user_id).where(DirectoryTeamMember.team_id.in_(teams))
    reports = select(DirectoryReport.user_id).where(DirectoryReport.manager_id == tx.actor.id)
    return {
        OWN: {tx.actor.id},
        TEAM: {*tx.session.scalars(teams), *tx.session.scalars(mates), tx.actor.id},
        SUBTREE: {*tx.session.scalars(reports), tx.actor.id},
        TERRITORY: set(tx.session.scalars(territories_of(tx.actor))),
    }
