"""What can be done with roles."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.identity.v1 import roles_pb2
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction

from crm_identity.roles.grants import check_held, held_by
from crm_identity.roles.model import Role


def create_role(tx: Transaction, request: roles_pb2.CreateRoleRequest) -> Role:
    """A new role. Raises GrantsMoreThanHeld if it grants more than the caller holds."""
    role = Role()
    assign(role, request.role)
    check_held(tx.actor, held_by([role]))
    return tx.add(role)


def delete_role(tx: Transaction, request: standard_pb2.DeleteRequest) -> Role:
    """Deletes a role that nobody has. Raises RoleBuiltIn, GrantsMoreThanHeld or Referenced."""
    role = tx.get(Role, request.id, etag=request.etag)
    role.check_changeable()
    check_held(tx.actor, held_by([role]))
    tx.delete(role)
    return role
