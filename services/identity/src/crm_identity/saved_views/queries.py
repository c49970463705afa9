"""Selects over saved views."""

from __future__ import annotations

from typing import Any

from crm_chassis.db.base import Id
from crm_chassis.records.tx import Transaction
from sqlalchemy import Select, and_, cast, func, or_, select

from crm_identity.roles.model import Role
from crm_identity.saved_views.contract import readable_resources
from crm_identity.saved_views.model import EVERYBODY, ROLE, TEAM, SavedView
from crm_identity.teams.model import Team
from crm_identity.users.model import User


def usable(tx: Transaction) -> Select[SavedView]:
    """The views that the actor may use: the own ones, and those shared with the actor of lists that the actor may read.

    Teams and roles count as they are now, so that a view is shared with nobody when they are no more.
    """
    shared = or_(
        SavedView.visibility == EVERYBODY,
        and_(SavedView.visibility == TEAM, SavedView.team_id.in_(own_teams(tx))),
        and_(SavedView.visibility == ROLE, SavedView.role_id.in_(_own_roles(tx))),
    )
    return select(SavedView).where(
        SavedView.deleted_at.is_(None),
        or_(
            SavedView.owner_id == tx.actor.id,
            and_(SavedView.resource.in_(readable_resources(tx.actor)), shared),
        ),
    )


def own_teams(tx: Transaction) -> Select[str]:
    """The ids of the teams that the actor is a member of."""
    return _own(tx, Team, User.team_ids)


def _own_roles(tx: Transaction) -> Select[str]:
    return _own(tx, Role, User.role_ids)


def _own(tx: Transaction, model: Any, ids: Any) -> Select[str]:
    """The ids that stand in a column of the actor's and name records that are there."""
    named = select(cast(func.unnest(ids), Id)).where(User.id == tx.actor.id, User.deleted_at.is_(None))
    return select(model.id).where(model.id.in_(named), model.deleted_at.is_(None))
