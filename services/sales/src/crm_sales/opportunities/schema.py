"""Rules of opportunity input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.sales.v1 import opportunities_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import post_load


@schema_for(opportunities_pb2.Opportunity)
class OpportunitySchema(derived(opportunities_pb2.Opportunity)):  # type: ignore[misc]
    """Nobody competes twice."""

    @post_load
    def normal(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "competitors" in data:
            data["competitors"] = list(dict.fromkeys(one for one in data["competitors"] if one))
        return data
