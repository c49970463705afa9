"""JSON schemas and examples of messages, as the suite writes them in HTTP bodies and in events.

The schemas hold in JSON Schema 2020-12 (OpenAPI 3.1) and in draft 7 (AsyncAPI 3) alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from zlib import crc32

from crm.options.v1 import options_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from crm_contracts import (
    IMMUTABLE,
    INPUT_ONLY,
    OUTPUT_ONLY,
    REQUIRED,
    FieldRules,
    Format,
    Sensitivity,
    behavior_of,
    is_row,
    option_of,
    resource_of,
    rules_of,
)
from crm_contracts.codes import COUNTRIES, CURRENCIES
from crm_contracts.tools.source import Source, is_own, map_value, type_name

Schema = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """One of the forms that a message takes in JSON."""

    name: Callable[[Descriptor], str]
    shows: Callable[[FieldDescriptor], bool]
    # Written by clients: unknown fields are refused, output-only ones ignored.
    input: bool = False
    # Whether required fields must be there; they need not be in a PATCH.
    complete: bool = True


def _readable(field: FieldDescriptor) -> bool:
    return INPUT_ONLY not in behavior_of(field)


def is_personal(field: FieldDescriptor) -> bool:
    """Whether a field says something about a natural person."""
    return bool(rules_of(field).sensitivity == Sensitivity.PERSONAL)


def _input_name(message: Descriptor) -> str:
    return message.name if message.name.endswith("Request") else f"{message.name}Input"


def _personal_name(message: Descriptor) -> str:
    own_name = option_of(message, options_pb2.event) or not _has_personal(message)
    return message.name if own_name else f"{message.name}WithPersonal"


@cache
def _has_personal(message: Descriptor) -> bool:
    return any(
        is_personal(field) or (field.message_type is not None and _has_personal(field.message_type))
        for field in message.fields
        if _readable(field)
    )


OUTPUT = Shape(lambda message: str(message.name), _readable)
INPUT = Shape(_input_name, lambda _: True, input=True)
_WRITTEN = Shape(_input_name, lambda field: OUTPUT_ONLY not in behavior_of(field), input=True)
PATCH = Shape(lambda message: f"{message.name}Patch", lambda _: True, input=True, complete=False)
# A record among several that are changed, which says itself which one it is.
CHANGE = Shape(lambda message: f"{message.name}Change", lambda _: True, input=True, complete=False)
PERSONAL_EVENT = Shape(_personal_name, _readable)
EVENT = Shape(lambda message: str(message.name), lambda field: _readable(field) and not is_personal(field))


class Schemas:
    """Builds schemas and collects those of messages in `found`, to become the document's components."""

    def __init__(self, source: Source) -> None:
        self.found: dict[str, Schema] = {}
        self._source = source
        self._made: dict[str, object] = {}

    def ref(self, message: Descriptor, shape: Shape, bound: frozenset[str] = frozenset()) -> Schema:
        """A reference to a message's schema. `bound` names the fields that the path of the route gives.

        Raises ValueError if two different schemas would get the same name.
        """
        name, identity = shape.name(message), (message.full_name, shape.input, shape.complete, bound)
        if self._made.setdefault(name, identity) != identity:
            raise ValueError(f"two schemas are named {name}: of {identity} and of {self._made[name]}")
        if name not in self.found:
            self.found[name] = {}
            self.found[name] = self._object(message, shape, bound)
        return {"$ref": f"#/components/schemas/{name}"}

    def parameter(self, field: FieldDescriptor) -> Schema:
        """The schema of a field in a path or query, where nothing can be null."""
        if field.is_repeated:
            return _listed(field, self._value(field, INPUT))
        return self._value(field, INPUT)

    def describe(self, field: FieldDescriptor) -> str:
        """The comment of a field, with the meaning of its enum values."""
        text = self._source.comment(field.full_name)
        if field.enum_type is not None:
            scope = field.enum_type.full_name
            meanings = [
                f"{value.name}: {comment}"
                for value in field.enum_type.values
                if (comment := self._source.comment(f"{scope}.{value.name}")) and value.number
            ]
            text = " ".join([text, *meanings]).strip()
        return text

    def _object(self, message: Descriptor, shape: Shape, bound: frozenset[str]) -> Schema:
        # Of a request, the path gives the bound fields; a resource may repeat them in the body.
        gone = bound if message.name.endswith("Request") else frozenset()
        if shape.input:
            gone |= {"update_masks"}  # the gateway reads them from the names in the body
        fields = [field for field in message.fields if shape.shows(field) and field.name not in gone]
        schema: Schema = {"type": "object"}
        if comment := self._source.comment(message.full_name):
            schema["description"] = comment
        schema["properties"] = {field.name: self._field(field, shape) for field in fields}
        if shape.input and shape.complete:
            required = [f.name for f in fields if REQUIRED in behavior_of(f) and f.name not in bound]
        else:
            event = option_of(message, options_pb2.event)
            required = [event.subject.partition(".")[0]] if event else []
        if required:
            schema["required"] = required
        if shape.input:
            schema["additionalProperties"] = False
        if resource_of(message) and shape in (INPUT, OUTPUT):
            schema["examples"] = [example(message, _WRITTEN if shape.input else shape, self._source)]
        return schema

    def _field(self, field: FieldDescriptor, shape: Shape) -> Schema:
        rules, behavior = rules_of(field), behavior_of(field)
        if value := map_value(field):
            schema: Schema = {"type": "object", "additionalProperties": self._value(value, shape)}
            if rules.max_items:
                schema["maxProperties"] = rules.max_items
            if shape.input:
                schema["propertyNames"] = {"pattern": _text_pattern(rules, filled=False)}
        elif field.is_repeated:
            schema = _listed(field, self._value(field, shape))
            if shape.input and REQUIRED in behavior:
                schema["minItems"] = 1
        else:
            schema = self._value(field, shape)
        if self._nullable(field, shape):
            schema = _or_null(schema)
        text = self.describe(field)
        if shape.input and IMMUTABLE in behavior:
            text = f"{text} Cannot be changed later.".strip()
        if text:
            schema = _beside(schema, description=text)
        names_record = shape is CHANGE and field.name == "id"
        if shape.input and OUTPUT_ONLY in behavior and not names_record:
            schema = _beside(schema, readOnly=True)
        if shape.input and INPUT_ONLY in behavior:
            schema = _beside(schema, writeOnly=True)
        marks: Schema = {}
        if rules.sensitivity:
            marks["x-sensitivity"] = Sensitivity.Name(rules.sensitivity)
        if rules.read_permission and not shape.input:
            marks["x-read-permission"] = rules.read_permission
        if rules.write_permission and shape.input:
            marks["x-write-permission"] = rules.write_permission
        if shape is OUTPUT:
            marks |= {f"x-{name}": True for name in ("filterable", "sortable", "groupable") if getattr(rules, name)}
        return _beside(schema, **marks) if marks else schema

    def _nullable(self, field: FieldDescriptor, shape: Shape) -> bool:
        """In a body, null means that nothing is said; in an answer, that nothing is known."""
        if shape.input:
            return REQUIRED not in behavior_of(field)
        event = option_of(field.containing_type, options_pb2.event)
        if event and field.name == event.subject.partition(".")[0]:
            return False
        return not field.is_repeated and (field.has_presence or field.enum_type is not None)

    def _value(self, field: FieldDescriptor, shape: Shape) -> Schema:
        """The schema of one value of a field."""
        if field.message_type is not None:
            if is_row(field) and "update_masks" in field.containing_type.fields_by_name:
                return self.ref(field.message_type, CHANGE)
            if is_own(field.message_type):
                return self.ref(field.message_type, INPUT if shape in (PATCH, CHANGE) else shape)
            return dict(_WELL_KNOWN[type_name(field)])
        if field.enum_type is not None:
            return {"type": "string", "enum": [v.name for v in field.enum_type.values if v.number]}
        if field.type == FieldDescriptor.TYPE_STRING:
            return _string(field, shape)
        rules, schema = rules_of(field), dict(_SCALARS[field.type])
        number: Callable[[str], float] = float if schema["type"] == "number" else int
        if rules.minimum:
            schema["minimum"] = number(rules.minimum)
        if rules.maximum:
            schema["maximum"] = number(rules.maximum)
        return schema


