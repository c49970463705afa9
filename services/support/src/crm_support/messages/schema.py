"""Rules of message input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.support.v1 import messages_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates_schema


@schema_for(messages_pb2.Message)
class MessageSchema(derived(messages_pb2.Message)):  # type: ignore[misc]
    """What a customer said is no secret from the customer."""

    @validates_schema(skip_on_field_errors=True)
    def not_hidden_from_its_author(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("internal") and data.get("author") == messages_pb2.Message.Author.CUSTOMER:
            raise ValidationError("a customer's message cannot be internal", "internal")
