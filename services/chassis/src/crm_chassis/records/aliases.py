"""Ids that lead to other records since the two were merged: an old id is good for ever (decision 0047).

What stores an id asks here first, so that nothing is stored under an old one; what is there already under one, the
merge moves (crm_chassis.merging).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import crm_contracts
import sqlalchemy
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from sqlalchemy import ColumnElement, String, Uuid, any_, cast, func, inspect, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Session

from crm_chassis.db.base import Id
from crm_chassis.db.tables import Alias
from crm_chassis.ids import as_uuid
from crm_chassis.remembered import remembers

remembers(__name__)  # names of fields
remembers(__name__)  # where models name records

M = TypeVar("M", bound=Message)

_NEW = select(cast(Alias.old_id, String), cast(Alias.new_id, String))


def resolved(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Where those of the ids lead that are old."""
    if not ids:
        return {}
    among = Alias.old_id == any_(literal(list(ids), ARRAY(Id)))
    with session.no_autoflush:
        return {row[0]: row[1] for row in session.execute(_NEW.where(among))}


def current(value: Any) -> ColumnElement[Any]:
    """In a condition, the id that `value` leads to: itself unless it is old."""
    given = literal(value, Id)
    return func.coalesce(select(Alias.new_id).where(Alias.old_id == given).scalar_subquery(), given)


def rename(session: Session, message: M) -> tuple[M, set[str]]:
    """The message with current ids for the old ones, wherever its fields name records that can be merged.

    Also the ids that are in it then, of such records.
    """
    named = set(_named(message))
    if not named or not (new := resolved(session, named)):
        return message, named
    renamed = type(message)()
    renamed.CopyFrom(message)
    _replace(renamed, new)
    return renamed, {new.get(id_, id_) for id_ in named}


# -- in records -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where the rows of a model name records of a kind that can be merged."""

    column: str
    kind: str
    inner: str = ""
    """The field of the parts of a record that holds the id, if the column holds such parts."""
    many: bool = False
    """The column holds a list of ids."""
    resource: str = ""
    """Another column, `resource`, has to have this value, the plural of the kind."""

    def ids(self, record: Any) -> list[str]:
        """The ids that a row names there."""
        value = getattr(record, self.column)
        if self.resource and record.resource != self.resource:
            return []
        if self.inner:
            return [id_ for part in value or () if (id_ := part.get(self.inner))]
        return list(value or ()) if self.many else [value] if value else []

    def renamed(self, record: Any, new: Mapping[str, str]) -> Any:
        """What stands there with current ids; what would be said of one record twice is said once."""
        value = getattr(record, self.column)
        if self.inner:
            kept = {part.get(self.inner) for part in value if part.get(self.inner) not in new}
            parts = []
            for part in value:
                id_ = part.get(self.inner)
                if id_ in new:
                    if new[id_] in kept:
                        continue
                    kept.add(new[id_])
                    part = part | {self.inner: new[id_]}
                parts.append(part)
            return parts
        if self.many:
            return list(dict.fromkeys(new.get(one, one) for one in value))
        return new.get(value, value)


@cache
def plural_of(kind: str) -> str:
    """What many records of a kind that can be merged are called: "contacts"."""
    name = kind.rpartition(".")[2]
    field = crm_contracts.current_event(kind, "merged").message.DESCRIPTOR.fields_by_name[name]
    return str(crm_contracts.resource_of(field.message_type).plural)


@cache
def places(model: Any) -> tuple[Place, ...]:
    """Where the rows of a model of records name some that can be merged: by the contract, and by `also_names`."""
    if model.keeps_old_ids:
        return ()
    found = [Place(column, kind) for column, kind in model.also_names.items()]
    if {"resource", "record_id"} <= {one.key for one in model.__mapper__.column_attrs}:
        found += [Place("record_id", kind, resource=plural_of(kind)) for kind in sorted(crm_contracts.mergeable())]
    for field in model.message.DESCRIPTOR.fields:
        type_ = getattr(getattr(model, field.name, None), "type", None)
        kind = crm_contracts.rules_of(field).reference
        if kind in crm_contracts.mergeable():
            if isinstance(type_, (Uuid, sqlalchemy.ARRAY)):
                found.append(Place(field.name, kind, many=isinstance(type_, sqlalchemy.ARRAY)))
        elif isinstance(type_, JSONB) and field.is_repeated and _is_nested(field):
            found += [
                Place(field.name, inner_kind, inner.name)
                for inner in field.message_type.fields
                if (inner_kind := crm_contracts.rules_of(inner).reference) in crm_contracts.mergeable()
            ]
    return tuple(found)


def _places_of(record: Any) -> tuple[Place, ...]:
    model: Any = type(record)
    return places(model)


def rename_records(session: Session, records: Iterable[Any], known: Collection[str]) -> None:
    """Puts current ids for old ones in records that are about to be written; those in `known` are current."""
    changed = [
        (record, place)
        for record in records
        for place in _places_of(record)
        if inspect(record).attrs[place.column].history.has_changes()
    ]
    named = {id_ for record, place in changed for id_ in place.ids(record)}.difference(known)
    new = resolved(session, named)
    for record, place in changed if new else ():
        if not new.keys().isdisjoint(place.ids(record)):
            setattr(record, place.column, place.renamed(record, new))


# -- in messages ------------------------------------------------------------------------------------------


@cache
def references_in(descriptor: Descriptor) -> bool:
    """Whether messages of a type can name records that can be merged."""
    return any(
        _is_reference(field) or (_is_nested(field) and references_in(field.message_type)) for field in descriptor.fields
    )


def _is_reference(field: Any) -> bool:
    return crm_contracts.rules_of(field).reference in crm_contracts.mergeable()


def _is_nested(field: Any) -> bool:
    inner = field.message_type
    return inner is not None and not inner.full_name.startswith("google.protobuf.") and not inner.GetOptions().map_entry


def _named(message: Message) -> Iterable[str]:
    """The ids that references hold; what is none is refused where the message is checked."""
    if not references_in(message.DESCRIPTOR):
        return
    for field, value in message.ListFields():
        if _is_reference(field):
            yield from filter(as_uuid, value if field.is_repeated else (value,))
        elif _is_nested(field):
            for item in value if field.is_repeated else (value,):
                yield from _named(item)


def _replace(message: Message, new: dict[str, str]) -> None:
    if not references_in(message.DESCRIPTOR):
        return
    for field, value in message.ListFields():
        if _is_reference(field) and field.is_repeated:
            if not new.keys().isdisjoint(value):
                value[:] = list(dict.fromkeys(new.get(one, one) for one in value))
        elif _is_reference(field):
            if value in new:
                setattr(message, field.name, new[value])
        elif _is_nested(field):
            for item in value if field.is_repeated else (value,):
                _replace(item, new)
