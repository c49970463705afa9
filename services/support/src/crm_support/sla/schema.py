"""Rules of policy input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.support.v1 import sla_policies_pb2
from crm_chassis.contracts.schema import derived, schema_for
from crm_chassis.errors import InvalidInput
from marshmallow import ValidationError, validates, validates_schema

from crm_support.sla.conditions import check_condition


@schema_for(sla_policies_pb2.SlaPolicy)
class SlaPolicySchema(derived(sla_policies_pb2.SlaPolicy)):  # type: ignore[misc]
    """A condition names fields of tickets; there is one target per kind of clock and priority."""

    @validates("condition")
    def about_tickets(self, value: str, **_: Any) -> None:
        try:
            check_condition(value)
        except InvalidInput as error:
            raise ValidationError(error.detail.removeprefix("filter: ")) from error

    @validates_schema(skip_on_field_errors=True)
    def once_each(self, data: dict[str, Any], **_: Any) -> None:
        pairs = [(one["kind"], one["priority"]) for one in data.get("targets", ())]
        if len(set(pairs)) != len(pairs):
            raise ValidationError("must not name a kind of clock twice for one priority", "targets")
