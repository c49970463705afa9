"""Selects over users and what users refer to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_chassis.db.tx import Transaction
from crm_chassis.errors import UnknownReference
from sqlalchemy import Select, exists, select, text
from sqlalchemy.orm import Session

from crm_identity.errors import LastAdmin
from crm_identity.roles.model import Role
from crm_identity.users.model import User

ADMIN = "admin"


def with_email(email: str) -> Select[User]:
    """The user with that login name, deleted ones left out."""
    return select(User).where(User.email == email, User.deleted_at.is_(None))


def managers_above(user_id: str) -> Select[str]:
    """Ids of the user and of everybody above the user."""
    up = select(User.id, User.manager_id).where(User.id == user_id).cte("up", recursive=True)
    above = select(User.id, User.manager_id).join(up, User.id == up.c.manager_id)
    return select(up.union(above).c.id)


def is_named_by(session: Session, column: Any, id_: str) -> bool:
    """Whether some user's list of roles, teams or territories has the id."""
    return bool(session.scalar(select(exists().where(column.contains([id_]), User.deleted_at.is_(None)))))


def check_all_known(tx: Transaction, model: Any, ids: Iterable[str] | None, field: str) -> None:
    """Raises UnknownReference unless each id names a row of `model` that the actor may see.

    The rows stay as they are until the transaction ends, so that nobody deletes what a user is about to get.
    """
    wanted = set(ids or ())
    if not wanted:
        return
    query = tx.visible(model).where(model.id.in_(wanted)).with_for_update(read=True, of=model)
    if len(list(tx.session.scalars(query))) < len(wanted):
        raise UnknownReference.of(field, model.plural)


def lock_hierarchy(tx: Transaction) -> None:
    """Makes changes of the hierarchy wait for each other: two at once could close a cycle that none sees."""
    tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('identity.hierarchy'))"))


def is_admin(tx: Transaction, user: User) -> bool:
    """Whether the user has the role that may do everything."""
    admin = tx.session.scalar(select(Role.id).where(Role.name == ADMIN, Role.built_in))
    return admin is not None and admin in (user.role_ids or ())


def check_another_admin(tx: Transaction, user: User) -> None:
    """Raises LastAdmin if no active user but `user` is admin and has a password.

    Locks the role, so that two admins who leave at once are seen one after the other.
    """
    admin = tx.session.scalar(select(Role.id).where(Role.name == ADMIN, Role.built_in).with_for_update())
    others = select(User.id).where(
        User.role_ids.contains([admin]),
        User.id != user.id,
        User.status == "ACTIVE",
        User.deleted_at.is_(None),
        User.password_hash != "",
    )
    if tx.session.scalar(others.limit(1)) is None:
        raise LastAdmin()
