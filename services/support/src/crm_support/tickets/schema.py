"""Rules of ticket input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.support.v1 import support_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import post_load


@schema_for(support_pb2.Ticket)
class TicketSchema(derived(support_pb2.Ticket)):  # type: ignore[misc]
    """Tags are compared without case and do not repeat."""

    @post_load
    def normal(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "tags" in data:
            lowered = (one.strip().lower() for one in data["tags"])
            data["tags"] = list(dict.fromkeys(one for one in lowered if one))
        return data
