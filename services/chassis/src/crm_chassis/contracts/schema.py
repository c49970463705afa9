"""Validation: marshmallow schemas derived from message descriptors.

`validate` checks a request against its schema and puts the normalised values back into it, so that a use case
only ever sees clean input. A service adds rules that options cannot say by subclassing a derived schema:

    @schema_for(contacts_pb2.Contact)
    class ContactSchema(derived(contacts_pb2.Contact)):
        @validates_schema
        def reachable(self, data, **kwargs): ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sized
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar

import crm_contracts
from crm.common.v1 import types_pb2
from crm_contracts.codes import MINOR_UNITS
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validates_schema

from crm_chassis.contracts.filtering import parse
from crm_chassis.contracts.formats import Format, normalise
from crm_chassis.contracts.transcode import is_map
from crm_chassis.errors import InvalidInput
from crm_chassis.remembered import remembers
from crm_chassis.text import composed
from crm_chassis.violations import (
    ABOVE_MAXIMUM,
    BELOW_MINIMUM,
    CONTROL_CHARACTERS,
    EMPTY,
    NEGATIVE_AMOUNT,
    PATTERN_MISMATCH,
    REQUIRED,
    SEVERAL_LINES,
    TOO_LONG,
    TOO_MANY_BYTES,
    TOO_MANY_DIGITS,
    TOO_MANY_ENTRIES,
    TOO_SHORT,
    wrong_type,
)

remembers(__name__)  # schemas
remembers(__name__)


S = TypeVar("S", bound=type[Schema])

STRUCT_BYTES = 64 * 1024
"""What the free fields of a record may take."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# Line and paragraph ends, and what hides text or turns its direction. Joiners stay: scripts and emoji need them.
_SEVERAL_LINES = re.compile("[\n\r\u2028\u2029\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")


