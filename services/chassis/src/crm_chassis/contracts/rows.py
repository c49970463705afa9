"""Rows of text, as files have them, as messages: what importers share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from sqlalchemy import select

from crm_chassis.contracts.mapping import assign, writable_fields
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import decode
from crm_chassis.db.model import Record
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput

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


def read_row(message: type[M], row: Mapping[str, str], *, currency: str = "USD", extra: Mapping[str, Any] = {}) -> M:
    """The message that the non-empty cells of a row describe, checked like input of the API.

    Lists are separated by semicolons; an amount without currency is in `currency`; `extra` holds fields a cell
    cannot say. Raises InvalidInput naming the field.
    """
    body: dict[str, Any] = {}
    for field in writable_fields(message):
        text = row.get(field.name, "")
        if text:
            body[field.name] = _value(field, text, row, currency)
    found = decode(message, {**body, **extra})
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


def upsert(tx: Transaction, model: type[R], message: Message, row: Mapping[str, str]) -> tuple[R, bool]:
    """The record with the message's external_id brought in line with it, or a new one; True if it is new.

    Only fields that are set change; `created_at` of the row dates a new record.
    """
    external_id = getattr(message, "external_id", "")
    record = None
    if external_id:
        query = select(model).where(model.external_id == external_id).with_for_update()  # type: ignore[attr-defined]
        record = tx.session.scalar(query)
    if record is not None:
        assign(record, message)
        return record, False
    record = model()
    assign(record, message)
    if row.get("created_at"):
        record.created_at = moment("created_at", row["created_at"])
    return tx.add(record), True


def outcome(tx: Transaction, record: Record, created: bool) -> str:
    """What the import did to a record: "created", "updated" or "unchanged"."""
    if created:
        return "created"
    return "updated" if tx.session.is_modified(record) else "unchanged"
