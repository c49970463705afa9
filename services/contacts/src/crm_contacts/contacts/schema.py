"""Rules of contact input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, post_load, validates_schema

from crm_contacts import normalise


def _first(entries: list[dict[str, Any]], key: str, value: str) -> dict[str, Any]:
    return next(one for one in entries if one[key] == value)


@schema_for(contacts_pb2.Contact)
class ContactSchema(derived(contacts_pb2.Contact)):  # type: ignore[misc]
    """Numbers become E.164 with the raw text kept; addresses and numbers do not repeat."""

    @post_load
    def normal(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        for one in data.get("phones", ()):
            raw = one.get("raw") or one["number"]
            one["raw"], one["number"] = raw, normalise.phone(one["number"], data.get("country", ""))
        for name, key in (("emails", "address"), ("phones", "number")):
            if name in data:
                data[name] = [one for one in data[name] if one is _first(data[name], key, one[key])]
        if "tags" in data:
            data["tags"] = normalise.tags(data["tags"])
        return data


@schema_for(contacts_pb2.CreateContactRequest)
class CreateContactRequestSchema(derived(contacts_pb2.CreateContactRequest)):  # type: ignore[misc]
    """A contact needs something to be called or reached by."""

    @validates_schema(skip_on_field_errors=True)
    def recognisable(self, data: dict[str, Any], **_: Any) -> None:
        contact = data["contact"]
        if not any(contact.get(name) for name in ("first_name", "last_name", "emails", "phones")):
            raise ValidationError({"contact": {"last_name": ["give a name, an e-mail address or a telephone number"]}})


@schema_for(contacts_pb2.Affiliation)
class AffiliationSchema(derived(contacts_pb2.Affiliation)):  # type: ignore[misc]
    """A tie ends after it starts."""

    @validates_schema
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("start_date") and data.get("end_date") and data["end_date"] < data["start_date"]:
            raise ValidationError("must not be before start_date", "end_date")
