"""Territories that become part of others and roles that grant something else, which changes what people reach."""

from __future__ import annotations

from crm.identity.v1 import roles_pb2, territories_pb2
from crm_chassis.records.directory import DirectoryTerritory
from crm_chassis.records.hierarchy import in_circle
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction

from crm_identity.errors import TerritoryCycle
from crm_identity.roles.grants import check_held, held_by
from crm_identity.roles.model import Role
from crm_identity.territories.model import Territory
from crm_identity.territories.queries import above
from crm_identity.territories.usecases import keep_territory
from crm_identity.users.authority import check_reaches, reaches_into, reaches_of_holders


def update_territory(tx: Transaction, request: territories_pb2.UpdateTerritoryRequest) -> Territory:
    """Changes the fields that the mask names.

    Raises TerritoryCycle if it would be part of itself, GrantsMoreThanHeld if somebody would reach records by it that
    the caller does not reach.
    """
    territory = tx.get(Territory, request.territory.id, etag=request.territory.etag)
    if "parent_id" in assign(territory, request.territory, request.update_mask.paths):
        check_parent(tx, territory)
    return keep_territory(tx, territory)


def check_parent(tx: Transaction, territory: Territory) -> None:
    """Raises UnknownReference, TerritoryCycle or GrantsMoreThanHeld if the territory cannot be part of its parent."""
    if not territory.parent_id:
        return
    tx.check_reference(Territory, territory.parent_id, "territory.parent_id")
    if in_circle(tx.session, Territory.parent_id, territory):
        raise TerritoryCycle()
    before = tx.session.get(DirectoryTerritory, territory.id)
    if before is not None and before.parent_id != territory.parent_id:
        check_reaches(tx, reaches_into(tx, territory.id, tx.session.scalars(above(territory))))


def update_role(tx: Transaction, request: roles_pb2.UpdateRoleRequest) -> Role:
    """Changes the fields that the mask names; users who have the role feel it with their next request.

    Raises RoleBuiltIn, and GrantsMoreThanHeld if it grants, or would grant, what the caller does not hold, or if with
    it somebody who has the role would reach records that the caller does not reach.
    """
    role = tx.get(Role, request.role.id, etag=request.role.etag)
    role.check_changeable()
    before = held_by([role])
    check_held(tx.actor, before)
    assign(role, request.role, request.update_mask.paths)
    after = held_by([role])
    check_held(tx.actor, after)
    check_reaches(tx, reaches_of_holders(tx, role, after - before))
    return role
