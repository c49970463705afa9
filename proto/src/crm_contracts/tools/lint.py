"""Rules that every .proto file of the suite keeps. A rule is a function; its findings carry a stable code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from crm_contracts import Method, resource_of, rules_of
from crm_contracts.tools.source import Finding, Source, access_of, resolve, type_name

MONEY = "crm.common.v1.Money"
_PERMISSION = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
_STANDARD = re.compile(r"(Create|Get|List|Update|Delete|Undelete)\w+(Request|Response)")
_PARAMETER = re.compile(r"\{([a-z0-9_.]+)\}")
_RECORD_EVENT = re.compile(r"\w+(Created|Updated|Deleted)")
_MONEY_WORDS = ("amount", "price", "revenue", "budget", "cost")
_FLAGS = (FieldDescriptor.CPPTYPE_BOOL, FieldDescriptor.CPPTYPE_ENUM)


def lint(source: Source) -> list[Finding]:
    """Every fault of the contracts, in a stable order."""
    return sorted(finding for rule in RULES for finding in rule(source))


def policy(source: Source) -> Iterator[Finding]:
    """Each method says in exactly one way who may call it, and an internal one has no route."""
    for method in source.methods():
        ways = access_of(method.policy)
        if len(ways) != 1:
            text = "needs exactly one of permission, public, authenticated, internal; has "
            yield Finding(method.full_name, "policy", text + (" and ".join(ways) or "none"))
        if method.policy.internal and method.http:
            yield Finding(method.full_name, "policy", "is internal and has a route")


def permission(source: Source) -> Iterator[Finding]:
    """Permissions have the form "<plural>.<action>"."""
    asked = [(m.full_name, m.policy.permission) for m in source.methods()]
    for field in _fields(source):
        rules = rules_of(field)
        asked += [(field.full_name, rules.read_permission), (field.full_name, rules.write_permission)]
    for where, name in asked:
        if name and not _PERMISSION.fullmatch(name):
            yield Finding(where, "permission", f'"{name}" has not the form "<plural>.<action>"')


def comment(source: Source) -> Iterator[Finding]:
    """Each method, message and enum is explained; the messages of standard methods need not be."""
    described = [m.full_name for m in source.methods()]
    described += [m.full_name for m in source.messages() if not _STANDARD.fullmatch(m.name)]
    described += [enum.full_name for enum in source.enums()]
    for name in described:
        if not source.comment(name):
            yield Finding(name, "comment", "has no comment before it")


def paging(source: Source) -> Iterator[Finding]:
    """A List method is paged, unless the caller gives a position or a limit."""
    for method in source.methods():
        request, response = method.descriptor.input_type, method.descriptor.output_type
        bounded = "limit" in request.fields_by_name or any(
            type_name(field) == "crm.common.v1.TimelinePosition" for field in request.fields
        )
        if not method.name.startswith("List") or bounded:
            continue
        needed = ((request, "page_size"), (request, "page_token"), (response, "next_page_token"))
        for message, name in needed:
            if name not in message.fields_by_name:
                yield Finding(method.full_name, "paging", f"{message.name} has no {name}")


def update_mask(source: Source) -> Iterator[Finding]:
    """An Update method takes a FieldMask named update_mask."""
    for method in source.methods():
        if not method.name.startswith("Update"):
            continue
        mask = method.descriptor.input_type.fields_by_name.get("update_mask")
        if mask is None or type_name(mask) != "google.protobuf.FieldMask":
            yield Finding(method.full_name, "update-mask", "takes no google.protobuf.FieldMask update_mask")


def route(source: Source) -> Iterator[Finding]:
    """Routes are unique, versioned, and bind only what the request has."""
    taken: dict[tuple[str, str], str] = {}
    for method in source.methods():
        if method.http is None:
            continue
        http, request, where = method.http, method.descriptor.input_type, method.full_name
        owner = taken.setdefault((http.verb, _PARAMETER.sub("{}", http.path)), where)
        if owner != where:
            yield Finding(where, "route-unique", f"{http.verb} {http.path} belongs to {owner}")
        if not http.path.startswith(("/v1/", "/.well-known/")):
            yield Finding(where, "route-version", f"{http.path} does not start with /v1/")
        bound = _PARAMETER.findall(http.path)
        for path in bound:
            field = resolve(request, path)
            if field is None or field.type != FieldDescriptor.TYPE_STRING:
                yield Finding(where, "route-parameter", f"{request.name} has no string field {path}")
        if http.body not in ("", "*"):
            body = request.fields_by_name.get(http.body)
            if body is None or body.message_type is None:
                yield Finding(where, "route-body", f"{request.name} has no message field {http.body}")
        if http.body and http.verb in ("GET", "DELETE"):
            yield Finding(where, "route-body", f"{http.verb} takes no body")
        if http.body != "*":
            for field in request.fields:
                if field.name in bound or field.name in (http.body, "update_mask"):
                    continue
                if field.message_type is not None:
                    yield Finding(where, "route-query", f"{field.name} is a message, no query parameter")
        resource = _resource(method)
        if resource and resource.plural not in http.path.partition(":")[0].split("/"):
            yield Finding(where, "route-plural", f"{http.path} does not name {resource.plural}")


def enum_zero(source: Source) -> Iterator[Finding]:
    """The zero of an enum means that nothing was said."""
    for enum in source.enums():
        zero = enum.values_by_number[0]
        if not zero.name.endswith("_UNSPECIFIED"):
            yield Finding(enum.full_name, "enum-zero", f"{zero.name} does not end with _UNSPECIFIED")


def money(source: Source) -> Iterator[Finding]:
    """Money has a currency and no rounding error."""
    for field in _fields(source):
        named = any(word in field.name for word in _MONEY_WORDS) and field.cpp_type not in _FLAGS
        if named and type_name(field) != MONEY and not field.full_name.startswith(f"{MONEY}."):
            yield Finding(field.full_name, "money", f"is not a {MONEY}")


def limits(source: Source) -> Iterator[Finding]:
    """What clients send has a bound: each string a length, format or pattern, each list a number of items."""
    for field in source.writable():
        rules = rules_of(field)
        bounded = rules.max_length or rules.format or rules.pattern
        if field.type == FieldDescriptor.TYPE_STRING and not bounded:
            yield Finding(field.full_name, "string-limit", "has no max_length, format or pattern")
        if field.is_repeated and not rules.max_items:
            yield Finding(field.full_name, "items-limit", "has no max_items")


def event(source: Source) -> Iterator[Finding]:
    """Event types are well-formed and unique, subjects exist, and events live in events.proto."""
    taken: dict[str, str] = {}
    for message, rules in source.events().items():
        where, package = message.full_name, message.file.package.split(".")[1]
        if not re.fullmatch(rf"crm\.{package}\.[a-z_]+\.[a-z_]+\.v[1-9][0-9]*", rules.type):
            yield Finding(where, "event-type", f'"{rules.type}" is not crm.{package}.<record>.<action>.v<N>')
        owner = taken.setdefault(rules.type, where)
        if owner != where:
            yield Finding(where, "event-type", f'"{rules.type}" belongs to {owner}')
        subject = resolve(message, rules.subject)
        if subject is None or subject.type != FieldDescriptor.TYPE_STRING or subject.is_repeated:
            yield Finding(where, "event-subject", f'there is no string at "{rules.subject}"')
        if not message.file.name.endswith("/events.proto"):
            yield Finding(where, "event-file", "is an event outside events.proto")
    for message in source.messages():
        like_event = message.file.name.endswith("/events.proto") or _RECORD_EVENT.fullmatch(message.name)
        if like_event and message not in source.events():
            yield Finding(message.full_name, "event-file", "looks like an event and has no event option")


def searchable(source: Source) -> Iterator[Finding]:
    """Filters compare plain values, Timestamps, Money and lists of strings; sorting needs one value."""
    for field in _fields(source):
        rules = rules_of(field)
        value = type_name(field) in ("", MONEY, "google.protobuf.Timestamp")
        strings = field.type == FieldDescriptor.TYPE_STRING
        if rules.filterable and not (value and (strings or not field.is_repeated)):
            yield Finding(field.full_name, "filterable", "cannot be compared by a filter")
        if rules.sortable and not (value and not field.is_repeated):
            yield Finding(field.full_name, "sortable", "has no order")


RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    policy, permission, comment, paging, update_mask, route, enum_zero, money, limits, event, searchable,
)  # fmt: skip


def _fields(source: Source) -> list[FieldDescriptor]:
    return [field for message in source.messages() for field in message.fields]


def listed(response: Descriptor) -> Descriptor | None:
    """The resource that a list response is a page of, or None."""
    for field in response.fields:
        if field.is_repeated and field.message_type is not None and resource_of(field.message_type):
            return field.message_type
    return None


def _resource(method: Method) -> Any:
    """The resource option of what a method answers with: a record, or a page of records."""
    response = method.descriptor.output_type
    page = listed(response) if method.name.startswith("List") else None
    return resource_of(page or response)
