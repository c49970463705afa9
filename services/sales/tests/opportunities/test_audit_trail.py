"""The audit trail shows of nested values what the reader may see of the record itself."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import history_pb2
from crm_chassis.testing import ALL, user


def test_prices_within_lines_need_the_right_to_prices(make_product: Any, make_opportunity: Any, rpc: Any) -> None:
    made = make_opportunity(lines=[{"product_id": make_product("175.50").id, "quantity": "3"}])

    def shown(**more: int) -> dict[str, Any]:
        reader = user({"audit_entries.read": ALL, "fields.personal.read": ALL, **more})
        request = history_pb2.ListHistoryRequest(filter=f"record_id = {made.id}")
        (entry,) = rpc("ListHistory", request, as_=reader).audit_entries
        return {change.field: change.new_value for change in entry.changes}

    without, having = shown(), shown(**{"fields.financial.read": ALL})
    (line,) = without["lines"].list_value.values
    assert set(line.struct_value.fields) == {"product_id", "description", "quantity", "discount_percent"}
    assert "amount" not in without
    assert "175.5" not in str(without)
    (line,) = having["lines"].list_value.values
    assert line.struct_value["total"]["amount"] == "526.50"
