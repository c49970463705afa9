"""Rules of contact input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import affiliations_pb2, contacts_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates_schema

RECOGNISED_BY = ("first_name", "last_name", "emails", "phones")
"""A contact has one of these."""


@schema_for(contacts_pb2.CreateContactRequest)
class CreateContactRequestSchema(derived(contacts_pb2.CreateContactRequest)):  # type: ignore[misc]
    """A contact needs something to be called or reached by."""

    @validates_schema(skip_on_field_errors=True)
    def recognisable(self, data: dict[str, Any], **_: Any) -> None:
        contact = data["contact"]
        if not any(contact.get(name) for name in RECOGNISED_BY):
            raise ValidationError({"contact": {"last_name": ["give a name, an e-mail address or a telephone number"]}})


@schema_for(affiliations_pb2.Affiliation)
class AffiliationSchema(derived(affiliations_pb2.Affiliation)):  # type: ignore[misc]
    """A tie ends after it starts."""

    @validates_schema
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("start_date") and data.get("end_date") and data["end_date"] < data["start_date"]:
            raise ValidationError("must not be before start_date", "end_date")
