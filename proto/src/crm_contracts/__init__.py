"""The contracts of the suite as Python objects.

Everything here is read from the descriptor set that `python -m crm_contracts.tools build` writes, so the
.proto files stay the only place where a route, a permission, a limit or an event type is written down.

    >>> method("crm.sales.v1.OpportunityService.WinOpportunity").policy.permission
    'opportunities.close'
    >>> event("crm.sales.opportunity.won.v1").message.DESCRIPTOR.name
    'OpportunityWon'
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import crm
from crm.options.v1 import options_pb2
from google.api import annotations_pb2, field_behavior_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor, MethodDescriptor
from google.protobuf.message import Message

Policy = options_pb2.Policy
Part = options_pb2.Part
View = options_pb2.View
FieldRules = options_pb2.Field
Sensitivity = options_pb2.Sensitivity
Format = options_pb2.Format
RateClass = options_pb2.RateClass
MessageClass = type[Message]

REQUIRED = field_behavior_pb2.REQUIRED
OUTPUT_ONLY = field_behavior_pb2.OUTPUT_ONLY
INPUT_ONLY = field_behavior_pb2.INPUT_ONLY
IMMUTABLE = field_behavior_pb2.IMMUTABLE


@dataclass(frozen=True)
class Http:
    """The HTTP side of a method.

    The verb is in capitals; `body` is the name of the body field, "*" for the whole request, "" for none.
    """

    verb: str
    path: str
    body: str


@dataclass(frozen=True)
class Method:
    """One RPC."""

    descriptor: MethodDescriptor
    policy: Policy
    http: Http | None

    @cached_property
    def name(self) -> str:
        return self.descriptor.name

    @cached_property
    def full_name(self) -> str:
        return self.descriptor.full_name

    @cached_property
    def service(self) -> str:
        """Full name of the gRPC service."""
        return self.descriptor.containing_service.full_name

    @cached_property
    def domain(self) -> str:
        """The part of the suite that defines it: "sales" for crm.sales.v1."""
        return self.full_name.split(".")[1]

    @cached_property
    def path(self) -> str:
        """The path of the call on the wire."""
        return f"/{self.service}/{self.name}"

    @cached_property
    def part(self) -> Part:
        """What it contributes to a view over all services; an empty part if it contributes nothing."""
        part: Part | None = option_of(self.descriptor, options_pb2.part)
        return Part() if part is None else part

    @cached_property
    def repeatable(self) -> bool:
        """Whether calling it again has no further effect."""
        return self.policy.read_only or self.policy.idempotent

    @cached_property
    def asserts(self) -> bool:
        """Whether it changes the record with a key, or makes it."""
        return is_assertion(self.descriptor.input_type)

    @cached_property
    def deletes(self) -> bool:
        """Whether it deletes the record that it names (AIP-135)."""
        return self.name.startswith("Delete")

    @cached_property
    def request(self) -> type[Message]:
        return message_factory.GetMessageClass(self.descriptor.input_type)

    @cached_property
    def response(self) -> type[Message]:
        return message_factory.GetMessageClass(self.descriptor.output_type)


@dataclass(frozen=True)
class Event:
    """One type of integration event."""

    type: str
    message: MessageClass
    subject: str
    personal: bool

    @cached_property
    def domain(self) -> str:
        """The service that publishes it."""
        return self.type.split(".")[1]

    @cached_property
    def record(self) -> str:
        """The kind of record whose order the event belongs to: "crm.sales.opportunity"."""
        return ".".join(self.type.split(".")[:3])

    @cached_property
    def action(self) -> str:
        """What happened: "won"."""
        return self.type.split(".")[3]

    @cached_property
    def version(self) -> int:
        """Of the type: 1 for "crm.sales.opportunity.won.v1"."""
        return int(self.type.split(".")[4].removeprefix("v"))


@cache
def _files() -> tuple[FileDescriptor, ...]:
    """Every .proto file of the suite, in the order of their names."""
    roots = [Path(folder) for folder in crm.__path__]
    modules = {path.relative_to(root).with_suffix("") for root in roots for path in root.rglob("*_pb2.py")}
    return tuple(importlib.import_module(".".join(("crm", *name.parts))).DESCRIPTOR for name in sorted(modules))


@cache
def methods() -> dict[str, Method]:
    """Every RPC of the suite by full name ("crm.sales.v1.OpportunityService.WinOpportunity")."""
    found: dict[str, Method] = {}
    for file in _files():
        for service in file.services_by_name.values():
            for descriptor in service.methods:
                found[descriptor.full_name] = Method(descriptor, policy_of(descriptor), http_of(descriptor))
    return found


def method(full_name: str) -> Method:
    """The RPC of that full name. Raises KeyError if there is none."""
    return methods()[full_name]


def parts(view: int) -> list[Method]:
    """The methods that contribute to a view, at most one of each service and section."""
    return [method for method in methods().values() if method.part.view == view]


def policy_of(descriptor: MethodDescriptor) -> Policy:
    """The policy of a method. Raises LookupError if it has none: such a method must not be served."""
    policy: Policy | None = option_of(descriptor, options_pb2.policy)
    if policy is None:
        raise LookupError(f"{descriptor.full_name} has no policy")
    return policy


def http_of(descriptor: MethodDescriptor) -> Http | None:
    """The HTTP side of a method, or None if the gateway does not route it."""
    rule = option_of(descriptor, annotations_pb2.http)
    if rule is None:
        return None
    verb = rule.WhichOneof("pattern")
    return Http(verb.upper(), getattr(rule, verb), rule.body)


@cache
def events() -> dict[str, Event]:
    """Every integration event by type."""
    found: dict[str, Event] = {}
    for message in messages():
        rules = option_of(message.DESCRIPTOR, options_pb2.event)
        if rules is not None:
            found[rules.type] = Event(rules.type, message, rules.subject, rules.personal)
    return found


@cache
def mergeable() -> frozenset[str]:
    """The kinds of records of which several can be made one: those whose events say so."""
    return frozenset(event.record for event in events().values() if event.action == "merged")


def event(type_: str) -> Event:
    """The event of that type. Raises KeyError if there is none."""
    return events()[type_]


@cache
def current_event(record: str, action: str) -> Event:
    """The event that tells of an action on a kind of record: the newest version that is declared.

    Raises LookupError if there is none.
    """
    candidates = [event for event in events().values() if (event.record, event.action) == (record, action)]
    if not candidates:
        raise LookupError(f"no event says {action} of {record}")
    return max(candidates, key=lambda event: event.version)


def event_of(message: type[Message]) -> Event:
    """The event whose payload the message is. Raises LookupError if it is not one."""
    rules = option_of(message.DESCRIPTOR, options_pb2.event)
    if rules is None:
        raise LookupError(f"{message.DESCRIPTOR.full_name} is not an event")
    return events()[rules.type]


def listed(response: Descriptor) -> Descriptor | None:
    """The resource that a list response is a page of, or None."""
    rows = rows_of(response)
    return rows.message_type if rows is not None else None


def records_of(method: MethodDescriptor) -> Descriptor | None:
    """The resource that a method lists or counts, or None."""
    if method.output_type.full_name != "crm.common.v1.GroupResponse":
        return listed(method.output_type)
    return next((found for one in method.containing_service.methods if (found := listed(one.output_type))), None)


def rows_of(message: Descriptor) -> FieldDescriptor | None:
    """The field that holds records, of a request those of which each is judged by itself, of a response those of the
    page; or None."""
    return next((field for field in message.fields if is_row(field)), None)


def is_assertion(request: Descriptor) -> bool:
    """Whether a request names the record to be changed by its external id, and makes it if there is none."""
    return request.name.startswith("Assert")


def is_row(field: FieldDescriptor) -> bool:
    """Whether a field holds several resources."""
    return field.is_repeated and field.message_type is not None and resource_of(field.message_type) is not None


def kind_of(resource: Descriptor) -> str:
    """The kind of record that the message of a resource describes: "crm.sales.opportunity"."""
    return f"crm.{resource.file.package.split('.')[1]}.{resource_of(resource).name}"


@cache
def messages() -> tuple[type[Message], ...]:
    """Every top-level message of the suite."""
    return tuple(
        message_factory.GetMessageClass(descriptor)
        for file in _files()
        for descriptor in file.message_types_by_name.values()
    )


@cache
def resource_messages() -> dict[str, type[Message]]:
    """The messages that describe records, by full name: "crm.sales.v1.Opportunity"."""
    return {one.DESCRIPTOR.full_name: one for one in messages() if resource_of(one.DESCRIPTOR) is not None}


def permissions() -> dict[str, list[str]]:
    """Every permission that some method or field asks for, with the full names of those."""
    found: dict[str, list[str]] = {}
    for m in methods().values():
        if m.policy.permission:
            found.setdefault(m.policy.permission, []).append(m.full_name)
    for message in messages():
        resource = resource_of(message.DESCRIPTOR)
        if resource is not None and resource.shareable:
            found.setdefault(f"{resource.plural}.share", []).append("crm.common.v1.SharingService.ShareRecord")
        for field in walk(message.DESCRIPTOR):
            rules = rules_of(field)
            for permission in (rules.read_permission, rules.write_permission):
                if permission:
                    found.setdefault(permission, []).append(field.full_name)
    for name in ("fields.personal.read", "fields.financial.read"):
        found.setdefault(name, [])
    return {name: sorted(set(found[name])) for name in sorted(found)}


def walk(descriptor: Descriptor) -> Iterable[FieldDescriptor]:
    """The fields of a message and of the messages nested in its definition."""
    yield from descriptor.fields
    for nested in descriptor.nested_types:
        yield from walk(nested)


@cache
def rules_of(field: FieldDescriptor) -> FieldRules:
    """Our rules of a field; empty rules if it states none."""
    rules: FieldRules | None = option_of(field, options_pb2.field)
    return FieldRules() if rules is None else rules


@cache
def behavior_of(field: FieldDescriptor) -> frozenset[int]:
    """google.api.field_behavior of a field."""
    return frozenset(field.GetOptions().Extensions[field_behavior_pb2.field_behavior])


@cache
def resource_of(descriptor: Descriptor) -> Any:
    """Our resource option of a message, or None."""
    return option_of(descriptor, options_pb2.resource)


def is_resource(field: FieldDescriptor) -> bool:
    """Whether a field holds a resource."""
    return not field.is_repeated and field.message_type is not None and resource_of(field.message_type) is not None


def option_of(descriptor: Any, extension: Any) -> Any:
    """The value of an option of ours or Google's on any descriptor, or None where it is not set."""
    options = descriptor.GetOptions()
    return options.Extensions[extension] if options.HasExtension(extension) else None
