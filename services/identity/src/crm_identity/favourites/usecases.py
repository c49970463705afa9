"""What users do with their favourites."""

from __future__ import annotations

from functools import cache

import crm_contracts
from crm.identity.v1 import favourites_pb2
from crm_chassis.errors import InvalidInput
from crm_chassis.records.model import Record
from crm_chassis.records.tx import Transaction
from sqlalchemy import delete, func, select

from crm_identity.base import Base
from crm_identity.favourites.model import Favourite

MOST = 200
"""How many a user may have."""


def get_favourites(
    tx: Transaction, request: favourites_pb2.GetFavouritesRequest
) -> favourites_pb2.GetFavouritesResponse:
    """The caller's favourites, of one resource if it is named, the newest first."""
    query = select(Favourite).where(Favourite.user_id == tx.actor.id)
    if request.resource:
        query = query.where(Favourite.resource == request.resource)
    rows = tx.session.scalars(query.order_by(Favourite.added_at.desc(), Favourite.record_id).limit(MOST))
    return favourites_pb2.GetFavouritesResponse(favourites=[_message(row) for row in rows])


def add_favourite(tx: Transaction, request: favourites_pb2.AddFavouriteRequest) -> favourites_pb2.Favourite:
    """Makes a record a favourite. Raises InvalidInput, and UnknownReference for what the caller cannot refer to."""
    kind = kinds().get(request.resource)
    if kind is None:
        raise InvalidInput.of("resource", f"there are no {request.resource!r}")
    row = tx.session.get(Favourite, (tx.actor.id, request.resource, request.record_id))
    if row is None:
        _check_known(tx, kind, request.record_id)
        tx.hold(f"favourites:{tx.actor.id}")
        count = select(func.count()).select_from(Favourite).where(Favourite.user_id == tx.actor.id)
        if (tx.session.scalar(count) or 0) >= MOST:
            raise InvalidInput.of("record_id", f"nobody has more than {MOST} favourites; remove one first")
        row = tx.session.merge(
            Favourite(user_id=tx.actor.id, resource=request.resource, record_id=request.record_id, added_at=tx.now)
        )
        tx.session.flush()
    return _message(row)


def remove_favourite(
    tx: Transaction, request: favourites_pb2.RemoveFavouriteRequest
) -> favourites_pb2.RemoveFavouriteResponse:
    """Makes a record a favourite no more, if it is one."""
    tx.session.execute(
        delete(Favourite).where(
            Favourite.user_id == tx.actor.id,
            Favourite.resource == request.resource,
            Favourite.record_id == request.record_id,
        )
    )
    return favourites_pb2.RemoveFavouriteResponse()


@cache
def kinds() -> dict[str, str]:
    """Plural of records to their kind, of those that have a list."""
    found: dict[str, str] = {}
    for method in crm_contracts.methods().values():
        resource = crm_contracts.listed(method.descriptor.output_type)
        if resource is not None and method.http is not None and method.policy.permission.endswith(".read"):
            found[crm_contracts.resource_of(resource).plural] = crm_contracts.kind_of(resource)
    return found


@cache
def _own_records() -> dict[str, type[Record]]:
    return {
        mapper.class_.record_kind: mapper.class_
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Record)
    }


def _check_known(tx: Transaction, kind: str, record_id: str) -> None:
    """Of a record of another service a note is taken, so that the gateway asks its owner."""
    model = _own_records().get(kind)
    if model is not None:
        tx.check_reference(model, record_id, "record_id")
    else:
        tx.note_unverified("record_id", kind, record_id)


def _message(row: Favourite) -> favourites_pb2.Favourite:
    return favourites_pb2.Favourite(resource=row.resource, record_id=row.record_id, added_at=row.added_at)
