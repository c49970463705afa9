"""HTTP requests into request messages, response messages into JSON.

Compiled once per method from its descriptor and its http rule. What the service says about a field is turned
back into the client's view of it: `contact.emails.0.address` becomes `emails.0.address`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import crm_contracts
import orjson
from crm_chassis.contracts.problems import refused
from crm_chassis.contracts.transcode import decode, not_of, read_time
from crm_chassis.errors import DomainError, InvalidInput
from crm_chassis.violations import OUT_OF_RANGE, TOO_MANY_ENTRIES, UNKNOWN_FIELD, wrong_type
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from crm_gateway.errors import UnsupportedMediaType
from crm_gateway.routes import parameters
from crm_gateway.web import Request

JSON_TYPES = ("application/json",)
FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FORM_FIELDS = 10
PATCH_TYPES = ("application/json", "application/merge-patch+json")
MAX_QUERY_FIELDS = 100
_INTEGER_DIGITS = 19
"""Whole numbers with fewer have 64 bits at most."""
MASKS = "update_masks"

_INTEGERS = {
    FieldDescriptor.TYPE_INT32: 2**31,
    FieldDescriptor.TYPE_SINT32: 2**31,
    FieldDescriptor.TYPE_INT64: 2**63,
    FieldDescriptor.TYPE_SINT64: 2**63,
}


def _form(raw: bytes) -> dict[str, str]:
    """The fields of a form. Raises InvalidInput."""
    try:
        return dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS))
    except ValueError as error:
        raise InvalidInput("The form is not one of ours.") from error


class Binding:
    """How the parts of an HTTP request make up the request message of one method."""

    def __init__(self, method: crm_contracts.Method, http: crm_contracts.Http) -> None:
        self._class = method.request
        fields = method.request.DESCRIPTOR.fields_by_name
        bound = parameters(http.path)
        self._setters = [(path.rpartition(".")[2], path.split(".")) for path in bound]
        self._whole = http.body == "*"
        self._patch = http.verb == "PATCH"
        # What links in mails lead to are pages of ours, whose forms come back.
        self._form = "{token}" in http.path
        self.body = "" if self._whole else http.body
        self.has_body = bool(http.body)
        self._body_class = (
            message_factory.GetMessageClass(fields[self.body].message_type) if self.body else method.request
        )
        self._optional = self._whole
        self._rows = crm_contracts.rows_of(method.request.DESCRIPTOR) if self._whole else None
        skipped = {*bound, self.body, "update_mask"}
        if http.verb == "DELETE":
            skipped.add("etag")
        self._query: Mapping[str, FieldDescriptor] = (
            {} if self._whole else {name: field for name, field in fields.items() if name not in skipped}
        )
        self._etag = self._etag_holder(http.verb)
        # More than there are is as many as there are (AIP-158).
        largest = crm_contracts.rules_of(fields["page_size"]).maximum if "page_size" in fields else ""
        self._largest_page = int(largest) if largest else 2**31 - 1

    def _etag_holder(self, verb: str) -> Callable[[Any], Any] | None:
        """Where If-Match goes: into the resource of an update, into the request of any other change."""
        fields = self._class.DESCRIPTOR.fields_by_name
        body = self.body
        if verb == "PATCH" and body and "etag" in fields[body].message_type.fields_by_name:
            return lambda message: getattr(message, body)
        if verb in ("POST", "DELETE") and "etag" in fields:
            return lambda message: message
        return None

    async def message(self, request: Request, path: Mapping[str, str]) -> Message:
        """The request message. Raises InvalidInput with the fields that are wrong, as the client wrote them."""
        found: Any
        if self.has_body:
            value = await self._body(request)
            if self._rows is not None:
                body = self._with_rows(self._rows, value, request)
            else:
                body = _decode(self._body_class, value)
            found = self._class(**{self.body: body}) if self.body else body
            if self._patch:
                found.update_mask.paths.extend(_mask(self._body_class.DESCRIPTOR, value))
        else:
            found = self._class()
        if request.query:
            self._read_query(found, request.query)
        for name, (*parents, last) in self._setters:
            target = found
            for parent in parents:
                target = getattr(target, parent)
            if parents and getattr(target, last) not in ("", path[name]):
                raise InvalidInput.of(last, "is not that of the address")
            setattr(target, last, path[name])
        if self._etag is not None and (etag := if_match(request)) is not None:
            self._etag(found).etag = etag
        return found

    async def _body(self, request: Request) -> Any:
        raw = await request.body()
        if not raw and self._optional:
            return {}
        if self._form and request.media_type() == FORM_TYPE:
            return _form(raw)
        allowed = PATCH_TYPES if self._patch else JSON_TYPES
        if request.media_type() not in allowed:
            raise UnsupportedMediaType(f"Send the body as {' or '.join(allowed)}.")
        return parse_json(raw)

    def _with_rows(self, rows: FieldDescriptor, value: Mapping[str, Any], request: Request) -> Message:
        """The message with those rows that can be read; of the others the request notes what is wrong."""
        if MASKS in value:
            raise InvalidInput.of(MASKS, UNKNOWN_FIELD())
        said = value.get(rows.name)
        if not isinstance(said, list):
            return _decode(self._body_class, value)
        most = crm_contracts.rules_of(rows).max_items
        if len(said) > most:
            raise InvalidInput.of(rows.name, TOO_MANY_ENTRIES(max=most))
        message: Any = _decode(self._body_class, {**value, rows.name: []})
        resource = message_factory.GetMessageClass(rows.message_type)
        changing = MASKS in message.DESCRIPTOR.fields_by_name
        for place, row in enumerate(said):
            try:
                record = _decode(resource, row)
            except InvalidInput as error:
                request.unreadable[place] = refused(error)
                continue
            getattr(message, rows.name).append(record)
            if changing:
                getattr(message, MASKS).add(paths=_mask(rows.message_type, row))
        return message

    def _read_query(self, message: Any, query: bytes) -> None:
        errors: dict[str, list[str]] = {}
        seen: set[str] = set()
        for name, text in parse_query(query):
            field = self._query.get(name)
            if field is None:
                errors[name[:100]] = ["unknown query parameter"]
                continue
            if name in seen and not field.is_repeated:
                errors[name] = ["stands twice"]
                continue
            seen.add(name)
            value = _scalar(field, text)
            if name == "page_size" and isinstance(value, int):
                value = min(value, self._largest_page)
            if isinstance(value, _Wrong):
                errors[name] = [value.message]
            elif isinstance(value, Timestamp):
                getattr(message, name).CopyFrom(value)
            elif field.is_repeated:
                getattr(message, name).append(value)
            else:
                setattr(message, name, value)
        if errors:
            raise InvalidInput("The query has wrong parameters.", errors=errors)

    def outside(self, error: DomainError) -> DomainError:
        """The error with its fields named as the client wrote them."""
        prefix = f"{self.body}."
        if self.body and error.errors:
            error.errors = {
                (name.removeprefix(prefix) if name != self.body else "_"): messages
                for name, messages in error.errors.items()
            }
            error.detail = error.detail.removeprefix(prefix)
        return error


def if_match(request: Request) -> str | None:
    """The etag the client has seen; None if it says nothing or takes any version."""
    text = request.header(b"if-match").strip()
    if not text or text == "*":
        return None
    text = text.removeprefix("W/")
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if not text or len(text) > 64 or not text.isascii() or any(c in '", ' or not c.isprintable() for c in text):
        raise InvalidInput.of("If-Match", "must be the etag of one version, or *")
    return text


def parse_query(query: bytes) -> list[tuple[str, str]]:
    """Names and values of a query string. Raises InvalidInput if it is not UTF-8 or too long."""
    try:
        return parse_qsl(
            query.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_FIELDS
        )
    except ValueError as error:
        raise InvalidInput(f"The query must be UTF-8 and have at most {MAX_QUERY_FIELDS} parameters.") from error


class _Duplicate(ValueError):
    """An object names a key twice."""


class _Rounded(ValueError):
    """A number has more digits than are kept."""


def _exact(literal: str) -> float:
    """A number that is kept as a double. Raises _Rounded if another one would come back."""
    value = float(literal)
    if not math.isfinite(value) or Decimal(literal) != Decimal(repr(value)):
        raise _Rounded(literal)
    return value


def _whole(literal: str) -> float:
    """Of a whole number its field says how large it may be; beyond 64 bits it is read as a double."""
    return 0 if len(literal) < _INTEGER_DIGITS else _exact(literal)


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > 1 and len({name for name, _ in pairs}) != len(pairs):
        raise _Duplicate


def parse_json(raw: bytes) -> Any:
    """JSON from outside. Raises InvalidInput for anything that two parsers could read differently.

    orjson refuses what is not UTF-8, NaN, lone surrogates and deep nesting; it takes the last of two equal keys,
    so a second pass with the standard library refuses those. It reads numbers as doubles: the second pass refuses
    those that would come back as others.
    """
    try:
        value = orjson.loads(raw)
        if not isinstance(value, dict):
            raise InvalidInput("The body must be a JSON object.", errors={"_": [wrong_type("OBJECT")]})
        json.loads(raw, object_pairs_hook=_unique, parse_float=_exact, parse_int=_whole)
    except _Duplicate as error:
        raise InvalidInput("The body names a key twice.", errors={"_": ["names a key twice"]}) from error
    except _Rounded as error:
        told = f"the number {str(error)[:40]} would be rounded; write it as text"
        raise InvalidInput("The body has a number that would be rounded.", errors={"_": [told]}) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is not valid JSON.", errors={"_": ["is not valid JSON"]}) from error
    return value


def _decode(message: type[Message], value: Any) -> Message:
    try:
        # A record is told what cannot be set in it; only its service knows what it holds.
        return decode(message, value, read_only=crm_contracts.resource_of(message.DESCRIPTOR) is not None)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise InvalidInput("The body has values that no field can hold.") from error


def _mask(resource: Descriptor, value: Mapping[str, Any]) -> list[str]:
    """The fields that a body names and that can be changed."""
    fields = resource.fields_by_name
    return [
        name
        for name in value
        if name not in ("id", "etag") and crm_contracts.OUTPUT_ONLY not in crm_contracts.behavior_of(fields[name])
    ]


class _Wrong:
    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message


def _scalar(field: FieldDescriptor, text: str) -> Any:
    if field.type == FieldDescriptor.TYPE_STRING:
        return text
    if field.type == FieldDescriptor.TYPE_BOOL:
        return {"true": True, "false": False}.get(text, _Wrong(wrong_type("BOOLEAN")))
    if field.enum_type is not None:
        value = field.enum_type.values_by_name.get(text.upper())
        if value is None or not value.number:
            return _Wrong(not_of(field.enum_type))
        return value.number
    if field.message_type is not None and field.message_type.full_name == Timestamp.DESCRIPTOR.full_name:
        try:
            return read_time(text)
        except ValueError:
            return _Wrong(wrong_type("TIMESTAMP"))
    limit = _INTEGERS.get(field.type)
    if limit is None:
        return _Wrong("cannot be given in the query")
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return _Wrong(wrong_type("INTEGER"))
    if len(digits) > 19 or not -limit <= int(text) < limit:
        return _Wrong(OUT_OF_RANGE())
    return int(text)
