"""What a view may name: the fields of its resource, as the contract says them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import crm_contracts
from crm_chassis.access.actor import Actor
from crm_chassis.contracts.filtering import check_operator, comparisons, convert, message_fields, no_such_field, parse
from crm_chassis.errors import InvalidInput, PermissionDenied
from google.protobuf.descriptor import Descriptor, FieldDescriptor


@cache
def _lists() -> dict[str, crm_contracts.Method]:
    """The lists of records that have a filter, by plural."""
    found: dict[str, crm_contracts.Method] = {}
    for method in crm_contracts.methods().values():
        resource = crm_contracts.listed(method.descriptor.output_type)
        if resource is None or method.http is None or "filter" not in method.request.DESCRIPTOR.fields_by_name:
            continue
        plural = crm_contracts.resource_of(resource).plural
        if method.http.path == f"/v1/{plural}":
            found[plural] = method
    return found


def listed_resource(plural: str) -> Descriptor | None:
    """The message of the records of that plural; None if they have no list with a filter."""
    method = _lists().get(plural)
    return crm_contracts.listed(method.descriptor.output_type) if method is not None else None


def readable_resources(actor: Actor) -> list[str]:
    """The plurals of the records whose list the actor may read."""
    return [plural for plural, method in _lists().items() if actor.may(method.policy.permission)]


def check_filter(actor: Actor, resource: Descriptor, text: str) -> None:
    """Raises InvalidInput for what the list would refuse, PermissionDenied for what the actor may not read."""
    expression = parse(text)
    allowed = message_fields(resource)
    for comparison in comparisons(expression) if expression is not None else ():
        if comparison.field not in allowed:
            raise no_such_field(comparison.field, allowed)
        check_operator(comparison, allowed[comparison.field])
        if comparison.value is not None:
            convert(comparison, allowed[comparison.field])
        _check_readable(actor, "filter", _path(resource, comparison.field))


def check_columns(actor: Actor, resource: Descriptor, columns: Iterable[str]) -> None:
    """Raises InvalidInput for what is no field that answers have, PermissionDenied for what the actor may not read."""
    for name in columns:
        field = resource.fields_by_name.get(name)
        if field is None or crm_contracts.INPUT_ONLY in crm_contracts.behavior_of(field):
            raise InvalidInput.of("columns", f"{crm_contracts.resource_of(resource).plural} have no {name!r}")
        _check_readable(actor, "columns", [field])


def check_order(actor: Actor, resource: Descriptor, text: str) -> None:
    """Raises InvalidInput for what cannot be sorted by, PermissionDenied for what the actor may not read."""
    sortable = {field.name: field for field in resource.fields if crm_contracts.rules_of(field).sortable}
    names = [part.strip().removeprefix("-") for part in text.split(",")] if text else []
    for name in names:
        if name not in sortable:
            raise InvalidInput.of("order_by", f"cannot sort by {name!r}; known are: {', '.join(sortable)}")
        _check_readable(actor, "order_by", [sortable[name]])
    if len(set(names)) < len(names):
        raise InvalidInput.of("order_by", "names a field twice")


def check_group(actor: Actor, resource: Descriptor, name: str) -> None:
    """Raises InvalidInput for what has no single plain value to group by, PermissionDenied for what is not readable."""
    groups = {
        field.name: field
        for field in resource.fields
        if crm_contracts.rules_of(field).filterable and not field.is_repeated and field.message_type is None
    }
    if name not in groups:
        raise InvalidInput.of("group_by", f"cannot group by {name!r}; known are: {', '.join(groups)}")
    _check_readable(actor, "group_by", [groups[name]])


def _path(resource: Descriptor, name: str) -> Iterator[FieldDescriptor]:
    """The field of a name and, of a name with dots, those inside it."""
    for part in name.split("."):
        field = resource.fields_by_name[part]
        resource = field.message_type
        yield field


def _check_readable(actor: Actor, parameter: str, path: Iterable[FieldDescriptor]) -> None:
    for field in path:
        if not actor.can_read(field):
            problem = f"you may not read {field.name}"
            raise PermissionDenied(f"{parameter}: {problem}.", errors={parameter: [problem]})
