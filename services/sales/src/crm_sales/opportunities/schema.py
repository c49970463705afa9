"""Rules of opportunity input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.sales.v1 import sales_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import post_load

from crm_sales import normalise


@schema_for(sales_pb2.Opportunity)
class OpportunitySchema(derived(sales_pb2.Opportunity)):  # type: ignore[misc]
    """Tags are in lower case; nothing is named twice."""

    @post_load
    def normal(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "tags" in data:
            data["tags"] = normalise.tags(data["tags"])
        if "competitors" in data:
            data["competitors"] = list(dict.fromkeys(one for one in data["competitors"] if one))
        return data
