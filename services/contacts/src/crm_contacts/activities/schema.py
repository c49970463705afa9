"""Rules of activity input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import activities_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates_schema


@schema_for(activities_pb2.CreateActivityRequest)
class CreateActivityRequestSchema(derived(activities_pb2.CreateActivityRequest)):  # type: ignore[misc]
    """An activity is about somebody."""

    @validates_schema(skip_on_field_errors=True)
    def about_somebody(self, data: dict[str, Any], **_: Any) -> None:
        if not any(data["activity"].get(name) for name in ("contact_id", "account_id", "lead_id")):
            raise ValidationError({"activity": {"contact_id": ["name a contact, an account or a lead"]}})
