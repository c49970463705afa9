"""Rules of relationship input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import account_relationships_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates_schema


@schema_for(account_relationships_pb2.AccountRelationship)
class AccountRelationshipSchema(derived(account_relationships_pb2.AccountRelationship)):  # type: ignore[misc]
    """A relationship ends after it starts."""

    @validates_schema
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("start_date") and data.get("end_date") and data["end_date"] < data["start_date"]:
            raise ValidationError("must not be before start_date", "end_date")
