"""What can be done with territories."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.identity.v1 import territories_pb2
from crm_chassis.errors import Referenced
from crm_chassis.records.directory import DirectoryTerritory
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction

from crm_identity.territories.model import Territory
from crm_identity.territories.queries import parts


def create_territory(tx: Transaction, request: territories_pb2.CreateTerritoryRequest) -> Territory:
    """A new territory. Raises UnknownReference for a parent that does not exist."""
    territory = Territory()
    assign(territory, request.territory)
    tx.check_reference(Territory, territory.parent_id, "territory.parent_id")
    return keep_territory(tx, tx.add(territory))


def delete_territory(tx: Transaction, request: standard_pb2.DeleteRequest) -> Territory:
    """Deletes a territory without parts and people. Raises Referenced."""
    territory = tx.get(Territory, request.id, etag=request.etag)
    if tx.session.scalar(parts(territory.id).limit(1)) is not None:
        raise Referenced("Other territories are part of this one.")
    tx.delete(territory)
    return keep_territory(tx, territory)


def keep_territory(tx: Transaction, territory: Territory) -> Territory:
    """Repeats the territory in the directory that visibility is computed from."""
    deleted = territory.deleted_at is not None
    tx.session.merge(
        DirectoryTerritory(id=territory.id, name=territory.name, parent_id=territory.parent_id, deleted=deleted)
    )
    return territory
