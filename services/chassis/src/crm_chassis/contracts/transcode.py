"""Messages to JSON and back, compiled once per message type.

Our JSON differs from canonical ProtoJSON in three points that clients of a REST API expect: names are
snake_case, 64-bit integers are numbers, and every field is present (null where nothing is set).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import crm_contracts
import orjson
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from crm_chassis.errors import InvalidInput
from crm_chassis.violations import OUT_OF_RANGE, UNKNOWN_FIELD, UNKNOWN_VALUE, Violation, wrong_type

_INTEGERS = {
    FieldDescriptor.TYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_SINT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.TYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.TYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.TYPE_UINT64: (0, 2**64 - 1),
}

_EXACT = 2**53
"""Whole numbers up to here, in either direction, are exact in a Struct, which has no others than doubles."""

_EPOCH = datetime.fromtimestamp(0, UTC)

M = TypeVar("M", bound=Message)
Readable = Callable[[FieldDescriptor], bool]
ToJson = Callable[[Any], Any]


def everything(_: FieldDescriptor) -> bool:
    """Every field may be read."""
    return True


def told_as_of(field: FieldDescriptor) -> bool:
    """Every field whose value at an earlier time can be known."""
    return not crm_contracts.rules_of(field).untold_as_of


def without_personal(field: FieldDescriptor) -> bool:
    """Every field but those that say something about a natural person."""
    return crm_contracts.rules_of(field).sensitivity != crm_contracts.Sensitivity.PERSONAL


def is_map(field: FieldDescriptor) -> bool:
    """Whether a repeated field is a map."""
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def enum_name(enum: EnumDescriptor, number: int) -> str | None:
    """Name of an enum value; None for the unspecified one; the number as text for one this build does not know."""
    if number == 0:
        return None
    value = enum.values_by_number.get(number)
    return value.name if value is not None else str(number)


def to_datetime(value: Timestamp) -> datetime:
    """A Timestamp as an aware datetime in UTC."""
    return _EPOCH + timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)


def plain_values(message: Message) -> Any:
    """A Struct, or another message of google.protobuf, as JSON values; whole numbers are integers, as they were."""
    return _with_integers(json_format.MessageToDict(message))


def _with_integers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_integers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_integers(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    return value


def _is_exact(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_exact(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_exact(item) for item in value)
    return not isinstance(value, int) or abs(value) <= _EXACT


class Encoder:
    """Turns messages into JSON for readers who may see the fields that `readable` allows."""

    def __init__(self, readable: Readable = everything) -> None:
        self._readable = readable
        # By descriptor, not by name: a program may have messages of one name from two releases.
        self._compiled: dict[Descriptor, ToJson] = {}
        self._unfinished: dict[Descriptor, ToJson] = {}
        self._lock = threading.RLock()

    def encode(self, message: Message) -> Any:
        """The message as plain values; timestamps stay datetimes, which `dumps` writes."""
        return self._function(message.DESCRIPTOR)(message)

    def dumps(self, message: Message) -> bytes:
        """The message as JSON text."""
        return dumps(self.encode(message))

    def _function(self, descriptor: Descriptor) -> ToJson:
        found = self._compiled.get(descriptor)
        if found is None:
            # Other threads see a function only when it is whole; only its own compilation sees it before.
            with self._lock:
                found = self._compiled.get(descriptor) or self._unfinished.get(descriptor) or self._compile(descriptor)
        return found

    def _compile(self, descriptor: Descriptor) -> ToJson:
        if descriptor.full_name == "google.protobuf.Timestamp":
            function: ToJson = to_datetime
        elif descriptor.full_name.startswith("google.protobuf."):
            function = plain_values
        else:
            # A dict display with one entry per field is the fastest way Python has to build it.
            names: dict[str, Any] = {}
            self._unfinished[descriptor] = lambda m: names["encode"](m)
            fields = [
                field
                for field in descriptor.fields
                if self._readable(field) and crm_contracts.INPUT_ONLY not in crm_contracts.behavior_of(field)
            ]
            entries = ", ".join(f"{f.name!r}: {self._expression(f, i, names)}" for i, f in enumerate(fields))
            exec(f"def encode(m):\n    return {{{entries}}}", names)
            function = names["encode"]
            del self._unfinished[descriptor]
        self._compiled[descriptor] = function
        return function

    def _expression(self, field: FieldDescriptor, index: int, names: dict[str, Any]) -> str:
        value, convert = f"m.{field.name}", f"c{index}"
        if is_map(field):
            item = field.message_type.fields_by_name["value"]
            if item.message_type is None:
                return f"dict({value})"
            names[convert] = self._function(item.message_type)
            return f"{{k: {convert}(v) for k, v in {value}.items()}}"
        if field.message_type is not None:
            names[convert] = self._function(field.message_type)
            if field.is_repeated:
                return f"[{convert}(v) for v in {value}]"
            return f"{convert}({value}) if m.HasField({field.name!r}) else None"
        if field.enum_type is not None:
            enum = field.enum_type
            names[convert] = lambda number: enum_name(enum, number)
            return f"[{convert}(v) for v in {value}]" if field.is_repeated else f"{convert}({value})"
        if field.type == FieldDescriptor.TYPE_BYTES:
            raise TypeError(f"{field.full_name}: bytes have no place in public JSON")
        if field.is_repeated:
            return f"list({value})"
        if field.has_presence:
            return f"{value} if m.HasField({field.name!r}) else None"
        return value


def dumps(value: Any) -> bytes:
    """Plain values, with datetimes, as JSON text."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


