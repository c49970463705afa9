"""What can be done with users."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.identity.v1 import events_pb2, identity_pb2
from crm_chassis.access.directory import put_user
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction

from crm_identity.auth.ending import end_sessions, tell_sessions_ended
from crm_identity.auth.passwords import check_policy
from crm_identity.errors import ManagerCycle, OwnPasswordNeedsOldOne, SuccessorNotActive
from crm_identity.roles.grants import check_held, union
from crm_identity.roles.model import Role
from crm_identity.roles.queries import roles_of
from crm_identity.runtime import runtime
from crm_identity.teams.model import Team
from crm_identity.territories.model import Territory
from crm_identity.users.model import User
from crm_identity.users.queries import (
    check_all_known,
    check_another_admin,
    is_admin,
    lock_hierarchy,
    managers_above,
)


def create_user(tx: Transaction, request: identity_pb2.CreateUserRequest) -> User:
    """A new user. Without a password the user cannot log in; without a role only see their own profile.

    Raises GrantsMoreThanHeld if a role grants more than the caller holds.
    """
    return new_user(tx, request.user)


def new_user(tx: Transaction, message: identity_pb2.User, created_at: datetime | None = None) -> User:
    """The user that `message` describes."""
    user = User(created_at=created_at)
    changed = assign(user, message)
    check_references(tx, user, changed)
    check_held(tx.actor, union(roles_of(tx.session, user.role_ids)))
    if message.password:
        set_password(tx, user, message.password)
    lock_hierarchy(tx)
    put_user(tx.session, tx.add(user))
    return user


def get_user(tx: Transaction, request: identity_pb2.GetUserRequest) -> User:
    """One user."""
    return tx.get(User, request.id)


def list_users(tx: Transaction, request: identity_pb2.ListUsersRequest) -> Any:
    """A page of users."""
    return list_page(tx, User, request, identity_pb2.ListUsersResponse)


def update_user(tx: Transaction, request: identity_pb2.UpdateUserRequest) -> User:
    """Changes the fields that the mask names. A new password ends the user's sessions.

    Raises GrantsMoreThanHeld for a role with more rights than the caller has, and for a new password or login
    name of somebody who has more rights; ManagerCycle; LastAdmin if the last admin would lose the role.
    """
    user = tx.get(User, request.user.id, etag=request.user.etag)
    change_user(tx, user, request.user, list(request.update_mask.paths))
    return user


def change_user(tx: Transaction, user: User, message: identity_pb2.User, mask: list[str] | None) -> None:
    """Brings a user in line with the fields of `message` that `mask` names (all that are set, without one)."""
    roles = roles_of(tx.session, user.role_ids)
    old_email, was_admin = user.email, user.active and is_admin(tx, user)
    changed = assign(user, message, mask)
    if "manager_id" in changed:
        lock_hierarchy(tx)
    check_references(tx, user, changed)
    if "role_ids" in changed:
        check_held(tx.actor, union(roles_of(tx.session, user.role_ids)), union(roles))
        if was_admin and not is_admin(tx, user):
            check_another_admin(tx, user)
    if "password" in changed:
        if user.id == tx.actor.id:
            raise OwnPasswordNeedsOldOne()
        check_held(tx.actor, union(roles))
        set_password(tx, user, message.password)
        tell_sessions_ended(tx, user, end_sessions(tx, user.id))
    if user.email != old_email and user.id != tx.actor.id:
        check_held(tx.actor, union(roles))
    put_user(tx.session, user)


def check_references(tx: Transaction, user: User, changed: frozenset[str]) -> None:
    """Checks that what the changed fields name exists. Raises UnknownReference or ManagerCycle."""
    for name, model in (("role_ids", Role), ("team_ids", Team), ("territory_ids", Territory)):
        if name in changed:
            ids = list(dict.fromkeys(getattr(user, name)))
            setattr(user, name, ids)
            check_all_known(tx, model, ids, f"user.{name}")
    if "manager_id" in changed and user.manager_id:
        tx.check_reference(User, user.manager_id, "user.manager_id")
        if user.id in set(tx.session.scalars(managers_above(user.manager_id))):
            raise ManagerCycle()


def set_password(tx: Transaction, user: User, password: str, field: str = "user.password") -> None:
    """Gives a user a password. Raises InvalidInput naming `field` if it is easily guessed."""
    check_policy(password, user.email, field)
    user.take_password(runtime().passwords.hash(password), tx.now)


def delete_user(tx: Transaction, request: identity_pb2.DeleteUserRequest) -> User:
    """Deletes a user and ends the user's sessions. Raises LastAdmin."""
    user = tx.get(User, request.id, etag=request.etag)
    if user.active and is_admin(tx, user):
        check_another_admin(tx, user)
    tx.delete(user)
    user.raise_epoch()
    end_sessions(tx, user.id)
    put_user(tx.session, user)
    return user


def undelete_user(tx: Transaction, request: identity_pb2.UndeleteUserRequest) -> User:
    """Brings a deleted user back; old sessions stay dead."""
    user = tx.get(User, request.id, etag=request.etag, deleted=True)
    tx.undelete(user)
    put_user(tx.session, user)
    return user


def deactivate_user(tx: Transaction, request: identity_pb2.DeactivateUserRequest) -> User:
    """Takes every right from a user at once; every service gives the open work to the successor, if one is named.

    Raises AlreadyDeactivated, LastAdmin, SuccessorNotActive.
    """
    user = tx.get(User, request.id, etag=request.etag)
    event = events_pb2.UserDeactivated()
    if request.reassign_to_id:
        tx.check_reference(User, request.reassign_to_id, "reassign_to_id")
        successor = tx.find(User, request.reassign_to_id)
        if successor is None or not successor.active or successor.id == user.id:
            raise SuccessorNotActive()
        event.reassign_to_id = successor.id
    was_admin = is_admin(tx, user)
    user.deactivate()
    if was_admin:
        check_another_admin(tx, user)
    end_sessions(tx, user.id)
    tx.publish(event, user)
    put_user(tx.session, user)
    return user


def reactivate_user(tx: Transaction, request: identity_pb2.ReactivateUserRequest) -> User:
    """Lets a deactivated user log in again; old sessions and tokens stay dead. Raises NotDeactivated."""
    user = tx.get(User, request.id, etag=request.etag)
    user.reactivate()
    tx.publish(events_pb2.UserReactivated(), user)
    put_user(tx.session, user)
    return user
