"""What became of one record, told to whoever may read it: its changes, where its values come from, values brought back.

A record is read here as its own method reads it, so that nobody learns of a past whose present is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import crm_contracts
import orjson
from crm.common.v1 import history_pb2, standard_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from sqlalchemy import Select, select

from crm_chassis.access.actor import Actor
from crm_chassis.contracts.transcode import Encoder, dumps
from crm_chassis.db.tables import History
from crm_chassis.errors import InvalidInput, NotFound, PermissionDenied, RuleViolated
from crm_chassis.records import personal
from crm_chassis.records.history import json_value, readable
from crm_chassis.records.input import check_input
from crm_chassis.records.mapping import timestamp, to_message, within, writable_fields
from crm_chassis.records.model import Record
from crm_chassis.records.paging import PAGE_BYTES, page_size, read_token, write_token
from crm_chassis.records.past import MOST_CHANGES, Past, UseCase, as_of, at_version, current, moment_of, untold
from crm_chassis.records.references import References
from crm_chassis.records.tx import Transaction

READ_AT_ONCE = 200
_SHAPE = "record_history"
_OF_EVERY_RECORD = frozenset(("id", "etag", "created_at", "updated_at", "created_by"))
_NOTHING: tuple[Any, ...] = (None, "", 0, False, [], {})


class ValueNotKnown(RuleViolated):
    """Nobody knows what the value was then."""

    reason = "VALUE_NOT_KNOWN"


@dataclass(frozen=True)
class Kind:
    """A kind of record, with the methods and functions that read and change one."""

    model: Any
    """Its class."""
    reader: crm_contracts.Method
    read: UseCase
    writer: tuple[crm_contracts.Method, UseCase] | None

    @cached_property
    def fields(self) -> Mapping[str, FieldDescriptor]:
        return {one.name: one for one in self.model.message.DESCRIPTOR.fields}

    @cached_property
    def body(self) -> str:
        """The field of the update request that holds the record."""
        assert self.writer is not None
        return str(next(one.name for one in self.writer[0].request.DESCRIPTOR.fields if crm_contracts.is_resource(one)))

    def record(self, tx: Transaction, id_: str, *, show_deleted: bool = False) -> Any:
        """The record, as its own method reads it. Raises what that raises, PermissionDenied."""
        needed = self.reader.policy.permission
        if needed and not tx.actor.may(needed):
            raise PermissionDenied(f"This needs the permission {needed}.")
        found = self.read(tx, standard_pb2.GetRequest(id=id_, show_deleted=show_deleted))
        return current(tx, self.model, found.id)

    def update(self, then: Any, now: Any, names: Sequence[str]) -> Any:
        """The request that gives the record `now` the values that `then` has in these fields."""
        assert self.writer is not None
        request: Any = self.writer[0].request()
        _fill(getattr(request, self.body), then, now, names)
        request.update_mask.paths.extend(names)
        return request


class Recollection:
    """The use cases about the history of single records, for every kind of record that is read by its id."""

    def __init__(
        self,
        records: Sequence[type[Record]],
        methods: Mapping[str, tuple[crm_contracts.Method, UseCase]],
        references: References,
    ) -> None:
        """`methods` are those of the service, by path."""
        self._references = references
        self._kinds = dict(kinds_of(records, [*methods.values()]))

    @property
    def functions(self) -> tuple[UseCase, ...]:
        return self.list_record_history, self.get_provenance, self.restore_values

    def list_record_history(
        self, tx: Transaction, request: history_pb2.ListRecordHistoryRequest
    ) -> history_pb2.ListRecordHistoryResponse:
        """A page of the changes of a record, newest first. Raises what reading the record raises."""
        kind, record = self._read(tx, request)
        query = _changes(record).order_by(History.id.desc())
        if request.page_token:
            (last,) = read_token(request.page_token, _SHAPE, [int])
            query = query.where(History.id < last)
        size = page_size(request)
        rows = list(tx.session.scalars(query.limit(size + 1)))
        service = kind.model.record_kind.split(".")[1]
        told = (_change(tx.actor, service, row, changes) for row, changes in _opened(tx, rows[:size]))
        changes = within(told, PAGE_BYTES)
        response = history_pb2.ListRecordHistoryResponse(changes=changes)
        if len(rows) > len(changes):
            response.next_page_token = write_token(_SHAPE, [rows[len(changes) - 1].id])
        return response

    def get_provenance(self, tx: Transaction, request: history_pb2.GetProvenanceRequest) -> history_pb2.Provenance:
        """The last change of each field of a record. Raises what reading the record raises."""
        kind, record = self._read(tx, request)
        columns = {*kind.model.__mapper__.column_attrs.keys()} - kind.model.unlogged
        wanted = {
            name: one
            for name, one in kind.fields.items()
            if name in columns and name not in _OF_EVERY_RECORD | untold(kind.model) and tx.actor.can_read(one)
        }
        found: dict[str, History] = {}
        first: History | None = None
        row: History | None
        for row, changes in self._downwards(tx, record):
            for name in changes or ():
                found.setdefault(name.removesuffix("_currency") if name not in wanted else name, row)
            first = row if row.version == 1 else None
            if changes is None:
                # What nobody can read any more may have been a change of any personal field.
                wanted = {k: v for k, v in wanted.items() if k in found or k not in personal.columns_of(kind.model)}
            if wanted.keys() <= found.keys():
                break
        values = Encoder(tx.actor.can_read).encode(to_message(record, kind.model.message))
        return history_pb2.Provenance(
            origins=[
                _origin(name, values[name], row)
                for name in wanted
                if (row := found.get(name) or (first if values[name] not in _NOTHING else None)) is not None
            ]
        )

    def restore_values(
        self, tx: Transaction, request: history_pb2.RestoreValuesRequest
    ) -> history_pb2.RestoreValuesResponse:
        """Changes a record so that fields have the values of an earlier time.

        Raises what reading and what updating the record raise, ValueNotKnown for a field that is named and whose value
        of then nobody knows.
        """
        kind = self._kind(request.resource)
        if kind.writer is None:
            raise NotFound(f"Records of {request.resource} cannot be changed.")
        updater, update = kind.writer
        tx.permission, tx.source = updater.policy.permission, "restore"
        tx.reach = updater.policy.reach or kind.model.plural
        if tx.permission and not tx.actor.may(tx.permission):
            raise PermissionDenied(f"This needs the permission {tx.permission}.")
        kind, record = self._read(tx, request)
        record.check_etag(request.etag)
        past = self._past(tx, record, request)
        now = to_message(record, kind.model.message)
        names = _restorable(kind, tx.actor, request.fields, past, now)
        wanted = kind.update(past.message(), now, names)
        if names:
            check_input(wanted, tx.actor)
            update(tx, wanted)
            self._references.check(tx, wanted)
            tx.session.flush()
        after = to_message(record, kind.model.message)
        return history_pb2.RestoreValuesResponse(
            etag=record.etag,
            restored_fields=[name for name in kind.fields if name in names and _differ(now, after, name)],
        )

    def _past(self, tx: Transaction, record: Record, request: history_pb2.RestoreValuesRequest) -> Past[Record]:
        if request.HasField("as_of") == bool(request.version):
            raise InvalidInput.of("as_of", "exactly one of as_of and version must be given")
        if request.version:
            return at_version(tx, record, request.version)
        return as_of(tx, record, moment_of(tx, request.as_of))

    def _kind(self, resource: str) -> Kind:
        kind = self._kinds.get(resource)
        if kind is None:
            raise NotFound(f"There are no {resource[:100]} here.")
        return kind

    def _read(self, tx: Transaction, request: Any) -> tuple[Kind, Record]:
        """The record that a request names, if the actor may read it."""
        kind = self._kind(request.resource)
        return kind, kind.record(tx, request.id, show_deleted=getattr(request, "show_deleted", False))

    def _downwards(self, tx: Transaction, record: Record) -> Iterator[tuple[History, dict[str, Any] | None]]:
        """The changes of a record, newest first, each with what it changed; None if that cannot be read any more."""
        query, last = _changes(record).order_by(History.id.desc()).limit(READ_AT_ONCE), 0
        for _ in range(MOST_CHANGES // READ_AT_ONCE):
            rows = list(tx.session.scalars(query.where(History.id < last) if last else query))
            yield from _opened(tx, rows)
            if len(rows) < READ_AT_ONCE:
                return
            last = rows[-1].id


def kinds_of(
    records: Sequence[type[Record]], methods: Sequence[tuple[crm_contracts.Method, UseCase]]
) -> Iterator[tuple[str, Kind]]:
    """The kinds of records that are read by their ids, by plural."""
    models = {model.message.DESCRIPTOR.full_name: model for model in records}
    updates = {
        method.response.DESCRIPTOR.full_name: (method, function)
        for method, function in methods
        if method.name == f"Update{method.response.DESCRIPTOR.name}"
    }
    for method, function in methods:
        name = method.response.DESCRIPTOR.full_name
        if method.request is standard_pb2.GetRequest and name in models:
            yield models[name].plural, Kind(models[name], method, function, updates.get(name))


def _changes(record: Record) -> Select[Any]:
    about = History.record_id == record.id, History.kind == record.record_kind
    # What has no version is a note around the record: of logins and refusals the audit trail tells.
    return select(History).where(*about, History.version > 0)


def _opened(tx: Transaction, rows: Sequence[History]) -> Iterator[tuple[History, dict[str, list[Any]] | None]]:
    """The rows with all that each has changed; None where the person was erased."""
    opened = iter(tx.unseal((row.record_id, row.sealed) for row in rows if row.sealed is not None))
    for row in rows:
        secret = next(opened) if row.sealed is not None else b"{}"
        yield row, None if secret is None else row.changes | orjson.loads(secret)


def _change(actor: Actor, service: str, row: History, changes: dict[str, list[Any]] | None) -> history_pb2.RecordChange:
    told = readable(actor, row, row.changes if changes is None else changes)
    return history_pb2.RecordChange(
        id=f"{service}-{row.id}",
        at=timestamp(row.at),
        version=row.version,
        action=row.action,
        actor_id=row.actor_id,
        source=_source(row),
        request_id=row.request_id,
        caused_by=row.caused_by,
        changes=[
            history_pb2.ValueChange(field=name, old_value=json_value(old), new_value=json_value(new))
            for name, (old, new) in sorted(told.items())
            # That a new record has nothing in a field says nothing.
            if row.version > 1 or new not in _NOTHING
        ],
    )


def _source(row: History) -> str:
    """Where a change came from, without saying which API key it was."""
    return row.source.partition(" ")[0]


def _origin(name: str, value: Any, row: History) -> history_pb2.FieldOrigin:
    return history_pb2.FieldOrigin(
        field=name,
        value=json_value(orjson.loads(dumps(value))),
        at=timestamp(row.at),
        actor_id=row.actor_id,
        source=_source(row),
        action=row.action,
        version=row.version,
        request_id=row.request_id,
        caused_by=row.caused_by,
    )


def _restorable(kind: Kind, actor: Actor, named: Sequence[str], past: Past[Record], now: Message) -> tuple[str, ...]:
    """The fields to restore: those that are named, else those that differ and that the actor may write.

    Raises InvalidInput for a name that no field has, ValueNotKnown.
    """
    changeable = {
        one.name
        for one in writable_fields(kind.model.message)
        if not {crm_contracts.IMMUTABLE, crm_contracts.INPUT_ONLY} & crm_contracts.behavior_of(one)
    }
    unknown = past.unknown | untold(kind.model)
    for name in named:
        if name not in changeable:
            raise InvalidInput.of("fields", f"{name[:100]!r} is no field that can be restored")
        if name in unknown:
            raise ValueNotKnown(f"Nobody knows what {name} was then.", errors={"fields": [f"{name} is not known"]})
    if named:
        return tuple(dict.fromkeys(named))
    then = past.message()
    return tuple(
        name for name in sorted(changeable - unknown) if actor.can_write(kind.fields[name]) and _differ(then, now, name)
    )


def _differ(one: Any, other: Any, name: str) -> bool:
    said = one.DESCRIPTOR.fields_by_name[name].has_presence and one.HasField(name) != other.HasField(name)
    return said or getattr(one, name) != getattr(other, name)


def _fill(body: Any, then: Any, now: Any, names: Sequence[str]) -> None:
    """Puts the values of then into the body of an update.

    What followed something else then, because nobody had set it, follows it again.
    """
    body.id = now.id
    body.etag = now.etag
    for name in names:
        whether = f"{name}_overridden"
        if whether in then.DESCRIPTOR.fields_by_name and not getattr(then, whether):
            continue
        field, value = then.DESCRIPTOR.fields_by_name[name], getattr(then, name)
        if field.is_repeated:
            if field.message_type is not None and field.message_type.GetOptions().map_entry:
                getattr(body, name).update(value)
            else:
                getattr(body, name).extend(value)
        elif field.message_type is not None:
            if then.HasField(name):
                getattr(body, name).CopyFrom(value)
        elif not field.has_presence or then.HasField(name):
            setattr(body, name, value)
