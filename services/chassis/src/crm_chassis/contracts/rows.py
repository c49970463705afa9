"""Rows of text, as files have them, as messages: what importers share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from sqlalchemy import ColumnElement, and_, literal_column, select

from crm_chassis.access.actor import check_writable
from crm_chassis.access.visibility import predicate
from crm_chassis.contracts.mapping import assign, writable_fields
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import decode
from crm_chassis.db.model import Record
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput, PermissionDenied

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Record)

_TRUE = frozenset({"true", "yes", "1", "y"})
_FALSE = frozenset({"false", "no", "0", "n"})


def row_fields(message: type[Message], *more: str) -> frozenset[str]:
    """Columns that `read_row` understands for a message, with Money as `<field>` and `<field>_currency`."""
    found = {"created_at", *more}
    for field in writable_fields(message):
        if field.message_type is None:
            found.add(field.name)
        elif field.message_type.full_name == "crm.common.v1.Money" and not field.is_repeated:
            found |= {field.name, f"{field.name}_currency"}
        elif field.message_type.full_name == "google.protobuf.Timestamp":
            found.add(field.name)
    return frozenset(found)


def read_row(
    tx: Transaction,
    message: type[M],
    row: Mapping[str, str],
    *,
    currency: str = "USD",
    extra: Mapping[str, Any] = {},
) -> M:
    """The message that the non-empty cells of a row describe, checked like input of the API.

    Lists are separated by semicolons; an amount without currency is in `currency`; `extra` holds fields a cell
    cannot say. Raises InvalidInput naming the field, PermissionDenied for one that the actor may not write.
    """
    body: dict[str, Any] = {}
    for field in writable_fields(message):
        text = row.get(field.name, "")
        if text:
            body[field.name] = _value(field, text, row, currency)
    found = decode(message, {**body, **extra})
    check_writable(tx.actor, found)
    validate(found)
    return found


def _value(field: FieldDescriptor, text: str, row: Mapping[str, str], currency: str) -> Any:
    if field.is_repeated:
        return [part.strip() for part in text.split(";") if part.strip()]
    if field.message_type is not None:
        if field.message_type.full_name == "crm.common.v1.Money":
            return {
                "amount": text.replace(",", ""),
                "currency": row.get(f"{field.name}_currency") or currency,
            }
        return moment(field.name, text).isoformat()
    if field.type == FieldDescriptor.TYPE_BOOL:
        if text.lower() not in _TRUE | _FALSE:
            raise InvalidInput.of(field.name, "must be true or false")
        return text.lower() in _TRUE
    if field.type == FieldDescriptor.TYPE_STRING:
        return text
    if field.enum_type is not None:
        return text.upper().replace(" ", "_").replace("-", "_")
    try:
        number = float(text)
    except ValueError as error:
        raise InvalidInput.of(field.name, "must be a number") from error
    return int(number) if number.is_integer() else number


def moment(field: str, text: str) -> datetime:
    """A day or a time as an aware datetime; without a zone it is UTC. Raises InvalidInput naming the field."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput.of(field, "must be a day or a time, like 2026-01-31 or 2026-01-31T09:00:00Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def ids_by_key(rows: Iterable[Sequence[str]]) -> dict[str, str]:
    """Ids by the keys of (id, key, weaker key) rows; the stronger key wins, and of equal keys the first row."""
    strong: dict[str, str] = {}
    weak: dict[str, str] = {}
    for id_, key, other in rows:
        if key:
            strong.setdefault(key, id_)
        if other:
            weak.setdefault(other, id_)
    return weak | strong


def changeable(tx: Transaction, model: type[Record]) -> ColumnElement[bool]:
    """Whether the actor may change a row of `model`."""
    return and_(*(predicate(model, tx.actor, f"{model.plural}.{right}") for right in ("read", "update")))


class Upserts(Generic[R]):
    """The records that the rows of a batch name by a key, locked at once, and the new ones as they come.

    `key` is both the column of the rows and the attribute of the model; a `reusable` one is free again when its
    record is deleted.
    """

    def __init__(
        self,
        tx: Transaction,
        model: type[R],
        rows: Iterable[Mapping[str, str]],
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
        # That the index is partial must show in the statement: a prepared one knows nothing of its parameters.
        query = select(model, changeable(tx, model)).where(column.in_(values), column != literal_column("''"))
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

    def keep(self, message: Message, row: Mapping[str, str]) -> tuple[R, bool]:
        """The record with the message's key brought in line with it, or a new one; True if it is new.

        Only fields that are set change; `created_at` of the row dates a new record. Raises what `find` raises.
        """
        record = self.find(getattr(message, self._key))
        if record is not None:
            assign(record, message)
            return record, False
        record = self._model()
        assign(record, message)
        if row.get("created_at"):
            record.created_at = moment("created_at", row["created_at"])
        self._tx.add(record)
        self.put(record)
        return record, True


def outcome(tx: Transaction, record: Record, created: bool) -> str:
    """What the import did to a record: "created", "updated" or "unchanged"."""
    if created:
        return "created"
    return "updated" if tx.session.is_modified(record) else "unchanged"
