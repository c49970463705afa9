"""What was tried and refused is in the audit trail, and cannot flood it."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import history_pb2, standard_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.refusals import NOTED
from crm_chassis.testing import ALL, OWN, unique, user


def refusals(rpc: Any, actor: Any) -> list[tuple[str, str, dict[str, str]]]:
    request = history_pb2.ListHistoryRequest(filter=f'actor_id = "{actor.id}"', page_size=200)
    entries = rpc("ListHistory", request, as_=user()).audit_entries
    return [
        (entry.action, entry.record_id, {one.field: one.new_value.string_value for one in entry.changes})
        for entry in entries
    ]


def test_a_right_that_is_missing(rpc: Any) -> None:
    clerk, order = user({"orders.read": ALL}), uuid7()
    with pytest.raises(DomainError, match=r"permission|reach"):
        rpc("DeleteOrder", standard_pb2.DeleteRequest(id=order), as_=clerk)
    told = {"method": "DeleteOrder", "reason": "PERMISSION_DENIED"}
    assert refusals(rpc, clerk) == [("refused", order, told)]


def test_a_method_of_the_gateway_is_called_by_its_own_name(rpc: Any) -> None:
    clerk, order = user({"orders.read": ALL}), uuid7()
    for name in ("ShredOrder", "no <name>"):
        with pytest.raises(DomainError, match=r"permission|reach"):
            rpc("DeleteOrder", standard_pb2.DeleteRequest(id=order), as_=clerk, x_called_as=name)
    assert [told["method"] for _, _, told in refusals(rpc, clerk)] == ["DeleteOrder", "ShredOrder"]


def test_a_right_that_does_not_reach_the_record(rpc: Any) -> None:
    made = rpc("CreateOrder", orders_pb2.CreateOrderRequest(order={"name": unique("Acme")}), as_=user())
    clerk = user({"orders.read": ALL, "orders.update": OWN})
    request = orders_pb2.UpdateOrderRequest(order={"id": made.id, "name": "Mine"})
    with pytest.raises(DomainError, match=r"permission|reach"):
        rpc("UpdateOrder", request, as_=clerk)
    assert [(action, about) for action, about, _ in refusals(rpc, clerk)] == [("refused", made.id)]


def test_a_record_that_is_hidden(rpc: Any) -> None:
    """Whoever would change it is told that it is not there; the trail tells who has tried."""
    made = rpc("CreateOrder", orders_pb2.CreateOrderRequest(order={"name": unique("Acme")}), as_=user())
    clerk = user({"orders.read": OWN, "orders.update": OWN, "orders.delete": OWN})
    with pytest.raises(DomainError, match="no order"):
        rpc("GetOrder", standard_pb2.GetRequest(id=made.id), as_=clerk)
    assert refusals(rpc, clerk) == []
    with pytest.raises(DomainError, match="no order"):
        rpc("DeleteOrder", standard_pb2.DeleteRequest(id=made.id), as_=clerk)
    assert refusals(rpc, clerk) == [("refused", made.id, {"method": "DeleteOrder", "reason": "NOT_FOUND"})]


def test_the_first_of_many_are_noted(rpc: Any) -> None:
    clerk = user({"orders.read": ALL})
    for _ in range(NOTED + 3):
        with pytest.raises(DomainError, match=r"permission|reach"):
            rpc("DeleteOrder", standard_pb2.DeleteRequest(id=uuid7()), as_=clerk)
    assert len(refusals(rpc, clerk)) == NOTED
