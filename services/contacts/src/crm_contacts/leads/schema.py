"""Rules of lead input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import leads_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates_schema


@schema_for(leads_pb2.CreateLeadRequest)
class CreateLeadRequestSchema(derived(leads_pb2.CreateLeadRequest)):  # type: ignore[misc]
    """A lead needs something to be called or reached by."""

    @validates_schema(skip_on_field_errors=True)
    def recognisable(self, data: dict[str, Any], **_: Any) -> None:
        lead = data["lead"]
        if not any(lead.get(name) for name in ("first_name", "last_name", "company", "email", "phone")):
            raise ValidationError({"lead": {"last_name": ["give a name, a company, an e-mail address or a number"]}})