_WELL_KNOWN: dict[str, Schema] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
}
# Without bytes: they have no place in public JSON.
_SCALARS: dict[int, Schema] = {
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_INT64: {"type": "integer", "format": "int64"},
    FieldDescriptor.TYPE_UINT32: {"type": "integer", "format": "int64", "minimum": 0},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
}
_FORMATS: dict[int, Schema] = {
    Format.EMAIL: {"format": "email"},
    Format.PHONE: {"format": "phone"},
    Format.URL: {"format": "uri"},
    Format.CURRENCY: {"pattern": "^[A-Z]{3}$"},
    Format.COUNTRY: {"pattern": "^[A-Z]{2}$"},
    Format.UUID: {"format": "uuid"},
    Format.DATE: {"format": "date"},
    Format.TIME_ZONE: {"format": "time-zone"},
    Format.LANGUAGE: {"format": "language-tag", "maxLength": 35},
    Format.DOMAIN: {"format": "hostname"},
    Format.FILTER: {"format": "filter"},
    Format.TAG: {"format": "tag"},
}


# Signs that texts must not have: control characters, and in one line also ends of lines, and what hides text or turns
# its direction. Written without look-around, so that every engine reads it.
_CONTROL = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
_LINES = r"\n\r\u2028\u2029\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069"
# Marks of direction are no content: a text of nothing else is empty (crm_chassis.text).
_MARKS = r"\u061c\u200e\u200f"
_INPUT_PATTERNS: dict[int, str] = {
    Format.COUNTRY: f"^(?:{'|'.join(sorted(COUNTRIES))})$",
    Format.CURRENCY: f"^(?:{'|'.join(sorted(CURRENCIES))})$",
    Format.LANGUAGE: "^[a-zA-Z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$",
    Format.PHONE: f"^[^{_CONTROL}{_LINES}]*(?:[0-9][^{_CONTROL}{_LINES}]*){{3}}$",
    Format.URL: rf"^https?://[^\s/$.?#{_CONTROL}{_LINES}][^\s{_CONTROL}{_LINES}]*$",
}


