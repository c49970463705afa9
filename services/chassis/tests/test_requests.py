"""The same write with the same key happens once; concurrent writers do not overwrite each other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import OWN, unique, user
from crm_shop.orders import Order
from sqlalchemy import delete, text, update

ADMIN = user()


def create(name: str) -> Any:
    return orders_pb2.CreateOrderRequest(order={"name": name})


def test_twenty_at_once_with_one_key_make_one_record(rpc: Any) -> None:
    name, key = unique("Once"), unique("key")
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: rpc("CreateOrder", create(name), as_=ADMIN, key=key), range(20)))
    assert len({answer.id for answer in answers}) == 1
    found = rpc("ListOrders", orders_pb2.ListOrdersRequest(filter=f'name = "{name}"'), as_=ADMIN)
    assert len(found.orders) == 1


def test_a_key_stands_for_one_request(rpc: Any) -> None:
    key = unique("key")
    rpc("CreateOrder", create(unique("A")), as_=ADMIN, key=key)
    with pytest.raises(DomainError) as refused:
        rpc("CreateOrder", create(unique("B")), as_=ADMIN, key=key)
    assert refused.value.reason == "IDEMPOTENCY_KEY_REUSED"


def test_keys_of_different_users_do_not_meet(rpc: Any) -> None:
    key = unique("key")
    first = rpc("CreateOrder", create(unique("A")), as_=ADMIN, key=key)
    assert rpc("CreateOrder", create(unique("B")), as_=user(), key=key).id != first.id


def test_a_refused_write_may_be_repeated_with_its_key(rpc: Any) -> None:
    key, name = unique("key"), unique("Later")
    bad = orders_pb2.CreateOrderRequest(order={"name": name, "parent_id": "01a20087-6a16-726d-a0b5-929defca4fce"})
    with pytest.raises(DomainError):
        rpc("CreateOrder", bad, as_=ADMIN, key=key)
    assert rpc("CreateOrder", create(name), as_=ADMIN, key=key).name == name


def test_a_first_attempt_stores_its_answer_for_those_that_follow(rpc: Any) -> None:
    key, name = unique("gateway "), unique("First")
    first = rpc("CreateOrder", create(name), as_=ADMIN, key=key, x_first_attempt="1")
    assert rpc("CreateOrder", create(name), as_=ADMIN, key=key) == first
    found = rpc("ListOrders", orders_pb2.ListOrdersRequest(filter=f'name = "{name}"'), as_=ADMIN)
    assert len(found.orders) == 1


def test_a_write_that_is_sent_again_while_the_first_attempt_works_happens_once(rpc: Any, engine: Any) -> None:
    order = rpc("CreateOrder", create(unique("Twice")), as_=ADMIN)
    key = unique("gateway ")
    request = orders_pb2.UpdateOrderRequest(order={"id": order.id, "note": unique("note")})
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(2) as pool, engine.connect() as holding:
        # Both attempts have begun, and neither has come to its end, when the record is let go.
        holding.execute(text("SELECT FROM orders WHERE id = :id FOR UPDATE"), {"id": order.id})
        attempts = []
        for metadata in ({"x_first_attempt": "1"}, {}):
            attempts.append(pool.submit(rpc, "UpdateOrder", request, as_=ADMIN, key=key, **metadata))
            while holding.scalar(waiting) < len(attempts):
                holding.execute(text("SELECT pg_sleep(0.01)"))
        holding.rollback()
        first, second = (attempt.result() for attempt in attempts)
    assert first == second
    assert first.etag == "2"


def test_of_two_changes_with_the_same_etag_one_wins(rpc: Any) -> None:
    order = rpc("CreateOrder", create(unique("Race")), as_=ADMIN)

    def change(note: str) -> str:
        request = orders_pb2.UpdateOrderRequest(order={"id": order.id, "note": note, "etag": order.etag})
        try:
            rpc("UpdateOrder", request, as_=ADMIN)
        except DomainError as error:
            return error.reason
        return "done"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(change, [f"note {n}" for n in range(8)]))
    assert sorted(results) == ["ETAG_MISMATCH"] * 7 + ["done"]


# -- an answer that is given again is for whoever may see now what it shows --------------------------------------------

REP = {"orders.*": OWN, "fields.personal.read": OWN}


def refusal(call: Callable[[], Any]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value


def give_away(engine: Any, order_id: str) -> None:
    """In the database: whatever has become of the order."""
    with engine.begin() as connection:
        connection.execute(update(Order).where(Order.id == order_id).values(owner_id=ADMIN.id))


def test_an_answer_is_not_given_again_once_its_record_belongs_to_somebody_else(rpc: Any, engine: Any) -> None:
    rep, key, request = user(REP), unique("key"), create(unique("Mine"))
    made = rpc("CreateOrder", request, as_=rep, key=key)
    assert rpc("CreateOrder", request, as_=rep, key=key) == made

    give_away(engine, made.id)
    again = refusal(lambda: rpc("CreateOrder", request, as_=rep, key=key))
    read = refusal(lambda: rpc("GetOrder", standard_pb2.GetRequest(id=made.id), as_=rep))

    assert (again.reason, again.status) == (read.reason, read.status) == ("NOT_FOUND", 404)
    assert again.detail.startswith(read.detail)
    assert "was carried out" in again.detail


@pytest.mark.parametrize("write", ["UpdateOrder", "ShipOrder", "AssertOrder"])
def test_neither_are_those_of_changes(rpc: Any, engine: Any, write: str) -> None:
    rep, key, external_id = user(REP), unique("key"), unique("E")
    made = rpc("CreateOrder", orders_pb2.CreateOrderRequest(order={"name": "n", "external_id": external_id}), as_=rep)
    request: Any = {
        "UpdateOrder": orders_pb2.UpdateOrderRequest(order={"id": made.id, "note": "fragile"}),
        "ShipOrder": orders_pb2.ShipOrderRequest(id=made.id),
        "AssertOrder": orders_pb2.AssertOrderRequest(order={"external_id": external_id, "note": "fragile"}),
    }[write]
    answer = rpc(write, request, as_=rep, key=key)
    assert rpc(write, request, as_=rep, key=key) == answer
    with_fewer_rights = replace(rep, grants={**REP, "orders.*": 0, "orders.update": OWN, "orders.ship": OWN})

    assert refusal(lambda: rpc(write, request, as_=with_fewer_rights, key=key)).reason == "PERMISSION_DENIED"
    give_away(engine, made.id)
    assert refusal(lambda: rpc(write, request, as_=rep, key=key)).reason == "NOT_FOUND"


def test_a_deletion_is_answered_again_in_any_case_and_shows_what_is_still_to_be_seen(rpc: Any, engine: Any) -> None:
    rep, key = user(REP), unique("key")
    made = rpc("CreateOrder", create(unique("Gone")), as_=rep)
    request = standard_pb2.DeleteRequest(id=made.id)
    deleted = rpc("DeleteOrder", request, as_=rep, key=key)
    assert rpc("DeleteOrder", request, as_=rep, key=key) == deleted

    give_away(engine, made.id)
    assert rpc("DeleteOrder", request, as_=rep, key=key) == orders_pb2.Order(id=made.id)


def test_what_one_has_made_and_deleted_oneself_is_answered_as_it_was_made(rpc: Any) -> None:
    rep, key, request = user(REP), unique("key"), create(unique("Mine"))
    made = rpc("CreateOrder", request, as_=rep, key=key)
    rpc("DeleteOrder", standard_pb2.DeleteRequest(id=made.id), as_=rep)
    assert rpc("CreateOrder", request, as_=rep, key=key) == made


def test_of_what_is_gone_for_good_nothing_is_told(rpc: Any, engine: Any) -> None:
    rep, key, request = user(REP), unique("key"), create(unique("Gone"))
    made = rpc("CreateOrder", request, as_=rep, key=key)
    with engine.begin() as connection:
        connection.execute(delete(Order).where(Order.id == made.id))
    assert refusal(lambda: rpc("CreateOrder", request, as_=rep, key=key)).reason == "NOT_FOUND"


def test_who_may_make_records_and_read_none_is_answered_again(rpc: Any) -> None:
    form, key, request = user({"orders.create": OWN, "fields.personal.read": OWN}), unique("key"), create(unique("F"))
    made = rpc("CreateOrder", request, as_=form, key=key)
    assert rpc("CreateOrder", request, as_=form, key=key) == made
    several = orders_pb2.BatchCreateOrdersRequest(orders=[{"name": "a"}])
    assert rpc("BatchCreateOrders", several, as_=form, key=key + "s") == rpc(
        "BatchCreateOrders", several, as_=form, key=key + "s"
    )


def test_of_many_records_those_that_are_not_to_be_seen_any_more_are_not_found(rpc: Any, engine: Any) -> None:
    rep, key = user(REP), unique("key")
    request = orders_pb2.BatchCreateOrdersRequest(orders=[{"name": "a"}, {"name": ""}, {"name": "c"}])
    first = rpc("BatchCreateOrders", request, as_=rep, key=key)
    assert rpc("BatchCreateOrders", request, as_=rep, key=key) == first

    give_away(engine, first.results[0].id)
    again = rpc("BatchCreateOrders", request, as_=rep, key=key)

    assert [one.problem.reason for one in again.results] == ["NOT_FOUND", "INVALID_INPUT", ""]
    assert list(again.results[1:]) == list(first.results[1:])


def test_one_call_that_the_gateway_sends_twice_is_answered_as_if_it_were_sent_once(rpc: Any, engine: Any) -> None:
    rep, key = user(REP), unique("gateway ")
    made = rpc("CreateOrder", create(unique("Given")), as_=rep)
    request = orders_pb2.ShipOrderRequest(id=made.id)
    shipped = rpc("ShipOrder", request, as_=rep, key=key, x_first_attempt="1")
    give_away(engine, made.id)
    assert rpc("ShipOrder", request, as_=rep, key=key) == shipped
