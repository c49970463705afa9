"""Rows of text, as files have them, as messages: what importers share."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from crm_contracts.resources import MONEY
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from sqlalchemy import literal_column, select

from crm_chassis.access.actor import check_writable
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import decode
from crm_chassis.errors import InvalidInput, PermissionDenied
from crm_chassis.records.aliases import rename
from crm_chassis.records.mapping import assign, to_message, writable_fields
from crm_chassis.records.model import Record
from crm_chassis.records.tx import Transaction
from crm_chassis.violations import wrong_type

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Record)

_NUMBERS = {
    ".": re.compile(r"[+-]?([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)(\.[0-9]+)?"),
    ",": re.compile(r"[+-]?([0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3})+)(,[0-9]+)?"),
}
_TRUE = frozenset({"true", "yes", "1", "y"})
_FALSE = frozenset({"false", "no", "0", "n"})


@dataclass(frozen=True)
class Column:
    """What a column of a file may be mapped to, and what it fills."""

    field: str
    """The field of the message that becomes empty with an empty cell; "" if none does."""
    many: bool = False
    """Several columns may be mapped to it: it takes the entries of all."""
    personal: bool = False
    financial: bool = False
    secret: bool = False
    """Its cells are not kept with a row that failed."""


@dataclass(frozen=True)
class Notation:
    """How cells are written."""

    decimal: str = "."
    separator: str = ";"
    """Between the entries of a list."""


class Row(dict[str, str]):
    """The cells of one row by what their columns are mapped to, blanks stripped."""

    def __init__(
        self,
        cells: Mapping[str, str],
        notation: Notation = Notation(),
        cleared: frozenset[str] = frozenset(),
        duplicates: str = "",
        *,
        complete: bool = False,
    ) -> None:
        """`cleared` are the fields of the message that their empty cells make empty; `duplicates` is the option of the
        import that says what becomes of a row whose record looks like one that is there.

        A `complete` row says all there is to say of what it fills: entries that it does not name are dropped.
        """
        super().__init__(cells)
        self.notation = notation
        self.cleared = cleared
        self.duplicates = duplicates
        self.complete = complete

    def but(self, **cells: str) -> Row:
        """The same row with other cells."""
        return Row({**self, **cells}, self.notation, self.cleared, self.duplicates, complete=self.complete)

    def entries(self, name: str) -> list[str]:
        """The entries of the list in a cell."""
        return [part.strip() for part in self.get(name, "").split(self.notation.separator) if part.strip()]


def columns_of(message: type[Message], **more: Column) -> dict[str, Column]:
    """What `read_row` understands for a message, with Money as `<field>` and `<field>_currency`, and `more`."""
    columns: dict[str, Column] = {"created_at": Column("")}
    for field in writable_fields(message):
        if field.message_type is None:
            columns[field.name] = Column(field.name, many=field.is_repeated)
        elif field.message_type.full_name == MONEY and not field.is_repeated:
            columns[field.name] = Column(field.name)
            columns[f"{field.name}_currency"] = Column("")
        elif field.message_type.full_name == "google.protobuf.Timestamp":
            columns[field.name] = Column(field.name)
    return columns | more


def read_row(
    tx: Transaction,
    message: type[M],
    row: Row,
    record: Record | None = None,
    *,
    currency: str = "USD",
    extra: Mapping[str, Any] = {},
) -> M:
    """The message that the non-empty cells of a row describe, checked like input of the API.

    With the record that it changes it is checked as a part of that, so that it says what an update by hand would say.
    An amount without currency stays in that of the record, and else is in `currency`; `extra` holds fields that a cell
    cannot say. Raises InvalidInput naming the field, PermissionDenied for one that the actor may not write.
    """
    body: dict[str, Any] = {}
    for field in writable_fields(message):
        text = row.get(field.name, "")
        if text:
            usual = getattr(record, f"{field.name}_currency", None) if record is not None else None
            body[field.name] = _value(field, text, row, usual or currency)
    said, named = rename(tx.session, decode(message, {**body, **extra}))
    tx.current_ids |= named
    check_writable(tx.actor, said, row.cleared)
    if record is None:
        validate(said)
        return said
    return _within(record, said, row.cleared)


def _within(record: Record, said: M, cleared: frozenset[str]) -> M:
    """The fields of `said` as they stand in the record once it is changed. Raises InvalidInput if it cannot be so."""
    whole = to_message(record, type(said))
    named = {field.name for field, _ in said.ListFields()}
    kept = {field.name for field in writable_fields(type(said))} - named - cleared
    _only(whole, kept)
    whole.MergeFrom(said)
    validate(whole)
    _only(whole, named)
    return whole


def _only(message: Message, names: Collection[str]) -> None:
    for field, _ in message.ListFields():
        if field.name not in names:
            message.ClearField(field.name)


def _value(field: FieldDescriptor, text: str, row: Row, currency: str) -> Any:
    if field.is_repeated:
        return row.entries(field.name)
    if field.message_type is not None:
        if field.message_type.full_name == MONEY:
            return {
                "amount": number(field.name, text, row.notation),
                "currency": row.get(f"{field.name}_currency") or currency,
            }
        return moment(field.name, text).isoformat()
    if field.type == FieldDescriptor.TYPE_BOOL:
        if text.lower() not in _TRUE | _FALSE:
            raise InvalidInput.of(field.name, wrong_type("BOOLEAN"))
        return text.lower() in _TRUE
    if field.type == FieldDescriptor.TYPE_STRING:
        return text
    if field.enum_type is not None:
        return text.upper().replace(" ", "_").replace("-", "_")
    written = Decimal(number(field.name, text, row.notation))
    return int(written) if written == written.to_integral_value() else float(written)


def number(field: str, text: str, notation: Notation) -> str:
    """A number as programs write it. Raises InvalidInput for what is not written by the one grammar of the notation.

    Digits, groups of three of them if there are groups, and the decimal sign: nothing is left out to make it fit.
    """
    if not _NUMBERS[notation.decimal].fullmatch(text):
        example = "1234.5 or 1,234.5" if notation.decimal == "." else "1234,5 or 1.234,5"
        raise InvalidInput.of(field, f"must be a number like {example}; with the decimal sign {notation.decimal!r}")
    group = "," if notation.decimal == "." else "."
    return text.replace(group, "").replace(notation.decimal, ".").removeprefix("+")


def moment(field: str, text: str) -> datetime:
    """A day or a time as an aware datetime; without a zone it is UTC. Raises InvalidInput naming the field."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput.of(field, "must be a day or a time, like 2026-01-31 or 2026-01-31T09:00:00Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Upserts(Generic[R]):
    """The records that the rows of a batch name by a key, locked at once, and the new ones as they come.

    `key` is both the column of the rows and the attribute of the model; a `reusable` one is free again when its
    record is deleted.
    """

    def __init__(
        self,
        tx: Transaction,
        model: type[R],
        rows: Iterable[Row],
        key: str = "external_id",
        *,
        reusable: bool = False,
    ) -> None:
        self._tx, self._model, self._key = tx, model, key
        self._found: dict[str, R] = {}
        self._barred: set[str] = set()
        values = {row[key] for row in rows if row.get(key)}
        if not values:
            return
        column = getattr(model, key)
        # Repeat the condition of the partial index: the plan of a prepared statement cannot derive it from a parameter.
        query = select(model, tx.changeable(model)).where(column.in_(values), column != literal_column("''"))
        if reusable:
            query = query.where(model.deleted_at.is_(None))
        with tx.session.no_autoflush:
            for record, reached in tx.session.execute(query.order_by(model.id).with_for_update(of=model)):
                self._found[getattr(record, key)] = record
                if not reached:
                    self._barred.add(getattr(record, key))

    def find(self, value: str) -> R | None:
        """The record with that key; None if there is none.

        Raises PermissionDenied if the actor may not change it, InvalidInput if it is deleted.
        """
        record = self._found.get(value) if value else None
        if record is None:
            return None
        if value in self._barred:
            raise PermissionDenied(
                "You may not change this record.", errors={self._key: ["belongs to a record you may not change"]}
            )
        if record.deleted_at is not None:
            raise InvalidInput.of(self._key, "belongs to a deleted record")
        return record

    def __contains__(self, value: str) -> bool:
        """Whether there is a record with that key, whoever may see it."""
        return value in self._found

    def put(self, record: R) -> None:
        """Keeps a new record, so that a later row of the batch finds it."""
        value = getattr(record, self._key)
        if value:
            self._found[value] = record

    def keep(self, message: Message, row: Row) -> tuple[R, bool]:
        """The record with the message's key brought in line with it, or a new one; True if it is new.

        Only fields that are set, or that the row clears, change; `created_at` of the row dates a new record. Raises
        what `find` raises.
        """
        record = self.find(getattr(message, self._key))
        if record is not None:
            bring_in_line(record, message, row)
            return record, False
        record = self._model()
        assign(record, message)
        if row.get("created_at"):
            record.created_at = moment("created_at", row["created_at"])
        self._tx.add(record)
        self.put(record)
        return record, True


def bring_in_line(record: Record, message: Message, row: Row) -> None:
    """Sets the fields of a record that a row sets or clears."""
    fields = {field.name for field in writable_fields(type(message))}
    assign(record, message, {field.name for field, _ in message.ListFields()} & fields | row.cleared & fields)


def outcome(tx: Transaction, record: Record, created: bool) -> str:
    """What the import did to a record: "created", "updated" or "unchanged"."""
    if created:
        return "created"
    return "updated" if tx.session.is_modified(record) else "unchanged"
