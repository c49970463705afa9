"""Ids of records that requests name: what the contract says of them, and whether the records are there.

A service knows its own records, a copy of some of other services' and the directory. Of what it does not know, the
gateway asks the owner (decision 0034).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import crm_contracts
from crm.common.v1 import references_pb2
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from sqlalchemy import ARRAY, ColumnElement, String, Uuid, and_, cast, exists, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH, array
from sqlalchemy.orm import DeclarativeBase, Session

from crm_chassis.db.tables import MissingReference
from crm_chassis.errors import UnknownReference
from crm_chassis.records.directory import DirectoryTeam, DirectoryTerritory, DirectoryUser
from crm_chassis.records.model import Record
from crm_chassis.records.tx import Transaction
from crm_chassis.violations import UNKNOWN_REFERENCE

_DIRECTORY: dict[str, Any] = {"user": DirectoryUser, "team": DirectoryTeam, "territory": DirectoryTerritory}


@dataclass(frozen=True)
class Named:
    """Ids of records in one field of a request."""

    path: str
    """Where it stands: "opportunity.contact_roles.0.contact_id"."""
    kind: str
    """What it names: "crm.contacts.contact"."""
    ids: tuple[str, ...]

    @property
    def field(self) -> str:
        """The field of the resource that it stands in: "contact_roles"; empty outside of a resource."""
        return (*self.path.split("."), "")[1]


def named(message: Message, path: str = "") -> Iterator[Named]:
    """The ids in a message whose fields say of which kind of record they are."""
    if not _kinds_in(message.DESCRIPTOR):
        return
    for field, value in message.ListFields():
        if crm_contracts.OUTPUT_ONLY in crm_contracts.behavior_of(field):
            continue
        where = f"{path}.{field.name}" if path else field.name
        kind = crm_contracts.rules_of(field).reference
        if kind:
            yield Named(where, kind, tuple(value) if field.is_repeated else (value,))
        elif _is_nested(field):
            for position, item in enumerate(value) if field.is_repeated else ((None, value),):
                yield from named(item, where if position is None else f"{where}.{position}")


def _in_directory(kind: str) -> Any:
    """The table of the directory that knows a kind of record; None for kinds that are not in it."""
    return _DIRECTORY.get(kind.rpartition(".")[2])


@cache
def _kinds_in(descriptor: Descriptor) -> frozenset[str]:
    """The kinds of records that messages of a type can name."""
    kinds = {crm_contracts.rules_of(field).reference for field in descriptor.fields} - {""}
    return frozenset(kinds.union(*(_kinds_in(field.message_type) for field in descriptor.fields if _is_nested(field))))


@cache
def _inside(descriptor: Descriptor) -> frozenset[tuple[str, str]]:
    """The fields of a message, and of those in it, that name records, each with the kind of record."""
    own = {(field.name, crm_contracts.rules_of(field).reference) for field in descriptor.fields}
    named = frozenset(one for one in own if one[1])
    return named.union(*(_inside(field.message_type) for field in descriptor.fields if _is_nested(field)))


def _is_nested(field: Any) -> bool:
    inner = field.message_type
    return inner is not None and not inner.full_name.startswith("google.protobuf.") and not inner.GetOptions().map_entry


def _texts(column: Any, path: str) -> ColumnElement[str]:
    """The texts at a path of a JSON column, a row each."""
    found = func.jsonb_path_query(column, cast(path, JSONPATH))
    return cast(found.op("#>>")(cast(array([]), ARRAY(String))), String)


class References:
    """The records that requests to one service may name."""

    def __init__(self, service: str, base: type[DeclarativeBase]) -> None:
        classes = [mapper.class_ for mapper in base.registry.mappers]
        self._service = service
        self.base = base
        self._own: dict[str, Any] = {one.record_kind: one for one in classes if issubclass(one, Record)}
        copies = {one.kind: one for one in classes if not issubclass(one, Record) and hasattr(one, "kind")}
        self._copies: dict[str, Any] = copies

    def check(self, tx: Transaction, request: Message) -> None:
        """Checks the ids of other services' records that a write has named and not left as they were.

        Raises UnknownReference for one that is known here and deleted, or that the actor may not see. Of one that is
        not known here, `tx` takes a note. Records of this service are up to the use cases.
        """
        changed = tx.changed_fields()
        partial = "update_mask" in request.DESCRIPTOR.fields_by_name
        refused = self.refusals(
            tx, (one for one in named(request) if not (partial and one.field and one.field not in changed))
        )
        if refused:
            raise UnknownReference(f"{', '.join(refused)}: no such record", errors=refused)

    def fetch(self, tx: Transaction, requests: Iterable[Message]) -> None:
        """Looks up at once which of the ids of this service's records that requests name may not be named."""
        by_kind: dict[str, set[str]] = {}
        for request in requests:
            for one in named(request):
                if one.kind in self._own:
                    by_kind.setdefault(one.kind, set()).update(id_ for id_ in one.ids if id_)
        for kind, ids in by_kind.items():
            tx.fetch_references(self._own[kind], ids)

    def refusals(self, tx: Transaction, references: Iterable[Named]) -> dict[str, list[str]]:
        """By path, what is wrong with ids of other services' records; `tx` takes a note of those not known here."""
        return {
            one.path: [UNKNOWN_REFERENCE(f"no such {one.kind.rsplit('.', 1)[1]}")]
            for one in self.unusable(tx, references)
        }

    def refusals_in(self, tx: Transaction, message: Message) -> dict[str, list[str]]:
        """The same for all that a message names, this service's own records included, whether it changes or not."""
        references = list(named(message))
        own: dict[str, list[str]] = {
            one.path: [UNKNOWN_REFERENCE(f"no such {one.kind.rsplit('.', 1)[1]}")]
            for one in references
            if one.kind in self._own and tx.unusable(self._own[one.kind], {id_ for id_ in one.ids if id_})[0]
        }
        return own | self.refusals(tx, references)

    def unusable(self, tx: Transaction, references: Iterable[Named]) -> list[Named]:
        """Those of the references to other services' records that may not be named here, asked for by kind.

        `tx` takes a note of the records that are not known here.
        """
        by_kind: dict[str, list[Named]] = {}
        for one in references:
            if one.kind.split(".")[1] != self._service:
                by_kind.setdefault(one.kind, []).append(one)
        refused: list[Named] = []
        for kind, fields in by_kind.items():
            ids = {id_ for one in fields for id_ in one.ids if id_} - {tx.actor.id}
            hidden, unknown = self._unusable(tx, kind, ids)
            hidden |= unknown & tx.context.missing_references
            for one in fields:
                if hidden.intersection(one.ids):
                    refused.append(one)
                for id_ in unknown.intersection(one.ids):
                    tx.note_unverified(one.path, kind, id_)
        return refused

    def _unusable(self, tx: Transaction, kind: str, ids: set[str]) -> tuple[set[str], set[str]]:
        if kind in self._copies:
            return tx.unusable(self._copies[kind], ids)
        model = _in_directory(kind)
        if model is None:
            return set(), ids
        deleted = literal(False) if model is DirectoryUser else model.deleted
        known = tx.session.execute(select(model.id, deleted).where(model.id.in_(ids))).all()
        return {id_ for id_, is_deleted in known if is_deleted}, ids.difference(id_ for id_, _ in known)

    def unknown(self, tx: Transaction, kind: str, ids: set[str]) -> set[str]:
        """Which of the ids of another service's records are not known here."""
        return self._unusable(tx, kind, ids)[1]

    def exists(self, tx: Transaction, kind: str, id_: str) -> bool:
        """Whether this service has that record, whoever may see it."""
        model = self._own.get(kind)
        return model is not None and bool(tx.session.scalar(select(exists().where(model.existing(), model.id == id_))))

    def naming(self, kind: str, id_: str) -> Iterator[tuple[Any, ColumnElement[bool]]]:
        """The kinds of records here that can name such a record, each with the condition that one names it.

        What lies in lists and in parts of a record counts, for the price of looking at every row.
        """
        for model in self._own.values():
            for field in model.message.DESCRIPTOR.fields:
                column: Any = getattr(model, field.name, None)
                type_ = getattr(column, "type", None)
                if crm_contracts.rules_of(field).reference == kind:
                    if isinstance(type_, Uuid):
                        yield model, column == id_
                    elif isinstance(type_, ARRAY):
                        yield model, column.contains([id_])
                elif isinstance(type_, JSONB) and _is_nested(field) and kind in _kinds_in(field.message_type):
                    yield model, cast(column, String).contains(id_)

    def dangling(self, session: Session) -> Iterator[dict[str, Any]]:
        """Per field, how many stored records name one of another service that is not known here, and one of them.

        Of kinds that the service knows nothing of, those count that their owners have said of that there are none.
        Lists and parts of records count, for the price of looking at every row.
        """
        for model, name, kind, ids in self._foreign():
            if (known := self._known(kind)) is None:
                continue
            field = f"{model.record_kind}.{name}"
            if ids is getattr(model, name):
                unknown = and_(ids.is_not(None), ~exists().where(known.id == ids))
                yield from self._listed(session, field, model, unknown)
                continue
            named = select(model.id, ids.label("named")).where(model.deleted_at.is_(None)).subquery()
            naming = named.c.id == model.id
            unknown = exists().where(
                naming, named.c.named != "", ~exists().where(cast(known.id, String) == named.c.named)
            )
            yield from self._listed(session, field, model, unknown)
        for missing in session.scalars(select(MissingReference).order_by(MissingReference.told_at)).all():
            for model, condition in self.naming(missing.kind, missing.record_id):
                name = f"{model.record_kind} -> {missing.kind} {missing.record_id}"
                yield from self._listed(session, name, model, condition)

    def unasked(self, session: Session, batch: int = 1_000) -> Iterator[list[tuple[str, str]]]:
        """The kinds and ids of other services' records that stored ones name and of which there is no copy here."""
        for model, _, kind, ids in self._foreign():
            if self._known(kind) is not None:
                continue
            named = select(cast(ids, String).label("id")).where(model.deleted_at.is_(None)).distinct().subquery()
            after = ""
            while True:
                page = select(named.c.id).where(named.c.id > after).order_by(named.c.id).limit(batch)
                if not (found := list(session.scalars(page))):
                    break
                yield [(kind, id_) for id_ in found]
                after = found[-1]

    def _known(self, kind: str) -> Any:
        return self._copies.get(kind) or _in_directory(kind)

    def _foreign(self) -> Iterator[tuple[Any, str, str, Any]]:
        """Where stored records name those of other services: model, field, kind, and the column or expression of the
        ids, of which a row may have several."""
        for model in self._own.values():
            for field in model.message.DESCRIPTOR.fields:
                column: Any = getattr(model, field.name, None)
                type_ = getattr(column, "type", None)
                kind = crm_contracts.rules_of(field).reference
                if kind and kind not in self._own:
                    if isinstance(type_, Uuid):
                        yield model, field.name, kind, column
                    elif isinstance(type_, ARRAY):
                        yield model, field.name, kind, cast(func.unnest(column), String)
                elif isinstance(type_, JSONB) and _is_nested(field):
                    for inner, kind in sorted(_inside(field.message_type)):
                        if kind not in self._own:
                            yield model, field.name, kind, _texts(column, f"$.**.{inner}[*]")

    def _listed(
        self, session: Session, name: str, model: Any, condition: ColumnElement[bool]
    ) -> Iterator[dict[str, Any]]:
        query = select(func.count(), func.min(cast(model.id, String))).where(condition, model.deleted_at.is_(None))
        records, example = session.execute(query).one()
        if records:
            yield {"field": name, "records": records, "example": example}

    def check_references(self, tx: Transaction, request: Any) -> Any:
        """Which of the records of this service the caller cannot refer to."""
        by_kind: dict[str, set[str]] = {}
        for one in request.references:
            by_kind.setdefault(one.kind, set()).add(one.id)
        missing = [
            references_pb2.Reference(kind=kind, id=id_)
            for kind, ids in by_kind.items()
            for id_ in sorted(ids - set(self._referable(tx, kind, ids)))
        ]
        return references_pb2.CheckReferencesResponse(missing=missing)

    def _referable(self, tx: Transaction, kind: str, ids: Iterable[str]) -> Iterable[str]:
        model = self._own.get(kind)
        if model is None:
            return ()
        rows = select(model).where(model.existing()) if _in_directory(kind) else tx.visible(model)
        return tx.session.scalars(rows.where(model.id.in_(ids)).with_only_columns(model.id))
