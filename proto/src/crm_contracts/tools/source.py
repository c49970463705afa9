"""Reads a descriptor set: what the checks and the documents have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crm.options.v1 import options_pb2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    ServiceDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool

from crm_contracts import OUTPUT_ONLY, Method, Policy, behavior_of, http_of, option_of


@dataclass(frozen=True, order=True)
class Finding:
    """One fault: a stable code, the full name of what is faulty, and what is wrong with it."""

    where: str
    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.where}: {self.text}"


class Source:
    """The suite's own part of a descriptor set, whichever version of the contracts it holds."""

    def __init__(self, descriptors: FileDescriptorSet) -> None:
        pool = DescriptorPool()
        for file in descriptors.file:
            pool.Add(file)
        own = [file for file in descriptors.file if file.name.startswith("crm/")]
        self.files = [pool.FindFileByName(file.name) for file in own]
        self._comments = dict(pair for file in own for pair in _comments(file))

    def comment(self, full_name: str) -> str:
        """The comment before a declaration as one line; empty if there is none."""
        return self._comments.get(full_name, "")

    def messages(self) -> list[Descriptor]:
        """Every message, nested ones behind their parents, without the entries of maps."""
        return [
            message
            for file in self.files
            for top in file.message_types_by_name.values()
            for message in _with_nested(top)
        ]

    def enums(self) -> list[EnumDescriptor]:
        """Every enum."""
        top = [enum for file in self.files for enum in file.enum_types_by_name.values()]
        return top + [enum for message in self.messages() for enum in message.enum_types]

    def methods(self) -> list[Method]:
        """Every RPC; one without a policy has an empty policy here."""
        return [
            Method(method, option_of(method, options_pb2.policy) or Policy(), http_of(method))
            for file in self.files
            for service in file.services_by_name.values()
            for method in service.methods
        ]

    def events(self) -> dict[Descriptor, Any]:
        """The messages that are payloads of events, with their event option."""
        options = {message: option_of(message, options_pb2.event) for message in self.messages()}
        return {message: option for message, option in options.items() if option is not None}

    def writable(self) -> list[FieldDescriptor]:
        """Every field that a caller other than the suite itself can fill."""
        found: dict[str, FieldDescriptor] = {}
        waiting = [method.descriptor.input_type for method in self.methods() if not method.policy.internal]
        while waiting:
            for field in waiting.pop().fields:
                if field.full_name in found or OUTPUT_ONLY in behavior_of(field):
                    continue
                found[field.full_name] = field
                if field.message_type is not None and is_own(field.message_type) and not map_value(field):
                    waiting.append(field.message_type)
        return sorted(found.values(), key=lambda field: field.full_name)


def access_of(policy: Policy) -> list[str]:
    """Which of the four ways to say who may call a method the policy uses; a sound policy uses one."""
    return [way for way in ("permission", "public", "authenticated", "internal") if getattr(policy, way)]


def map_value(field: FieldDescriptor) -> FieldDescriptor | None:
    """The field that stands for the values of a map; None if the field is no map."""
    entry = field.message_type
    return entry.fields_by_name["value"] if entry is not None and entry.GetOptions().map_entry else None


def message_type(field: FieldDescriptor) -> Descriptor:
    """The message type of a field that must have one. Raises TypeError if it has not."""
    if field.message_type is None:
        raise TypeError(f"{field.full_name} is not a message")
    return field.message_type


def type_name(field: FieldDescriptor) -> str:
    """Full name of the message type of a field; empty for a field of any other type."""
    return "" if field.message_type is None else str(field.message_type.full_name)


def is_own(message: Descriptor) -> bool:
    """Whether a message is the suite's and not one of protobuf's well-known types."""
    return message.full_name.startswith("crm.")


def resolve(message: Descriptor, path: str) -> FieldDescriptor | None:
    """The field at a dotted path below a message, or None."""
    head, _, rest = path.partition(".")
    field: FieldDescriptor | None = message.fields_by_name.get(head)
    if field is None or not rest:
        return field
    return resolve(field.message_type, rest) if field.message_type is not None else None


def _with_nested(message: Descriptor) -> Iterator[Descriptor]:
    yield message
    for nested in message.nested_types:
        if not nested.GetOptions().map_entry:
            yield from _with_nested(nested)


def _comments(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    names = dict(_paths(file))
    for location in file.source_code_info.location:
        name = names.get(tuple(location.path))
        if name and location.leading_comments:
            yield name, " ".join(location.leading_comments.split())


def _paths(file: FileDescriptorProto) -> Iterator[tuple[tuple[int, ...], str]]:
    """Location paths as SourceCodeInfo counts them, with full names; the package stands for the file."""
    package = file.package
    yield (FileDescriptorProto.PACKAGE_FIELD_NUMBER,), package
    yield from _message_paths((FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER,), package, file.message_type)
    yield from _enum_paths((FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER,), package, file.enum_type)
    for position, service in enumerate(file.service):
        path, name = (FileDescriptorProto.SERVICE_FIELD_NUMBER, position), f"{package}.{service.name}"
        yield path, name
        for number, method in enumerate(service.method):
            yield (*path, ServiceDescriptorProto.METHOD_FIELD_NUMBER, number), f"{name}.{method.name}"


def _message_paths(
    start: tuple[int, ...], scope: str, messages: Iterable[DescriptorProto]
) -> Iterator[tuple[tuple[int, ...], str]]:
    for position, message in enumerate(messages):
        path, name = (*start, position), f"{scope}.{message.name}"
        yield path, name
        for number, field in enumerate(message.field):
            yield (*path, DescriptorProto.FIELD_FIELD_NUMBER, number), f"{name}.{field.name}"
        nested = (*path, DescriptorProto.NESTED_TYPE_FIELD_NUMBER)
        yield from _message_paths(nested, name, message.nested_type)
        yield from _enum_paths((*path, DescriptorProto.ENUM_TYPE_FIELD_NUMBER), name, message.enum_type)


def _enum_paths(
    start: tuple[int, ...], scope: str, enums: Iterable[EnumDescriptorProto]
) -> Iterator[tuple[tuple[int, ...], str]]:
    for position, enum in enumerate(enums):
        path, name = (*start, position), f"{scope}.{enum.name}"
        yield path, name
        for number, value in enumerate(enum.value):
            yield (*path, EnumDescriptorProto.VALUE_FIELD_NUMBER, number), f"{name}.{value.name}"
