"""What can be done with territories."""

from __future__ import annotations

from typing import Any

from crm.identity.v1 import identity_pb2
from crm_chassis.access.directory import DirectoryTerritory
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import Referenced

from crm_identity.errors import TerritoryCycle
from crm_identity.territories.model import Territory
from crm_identity.territories.queries import ancestors, parts
from crm_identity.users.model import User
from crm_identity.users.queries import is_named_by, lock_hierarchy


def create_territory(tx: Transaction, request: identity_pb2.CreateTerritoryRequest) -> Territory:
    """A new territory. Raises UnknownReference for a parent that does not exist."""
    territory = Territory()
    assign(territory, request.territory)
    tx.check_reference(Territory, territory.parent_id, "territory.parent_id")
    return keep_territory(tx, tx.add(territory))


def get_territory(tx: Transaction, request: identity_pb2.GetTerritoryRequest) -> Territory:
    """One territory."""
    return tx.get(Territory, request.id)


def list_territories(tx: Transaction, request: identity_pb2.ListTerritoriesRequest) -> Any:
    """A page of territories."""
    return list_page(tx, Territory, request, identity_pb2.ListTerritoriesResponse)


def update_territory(tx: Transaction, request: identity_pb2.UpdateTerritoryRequest) -> Territory:
    """Changes the fields that the mask names. Raises TerritoryCycle if it would be part of itself."""
    territory = tx.get(Territory, request.territory.id, etag=request.territory.etag)
    if "parent_id" in assign(territory, request.territory, request.update_mask.paths):
        check_parent(tx, territory)
    return keep_territory(tx, territory)


def check_parent(tx: Transaction, territory: Territory) -> None:
    """Raises UnknownReference or TerritoryCycle if the territory cannot be part of its parent."""
    if not territory.parent_id:
        return
    lock_hierarchy(tx)
    tx.check_reference(Territory, territory.parent_id, "territory.parent_id")
    if territory.id in set(tx.session.scalars(ancestors(territory.parent_id))):
        raise TerritoryCycle()


def delete_territory(tx: Transaction, request: identity_pb2.DeleteTerritoryRequest) -> Territory:
    """Deletes a territory without parts and people. Raises Referenced."""
    territory = tx.get(Territory, request.id, etag=request.etag)
    if tx.session.scalar(parts(territory.id).limit(1)) is not None:
        raise Referenced("Other territories are part of this one.")
    if is_named_by(tx.session, User.territory_ids, territory.id):
        raise Referenced("Users still work in this territory.")
    tx.delete(territory)
    return territory


def keep_territory(tx: Transaction, territory: Territory) -> Territory:
    """Repeats the territory in the directory that visibility is computed from."""
    tx.session.merge(DirectoryTerritory(id=territory.id, name=territory.name, parent_id=territory.parent_id))
    return territory
