"""Records as they were at an earlier time, found by undoing what the history says of later changes.

The row of today is where it begins, because a change tells what it has changed and nothing of the rest. Of each field
the oldest change after the time wanted says what its value was then; a field without one has the value that it had.
Whoever reads the past reads it by the rights of now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, wraps
from typing import Any, Generic, TypeVar

import crm_contracts
import orjson
from crm.common.v1 import standard_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import Date, DateTime, Numeric, Select, String, and_, func, select
from sqlalchemy.orm.attributes import set_committed_value

from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.engine import database_time
from crm_chassis.db.tables import History
from crm_chassis.errors import InvalidInput, NotFound, RuleViolated
from crm_chassis.records import personal
from crm_chassis.records.mapping import SHOWN_BYTES, to_message, within
from crm_chassis.records.model import Record
from crm_chassis.records.tx import Transaction
from crm_chassis.remembered import remembers

remembers(__name__)  # names of fields


R = TypeVar("R", bound=Record)
UseCase = Callable[..., Any]

MOST_CHANGES = 10_000
"""So many later changes are undone for one answer."""
MOST_RECORDS = 500
"""So many records are read as of a time for one answer."""
PORTION = 500
AHEAD = timedelta(minutes=1)
"""So much later than now may be asked for."""


class NotYetCreated(NotFound):
    """There was no such record at that time."""

    reason = "NOT_YET_CREATED"


class TooManyChanges(RuleViolated):
    """What was asked for has changed too often since that time; ask for a later one."""

    reason = "TOO_MANY_CHANGES"


class TooManyRecords(RuleViolated):
    """So many records are not told as of a time."""

    reason = "TOO_MANY_RECORDS"


@dataclass(frozen=True)
class Past(Generic[R]):
    """One record as it was."""

    record: R
    """Of no session: with the columns and what its class computes of them."""
    version: int
    unknown: frozenset[str] = field(default_factory=frozenset)
    """Columns whose values of then cannot be read any more, because the person that they are about was erased."""

    def message(self) -> Any:
        """The message that describes it, without what nobody knows; its etag fits no write."""
        model: Any = type(self.record)
        found: Any = to_message(self.record, model.message)
        for name in (*self.unknown, *untold(model)):
            if name in found.DESCRIPTOR.fields_by_name:
                found.ClearField(name)
        found.etag = f"as-of-{self.version}"
        return found


@cache
def untold(model: Any) -> frozenset[str]:
    """The fields of a kind of record that nobody knows of an earlier time, as its contract says."""
    return frozenset(one.name for one in model.message.DESCRIPTOR.fields if crm_contracts.rules_of(one).untold_as_of)


def moment_of(tx: Transaction, as_of: Timestamp) -> datetime:
    """The time that is asked for. Raises InvalidInput if it lies ahead, or is none."""
    try:
        moment = to_datetime(as_of)
    except OverflowError as error:
        raise InvalidInput.of("as_of", "is no time") from error
    # The history is written by the clock of the database, and clocks of clients are a little ahead.
    if moment > database_time(tx.session.connection()) + AHEAD:
        raise InvalidInput.of("as_of", "lies ahead")
    return moment


def reads_the_past(model: type[Record], function: UseCase) -> UseCase:
    """The use case that reads a record, which also reads it as of a time."""

    @wraps(function)
    def read(tx: Transaction, request: standard_pb2.GetRequest) -> Any:
        found = function(tx, request)
        if not request.HasField("as_of"):
            return found
        moment = moment_of(tx, request.as_of)
        past = as_of(tx, current(tx, model, found.id), moment)
        if past.record.deleted_at is not None and not request.show_deleted:
            raise NotFound(f"There was no {model.record_kind.rsplit('.', 1)[1]} {request.id}: it was deleted then.")
        return past.message()

    return read


def current(tx: Transaction, model: type[R], id_: str) -> R:
    """The row of a record that the actor was let read a moment ago."""
    return tx.session.scalars(select(model).where(model.id == id_)).one()


def as_of(tx: Transaction, record: R, moment: datetime) -> Past[R]:
    """A record as it was at a moment, deleted or not. Raises NotYetCreated."""
    found = all_as_of(tx, [record], moment)
    if not found:
        raise NotYetCreated(f"There was no {record.record_kind.rsplit('.', 1)[1]} {record.id} at that time.")
    return found[0]


def at_version(tx: Transaction, record: R, version: int) -> Past[R]:
    """A record as it was after the change that made that version. Raises NotYetCreated for one before the first."""
    if not 0 < version <= record.version:
        raise NotYetCreated(f"The record has no version {version}.")
    ids = [record.id]
    rows = _rows(tx, _of(type(record), ids).where(History.version >= version, History.version <= record.version))
    return _undone(tx, record, [row for row in rows if row.version > version], _first(rows, version))


def all_as_of(tx: Transaction, records: Sequence[R], moment: datetime) -> list[Past[R]]:
    """Those of the records that were there at a moment, deleted ones too, as they were.

    Raises TooManyChanges.
    """
    if not records:
        return []
    model = type(records[0])
    ids = [record.id for record in records]
    later = (
        select(History.record_id, func.min(History.version).label("version"))
        .where(*_about(model, ids), History.at > moment)
        .group_by(History.record_id)
        .subquery()
    )
    # Clocks of writers differ: what came after a later change is later too. The version before says when it was made.
    since = and_(History.record_id == later.c.record_id, History.version >= later.c.version - 1)
    rows = _rows(tx, _of(model, ids).join(later, since).add_columns(later.c.version))
    by_record: dict[str, list[Any]] = {}
    for row in rows:
        by_record.setdefault(row.record_id, []).append(row)
    found = []
    for record in records:
        # What came after the row of today was read, is not in it.
        told = [row for row in by_record.get(record.id, []) if row.version <= record.version]
        if not told:
            # What many records were made of at once left no history.
            if record.created_at <= moment:
                found.append(_undone(tx, record, [], None))
        elif told[0].version < told[0].later:
            found.append(_undone(tx, record, told[1:], told[0]))
    return found


def those_as_of(tx: Transaction, query: Select[Any], moment: datetime) -> list[Past[Any]]:
    """The records of a query that were there at a moment and not deleted, as they were.

    `query` starts from `tx.visible(model, deleted=True)`. Raises TooManyRecords, TooManyChanges.
    """
    records = list(tx.session.scalars(query.limit(MOST_RECORDS + 1)))
    if len(records) > MOST_RECORDS:
        raise TooManyRecords()
    return [past for past in all_as_of(tx, records, moment) if past.record.deleted_at is None]


def messages_then(pasts: Iterable[Past[Any]]) -> list[Any]:
    """The first of the records as messages, as many as fit into a view that has several lists; one at least."""
    return within((past.message() for past in pasts), SHOWN_BYTES)


@dataclass(frozen=True)
class _Change:
    record_id: str
    version: int
    at: datetime
    changes: dict[str, list[Any]]
    sealed: bytes | None
    later: int = 0
    """The first version that is later than the moment."""


def _about(model: type[Record], ids: Iterable[str]) -> tuple[Any, ...]:
    return History.record_id.in_(list(ids)), History.kind == model.record_kind, History.version > 0


def _of(model: type[Record], ids: Iterable[str]) -> Select[Any]:
    columns = (History.record_id, History.version, History.at, History.changes, History.sealed)
    return select(*columns).where(*_about(model, ids)).order_by(History.record_id, History.version)


def _rows(tx: Transaction, query: Select[Any]) -> list[_Change]:
    rows = tx.session.execute(query.limit(MOST_CHANGES + 1)).all()
    if len(rows) > MOST_CHANGES:
        raise TooManyChanges()
    return [_Change(*row) for row in rows]


def _first(rows: Sequence[_Change], version: int) -> _Change | None:
    return next((row for row in rows if row.version == version), None)


def _undone(tx: Transaction, record: R, later: Sequence[_Change], last: _Change | None) -> Past[R]:
    """The record without the changes `later`, the oldest of them first; `last` is the one before them."""
    model: Any = type(record)
    then: dict[str, Any] = {}
    unknown: frozenset[str] = frozenset()
    for start in range(0, len(later), PORTION):
        portion = later[start : start + PORTION]
        opened = iter(tx.unseal((row.record_id, row.sealed) for row in portion if row.sealed is not None))
        for row in portion:
            secret = next(opened) if row.sealed is not None else b"{}"
            if secret is None:
                # It may have changed any of them, whatever a later change says of what was there before that.
                unknown |= personal.columns_of(model) - then.keys()
            for name, (old, _) in (row.changes | orjson.loads(secret or b"{}")).items():
                then.setdefault(name, old)
    past: R = model()
    for attribute in model.__mapper__.column_attrs:
        name, column = attribute.key, attribute.columns[0]
        if name in unknown:
            value = "" if isinstance(column.type, String) and not column.nullable else None
        else:
            value = _value(column.type, then[name]) if name in then else getattr(record, name)
        set_committed_value(past, name, value)
    set_committed_value(past, "version", last.version if last else record.version)
    if last is not None:
        set_committed_value(past, "updated_at", last.at)
    return Past(past, past.version, unknown)


def _value(type_: Any, value: Any) -> Any:
    """A value of the history as the column has it."""
    if not isinstance(value, str):
        return value
    if isinstance(type_, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(type_, Date):
        return date.fromisoformat(value)
    if isinstance(type_, Numeric):
        return Decimal(value)
    return value
