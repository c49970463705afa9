"""The contracts of the suite as Python objects.

Everything here is read from the descriptor set that `python -m crm_contracts.tools build` writes, so the
.proto files stay the only place where a route, a permission, a limit or an event type is written down.

    >>> method("crm.sales.v1.SalesService.WinOpportunity").policy.permission
    'opportunities.close'
    >>> event("crm.sales.opportunity.won.v1").message.DESCRIPTOR.name
    'OpportunityWon'
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from crm.options.v1 import options_pb2
from google.api import annotations_pb2, field_behavior_pb2
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import Message

Policy = options_pb2.Policy
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


def descriptor_set() -> FileDescriptorSet:
    """The descriptor set with comments, as protoc wrote it."""
    return FileDescriptorSet.FromString(files(__package__).joinpath("crm.binpb").read_bytes())


@cache
def _file_names() -> tuple[str, ...]:
    names = files(__package__).joinpath("files.txt").read_text().split()
    for name in names:
        importlib.import_module(name.removesuffix(".proto").replace("/", ".") + "_pb2")
    return tuple(names)


@cache
def methods() -> dict[str, Method]:
    """Every RPC of the suite by full name ("crm.sales.v1.SalesService.WinOpportunity")."""
    pool = descriptor_pool.Default()
    found: dict[str, Method] = {}
    for file_name in _file_names():
        for service in pool.FindFileByName(file_name).services_by_name.values():
            for descriptor in service.methods:
                found[descriptor.full_name] = Method(descriptor, policy_of(descriptor), http_of(descriptor))
    return found


def method(full_name: str) -> Method:
    """The RPC of that full name. Raises KeyError if there is none."""
    return methods()[full_name]


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


def event(type_: str) -> Event:
    """The event of that type. Raises KeyError if there is none."""
    return events()[type_]


def event_of(message: type[Message]) -> Event:
    """The event whose payload the message is. Raises LookupError if it is not one."""
    rules = option_of(message.DESCRIPTOR, options_pb2.event)
    if rules is None:
        raise LookupError(f"{message.DESCRIPTOR.full_name} is not an event")
    return events()[rules.type]


@cache
def messages() -> tuple[type[Message], ...]:
    """Every top-level message of the suite."""
    pool = descriptor_pool.Default()
    return tuple(
        message_factory.GetMessageClass(descriptor)
        for file_name in _file_names()
        for descriptor in pool.FindFileByName(file_name).message_types_by_name.values()
    )


def permissions() -> dict[str, list[str]]:
    """Every permission that some method asks for, with the full names of those methods."""
    found: dict[str, list[str]] = {}
    for m in methods().values():
        if m.policy.permission:
            found.setdefault(m.policy.permission, []).append(m.full_name)
    for message in messages():
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


def option_of(descriptor: Any, extension: Any) -> Any:
    """The value of an option of ours or Google's on any descriptor, or None where it is not set."""
    options = descriptor.GetOptions()
    return options.Extensions[extension] if options.HasExtension(extension) else None
