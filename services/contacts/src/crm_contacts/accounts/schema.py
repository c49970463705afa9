"""Rules of account input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import accounts_pb2
from crm_chassis.contracts.schema import derived, schema_for
from crm_kit import normalise
from marshmallow import ValidationError, validates


@schema_for(accounts_pb2.Account)
class AccountSchema(derived(accounts_pb2.Account)):  # type: ignore[misc]
    """Domains are the organisation's own."""

    @validates("domains")
    def own_domains(self, value: list[str], **_: Any) -> None:
        free = sorted(filter(normalise.is_free_mail, value))
        if free:
            raise ValidationError(f"{free[0]} is a free-mail domain and identifies nobody")
