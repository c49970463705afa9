"""What the resources are like, for programs that build forms, tables and menus: the contracts, for one caller."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import crm_contracts
import orjson
from cachetools import LRUCache
from crm.gateway.v1 import descriptions_pb2 as descriptions
from crm_chassis.access.actor import Actor, Scope
from crm_chassis.contracts.transcode import Encoder, everything, is_map
from crm_chassis.errors import DomainError, NotFound
from crm_chassis.remembered import remembers
from crm_contracts import Sensitivity, labels
from crm_contracts.resources import MONEY, STANDARD, Action, Resource, inner_fields, resources
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from crm_gateway.authz import authorise
from crm_gateway.routes import template, with_history
from crm_gateway.web import Reply, Request

remembers(__name__)  # what fields there are


MAX_KEPT = 500
"""Answers kept; there are as many as resources for each combination of rights."""

_TYPES = {
    FieldDescriptor.CPPTYPE_STRING: descriptions.STRING,
    FieldDescriptor.CPPTYPE_INT32: descriptions.INTEGER,
    FieldDescriptor.CPPTYPE_INT64: descriptions.INTEGER,
    FieldDescriptor.CPPTYPE_UINT32: descriptions.INTEGER,
    FieldDescriptor.CPPTYPE_UINT64: descriptions.INTEGER,
    FieldDescriptor.CPPTYPE_DOUBLE: descriptions.NUMBER,
    FieldDescriptor.CPPTYPE_FLOAT: descriptions.NUMBER,
    FieldDescriptor.CPPTYPE_BOOL: descriptions.BOOLEAN,
    FieldDescriptor.CPPTYPE_ENUM: descriptions.ENUM,
}
_MESSAGES = {
    MONEY: descriptions.MONEY,
    "google.protobuf.Timestamp": descriptions.TIMESTAMP,
    "google.protobuf.Struct": descriptions.STRUCT,
}
_encoder = Encoder(everything)


class Descriptions:
    """Handles /v1/describe. An answer is made once for all callers with the same rights."""

    def __init__(self) -> None:
        self._resources = resources(crm_contracts.methods().values())
        self._kept: LRUCache[Hashable, tuple[str, bytes]] = LRUCache(MAX_KEPT)

    async def all(self, request: Request, path: Mapping[str, str]) -> Reply:
        """Handles the list of resources."""
        return self._reply(request, "", lambda actor: _summaries(self._resources.values(), actor))

    async def one(self, request: Request, path: Mapping[str, str]) -> Reply:
        """Handles one resource. Raises NotFound."""
        resource = self._resources.get(path["resource"])
        if resource is None:
            raise NotFound("There is no such resource; GET /v1/describe lists them.")
        return self._reply(request, resource.plural, lambda actor: _resource(resource, actor))

    def _reply(self, request: Request, plural: str, describe: Callable[[Actor], Message]) -> Reply:
        actor = request.caller.actor
        key = (plural, actor.rights, bool(actor.api_key))
        if key not in self._kept:
            # Sorted, because the order of the languages would differ between processes, and the etag with it.
            body = orjson.dumps(_encoder.encode(describe(actor)), option=orjson.OPT_SORT_KEYS)
            self._kept[key] = (hashlib.blake2b(body, digest_size=16).hexdigest(), body)
        etag, body = self._kept[key]
        headers = [(b"etag", b'"%s"' % etag.encode())]
        if request.has(etag):
            return Reply(304, headers=headers, cache=b"private, no-cache")
        return Reply(200, body, headers=headers, cache=b"private, no-cache")


def _summaries(found: Iterable[Resource], actor: Actor) -> descriptions.DescribeResourcesResponse:
    summaries = []
    for resource in found:
        allowed = {action.name for action in resource.actions if _may(actor, action)}
        summaries.append(
            descriptions.ResourceSummary(**_names(resource), can_list="list" in allowed, can_create="create" in allowed)
        )
    return descriptions.DescribeResourcesResponse(resources=summaries)


def _resource(resource: Resource, actor: Actor) -> descriptions.ResourceDescription:
    allowed = {action.name for action in resource.actions if _may(actor, action)}
    readable = not allowed.isdisjoint(("get", "list"))
    taken = _taken_by_lists(resource)
    return descriptions.ResourceDescription(
        **_names(resource),
        fields=[
            described_field(
                field,
                actor,
                readable,
                "create" in allowed
                or ("update" in allowed and crm_contracts.IMMUTABLE not in crm_contracts.behavior_of(field)),
                taken,
            )
            for field in resource.fields
        ],
        actions=[_action(resource, action, actor) for action in resource.actions],
        shareable=crm_contracts.resource_of(resource.descriptor).shareable,
        has_history=resource.plural in with_history(),
    )


def _taken_by_lists(resource: Resource) -> frozenset[str]:
    """The parameters of a resource's list: not every list can be filtered and sorted."""
    lists = (action.method.request.DESCRIPTOR for action in resource.actions if action.name == "list")
    return frozenset(field.name for request in lists for field in request.fields)


