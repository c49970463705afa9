"""What can be imported, for programs that let people choose: the services say what, the contracts what it is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import crm_contracts
from crm.common.v1 import imports_pb2
from crm.gateway.v1 import descriptions_pb2 as descriptions
from crm_chassis.access.actor import Actor
from crm_contracts import labels
from crm_contracts.resources import Resource, resources
from google.protobuf.descriptor import FieldDescriptor

from crm_gateway.describe import described_field
from crm_gateway.gathered import Known
from crm_gateway.imports import SIGNS
from crm_gateway.web import Reply, Request

LIST = crm_contracts.method("crm.common.v1.ImportService.DescribeImportKinds")
_CELLS = imports_pb2.ImportTarget.Cell.DESCRIPTOR.values_by_name
_OPTIONS = imports_pb2.ImportOptions.DESCRIPTOR.fields
_CURRENCY = "_currency"


class DescribeImports:
    """Handles GET /v1/import_kinds."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._resources = resources(crm_contracts.methods().values())

    async def handle(self, request: Request, _: Mapping[str, str]) -> Reply:
        answers = await self._known.ask(LIST, imports_pb2.DescribeImportKindsRequest(), request, self._known.services)
        actor = request.caller.actor
        told = [
            kind
            for raw in answers.good.values()
            for kind in imports_pb2.DescribeImportKindsResponse.FromString(raw).kinds
        ]
        kinds = [
            _kind(self._resources[one.kind], one.targets, actor) for one in sorted(told, key=lambda kind: kind.kind)
        ]
        found = descriptions.DescribeImportKindsResponse(
            kinds=kinds,
            options=[_option(field, actor) for field in _OPTIONS if field.enum_type is not None],
            unavailable_services=answers.unavailable,
        )
        return Reply(200, request.caller.encoder.dumps(found))


def _kind(resource: Resource, targets: Iterable[Any], actor: Actor) -> descriptions.ImportKindDescription:
    return descriptions.ImportKindDescription(
        kind=resource.plural,
        service=resource.domain,
        label=labels.label(labels.singular(resource)),
        plural_label=labels.label(labels.plural(resource)),
        targets=[_target(resource, one, actor) for one in targets],
    )


def _target(resource: Resource, target: Any, actor: Actor) -> descriptions.ImportTargetDescription:
    fields: Mapping[str, FieldDescriptor] = resource.descriptor.fields_by_name
    own, filled = fields.get(target.name), fields.get(f"{target.name}_id")
    found = descriptions.ImportTargetDescription(name=target.name, many=target.many, label=_label(fields, target.name))
    needed = own or filled
    found.required = needed is not None and crm_contracts.REQUIRED in crm_contracts.behavior_of(needed)
    if own is not None and crm_contracts.OUTPUT_ONLY not in crm_contracts.behavior_of(own):
        found.field.CopyFrom(described_field(own, actor, True, True))
    return found


def _label(fields: Mapping[str, FieldDescriptor], name: str) -> dict[str, str]:
    """What people call a target: as the field that it is or is looked up for, else as what a cell says."""
    if name in fields:
        return labels.label(labels.field_name(fields[name]))
    if f"{name}_id" in fields:
        return labels.label(labels.field_name(fields[f"{name}_id"]))
    amount = fields.get(name.removesuffix(_CURRENCY))
    if amount is not None:
        currency = labels.label(labels.value_name(_CELLS["CURRENCY"]))
        of = labels.label(labels.field_name(amount))
        return {language: f"{of.get(language, of[labels.ENGLISH])}: {text}" for language, text in currency.items()}
    return labels.label(labels.value_name(_CELLS[name.upper()]))


def _option(field: FieldDescriptor, actor: Actor) -> descriptions.FieldDescription:
    found = described_field(field, actor, True, True)
    if taken := SIGNS.get(field.name):
        possible = [value for value in found.values if value.name in taken]
        del found.values[:]
        found.values.extend(possible)
    return found
