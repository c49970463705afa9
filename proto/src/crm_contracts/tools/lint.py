"""Rules that every .proto file of the suite keeps. A rule is a function; its findings carry a stable code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crm.options.v1 import options_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from crm_contracts import Format, Method, View, kind_of, listed, option_of, resource_of, rules_of
from crm_contracts.labels import ENGLISH, Catalogue, names_of, value_name
from crm_contracts.resources import MONEY, resources
from crm_contracts.tools.source import Finding, Source, access_of, map_value, resolve, type_name

_ASKED = {
    "CUSTOMER_360": "crm.common.v1.GetCustomerRequest",
    "TIMELINE": "crm.common.v1.ListCustomerTimelineRequest",
    "SEARCH": "crm.common.v1.SearchRecordsRequest",
}
_PERMISSION = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
_STANDARD = re.compile(r"(Batch)?(Assert|Create|Get|List|Update|Delete|Undelete)\w+(Request|Response)")
_PARAMETER = re.compile(r"\{([a-z0-9_.]+)\}")
_MONEY_WORDS = ("amount", "price", "revenue", "budget", "cost")
BOUNDING = frozenset((
    Format.EMAIL, Format.CURRENCY, Format.COUNTRY, Format.DECIMAL, Format.UUID, Format.DATE, Format.TIME_ZONE,
    Format.LANGUAGE, Format.DOMAIN,
))  # fmt: skip
"""Formats that no long text has."""
_ENDLESS = re.compile(r"(?<!\\)(?:\\\\)*[*+]|\{\d+,\}")
"""What repeats without end in a pattern."""
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


def read_only(source: Source) -> Iterator[Finding]:
    """A GET changes nothing but the audit trail; what is read-only leaves no entry there and is idempotent anyway."""
    for method in source.methods():
        policy, where = method.policy, method.full_name
        if method.http and method.http.verb == "GET" and not (policy.read_only or policy.idempotent):
            yield Finding(where, "read-only", "is a GET and neither read_only nor idempotent")
        if policy.read_only and (policy.audit or policy.idempotent):
            yield Finding(where, "read-only", "is read_only: it cannot be audited, and need not be called idempotent")


def reach(source: Source) -> Iterator[Finding]:
    """The scope of a permission limits records that exist: those it is named after, or those that `reach` names."""
    options = [option for message in source.messages() if (option := resource_of(message))]
    plurals = {option.plural for option in options}
    for method in source.methods():
        policy = method.policy
        plural = policy.reach or policy.permission.partition(".")[0]
        if "." in policy.permission and resource_of(method.descriptor.output_type) and plural not in plurals:
            yield Finding(method.full_name, "reach", f'there are no records called "{plural}": say what is limited')


def parts(source: Source) -> Iterator[Finding]:
    """What a service contributes to a view is asked and answered as the view expects, and no two give the same."""
    sections = next((m for m in source.messages() if m.full_name == "crm.gateway.v1.Sections"), None)
    taken: dict[tuple[str, ...], str] = {}
    for method in source.methods():
        part, where = option_of(method.descriptor, options_pb2.part), method.full_name
        if part is None:
            continue
        view, asked = View.Name(part.view), method.descriptor.input_type.full_name
        if asked != _ASKED.get(view):
            yield Finding(where, "part", f"{view} is asked for with {_ASKED.get(view)}, not with {asked}")
        key = (view, part.section) if part.section else (view, method.domain)
        owner = taken.setdefault(key, where)
        if owner != where:
            yield Finding(where, "part", f"gives the same part as {owner}")
        data = resolve(sections, f"{part.section}.data") if sections and part.section else None
        answer = method.descriptor.output_type.full_name
        if (view == "CUSTOMER_360") != (data is not None) or (data is not None and type_name(data) != answer):
            yield Finding(where, "part", f'no section "{part.section}" of the view has {answer} as its data')


def reference(source: Source) -> Iterator[Finding]:
    """A reference is to a kind of record that exists."""
    kinds = _records(source)
    for field in _fields(source):
        kind = rules_of(field).reference
        if kind and kind not in kinds:
            yield Finding(field.full_name, "reference", f'there are no records "{kind}"')


def part_of(source: Source) -> Iterator[Finding]:
    """Whose part a value is the id of is said: a field that refers to a record, its list, a field of the parts."""
    records = _records(source)
    for field in _fields(source):
        path = rules_of(field).part_of
        if not path:
            continue
        name, _, rest = path.partition(".")
        reference = field.containing_type.fields_by_name.get(name)
        whole = records.get(rules_of(reference).reference) if reference is not None else None
        parts = whole.fields_by_name.get(rest.partition(".")[0]) if whole is not None else None
        entry = parts.message_type if parts is not None and parts.is_repeated else None
        if entry is None or not {"id", rest.partition(".")[2]} <= {*entry.fields_by_name}:
            yield Finding(field.full_name, "part-of", f'"{path}" leads to no part of a record')


def title_field(source: Source) -> Iterator[Finding]:
    """People recognise a record by one of its texts, or by the title of a record that it refers to."""
    for message in source.messages():
        option = resource_of(message)
        if option is None:
            continue
        title = message.fields_by_name.get(option.title_field)
        if title is None or title.type != FieldDescriptor.TYPE_STRING or title.is_repeated:
            yield Finding(message.full_name, "title-field", f'there is no string "{option.title_field}"')


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
                if field.message_type is not None and type_name(field) != "google.protobuf.Timestamp":
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
    """What clients send has a bound: each string a length, or a format or pattern that is one, each list a number of
    items."""
    for field in source.writable():
        rules = rules_of(field)
        ends = rules.pattern and not _ENDLESS.search(rules.pattern)
        bounded = rules.max_length or rules.format in BOUNDING or ends
        if field.type == FieldDescriptor.TYPE_STRING and not bounded:
            yield Finding(field.full_name, "string-limit", "has no max_length, and no format or pattern that bounds it")
        if field.is_repeated and not rules.max_items:
            yield Finding(field.full_name, "items-limit", "has no max_items")


def event(source: Source) -> Iterator[Finding]:
    """Event types are well-formed and unique, and subjects exist."""
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


def unused(source: Source) -> Iterator[Finding]:
    """Each message is part of a call or of an event; an event without its option is part of nothing."""
    waiting = list(source.events())
    for method in source.methods():
        waiting += (method.descriptor.input_type, method.descriptor.output_type)
    used = set()
    while waiting:
        message = waiting.pop()
        if message.full_name not in used:
            used.add(message.full_name)
            waiting += [field.message_type for field in message.fields if field.message_type is not None]
    for message in source.messages():
        if message.full_name not in used and not message.file.name.startswith("crm/options/"):
            yield Finding(message.full_name, "unused", "is part of no call and of no event")


def _has_comparable_entries(field: FieldDescriptor) -> bool:
    entry = field.message_type
    if not field.is_repeated or entry is None or map_value(field) is not None:
        return False
    return any(rules_of(inner).filterable and inner.type == FieldDescriptor.TYPE_STRING for inner in entry.fields)


def searchable(source: Source) -> Iterator[Finding]:
    """Filters compare plain values, Timestamps, Money, lists of strings, and strings in the entries of a list; sorting
    needs one value, and groups one of a text or enum by which a filter finds their records."""
    for field in _fields(source):
        rules = rules_of(field)
        value = type_name(field) in ("", MONEY, "google.protobuf.Timestamp")
        strings = field.type == FieldDescriptor.TYPE_STRING
        comparable = value and (strings or not field.is_repeated)
        if rules.filterable and not (comparable or _has_comparable_entries(field)):
            yield Finding(field.full_name, "filterable", "cannot be compared by a filter")
        if rules.sortable and not (value and not field.is_repeated):
            yield Finding(field.full_name, "sortable", "has no order")
        single = not field.is_repeated and (strings or field.enum_type is not None)
        if rules.groupable and not (single and rules.filterable):
            yield Finding(field.full_name, "groupable", "is no text or enum that a filter compares")


RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    policy, read_only, reach, parts, reference, part_of, title_field, permission, comment, paging, update_mask, route,
    enum_zero, money, limits, event, unused, searchable,
)  # fmt: skip


def unlabelled(source: Source, catalogues: Mapping[str, Catalogue]) -> Iterator[Finding]:
    """Whatever a description of a resource shows has a label in every language, and labels are for what is there."""
    names = {name for resource in resources(source.methods()).values() for name in names_of(resource)}
    enums = (enum for message in source.messages() for enum in message.enum_types)
    cells = (enum for enum in enums if enum.full_name == "crm.common.v1.ImportTarget.Cell")
    names.update(value_name(value) for enum in cells for value in enum.values if value.number)
    for language, catalogue in sorted(catalogues.items()):
        keys = {name: name.key_in(catalogue) for name in names}
        if language != ENGLISH:
            for name in (name for name, key in keys.items() if key is None):
                yield Finding(
                    name.keys[0], "label", f"has no label among the {name.section} of proto/labels/{language}"
                )
        used = {(name.section, key) for name, key in keys.items()}
        for section, key in ((section, key) for section, labels in catalogue.items() for key in labels):
            if (section, key) not in used:
                yield Finding(key, "label", f"labels nothing; it is among the {section} of proto/labels/{language}")


def _records(source: Source) -> dict[str, Descriptor]:
    """The messages that describe records, by kind."""
    return {kind_of(message): message for message in source.messages() if resource_of(message)}


def _fields(source: Source) -> list[FieldDescriptor]:
    return [field for message in source.messages() for field in message.fields]


def _resource(method: Method) -> Any:
    """The resource option of what a method answers with: a record, or a page of records."""
    response = method.descriptor.output_type
    page = listed(response) if method.name.startswith("List") else None
    return resource_of(page or response)
