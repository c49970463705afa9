"""Records to messages and back, compiled once per pair from equal names.

| proto field              | column                                        |
|--------------------------|-----------------------------------------------|
| string with presence     | nullable; unset is NULL                       |
| string with format DATE  | DATE, "" is NULL                              |
| enum                     | text, the name of the value                   |
| Timestamp                | timestamptz                                   |
| Money `amount`           | `amount` numeric, `amount_currency` text      |
| repeated scalar          | text[]                                        |
| repeated message, Struct | jsonb, as our JSON writes it                  |

A field without a column of its name is left out; properties of the model count as columns for reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast

import crm_contracts
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from crm_chassis.contracts.transcode import Encoder, decode, enum_name, is_map, to_datetime
from crm_chassis.errors import InvalidInput

M = TypeVar("M", bound=Message)

_MONEY = "crm.common.v1.Money"
_encoder = Encoder()


def money_text(amount: Decimal) -> str:
    """A decimal as text with two to four digits after the point."""
    text = f"{amount:.4f}"
    return text[:-2] if text.endswith("00") else text.rstrip("0")


def timestamp(moment: datetime) -> Timestamp:
    """An aware datetime as Timestamp."""
    whole = int(moment.timestamp() // 1)
    return Timestamp(seconds=whole, nanos=moment.microsecond * 1000)


Getter = Callable[[Any], Any]


@cache
def _getters(model: Any, message: Any) -> tuple[tuple[str, Getter], ...]:
    return tuple(
        (field.name, getter)
        for field in message.DESCRIPTOR.fields
        if hasattr(model, field.name) and (getter := _getter(field)) is not None
    )


def _getter(field: FieldDescriptor) -> Getter:
    name = field.name
    if is_map(field):
        return lambda o: getattr(o, name) or None
    if field.message_type is not None:
        full_name = field.message_type.full_name
        if full_name == "google.protobuf.Timestamp":
            return lambda o: timestamp(v) if (v := getattr(o, name)) is not None else None
        if full_name == _MONEY and not field.is_repeated:
            currency = f"{name}_currency"
            return lambda o: (
                {"amount": money_text(v), "currency": getattr(o, currency) or ""}
                if (v := getattr(o, name)) is not None
                else None
            )
        if full_name == "google.protobuf.Struct":
            return lambda o: getattr(o, name)
        nested = message_factory.GetMessageClass(field.message_type)
        if field.is_repeated:
            return lambda o: [_from_json(nested, one) for one in getattr(o, name) or ()]
        return lambda o: _from_json(nested, v) if (v := getattr(o, name)) is not None else None
    if field.enum_type is not None:
        values = field.enum_type.values_by_name
        return lambda o: values[v].number if (v := getattr(o, name)) else 0
    if field.is_repeated:
        return lambda o: getattr(o, name) or ()
    if field.type == FieldDescriptor.TYPE_STRING:
        return lambda o: v if (v := getattr(o, name)) is None or isinstance(v, str) else str(v)
    if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        return lambda o: float(v) if (v := getattr(o, name)) is not None else None
    return lambda o: getattr(o, name)


@cache
def _plain_names(message: Any) -> bool:
    """Whether every field of a nested message is text, number or bool, so that JSON fits its constructor."""
    return all(f.message_type is None and f.enum_type is None for f in message.DESCRIPTOR.fields)


def _from_json(message: type[Message], value: dict[str, Any]) -> Any:
    return value if _plain_names(cast(Any, message)) else decode(message, value, lenient=True)


def to_message(record: Any, message: type[M]) -> M:
    """The message that describes `record`."""
    found = {name: getter(record) for name, getter in _getters(cast(Any, type(record)), cast(Any, message))}
    return message(**{name: value for name, value in found.items() if value is not None})


def writable_fields(message: type[Message]) -> Iterable[FieldDescriptor]:
    """The fields a client may set."""
    for field in message.DESCRIPTOR.fields:
        behavior = crm_contracts.behavior_of(field)
        if crm_contracts.OUTPUT_ONLY not in behavior and field.name not in ("id", "etag"):
            yield field


def assign(record: Any, message: Message, mask: Iterable[str] | None = None) -> frozenset[str]:
    """Copies the fields that `mask` names (all that are set, without a mask) from `message` to `record`.

    Returns the names of the fields copied. Raises InvalidInput if the mask names a field that does not exist or
    that cannot be changed. Fields without a column are left to the use case.
    """
    fields = {field.name: field for field in writable_fields(type(message))}
    if mask is None:
        names = {f.name for f, _ in message.ListFields() if f.name in fields}
    else:
        names = {path.split(".", 1)[0] for path in mask} - {"id", "etag"}
        unknown = names - fields.keys()
        output = {name for name in unknown if name in message.DESCRIPTOR.fields_by_name}
        if unknown - output:
            raise InvalidInput.of(sorted(unknown - output)[0], "unknown field")
        names -= output
    creating = record.version in (None, 0)
    for name in names:
        field = fields[name]
        if not creating and crm_contracts.IMMUTABLE in crm_contracts.behavior_of(field):
            if _value(field, message) != getattr(record, name):
                raise InvalidInput.of(name, "cannot be changed")
        elif hasattr(type(record), name):
            _set(record, field, message)
    return frozenset(names)


def _set(record: Any, field: FieldDescriptor, message: Message) -> None:
    name = field.name
    value = _value(field, message)
    if field.message_type is not None and field.message_type.full_name == _MONEY and not field.is_repeated:
        amount, currency = value if value is not None else (None, None)
        if amount != getattr(record, name):
            setattr(record, name, amount)
        name, value = f"{name}_currency", currency
    if value != getattr(record, name):
        setattr(record, name, value)


def _value(field: FieldDescriptor, message: Message) -> Any:
    raw = getattr(message, field.name)
    rules = crm_contracts.rules_of(field)
    if is_map(field):
        return dict(raw)
    if field.message_type is not None:
        if field.is_repeated:
            return [_jsonable(one) for one in raw]
        if not message.HasField(field.name):
            return {} if field.message_type.full_name == "google.protobuf.Struct" else None
        full_name = field.message_type.full_name
        if full_name == "google.protobuf.Timestamp":
            return to_datetime(raw).astimezone(UTC)
        if full_name == _MONEY:
            return Decimal(raw.amount), raw.currency
        if full_name == "google.protobuf.Struct":
            return json_format.MessageToDict(raw)
        return _jsonable(raw)
    if field.enum_type is not None:
        return enum_name(field.enum_type, raw)
    if field.is_repeated:
        return list(raw)
    if field.has_presence and not message.HasField(field.name):
        return None
    if rules.format == crm_contracts.Format.DATE:
        return date.fromisoformat(raw) if raw else None
    if field.has_presence and rules.format == crm_contracts.Format.UUID and not raw:
        return None
    return raw


def _jsonable(message: Message) -> Any:
    return _encoder.encode(message)