class CleanString(fields.String):
    """Text without control characters and surrounding blanks, in the format its options name."""

    def __init__(self, rules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rules = rules
        self._pattern = re.compile(rules.pattern) if rules.pattern else None

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        text = composed(str(value))
        rules = self._rules
        if not (rules.multiline or rules.format == Format.FILTER) and _SEVERAL_LINES.search(text):
            raise ValidationError(SEVERAL_LINES())
        if _CONTROL.search(text):
            raise ValidationError(CONTROL_CHARACTERS())
        if len(text) < rules.min_length:
            raise ValidationError(EMPTY() if rules.min_length == 1 else TOO_SHORT(min=rules.min_length))
        if rules.max_length and len(text) > rules.max_length:
            raise ValidationError(TOO_LONG(max=rules.max_length))
        if self._pattern and not self._pattern.fullmatch(text):
            raise ValidationError(PATTERN_MISMATCH(pattern=rules.pattern))
        if text and rules.format:
            text = _settled(text, rules.format)
        if rules.minimum or rules.maximum:
            _check_range(Decimal(text or "0"), rules)
        return text


def _settled(text: str, format_: int) -> str:
    try:
        if format_ == Format.FILTER:
            parse(text)
        return normalise(text, format_)
    except InvalidInput as error:
        raise ValidationError(error.detail.removeprefix("filter: ")) from error
    except ValueError as error:
        raise ValidationError(error.args[0]) from error


class Distinct(fields.List[Any]):
    """Values without repetition, in the order given."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return list(dict.fromkeys(entry for entry in super()._deserialize(value, *args, **kwargs) if entry))


class Ranged(fields.Raw):
    """A number between the bounds its options name."""

    def __init__(self, rules: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._rules = rules

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        _check_range(Decimal(str(value)), self._rules)
        return value


def _check_range(value: Decimal, rules: Any) -> None:
    try:
        if rules.minimum and value < Decimal(rules.minimum):
            raise ValidationError(BELOW_MINIMUM(min=_number(rules.minimum)))
        if rules.maximum and value > Decimal(rules.maximum):
            raise ValidationError(ABOVE_MAXIMUM(max=_number(rules.maximum)))
    except InvalidOperation as error:
        raise ValidationError(wrong_type("NUMBER")) from error


def _number(text: str) -> int | float:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


_registered: dict[str, type[Schema]] = {}


def schema_for(message: type[Message]) -> Callable[[S], S]:
    """Makes the decorated schema the one that checks `message`, wherever it stands in a request."""

    def register(schema: S) -> S:
        _registered[message.DESCRIPTOR.full_name] = schema
        _instance.cache_clear()
        return schema

    return register


def derived(message: type[Message]) -> type[Schema]:
    """The schema that the options of `message` describe."""
    return _derive(message.DESCRIPTOR)


def _derive(descriptor: Descriptor) -> type[Schema]:
    declared: dict[str, Any] = {field.name: _field(field) for field in descriptor.fields}
    meta = type("Meta", (), {"unknown": EXCLUDE})
    return type(f"{descriptor.name}Schema", (Schema,), {**declared, "Meta": meta})


def _field(field: FieldDescriptor) -> fields.Field[Any]:
    required = crm_contracts.REQUIRED in crm_contracts.behavior_of(field)
    rules = crm_contracts.rules_of(field)
    kwargs: dict[str, Any] = {"required": required}
    if required:
        # In a list: marshmallow would format a text, and what comes of that need not have the code any more.
        kwargs["error_messages"] = {"required": [REQUIRED()]}
    if is_map(field):
        item: fields.Field[Any] = _single(field.message_type.fields_by_name["value"], rules, {})
        return fields.Dict(
            keys=CleanString(crm_contracts.FieldRules(max_length=200)),
            values=item,
            validate=_at_most(rules.max_items),
            **kwargs,
        )
    if crm_contracts.is_row(field):
        # What is wrong with one is said of that one alone, by whoever handles it.
        return fields.List(fields.Raw(), validate=_at_most(rules.max_items), **kwargs)
    if field.is_repeated:
        repeated = Distinct if rules.format in (Format.TAG, Format.DOMAIN) else fields.List
        return repeated(_single(field, rules, {}), validate=_at_most(rules.max_items), **kwargs)
    return _single(field, rules, kwargs)


def _at_most(limit: int) -> list[Callable[[Any], Any]]:
    def check(value: Sized) -> None:
        if len(value) > limit:
            raise ValidationError(TOO_MANY_ENTRIES(max=limit))

    return [check] if limit else []


def _single(field: FieldDescriptor, rules: Any, kwargs: dict[str, Any]) -> fields.Field[Any]:
    if field.message_type is not None:
        if field.message_type.full_name == "google.protobuf.Struct":
            return Bag(**kwargs)
        if field.message_type.full_name.startswith("google.protobuf."):
            return fields.Raw(**kwargs)
        descriptor = field.message_type
        return fields.Nested(lambda: _schema(descriptor)(), **kwargs)
    if field.type == FieldDescriptor.TYPE_STRING:
        return CleanString(rules, **kwargs)
    if rules.minimum or rules.maximum:
        return Ranged(rules, **kwargs)
    return fields.Raw(**kwargs)


class Bag(fields.Field[Struct]):
    """A Struct that is not too large, its names and texts composed as all texts are."""

    def _deserialize(self, value: Struct, *_: Any, **__: Any) -> Struct:
        if value.ByteSize() > STRUCT_BYTES:
            raise ValidationError(TOO_MANY_BYTES(kilobytes=STRUCT_BYTES // 1024))
        return _composed_bag(value)


def _composed_bag(bag: Struct) -> Struct:
    return Struct(fields={composed(name): _composed_value(value) for name, value in bag.fields.items()})


def _composed_value(value: Value) -> Value:
    match value.WhichOneof("kind"):
        case "string_value":
            return Value(string_value=composed(value.string_value))
        case "struct_value":
            return Value(struct_value=_composed_bag(value.struct_value))
        case "list_value":
            return Value(list_value=ListValue(values=map(_composed_value, value.list_value.values)))
    return value


@cache
def _derived_schema(full_name: str, descriptor: Descriptor) -> type[Schema]:
    return _derive(descriptor)


def _schema(descriptor: Descriptor) -> type[Schema]:
    return _registered.get(descriptor.full_name) or _derived_schema(descriptor.full_name, descriptor)


@cache
def _instance(full_name: str, descriptor: Descriptor) -> Schema:
    return _schema(descriptor)()


@schema_for(types_pb2.Money)
class MoneySchema(derived(types_pb2.Money)):  # type: ignore[misc]
    """An amount is what can be paid in its currency (ISO 4217), and not less than nothing."""

    @validates_schema(skip_on_field_errors=True)
    def payable(self, data: dict[str, Any], **_: Any) -> None:
        amount, currency = Decimal(data["amount"]), data["currency"]
        if amount < 0:
            raise ValidationError(NEGATIVE_AMOUNT(), "amount")
        digits = MINOR_UNITS[currency]
        if amount != round(amount, digits):
            most = f"at most {digits}" if digits else "no"
            said = f"{currency} has {most} digits after the point"
            raise ValidationError(TOO_MANY_DIGITS(said, currency=currency, digits=digits), "amount")

    @post_load
    def without_sign(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        data["amount"] = data["amount"].removeprefix("-")
        return data


def plain(message: Message) -> dict[str, Any]:
    """The fields that are set, nested messages as dicts; well-known types, and records in a list, as they are."""
    found: dict[str, Any] = {}
    for field, value in message.ListFields():
        nested = field.message_type is not None and not field.message_type.full_name.startswith("google.protobuf.")
        if is_map(field):
            found[field.name] = {k: plain(v) if isinstance(v, Message) else v for k, v in value.items()}
        elif field.is_repeated:
            apart = nested and not crm_contracts.is_row(field)
            found[field.name] = [plain(item) for item in value] if apart else list(value)
        else:
            found[field.name] = plain(value) if nested else value
    return found


def validate(message: Message, partial: Iterable[str] = ()) -> dict[str, Any]:
    """Checks a message and normalises it in place; returns its plain, clean values.

    `partial` names required fields that may be absent, with dots ("contact.name"): those a partial update leaves
    alone. Raises InvalidInput naming every wrong field.
    """
    schema = _instance(message.DESCRIPTOR.full_name, message.DESCRIPTOR)
    data = plain(message)
    try:
        clean: dict[str, Any] = schema.load(data, partial=tuple(partial))
    except ValidationError as error:
        flat: dict[str, list[str]] = {}
        _flatten(error.messages, "", flat)
        raise InvalidInput("The request has wrong fields.", errors=flat) from error
    if clean != data:
        message.Clear()
        message.MergeFrom(type(message)(**clean))
    return clean


def _flatten(found: Any, path: str, into: dict[str, list[str]]) -> None:
    if isinstance(found, Mapping):
        for key, value in found.items():
            inner = path if key in ("_schema", "value") else f"{path}.{key}" if path else str(key)
            _flatten(value, inner, into)
    else:
        into.setdefault(path or "_", []).extend(found if isinstance(found, list) else [found])
