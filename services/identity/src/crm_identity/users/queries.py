"""Selects over users and what users refer to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_chassis.errors import UnknownReference
from crm_chassis.records.tx import Transaction
from sqlalchemy import Select, select

from crm_identity.errors import LastAdmin
from crm_identity.roles.model import Role
from crm_identity.users.model import User

ADMIN = "admin"


def with_email(email: str) -> Select[User]:
    """The user with that login name, deleted ones left out."""
    return select(User).where(User.email == email, User.deleted_at.is_(None))


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
