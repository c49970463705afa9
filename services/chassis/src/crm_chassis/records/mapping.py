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
from functools import cache, partial
from typing import Any, TypeVar, cast

import crm_contracts
from crm_contracts.resources import MONEY
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import String, Uuid

from crm_chassis.contracts.transcode import Encoder, decode, enum_name, is_map, plain_values, to_datetime
from crm_chassis.errors import InvalidInput, ReadOnlyField
from crm_chassis.remembered import remembers
from crm_chassis.violations import IMMUTABLE, READ_ONLY, UNKNOWN_FIELD

remembers(__name__)  # what is compiled of the contract
remembers(__name__)


M = TypeVar("M", bound=Message)

SHOWN_BYTES = 500_000
"""What the records of one list may take in a view that has several."""

_EPOCH = datetime.fromtimestamp(0, UTC)
_encoder = Encoder()


def money_text(amount: Decimal) -> str:
    """A decimal as text with two to four digits after the point."""
    text = f"{amount:.4f}"
    return text[:-2] if text.endswith("00") else text.rstrip("0")


def timestamp(moment: datetime) -> Timestamp:
    """An aware datetime as Timestamp."""
    # In whole numbers: the last moments of the year 9999 are rounded into the next one as floats.
    since = moment - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


Build = Callable[[Any, Any], Any]


@cache
def _builder(model: Any, message: Any) -> Build:
    """Builds a message from a record, given a place to read its columns from.

    Written out as one call with a keyword per field, which is the fastest way Python has; None leaves a field unset.
    """
    names: dict[str, Any] = {"message": message}
    columns = model.__mapper__.columns if hasattr(model, "__mapper__") else {}

    def value(name: str) -> str:
        return f"c[{name!r}]" if name in columns else f"o.{name}"

    entries = ", ".join(
        f"{field.name}={_expression(field, index, value, columns.get(field.name), names)}"
        for index, field in enumerate(message.DESCRIPTOR.fields)
        if hasattr(model, field.name)
    )
    exec(f"def build(o, c):\n    return message({entries})", names)
    return cast(Build, names["build"])


def _expression(
    field: FieldDescriptor, index: int, value: Callable[[str], str], column: Any, names: dict[str, Any]
) -> str:
    read, convert = value(field.name), f"c{index}"
    if field.message_type is not None and not is_map(field):
        full_name = field.message_type.full_name
        if full_name == MONEY and not field.is_repeated:
            names[convert] = _money
            return f"{convert}({read}, {value(f'{field.name}_currency')})"
        if full_name == "google.protobuf.Timestamp":
            names[convert] = timestamp
        elif full_name == "google.protobuf.Struct":
            return read
        else:
            nested = message_factory.GetMessageClass(field.message_type)
            if _plain_names(nested):
                return read
            names[convert] = partial(decode, nested, lenient=True)
        if field.is_repeated:
            return f"[{convert}(one) for one in {read} or ()]"
    elif field.is_repeated:
        return read
    elif field.enum_type is not None:
        numbers = {one.name: one.number for one in field.enum_type.values}
        names[convert] = numbers.__getitem__
    elif field.type == FieldDescriptor.TYPE_STRING:
        if column is not None and isinstance(column.type, (String, Uuid)):
            return read
        names[convert] = str
    elif field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
        names[convert] = float
    else:
        return read
    known = f"v{index}"
    empty = "not in (None, '')" if field.enum_type is not None else "is not None"
    return f"{convert}({known}) if ({known} := {read}) {empty} else None"


def _money(amount: Decimal | None, currency: str | None) -> dict[str, str] | None:
    return {"amount": money_text(amount), "currency": currency or ""} if amount is not None else None


@cache
def _plain_names(message: Any) -> bool:
    """Whether every field of a nested message is text, number or bool, so that JSON fits its constructor."""
    return all(f.message_type is None and f.enum_type is None for f in message.DESCRIPTOR.fields)


