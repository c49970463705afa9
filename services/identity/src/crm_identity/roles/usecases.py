"""What can be done with roles."""

from __future__ import annotations

from typing import Any

from crm.identity.v1 import identity_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import Referenced

from crm_identity.roles.grants import check_held, grants_of
from crm_identity.roles.model import Role
from crm_identity.users.model import User
from crm_identity.users.queries import is_named_by


def create_role(tx: Transaction, request: identity_pb2.CreateRoleRequest) -> Role:
    """A new role. Raises GrantsMoreThanHeld if it grants more than the caller holds."""
    role = Role()
    assign(role, request.role)
    check_held(tx.actor, grants_of(role.grants))
    return tx.add(role)


def get_role(tx: Transaction, request: identity_pb2.GetRoleRequest) -> Role:
    """One role."""
    return tx.get(Role, request.id)


def list_roles(tx: Transaction, request: identity_pb2.ListRolesRequest) -> Any:
    """A page of roles."""
    return list_page(tx, Role, request, identity_pb2.ListRolesResponse)


def update_role(tx: Transaction, request: identity_pb2.UpdateRoleRequest) -> Role:
    """Changes the fields that the mask names; users who have the role feel it with their next request.

    Raises RoleBuiltIn, and GrantsMoreThanHeld if it would grant something new that the caller does not hold.
    """
    role = tx.get(Role, request.role.id, etag=request.role.etag)
    role.check_changeable()
    before = grants_of(role.grants)
    assign(role, request.role, request.update_mask.paths)
    check_held(tx.actor, grants_of(role.grants), before)
    return role


def delete_role(tx: Transaction, request: identity_pb2.DeleteRoleRequest) -> Role:
    """Deletes a role that nobody has. Raises RoleBuiltIn or Referenced."""
    role = tx.get(Role, request.id, etag=request.etag)
    role.check_changeable()
    if is_named_by(tx.session, User.role_ids, role.id):
        raise Referenced("Users still have this role.")
    tx.delete(role)
    return role
