"""Many records in one call, and a record by its key: use cases that every kind of record has if its contract says so.

A record is written by the same use case as in a call for it alone. The records of a call are read, and what they name
is looked up, with a few statements for each portion of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import crm_contracts
from crm.common.v1 import batches_pb2, standard_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from sqlalchemy import literal_column, select
from sqlalchemy.exc import IntegrityError

from crm_chassis.contracts.problems import refused
from crm_chassis.db.faults import as_domain_error
from crm_chassis.errors import (
    AlreadyExists,
    DomainError,
    Internal,
    InvalidInput,
    NotFound,
    PermissionDenied,
    UnknownReference,
)
from crm_chassis.ids import NIL
from crm_chassis.logs import get_logger
from crm_chassis.records.aliases import resolved
from crm_chassis.records.apart import apply_apart
from crm_chassis.records.input import check_input
from crm_chassis.records.mapping import messages_within, to_message
from crm_chassis.records.model import Record
from crm_chassis.records.paging import PAGE_BYTES
from crm_chassis.records.references import Named, References, named
from crm_chassis.records.taken import already_exists, is_taken, same_value
from crm_chassis.records.tx import Transaction
from crm_chassis.records.visibility import predicate
from crm_chassis.text import composed

PORTION = 100
"""Rows that are tried together: for one that is refused late, at most so many others are done once more."""
NOTED = 5
"""Rows of a call that the audit trail names as refused for want of a right."""
KEY = "external_id"

UseCase = Callable[..., Any]


def batch_use_cases(
    model: type[Record], use_cases: Mapping[str, UseCase], references: References
) -> dict[str, UseCase]:
    """By name, the use cases for many records of a kind, and for one by its key, as far as its contract has them.

    `use_cases` are those of the service by name; those that create and change one record do the work.
    """
    resource = model.message.DESCRIPTOR
    if crm_contracts.resource_of(resource) is None:
        return {}
    many = "".join(word.capitalize() for word in model.plural.split("_"))
    methods = {
        method.name: method
        for method in crm_contracts.methods().values()
        if method.descriptor.containing_service.file.package == resource.file.package
    }
    name = crm_contracts.resource_of(resource).name
    kind = _Kind(
        model,
        name,
        methods.get(f"Create{resource.name}"),
        methods.get(f"Update{resource.name}"),
        use_cases.get(f"create_{name}"),
        use_cases.get(f"update_{name}"),
        use_cases.get(f"delete_{name}"),
        use_cases.get(f"undelete_{name}"),
        references,
    )

    def get(tx: Transaction, request: Any) -> Message:
        return batch_get(tx, model, request.ids, methods[f"BatchGet{many}"].response)

    def create(tx: Transaction, request: Any) -> Message:
        return _create(tx, kind, request)

    def update(tx: Transaction, request: Any) -> Message:
        return _update(tx, kind, request)

    def delete(tx: Transaction, request: Any) -> Message:
        asked = [standard_pb2.DeleteRequest(id=one.id, etag=one.etag) for one in request.records]
        return _each(tx, kind, asked, kind.run_delete, batches_pb2.DELETED)

    def undelete(tx: Transaction, request: Any) -> Message:
        asked = [standard_pb2.UndeleteRequest(id=one.id, etag=one.etag) for one in request.records]
        return _each(tx, kind, asked, kind.run_undelete, batches_pb2.UNDELETED)

    def assert_(tx: Transaction, request: Any) -> Message:
        return _assert(tx, kind, request, methods[f"Assert{resource.name}"].response)

    by_method: dict[str, tuple[str, UseCase]] = {
        f"BatchGet{many}": (f"batch_get_{model.plural}", get),
        f"BatchCreate{many}": (f"batch_create_{model.plural}", create),
        f"BatchUpdate{many}": (f"batch_update_{model.plural}", update),
        f"BatchDelete{many}": (f"batch_delete_{model.plural}", delete),
        f"BatchUndelete{many}": (f"batch_undelete_{model.plural}", undelete),
        f"Assert{resource.name}": (f"assert_{name}", assert_),
    }
    return {function: use_case for method, (function, use_case) in by_method.items() if method in methods}


@dataclass(frozen=True)
class _Kind:
    """A kind of record, and how one of it is created and changed."""

    model: Any
    name: str
    create: crm_contracts.Method | None
    update: crm_contracts.Method | None
    run_create: UseCase | None
    run_update: UseCase | None
    run_delete: UseCase | None
    run_undelete: UseCase | None
    references: References

    @property
    def has_key(self) -> bool:
        return hasattr(self.model, KEY)


@dataclass(frozen=True)
class _Row:
    """A record to be written."""

    place: int
    request: Any
    """The request of a call for it alone."""
    id: str = ""
    """Of the record to be changed; "" for one to be made."""
    does: UseCase | None = None
    """What is done to the record, if that is neither to make nor to change it."""
    outcome: int = batches_pb2.OUTCOME_UNSPECIFIED
    """What that comes to."""

    @property
    def of_deleted(self) -> bool:
        return self.outcome == batches_pb2.UNDELETED


@dataclass(frozen=True)
class _Holder:
    """Who has an external id."""

    id: str
    deleted: bool
    seen: bool
    """Whether the actor may read the record."""


def batch_get(tx: Transaction, model: Any, ids: Iterable[str], response: Any) -> Any:
    """The response of a BatchGet method: the records that the actor may see, in the order of the ids."""
    wanted = list(dict.fromkeys(ids))
    by_id = _by_id(tx, model, wanted)
    if model.record_kind in crm_contracts.mergeable() and len(by_id) < len(wanted):
        new = resolved(tx.session, [id_ for id_ in wanted if id_ not in by_id])
        led_to = _by_id(tx, model, new.values())
        by_id |= {old: led_to[id_] for old, id_ in new.items() if id_ in led_to}
    records = list(dict.fromkeys(by_id[id_] for id_ in wanted if id_ in by_id))
    messages = messages_within(records, model.message, PAGE_BYTES)
    answer = {
        model.plural: messages,
        "not_found": [id_ for id_ in wanted if id_ not in by_id],
        "left_out": [record.id for record in records[len(messages) :]],
    }
    return response(**answer)


def _by_id(tx: Transaction, model: Any, ids: Iterable[str]) -> dict[str, Any]:
    return {record.id: record for record in tx.session.scalars(tx.visible(model).where(model.id.in_(list(ids))))}


def _create(tx: Transaction, kind: _Kind, request: Any) -> Message:
    resources = getattr(request, kind.model.plural)
    _compose_keys(kind, resources)
    holders = _holders(tx, kind, [getattr(one, KEY) for one in resources] if kind.has_key else [])
    batch = _Batch(tx, kind, request, len(resources))
    for place, resource in enumerate(resources):
        key = getattr(resource, KEY) if kind.has_key else ""
        with batch.judging(place):
            if key in holders:
                raise _taken(kind, holders[key])
            batch.rows.append(_creation(tx, kind, place, resource, request))
    return batch.write()


def _update(tx: Transaction, kind: _Kind, request: Any) -> Message:
    resources = getattr(request, kind.model.plural)
    _compose_keys(kind, resources)
    by_key = kind.has_key and "allow_missing" in request.DESCRIPTOR.fields_by_name
    batch = _Batch(tx, kind, request, len(resources))
    masks = [*request.update_masks, *(FieldMask() for _ in resources[len(request.update_masks) :])]
    batch.keyed = {
        place: (resource, mask)
        for place, (resource, mask) in enumerate(zip(resources, masks, strict=False))
        if by_key and not resource.id and getattr(resource, KEY)
    }
    batch.allow_missing = by_key and request.allow_missing
    batch.rows += batch.find(batch.keyed)
    for place, (resource, mask) in enumerate(zip(resources, masks, strict=False)):
        if place not in batch.keyed:
            with batch.judging(place):
                batch.rows.append(_change(tx, kind, place, resource, mask, request))
    batch.rows.sort(key=lambda row: row.place)
    return batch.write()


def _each(tx: Transaction, kind: _Kind, requests: Sequence[Any], does: UseCase | None, outcome: int) -> Message:
    """Does to each record what the request for it alone says."""
    assert does is not None, "what is done to many records can be done to one"
    batch = _Batch(tx, kind, None, len(requests))
    batch.rows = [_Row(place, request, request.id, does, outcome) for place, request in enumerate(requests)]
    return batch.write()


def _assert(tx: Transaction, kind: _Kind, request: Any, response: Any) -> Message:
    resource = getattr(request, kind.name)
    _compose_keys(kind, [resource])
    holders = _holders(tx, kind, [getattr(resource, KEY)])
    row = _by_key(tx, kind, 0, resource, request.update_mask, holders, request, allow_missing=True)
    record, before = _run(tx, kind, row)
    for error in tx.verdicts().values():
        raise error
    tx.session.flush()
    outcome = _outcome(row, record, before)
    return cast(Message, response(outcome=outcome, **{kind.name: to_message(record, kind.model.message)}))


# -- one row ----------------------------------------------------------------------------------------------


def _compose_keys(kind: _Kind, resources: Iterable[Any]) -> None:
    """Brings external ids in the form in which they are stored, so that they are looked for in it."""
    for resource in resources if kind.has_key else ():
        setattr(resource, KEY, composed(getattr(resource, KEY)))


def _holders(tx: Transaction, kind: _Kind, keys: Iterable[str]) -> dict[str, _Holder]:
    """Who has these external ids, deleted records and those that the actor may not see included."""
    values = {key for key in keys if key}
    if not values:
        return {}
    model = kind.model
    seen = predicate(tx, model, f"{model.plural}.read")
    # Repeat the condition of the partial index: the plan of a prepared statement cannot derive it from a parameter.
    query = select(model.external_id, model.id, model.deleted_at.is_not(None), seen).where(
        model.external_id.in_(values), model.external_id != literal_column("''")
    )
    return {key: _Holder(id_, deleted, bool(visible)) for key, id_, deleted, visible in tx.session.execute(query)}


def _taken(kind: _Kind, holder: _Holder) -> AlreadyExists:
    return same_value(kind.name, [KEY], holder.id if holder.seen else None, deleted=holder.deleted)


def _said_of_all(call: Any, request: Any, kind: _Kind) -> None:
    """Puts into the request of one record what the call says of all of them, in fields of the same name and type."""
    for said, value in call.ListFields():
        if said.name in (kind.name, kind.model.plural, "update_mask", "update_masks"):
            continue
        own = request.DESCRIPTOR.fields_by_name.get(said.name)
        if own is not None and own.type == said.type:
            setattr(request, said.name, value)


def _creation(tx: Transaction, kind: _Kind, place: int, resource: Any, call: Any) -> _Row:
    """Raises PermissionDenied and InvalidInput."""
    assert kind.create is not None, "who makes many records can make one"
    request = kind.create.request(**{kind.name: resource})
    _said_of_all(call, request, kind)
    check_input(request, tx.actor)
    return _Row(place, request)


def _change(tx: Transaction, kind: _Kind, place: int, resource: Any, mask: FieldMask, call: Any) -> _Row:
    """Raises PermissionDenied and InvalidInput."""
    assert kind.update is not None, "who changes many records can change one"
    request: Any = kind.update.request(**{kind.name: resource}, update_mask=mask)
    _said_of_all(call, request, kind)
    check_input(request, tx.actor)
    return _Row(place, request, getattr(request, kind.name).id)


def _by_key(
    tx: Transaction,
    kind: _Kind,
    place: int,
    resource: Any,
    mask: FieldMask,
    holders: Mapping[str, _Holder],
    call: Any,
    *,
    allow_missing: bool,
) -> _Row:
    """Raises NotFound, AlreadyExists for a key that cannot be used, PermissionDenied and InvalidInput."""
    key = getattr(resource, KEY)
    holder = holders.get(key)
    if holder is None:
        if not allow_missing:
            raise NotFound(f"There is no {kind.name} with the {KEY} {key}.")
        assert kind.create is not None, "an assertion makes what is not there"
        permission = kind.create.policy.permission
        if not tx.actor.may(permission):
            raise PermissionDenied(f"This needs the permission {permission}.")
        return _creation(tx, kind, place, resource, call)
    if holder.deleted or not holder.seen:
        raise _taken(kind, holder)
    resource.id = holder.id
    return _change(tx, kind, place, resource, mask, call)


def _run(tx: Transaction, kind: _Kind, row: _Row) -> tuple[Any, int]:
    """The record, and its version before."""
    if not row.id:
        assert kind.run_create is not None
        return kind.run_create(tx, row.request), 0
    does = row.does or kind.run_update
    assert does is not None
    before = tx.get(kind.model, row.id, deleted=row.of_deleted).version
    return does(tx, row.request), before


def _outcome(row: _Row, record: Any, before: int) -> batches_pb2.Outcome:
    if not row.id:
        return batches_pb2.CREATED
    if record.version == before:
        return batches_pb2.UNCHANGED
    return cast(batches_pb2.Outcome, row.outcome or batches_pb2.UPDATED)


# -- many rows --------------------------------------------------------------------------------------------


@dataclass
class _Batch:
    """The records of one call, and what became of each."""

    tx: Transaction
    kind: _Kind
    call: Any
    """The request of the call; None where each record has one of its own."""
    size: int
    rows: list[_Row] = field(default_factory=list)
    keyed: dict[int, tuple[Any, FieldMask]] = field(default_factory=dict)
    """By place, what names its record by the key: the record may be there, or made by somebody else meanwhile."""
    allow_missing: bool = False
    errors: dict[int, DomainError] = field(default_factory=dict)
    written: dict[int, tuple[_Row, Any, int]] = field(default_factory=dict)
    """By place, the row, its record and the version before."""

    @contextmanager
    def judging(self, place: int) -> Iterator[None]:
        """A block whose DomainError is what is wrong with a row."""
        try:
            yield
        except DomainError as error:
            self.errors[place] = error

    def find(self, places: Iterable[int]) -> list[_Row]:
        """Those rows that name their records by key."""
        sought = {place: self.keyed[place] for place in places}
        holders = _holders(self.tx, self.kind, [getattr(resource, KEY) for resource, _ in sought.values()])
        rows: list[_Row] = []
        new: set[str] = set()
        for place, (resource, mask) in sought.items():
            key = getattr(resource, KEY)
            with self.judging(place):
                if key in new:
                    raise InvalidInput.of(f"{self.kind.name}.{KEY}", "stands twice")
                if key not in holders:
                    new.add(key)
                rows.append(
                    _by_key(
                        self.tx, self.kind, place, resource, mask, holders, self.call, allow_missing=self.allow_missing
                    )
                )
        return rows

    def write(self) -> Message:
        """Writes the rows, each as far as it is not refused."""
        # Lock all at once and in one order: two calls with the same records wait for each other, portion by portion
        # they could wait in a circle.
        self.tx.fetch(self.kind.model, {row.id for row in self.rows if row.id}, deleted=self._of_deleted)
        for start in range(0, len(self.rows), PORTION):
            apply_apart(self.rows[start : start + PORTION], self._attempt, self._is_refused, self._refuse)
        self._note_refusals()
        return batches_pb2.BatchWriteResponse(results=map(self._result, range(self.size)))

    @property
    def _of_deleted(self) -> bool:
        return any(row.of_deleted for row in self.rows)

    def _is_refused(self, row: _Row) -> bool:
        return row.place in self.errors

    def _attempt(self, rows: Sequence[_Row]) -> int | None:
        """Writes rows in a savepoint. If one is refused late, undoes all and returns its place."""
        for row in rows:
            self.errors.pop(row.place, None)
        try:
            with self.tx.session.begin_nested() as savepoint:
                written, culprit = self._write(rows)
                if culprit is None:
                    self.tx.settle()
                    self.written |= written
                else:
                    savepoint.rollback()
        except Exception:
            self.tx.forget()
            raise
        if culprit is not None:
            self.tx.forget()
        return culprit

    def _write(self, rows: Sequence[_Row]) -> tuple[dict[int, tuple[_Row, Any, int]], int | None]:
        """What became of the rows, by place, and which of them was refused late, if one was."""
        tx, kind = self.tx, self.kind
        tx.fetch(kind.model, {row.id for row in rows if row.id}, deleted=self._of_deleted)
        kind.references.fetch(tx, (row.request for row in rows))
        written: dict[int, tuple[_Row, Any, int]] = {}
        for number, row in enumerate(rows):
            with self.judging(row.place):
                if row.id:
                    version = row.request if row.does else getattr(row.request, kind.name)
                    tx.get(kind.model, row.id, etag=version.etag, deleted=row.of_deleted)
            if row.place in self.errors:
                continue
            with self.judging(row.place):
                written[row.place] = (row, *_run(tx, kind, row))
            if row.place in self.errors:
                return written, number
        return written, None if self._references_hold(written.values()) and self._stay(written) else len(rows)

    def _stay(self, written: Mapping[int, tuple[_Row, Any, int]]) -> bool:
        """Whether all records may stay, by those who judge them together."""
        refused = self.tx.verdicts()
        for place, (_, record, _) in written.items():
            if record in refused:
                self.errors[place] = refused[record]
        return not refused

    def _references_hold(self, changed: Iterable[tuple[_Row, Any, int]]) -> bool:
        """Whether all records of other services may be named that rows name and did not name before."""
        if self.tx.actor.kind != "user":
            return True
        references: list[Named] = []
        for row, record, _ in changed:
            touched = self.tx.changes_of(record)
            for one in named(row.request):
                if not row.id or one.field in touched:
                    path = one.path.removeprefix(f"{self.kind.name}.")
                    references.append(Named(f"{self.kind.model.plural}.{row.place}.{path}", one.kind, one.ids))
        missing = self.kind.references.refusals(self.tx, references)
        by_place: dict[int, dict[str, list[str]]] = {}
        for path, messages in missing.items():
            _, place, name = path.split(".", 2)
            by_place.setdefault(int(place), {})[name] = messages
        for number, errors in by_place.items():
            self.errors[number] = UnknownReference(f"{', '.join(errors)}: no such record", errors=errors)
        return not missing

    def _refuse(self, row: _Row, error: Exception) -> None:
        if isinstance(error, IntegrityError) and is_taken(error):
            if row.place in self.keyed and not row.id and self._made_meanwhile(row.place):
                return
            base = self.kind.references.base
            self.errors[row.place] = already_exists(self.tx.session, base, self.tx.actor, error)
            return
        verdict = as_domain_error(error)
        if isinstance(verdict, Internal):
            get_logger().error("record refused", kind=self.kind.name, exc_info=error)
        self.errors[row.place] = verdict

    def _made_meanwhile(self, place: int) -> bool:
        """Whether somebody else has made the record of a row, which then changes that one."""
        again = self.find([place])
        if any(not row.id for row in again):
            return False
        apply_apart(again, self._attempt, self._is_refused, self._refuse)
        return True

    def _result(self, place: int) -> batches_pb2.BatchResult:
        error = self.errors.get(place)
        if error is not None:
            return refused(error, f"{self.kind.name}.")
        row, record, before = self.written[place]
        return batches_pb2.BatchResult(outcome=_outcome(row, record, before), id=record.id, etag=record.etag)

    def _note_refusals(self) -> None:
        """The audit trail says that records were tried for which the actor has no right."""
        denied = [place for place, error in sorted(self.errors.items()) if error.status == PermissionDenied.status]
        ids = {row.place: row.id for row in self.rows}
        service = self.kind.model.record_kind.split(".")[1]
        for place in denied[:NOTED]:
            told = {"permission": self.tx.permission, "reason": self.errors[place].reason}
            self.tx.audit(f"crm.{service}.call", ids.get(place) or NIL, "refused", told)