class _Attributes:
    """The columns of a record, loaded where they are not."""

    def __init__(self, record: Any) -> None:
        self._record = record

    def __getitem__(self, name: str) -> Any:
        return getattr(self._record, name)


def to_message(record: Any, message: type[M]) -> M:
    """The message that describes `record`."""
    build = _builder(cast(Any, type(record)), cast(Any, message))
    try:
        # vars() holds the loaded columns; to go through the descriptors of the class takes several times as long.
        return cast(M, build(record, vars(record)))
    except KeyError:
        return cast(M, build(record, _Attributes(record)))


def writable_fields(message: type[Message]) -> Iterable[FieldDescriptor]:
    """The fields a client may set."""
    for field in message.DESCRIPTOR.fields:
        behavior = crm_contracts.behavior_of(field)
        if crm_contracts.OUTPUT_ONLY not in behavior and field.name not in ("id", "etag"):
            yield field


def messages_within(records: Iterable[Any], message: type[M], limit: int = SHOWN_BYTES) -> list[M]:
    """The first records as messages, as many as fit into so many bytes; one at least."""
    return within((to_message(record, message) for record in records), limit)


def within(messages: Iterable[M], limit: int) -> list[M]:
    """The first messages, as many as fit into so many bytes; one at least."""
    first: list[M] = []
    size = 0
    for message in messages:
        size += message.ByteSize()
        if first and size > limit:
            break
        first.append(message)
    return first


def assign(record: Any, message: Message, mask: Iterable[str] | None = None) -> frozenset[str]:
    """Copies the fields that `mask` names (all that are set, without a mask) from `message` to `record`.

    Returns the names of the fields copied. Raises InvalidInput if the mask names a field that does not exist or
    that cannot be changed, ReadOnlyField if the message says something else than the record in a field that only the
    suite writes. Fields without a column are left to the use case.
    """
    _check_read_only(record, message)
    fields = {field.name: field for field in writable_fields(type(message))}
    if mask is None:
        names = {f.name for f, _ in message.ListFields() if f.name in fields}
    else:
        names = {path.split(".", 1)[0] for path in mask} - {"id", "etag"}
        unknown = names - fields.keys()
        output = {name for name in unknown if name in message.DESCRIPTOR.fields_by_name}
        if unknown - output:
            raise InvalidInput.of(sorted(unknown - output)[0], UNKNOWN_FIELD())
        names -= output
    creating = record.version in (None, 0)
    for name in names:
        field = fields[name]
        if not creating and crm_contracts.IMMUTABLE in crm_contracts.behavior_of(field):
            if _value(field, message) != getattr(record, name):
                raise InvalidInput.of(name, IMMUTABLE())
        elif hasattr(type(record), name):
            _set(record, field, message)
    return frozenset(names)


def _check_read_only(record: Any, message: Message) -> None:
    """Lets a client send back what it has read, and tells it of what it cannot change."""
    sent = [
        field.name
        for field, _ in message.ListFields()
        if crm_contracts.OUTPUT_ONLY in crm_contracts.behavior_of(field) and hasattr(type(record), field.name)
    ]
    if record.version:
        sent = [name for name in sent if name != "id" and name not in record.computed]
        present = to_message(record, type(message)) if sent else message
        sent = [name for name in sent if getattr(present, name) != getattr(message, name)]
    if sent:
        errors = {name: [READ_ONLY()] for name in sent}
        raise ReadOnlyField(f"{', '.join(sent)}: cannot be set; leave out what only the suite writes.", errors=errors)


def _set(record: Any, field: FieldDescriptor, message: Message) -> None:
    name = field.name
    value = _value(field, message)
    if field.message_type is not None and field.message_type.full_name == MONEY and not field.is_repeated:
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
        if full_name == MONEY:
            return Decimal(raw.amount), raw.currency
        if full_name == "google.protobuf.Struct":
            return plain_values(raw)
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