def _text_pattern(rules: FieldRules, *, filled: bool) -> str:
    """What a text without a shape of its own must match; with `filled`, that it is more than blanks."""
    bad = _CONTROL if rules.multiline or rules.format == Format.FILTER else _CONTROL + _LINES
    return rf"^[^{bad}]*[^\s{bad}{_MARKS}][^{bad}]*$" if filled else f"^[^{bad}]*$"


def _string(field: FieldDescriptor, shape: Shape) -> Schema:
    rules = rules_of(field)
    required = REQUIRED in behavior_of(field)
    shaped = bool(rules.format or rules.pattern)
    least = rules.min_length or int(required and shape.input and not shaped)
    strict: Schema = {"minLength": least} if least else {}
    if rules.format:
        strict |= _decimal(rules) if rules.format == Format.DECIMAL else _FORMATS[rules.format]
    if rules.pattern:
        strict["pattern"] = f"^(?:{rules.pattern})$"
    elif shape.input and rules.format in _INPUT_PATTERNS:
        strict["pattern"] = _INPUT_PATTERNS[rules.format]
    elif shape.input and rules.format in (Format.FORMAT_UNSPECIFIED, Format.FILTER, Format.TAG):
        strict["pattern"] = _text_pattern(rules, filled=least > 0)
    schema: Schema = {"type": "string"}
    if rules.max_length:
        schema["maxLength"] = rules.max_length
    # A string without presence that holds nothing is empty, whatever its format.
    filled = required or field.is_repeated or field.has_presence or field.name == "id"
    empty_matches = not (rules.format or least) and re.fullmatch(rules.pattern, "") is not None
    if strict and not filled and not empty_matches:
        # Each branch says its type, without which generated clients take it for anything.
        return schema | {"anyOf": [{"type": "string"} | strict, {"type": "string", "maxLength": 0}]}
    return schema | strict


def _decimal(rules: FieldRules) -> Schema:
    """A decimal number as a string: the digits that the range allows, at most four behind the point."""
    sign = "" if rules.minimum and Decimal(rules.minimum) >= 0 else "-?"
    digits = "+"
    if rules.minimum and rules.maximum:
        largest = max(abs(Decimal(rules.minimum)), abs(Decimal(rules.maximum)))
        digits = f"{{1,{len(str(int(largest)))}}}"
    schema = {"pattern": rf"^{sign}[0-9]{digits}(\.[0-9]{{1,4}})?$"}
    bounds = {"x-minimum": rules.minimum, "x-maximum": rules.maximum}
    return schema | {name: bound for name, bound in bounds.items() if bound}