def decode(message: type[M], value: Any, *, lenient: bool = False, read_only: bool = False) -> M:
    """Builds a message from parsed JSON.

    Fields that only the server writes are dropped (AIP-203), but with `read_only` those of the message itself. Raises
    InvalidInput that names every field with a wrong type and every unknown field; with `lenient`, unknown fields and
    values are passed over, which is how a subscriber reads an event of a newer contract.
    """
    errors: dict[str, list[str]] = {}
    known = _decode_message(message.DESCRIPTOR, value, "", errors, lenient, lenient or read_only)
    if errors:
        raise InvalidInput("The request body has wrong fields.", errors=errors)
    return message(**known)


def _decode_message(
    descriptor: Descriptor, value: Any, path: str, errors: dict[str, list[str]], lenient: bool, read_only: bool
) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        errors.setdefault(path or "_", []).append(wrong_type("OBJECT"))
        return {}
    fields = descriptor.fields_by_name
    found: dict[str, Any] = {}
    for name, item in value.items():
        field = fields.get(name)
        where = f"{path}.{name}" if path else name
        if field is None:
            if not lenient:
                errors.setdefault(where[:200], []).append(UNKNOWN_FIELD())
        elif item is None or (not read_only and crm_contracts.OUTPUT_ONLY in crm_contracts.behavior_of(field)):
            continue
        elif is_map(field):
            found[name] = _decode_map(field, item, where, errors, lenient)
        elif field.is_repeated:
            if not isinstance(item, list):
                errors.setdefault(where, []).append(wrong_type("LIST"))
                continue
            found[name] = [
                _decode_value(field, one, f"{where}.{position}", errors, lenient) for position, one in enumerate(item)
            ]
        else:
            found[name] = _decode_value(field, item, where, errors, lenient)
    return found


def _decode_map(
    field: FieldDescriptor, value: Any, path: str, errors: dict[str, list[str]], lenient: bool
) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        errors.setdefault(path, []).append(wrong_type("OBJECT"))
        return {}
    item = field.message_type.fields_by_name["value"]
    return {key: _decode_value(item, one, f"{path}.{key}"[:200], errors, lenient) for key, one in value.items()}


def _decode_value(field: FieldDescriptor, value: Any, path: str, errors: dict[str, list[str]], lenient: bool) -> Any:
    if field.message_type is not None:
        if field.message_type.full_name.startswith("google.protobuf."):
            return _decode_well_known(field.message_type, value, path, errors)
        return _decode_message(field.message_type, value, path, errors, lenient, lenient)
    if field.enum_type is not None:
        number = _enum_number(field.enum_type, value)
        if number is not None:
            return number
        if lenient:
            return 0
        problem = not_of(field.enum_type)
    elif field.type == FieldDescriptor.TYPE_STRING:
        if isinstance(value, str):
            return value
        problem = wrong_type("STRING")
    elif field.type == FieldDescriptor.TYPE_BOOL:
        if isinstance(value, bool):
            return value
        problem = wrong_type("BOOLEAN")
    elif field.type in _INTEGERS:
        low, high = _INTEGERS[field.type]
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        problem = OUT_OF_RANGE() if isinstance(value, int) else wrong_type("INTEGER")
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    else:
        problem = wrong_type("NUMBER")
    errors.setdefault(path, []).append(problem)
    return 0 if field.type != FieldDescriptor.TYPE_STRING else ""


def not_of(enum: EnumDescriptor) -> Violation:
    """Says which values an enum has."""
    return UNKNOWN_VALUE(values=[value.name for value in enum.values if value.number])


def _enum_number(enum: EnumDescriptor, value: Any) -> int | None:
    if not isinstance(value, str):
        return None
    found = enum.values_by_name.get(value) or enum.values_by_name.get(value.upper())
    return found.number if found is not None and found.number else None


def read_time(text: str) -> Timestamp:
    """A time with its offset, as RFC 3339 writes it. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset")
    found = Timestamp()
    try:
        found.FromDatetime(moment.astimezone(UTC))
    except OverflowError as error:
        raise ValueError("no such time") from error
    return found


def _decode_well_known(descriptor: Descriptor, value: Any, path: str, errors: dict[str, list[str]]) -> Message:
    message = message_factory.GetMessageClass(descriptor)()
    if descriptor.full_name == "google.protobuf.Timestamp":
        try:
            moment = read_time(value)
            # Of the release whose message it is.
            return message_factory.GetMessageClass(descriptor)(seconds=moment.seconds, nanos=moment.nanos)
        except (TypeError, ValueError):
            errors.setdefault(path, []).append(wrong_type("TIMESTAMP"))
        return message
    try:
        json_format.ParseDict(value, message, max_recursion_depth=32)
    except (json_format.ParseError, AttributeError, TypeError, RecursionError):
        errors.setdefault(path, []).append("must be an object of plain values, at most 30 levels deep")
    else:
        if not _is_exact(value):
            errors.setdefault(path, []).append("must have no whole numbers beyond 2^53; write those as text")
    return message
