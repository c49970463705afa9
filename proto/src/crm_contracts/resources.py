"""The resources that clients work with, and what can be done with the records of each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from crm_contracts import Http, Method, kind_of, listed, resource_of, rules_of

MONEY = "crm.common.v1.Money"
STANDARD = frozenset(("create", "get", "list", "update", "delete", "undelete"))
# Many records in one call, how many there are, and records by the key of another system: ways of programs to what the
# others do.
_OF_PROGRAMS = re.compile(r"(Batch(Get|Create|Update|Delete|Undelete)|Group|Assert)[A-Z]")
# How a page, a version or the fields of a change are asked for is the same everywhere and nothing to fill in.
_ASIDE = frozenset(("etag", "update_mask", "page_size", "page_token"))


def filter_names(message: Descriptor) -> list[str]:
    """What a filter may ask for of a message: fields, parts of the entries of lists, the currency of amounts."""
    found: list[str] = []
    for field in message.fields:
        if not rules_of(field).filterable:
            continue
        if field.is_repeated and field.message_type is not None:
            found += [f"{field.name}.{one.name}" for one in field.message_type.fields if rules_of(one).filterable]
            continue
        found.append(field.name)
        if field.message_type is not None and field.message_type.full_name == MONEY:
            found.append(f"{field.name}.currency")
    return found


@dataclass(frozen=True)
class Action:
    """A method with a route, as something that can be done with records."""

    name: str
    """"create", "win": what the method is called, without the name of the resource."""
    method: Method
    http: Http

    @property
    def takes_record(self) -> bool:
        """Whether the body is the record itself."""
        body = self.method.descriptor.input_type.fields_by_name.get(self.http.body)
        return body is not None and resource_of(body.message_type) is not None

    @property
    def inputs(self) -> list[FieldDescriptor]:
        """What is said beside the record and the path."""
        bound = {path.partition(".")[0] for path in re.findall(r"\{([a-z0-9_.]+)\}", self.http.path)}
        if self.takes_record:
            bound.add(self.http.body)
        return [field for field in self.method.descriptor.input_type.fields if field.name not in bound | _ASIDE]


@dataclass(frozen=True)
class Resource:
    """A kind of record that has a list."""

    descriptor: Descriptor
    domain: str
    """Who offers it: "sales"."""
    actions: tuple[Action, ...]

    @cached_property
    def name(self) -> str:
        return str(resource_of(self.descriptor).name)

    @cached_property
    def plural(self) -> str:
        return str(resource_of(self.descriptor).plural)

    @cached_property
    def title_field(self) -> str:
        """The field by which people recognise a record."""
        return str(resource_of(self.descriptor).title_field)

    @cached_property
    def kind(self) -> str:
        """The kind of record: "crm.sales.opportunity"."""
        return kind_of(self.descriptor)

    @cached_property
    def is_own(self) -> bool:
        """Whether everybody reads the own records of the kind, and nobody those of others."""
        return any(action.name == "list" and action.method.policy.authenticated for action in self.actions)

    @property
    def fields(self) -> list[FieldDescriptor]:
        return [field for field in self.descriptor.fields if field.name not in _ASIDE]


def resources(methods: Iterable[Method]) -> dict[str, Resource]:
    """The resources that the methods list, by plural, sorted; without those that every service has, such as jobs."""
    services: dict[str, list[tuple[Method, Http]]] = {}
    for method in methods:
        if method.http is None or method.policy.public or method.domain == "common":
            continue
        if not _OF_PROGRAMS.match(method.name):
            services.setdefault(method.service, []).append((method, method.http))
    found = {}
    for routed in services.values():
        descriptor = next((d for method, _ in routed if (d := listed(method.descriptor.output_type))), None)
        if descriptor is not None:
            actions = tuple(Action(_action(method, descriptor), method, http) for method, http in routed)
            found[resource_of(descriptor).plural] = Resource(descriptor, routed[0][0].domain, actions)
    return dict(sorted(found.items()))


def inner_fields(field: FieldDescriptor) -> list[FieldDescriptor]:
    """The fields of the objects that a field holds; of a map the one that stands for its values; else none."""
    message = field.message_type
    if message is None or message.full_name == MONEY or message.full_name.startswith("google.protobuf."):
        return []
    if message.GetOptions().map_entry:
        return [message.fields_by_name["value"]]
    return list(message.fields)


def _action(method: Method, resource: Descriptor) -> str:
    """The name of a method without that of the resource: "win", "preview_conversion"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", method.name).lower()
    option = resource_of(resource)
    for noun in (option.plural, option.name):
        words = re.sub(rf"_{noun}(?=_|$)", "", words)
    return words