def _listed(field: FieldDescriptor, item: Schema) -> Schema:
    schema: Schema = {"type": "array", "items": item}
    if rules_of(field).max_items:
        schema["maxItems"] = rules_of(field).max_items
    return schema


def _or_null(schema: Schema) -> Schema:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if "enum" in schema:
        schema = schema | {"enum": [*schema["enum"], None]}
    if "anyOf" in schema:
        schema = schema | {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    return schema | {"type": [schema["type"], "null"]} if "type" in schema else schema


def _beside(schema: Schema, **more: Any) -> Schema:
    """Adds keywords; a bare reference is wrapped, because draft 7 ignores what stands beside one."""
    return ({"allOf": [schema]} if "$ref" in schema else schema) | more


def example(message: Descriptor, shape: Shape, source: Source) -> Schema:
    """An example of a message in JSON; the same every time."""
    shown = (field for field in message.fields if shape.shows(field) and field.full_name not in _LEFT_OUT)
    return {field.name: _example(field, shape, source) for field in shown}


def _example(field: FieldDescriptor, shape: Shape, source: Source) -> Any:
    if value := map_value(field):
        return {"key": _one_example(value, shape, source)}
    found = _one_example(field, shape, source)
    return [found] if field.is_repeated else found


def _one_example(field: FieldDescriptor, shape: Shape, source: Source) -> Any:
    rules = rules_of(field)
    if field.name == "deleted_at":
        return None
    if field.message_type is not None:
        if is_own(field.message_type):
            return example(field.message_type, shape, source)
        return "2026-01-31T09:00:00Z" if type_name(field) == "google.protobuf.Timestamp" else {}
    if field.enum_type is not None:
        return field.enum_type.values[1].name
    if field.type == FieldDescriptor.TYPE_BOOL:
        return False
    if field.type != FieldDescriptor.TYPE_STRING:
        return max(1, int(rules.minimum or 0))
    candidates = [_EXAMPLES.get(field.name)]
    if rules.format == Format.UUID or re.search(r"(^|_)ids?$|_by$", field.name):
        candidates.append(_uuid(field))
    candidates.append(_FORMAT_EXAMPLES.get(rules.format))
    candidates += re.findall(r'"([^"]{2,})"', source.comment(field.full_name))
    candidates += [field.name.replace("_", " "), "09:00", ""]
    return next((text for text in candidates if text is not None and _fits(text, rules)), "")


def _uuid(field: FieldDescriptor) -> str:
    own = field.name == "id"
    record = field.full_name.split(".")[-2].lower() if own else re.sub(r"_ids?$", "", field.name)
    return f"0198a5c2-7d31-7a3e-9c55-{crc32(record.encode()):012x}"


def _fits(text: str, rules: FieldRules) -> bool:
    short = not rules.max_length or len(text) <= rules.max_length
    return short and (not rules.pattern or re.fullmatch(rules.pattern, text) is not None)


_EXAMPLES = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "display_name": "Ada Lovelace",
    "changed_fields": "name",
    "etag": "3",
    "external_id": "ERP-1042",
    "source_id": "CALL-7",
    "amount": "1250.00",
    "permission": "contacts.read",
    "permissions": "contacts.read",
    "required_fields": "close_date",
    "condition": 'priority = "HIGH"',
    "end": "17:00",
}
_LEFT_OUT = {"crm.sales.v1.Task.due_at"}
"""Fields that have no value beside another one that the examples have."""
_FORMAT_EXAMPLES: dict[int, str] = {
    Format.EMAIL: "ada@example.com",
    Format.PHONE: "+493012345678",
    Format.URL: "https://example.com",
    Format.CURRENCY: "EUR",
    Format.COUNTRY: "DE",
    Format.DECIMAL: "1",
    Format.DATE: "2026-01-31",
    Format.TIME_ZONE: "Europe/Berlin",
    Format.LANGUAGE: "de",
    Format.DOMAIN: "example.com",
    Format.FILTER: 'country = "DE"',
    Format.TAG: "vip",
}


def names(fields: Iterable[FieldDescriptor]) -> str:
    """Names of fields as one line."""
    return ", ".join(field.name for field in fields)
