"""What can be done with users."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crm.common.v1 import standard_pb2
from crm.identity.v1 import users_pb2
from crm_chassis.errors import UserInactive
from crm_chassis.records.directory import put_user
from crm_chassis.records.hierarchy import in_circle, lock_hierarchy
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_identity.api_keys.revoking import revoke_keys
from crm_identity.credentials.passwords import check_policy
from crm_identity.errors import ManagerCycle, OwnPasswordNeedsOldOne, OwnTotpNeedsCode, SuccessorNotActive
from crm_identity.logins.ending import end_sessions
from crm_identity.roles.model import Role
from crm_identity.runtime import runtime
from crm_identity.teams.model import Team
from crm_identity.territories.model import Territory
from crm_identity.users.authority import (
    check_above,
    check_acts_as,
    check_change,
    check_new,
    check_successor,
    standing_of,
)
from crm_identity.users.model import User
from crm_identity.users.queries import (
    check_all_known,
    check_another_admin,
    is_admin,
)


def create_user(tx: Transaction, request: users_pb2.CreateUserRequest) -> User:
    """A new user. Without a password the user cannot log in; without a role only see their own profile.

    Raises GrantsMoreThanHeld if a role grants more than the caller holds.
    """
    return new_user(tx, request.user)


def new_user(tx: Transaction, message: users_pb2.User, created_at: datetime | None = None) -> User:
    """The user that `message` describes."""
    user = User(created_at=created_at)
    changed = assign(user, message)
    check_references(tx, user, changed)
    if message.password:
        set_password(tx, user, message.password)
    lock_hierarchy(tx.session)
    tx.add(user)
    check_new(tx, user)
    put_user(tx.session, user)
    return user


def update_user(tx: Transaction, request: users_pb2.UpdateUserRequest) -> User:
    """Changes the fields that the mask names. A new password ends the user's sessions.

    Raises GrantsMoreThanHeld if roles, place in the organisation, password or login name change of somebody who holds
    more than the caller, or if somebody gets more by it; ManagerCycle; LastAdmin if the last admin would lose the
    role.
    """
    user = tx.get(User, request.user.id, etag=request.user.etag)
    change_user(tx, user, request.user, list(request.update_mask.paths))
    return user


def change_user(tx: Transaction, user: User, message: users_pb2.User, mask: list[str] | None) -> None:
    """Brings a user in line with the fields of `message` that `mask` names (all that are set, without one)."""
    before = standing_of(tx, user)
    old_email, was_admin = user.email, user.active and is_admin(tx, user)
    changed = assign(user, message, mask)
    if "manager_id" in changed:
        lock_hierarchy(tx.session)
    check_references(tx, user, changed, before.manager_id)
    if "password" in changed or user.email != old_email or standing_of(tx, user) != before:
        check_change(tx, user, before)
    if "password" in changed or user.email != old_email:
        check_acts_as(tx, user, before)
    if was_admin and not is_admin(tx, user):
        check_another_admin(tx, user)
    if "password" in changed:
        if user.id == tx.actor.id:
            raise OwnPasswordNeedsOldOne()
        set_password(tx, user, message.password)
        tell_sessions_ended(tx, user, end_sessions(tx, user.id))
    put_user(tx.session, user)


def check_references(tx: Transaction, user: User, changed: frozenset[str], former_manager: str | None = None) -> None:
    """Checks that what the changed fields name exists. Raises UnknownReference, ManagerCycle or UserInactive."""
    for name, model in (("role_ids", Role), ("team_ids", Team), ("territory_ids", Territory)):
        if name in changed:
            ids = list(dict.fromkeys(getattr(user, name)))
            setattr(user, name, ids)
            check_all_known(tx, model, ids, f"user.{name}")
    if "manager_id" in changed and user.manager_id:
        tx.check_reference(User, user.manager_id, "user.manager_id")
        if in_circle(tx.session, User.manager_id, user):
            raise ManagerCycle()
        if user.manager_id != former_manager:
            _check_active(tx, user.manager_id)


def _check_active(tx: Transaction, user_id: str) -> None:
    status = tx.session.scalar(select(User.status).where(User.id == user_id))
    if status != "ACTIVE":
        raise UserInactive()


def set_password(tx: Transaction, user: User, password: str, field: str = "user.password") -> None:
    """Gives a user a password. Raises InvalidInput naming `field` if it is easily guessed."""
    check_policy(password, user.email, field)
    user.take_password(runtime().passwords.hash(password), tx.now)
    user.raise_epoch()


def tell_sessions_ended(tx: Transaction, user: User, session_ids: Sequence[str]) -> None:
    """Tells the suite, so that access tokens of the sessions are refused from now on."""
    if session_ids:
        user.sessions_revoked_at = tx.now
        tx.publish(users_pb2.UserSessionsRevoked(session_ids=session_ids), user)


def delete_user(tx: Transaction, request: standard_pb2.DeleteRequest) -> User:
    """Deletes a user, ends the user's sessions and revokes the API keys. Raises GrantsMoreThanHeld, LastAdmin."""
    user = tx.get(User, request.id, etag=request.etag)
    check_above(tx, user)
    if user.active and is_admin(tx, user):
        check_another_admin(tx, user)
    tx.delete(user)
    user.raise_epoch()
    end_sessions(tx, user.id)
    revoke_keys(tx, user.id)
    put_user(tx.session, user)
    return user


