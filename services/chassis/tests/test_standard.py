"""The standard use cases, and what every change of a record leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from inspect import unwrap
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis.db.migrations import differences
from crm_chassis.db.tables import History, Outbox
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.standard import standard
from crm_chassis.records.tx import transaction
from crm_chassis.testing import OWN, unique, user
from crm_shop.orders import Order
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import func, select
from sqlalchemy.orm import Session

ADMIN = user()


@pytest.fixture
def made(rpc: Callable[..., Any]) -> Any:
    return rpc("CreateOrder", orders_pb2.CreateOrderRequest(order={"name": unique("Order")}), as_=ADMIN)


def refusal(call: Callable[..., Any], *arguments: Any, **options: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*arguments, **options)
    return refused.value


def test_migrations_make_the_schema_of_the_models(engine: Any, service: Any) -> None:
    assert differences(engine, service.tables) == []


def test_there_is_one_for_each_standard_method_of_the_contract() -> None:
    assert [use_case.__name__ for use_case in standard(Order)] == [
        "get_order", "list_orders", "group_orders", "create_order", "update_order", "delete_order", "undelete_order",
    ]  # fmt: skip


def test_a_record_is_created_read_changed_deleted_and_brought_back(
    rpc: Callable[..., Any], made: Any, published: Callable[..., Any]
) -> None:
    get, delete = standard_pb2.GetRequest(id=made.id), standard_pb2.DeleteRequest(id=made.id)
    assert rpc("GetOrder", get, as_=ADMIN) == made
    update = orders_pb2.UpdateOrderRequest(order={"id": made.id, "note": "fragile", "etag": made.etag})
    assert rpc("UpdateOrder", update, as_=ADMIN).etag == "2"
    assert refusal(rpc, "UpdateOrder", update, as_=ADMIN).reason == "ETAG_MISMATCH"
    rpc("DeleteOrder", delete, as_=ADMIN)
    assert refusal(rpc, "GetOrder", get, as_=ADMIN).status == 404
    deleted = standard_pb2.GetRequest(id=made.id, show_deleted=True)
    assert rpc("GetOrder", deleted, as_=ADMIN).HasField("deleted_at")
    assert refusal(rpc, "GetOrder", deleted, as_=user({"orders.read": OWN})).status == 404
    listed = orders_pb2.ListOrdersRequest(filter=f'name = "{made.name}"', show_deleted=True)
    assert [order.id for order in rpc("ListOrders", listed, as_=ADMIN).orders] == [made.id]
    rpc("UndeleteOrder", standard_pb2.UndeleteRequest(id=made.id), as_=ADMIN)
    assert rpc("GetOrder", get, as_=ADMIN).note == "fragile"

    events = published(made.id)
    assert [(event.action, event.version) for event in events] == [
        ("created", 1), ("updated", 2), ("deleted", 3), ("updated", 4),
    ]  # fmt: skip
    assert list(events[1].data.changed_fields) == ["note"]


def test_what_was_read_may_be_sent_back_and_nothing_else_that_only_the_suite_writes(
    rpc: Callable[..., Any], made: Any
) -> None:
    read = rpc("GetOrder", standard_pb2.GetRequest(id=made.id), as_=ADMIN)
    read.note = "new"
    assert rpc("UpdateOrder", orders_pb2.UpdateOrderRequest(order=read), as_=ADMIN).note == "new"
    others = {"status": orders_pb2.Order.SHIPPED, "created_at": Timestamp(seconds=5), "created_by": "somebody"}
    for name, value in others.items():
        fields: dict[str, Any] = {name: value}
        changed = orders_pb2.UpdateOrderRequest(order={"id": made.id, "note": "lost", **fields})
        error = refusal(rpc, "UpdateOrder", changed, as_=ADMIN)
        assert (error.status, error.reason, list(error.errors)) == (422, "READ_ONLY_FIELD", [name])
        created = orders_pb2.CreateOrderRequest(order={"name": "x", **fields})
        assert list(refusal(rpc, "CreateOrder", created, as_=ADMIN).errors) == [name]
    assert rpc("GetOrder", standard_pb2.GetRequest(id=made.id), as_=ADMIN).note == "new"
    own_id = orders_pb2.CreateOrderRequest(order={"name": "x", "id": uuid7()})
    assert list(refusal(rpc, "CreateOrder", own_id, as_=ADMIN).errors) == ["id"]


def test_a_named_event_takes_the_place_of_the_plain_one(
    rpc: Callable[..., Any], made: Any, published: Callable[..., Any]
) -> None:
    ship = orders_pb2.ShipOrderRequest(id=made.id)
    assert rpc("ShipOrder", ship, as_=ADMIN).status == orders_pb2.Order.SHIPPED
    assert [event.action for event in published(made.id)] == ["created", "shipped"]
    assert refusal(rpc, "ShipOrder", ship, as_=ADMIN).reason == "ORDER_SHIPPED"
    change = orders_pb2.UpdateOrderRequest(order={"id": made.id, "note": "late"})
    assert refusal(rpc, "UpdateOrder", change, as_=ADMIN).reason == "ORDER_SHIPPED"
    assert [event.version for event in published(made.id)] == [1, 2]


def test_others_do_not_see_it(rpc: Callable[..., Any], made: Any) -> None:
    stranger = user({"orders.read": OWN})
    assert refusal(rpc, "GetOrder", standard_pb2.GetRequest(id=made.id), as_=stranger).status == 404
    assert not rpc("ListOrders", orders_pb2.ListOrdersRequest(), as_=stranger).orders


def test_a_transaction_that_fails_leaves_nothing(engine: Any) -> None:
    order = Order(name=unique("Order"), status="OPEN")

    def fail() -> None:
        with transaction(engine, ADMIN, vault=Vault(b"\x05" * 32)) as tx:
            tx.add(order)
            tx.settle()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Order.name == order.name)) == 0
        for table in (History, Outbox):
            assert session.scalar(select(func.count()).where(table.record_id == order.id)) == 0


def test_a_use_case_that_is_written_out_takes_the_place_of_the_standard_one(service: Any) -> None:
    def get_order(tx: Any, request: Any) -> None: ...

    def update_order(tx: Any, request: Any) -> None: ...

    methods = replace(service, rpcs=[*service.rpcs, get_order, update_order]).methods.values()
    functions = {method.name: function for method, function in methods}
    # Around what reads a record stands what reads it as of a time.
    assert unwrap(functions["GetOrder"]) is get_order
    assert functions["UpdateOrder"] is update_order
    assert functions["DeleteOrder"].__name__ == "delete_order"
