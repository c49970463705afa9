"""Rules of account input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, post_load, validates

from crm_contacts import normalise


@schema_for(contacts_pb2.Account)
class AccountSchema(derived(contacts_pb2.Account)):  # type: ignore[misc]
    """Domains are the organisation's own; telephone numbers are read as national ones of its country."""

    @validates("domains")
    def own_domains(self, value: list[str], **_: Any) -> None:
        free = sorted(set(value) & normalise.FREE_MAIL_DOMAINS)
        if free:
            raise ValidationError(f"{free[0]} is a free-mail domain and identifies nobody")

    @post_load
    def normal(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if data.get("phone"):
            data["phone"] = normalise.phone(data["phone"], data.get("country", ""))
        if "tags" in data:
            data["tags"] = normalise.tags(data["tags"])
        if "domains" in data:
            data["domains"] = list(dict.fromkeys(data["domains"]))
        return data