def undelete_user(tx: Transaction, request: standard_pb2.UndeleteRequest) -> User:
    """Brings a deleted user back; old sessions stay dead. Raises GrantsMoreThanHeld."""
    user = tx.get(User, request.id, etag=request.etag, deleted=True)
    check_above(tx, user)
    tx.undelete(user)
    put_user(tx.session, user)
    return user


def deactivate_user(tx: Transaction, request: users_pb2.DeactivateUserRequest) -> User:
    """Takes every right from a user at once; every service gives the open work to the successor, if one is named.

    Raises GrantsMoreThanHeld, AlreadyDeactivated, LastAdmin, SuccessorNotActive.
    """
    user = tx.get(User, request.id, etag=request.etag)
    check_above(tx, user)
    event = users_pb2.UserDeactivated()
    if request.reassign_to_id:
        tx.check_reference(User, request.reassign_to_id, "reassign_to_id")
        successor = tx.find(User, request.reassign_to_id)
        if successor is None or not successor.active or successor.id == user.id:
            raise SuccessorNotActive()
        check_successor(tx, user, successor)
        event.reassign_to_id = successor.id
    was_admin = is_admin(tx, user)
    user.deactivate()
    if was_admin:
        check_another_admin(tx, user)
    end_sessions(tx, user.id)
    revoke_keys(tx, user.id)
    tx.publish(event, user)
    put_user(tx.session, user)
    return user


def reactivate_user(tx: Transaction, request: users_pb2.ReactivateUserRequest) -> User:
    """Lets a deactivated user log in again; old sessions and tokens stay dead.

    Raises GrantsMoreThanHeld, NotDeactivated.
    """
    user = tx.get(User, request.id, etag=request.etag)
    check_above(tx, user)
    user.reactivate()
    tx.publish(users_pb2.UserReactivated(), user)
    put_user(tx.session, user)
    return user


def reset_totp(tx: Transaction, request: users_pb2.ResetTotpRequest) -> User:
    """Switches off the second factor of a user who has lost it, and ends the user's sessions.

    Raises OwnTotpNeedsCode, GrantsMoreThanHeld, TotpNotEnabled.
    """
    user = tx.get(User, request.id, etag=request.etag)
    if user.id == tx.actor.id:
        raise OwnTotpNeedsCode()
    check_above(tx, user)
    user.drop_totp()
    user.raise_epoch()
    end_sessions(tx, user.id)
    tx.publish(users_pb2.UserTotpReset(), user)
    return user
