"""What is asked of the input of every call before its use case runs."""

from __future__ import annotations

from typing import Any

import crm_contracts
from google.protobuf.message import Message

from crm_chassis.access.actor import Actor, check_writable
from crm_chassis.contracts.schema import validate
from crm_chassis.errors import InvalidInput
from crm_chassis.violations import REQUIRED


def check_input(request: Message, actor: Actor) -> None:
    """Checks the rights to the fields that are set, then the fields, which are normalised in place.

    An update without a mask gets one with the fields that are set. Raises PermissionDenied and InvalidInput.
    """
    validate(request, partial=_unset_fields(request, actor))


def _unset_fields(request: Message, actor: Actor) -> list[str]:
    """Checks the right to write the fields that are set; returns the required fields that may be absent.

    An update without a mask changes the fields that are set (AIP-134).
    """
    body = next(
        (field for field in request.DESCRIPTOR.fields if crm_contracts.is_resource(field)),
        None,
    )
    if body is None or not request.HasField(body.name):
        return []
    resource: Any = getattr(request, body.name)
    mask: Any = getattr(request, "update_mask", None)
    key = "external_id" if crm_contracts.is_assertion(request.DESCRIPTOR) else "id"
    if mask is not None and key in resource.DESCRIPTOR.fields_by_name and not getattr(resource, key).strip():
        raise InvalidInput.of(f"{body.name}.{key}", REQUIRED())
    if mask is not None and not mask.paths:
        mask.paths.extend(field.name for field, _ in resource.ListFields() if field.name not in ("id", "etag"))
    named = {path.split(".", 1)[0] for path in mask.paths} if mask is not None else set()
    check_writable(actor, resource, named)
    if mask is None:
        return []
    return [f"{body.name}.{field.name}" for field in body.message_type.fields if field.name not in named]