def _names(resource: Resource) -> dict[str, Any]:
    return {
        "name": resource.name,
        "plural": resource.plural,
        "kind": resource.kind,
        "service": resource.domain,
        "label": labels.label(labels.singular(resource)),
        "plural_label": labels.label(labels.plural(resource)),
        "title_field": resource.title_field,
    }


def _action(resource: Resource, action: Action, actor: Actor) -> descriptions.ActionDescription:
    policy = action.method.policy
    allowed = _may(actor, action)
    return descriptions.ActionDescription(
        name=action.name,
        verb=action.http.verb,
        path=template(action.http.path),
        permission=policy.permission,
        allowed=allowed,
        scope=Scope.Name(actor.scope_of(policy.permission) if policy.permission else 0),
        label=labels.label(labels.action_name(resource, action)),
        standard=action.name in STANDARD,
        takes_record=action.takes_record,
        fields=[described_field(field, actor, allowed, allowed) for field in action.inputs],
    )


def described_field(
    field: FieldDescriptor, actor: Actor, readable: bool, writable: bool, taken: frozenset[str] = frozenset()
) -> descriptions.FieldDescription:
    """Describes a field; `readable` and `writable` tell whether the caller may read or write what it belongs to.

    `taken` are the parameters of the lists that it is in.
    """
    behavior, rules = crm_contracts.behavior_of(field), crm_contracts.rules_of(field)
    read_only = crm_contracts.OUTPUT_ONLY in behavior
    readable = readable and crm_contracts.INPUT_ONLY not in behavior and actor.can_read(field)
    writable = writable and not read_only and actor.can_write(field)
    return descriptions.FieldDescription(
        name=field.name,
        type=_type(field),
        format=rules.format,
        repeated=field.is_repeated and not is_map(field),
        required=crm_contracts.REQUIRED in behavior,
        read_only=read_only,
        immutable=crm_contracts.IMMUTABLE in behavior,
        multiline=rules.multiline,
        sensitivity=rules.sensitivity or Sensitivity.INTERNAL,
        can_read=readable,
        can_write=writable,
        filterable=rules.filterable and "filter" in taken,
        sortable=rules.sortable and "order_by" in taken,
        groupable=rules.groupable,
        searchable=rules.searchable and "filter" in taken,
        reference=rules.reference,
        limits=descriptions.FieldLimits(
            min_length=rules.min_length or None,
            max_length=rules.max_length or None,
            pattern=rules.pattern or None,
            minimum=rules.minimum or None,
            maximum=rules.maximum or None,
            max_items=rules.max_items or None,
        ),
        values=[
            descriptions.EnumValueDescription(name=value.name, label=labels.label(labels.value_name(value)))
            for value in labels.values_of(field)
        ],
        fields=[described_field(inner, actor, readable, writable, taken) for inner in inner_fields(field)],
        label=labels.label(labels.field_name(field)),
    )


def _type(field: FieldDescriptor) -> descriptions.FieldType:
    if is_map(field):
        return descriptions.MAP
    if field.message_type is not None:
        return _MESSAGES.get(field.message_type.full_name, descriptions.MESSAGE)
    return _TYPES[field.cpp_type]


def _may(actor: Actor, action: Action) -> bool:
    try:
        authorise(action.method.policy, actor)
    except DomainError:
        return False
    return True
