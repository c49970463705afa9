"""Many records in one call, and a record by its external id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import pytest
from crm.common.v1 import batches_pb2, standard_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.contracts.transcode import Encoder
from crm_chassis.db.tables import History
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.batches import PORTION
from crm_chassis.rpc.transport import LARGEST_MESSAGE
from crm_chassis.testing import OWN, unique, user
from crm_shop.orders import Order
from google.protobuf.field_mask_pb2 import FieldMask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

ADMIN = user()
CREATED, UPDATED, UNCHANGED, REFUSED = (
    batches_pb2.CREATED,
    batches_pb2.UPDATED,
    batches_pb2.UNCHANGED,
    batches_pb2.REFUSED,
)


@pytest.fixture
def create(rpc: Callable[..., Any]) -> Callable[..., list[Any]]:
    def call(*orders: dict[str, Any], as_: Any = ADMIN, **more: str) -> list[Any]:
        request = orders_pb2.BatchCreateOrdersRequest(orders=orders)
        return list(rpc("BatchCreateOrders", request, as_=as_, **more).results)

    return call


@pytest.fixture
def update(rpc: Callable[..., Any]) -> Callable[..., list[Any]]:
    def call(*orders: dict[str, Any], as_: Any = ADMIN, allow_missing: bool = False, **more: Any) -> list[Any]:
        masks = [FieldMask(paths=[name for name in order if name not in ("id", "etag")]) for order in orders]
        request = orders_pb2.BatchUpdateOrdersRequest(orders=orders, update_masks=masks, allow_missing=allow_missing)
        return list(rpc("BatchUpdateOrders", request, as_=as_, **more).results)

    return call


@pytest.fixture
def assert_order(rpc: Callable[..., Any]) -> Callable[..., Any]:
    def call(as_: Any = ADMIN, **order: Any) -> Any:
        mask = FieldMask(paths=[name for name in order if name not in ("id", "etag")])
        return rpc("AssertOrder", orders_pb2.AssertOrderRequest(order=order, update_mask=mask), as_=as_)

    return call


@pytest.fixture
def order(rpc: Callable[..., Any]) -> Callable[[str], Any]:
    return lambda id_: rpc("GetOrder", standard_pb2.GetRequest(id=id_), as_=ADMIN)


def outcomes(results: list[Any]) -> list[int]:
    return [result.outcome for result in results]


def problem(result: Any) -> dict[str, Any]:
    assert result.outcome == REFUSED
    return Encoder().encode(result.problem)


def refusal(call: Callable[..., Any], *arguments: Any, **options: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*arguments, **options)
    return refused.value


@contextmanager
def counted(engine: Any) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


# -- reading ----------------------------------------------------------------------------------------------


def test_records_are_read_in_the_order_asked_for_and_what_is_not_there_is_named(rpc: Any, create: Any) -> None:
    first, second = (result.id for result in create({"name": "a"}, {"name": "b"}))
    missing = uuid7()
    answer = rpc("BatchGetOrders", batches_pb2.BatchGetRequest(ids=[second, missing, first, second]), as_=ADMIN)
    assert [order.id for order in answer.orders] == [second, first]
    assert list(answer.not_found) == [missing]


def test_what_the_caller_may_not_see_counts_as_not_found(rpc: Any, create: Any) -> None:
    rep = user({"orders.*": OWN, "fields.personal.read": OWN})
    (foreign,), (own,) = create({"name": "a", "owner_id": ADMIN.id}), create({"name": "b"}, as_=rep)
    answer = rpc("BatchGetOrders", batches_pb2.BatchGetRequest(ids=[foreign.id, own.id]), as_=rep)
    assert [order.id for order in answer.orders] == [own.id]
    assert list(answer.not_found) == [foreign.id]


def test_records_for_which_an_answer_has_no_room_are_named(rpc: Any, create: Any) -> None:
    big = {"text": "x" * 60_000}
    ids = [result.id for _ in range(2) for result in create(*({"name": "a", "custom": big} for _ in range(30)))]
    answer = rpc("BatchGetOrders", batches_pb2.BatchGetRequest(ids=ids), as_=ADMIN)
    assert answer.ByteSize() < LARGEST_MESSAGE
    assert [order.id for order in answer.orders] + list(answer.left_out) == ids
    assert answer.orders
    assert answer.left_out


def test_more_ids_than_a_thousand_are_refused(rpc: Any) -> None:
    request = batches_pb2.BatchGetRequest(ids=[uuid7() for _ in range(1001)])
    assert refusal(rpc, "BatchGetOrders", request, as_=ADMIN).errors == {"ids": ["must have at most 1000 entries"]}


# -- creating ---------------------------------------------------------------------------------------------


def test_one_that_is_refused_does_not_stop_the_others(create: Any, order: Any, published: Any) -> None:
    results = create({"name": "good"}, {"note": "nameless"}, {"name": "part", "parent_id": uuid7()}, {"name": "better"})
    assert outcomes(results) == [CREATED, REFUSED, REFUSED, CREATED]
    assert problem(results[1])["errors"] == {"name": ["is required"]}
    assert problem(results[2])["reason"] == "UNKNOWN_REFERENCE"
    assert [order(result.id).name for result in (results[0], results[3])] == ["good", "better"]
    assert [event.action for event in published(results[0].id)] == ["created"]


def test_an_external_id_that_is_taken_is_refused_with_its_holder(create: Any) -> None:
    key = unique()
    (holder,) = create({"name": "first", "external_id": key})
    again, other = create({"name": "again", "external_id": key}, {"name": "other"})
    assert problem(again)["reason"] == "ALREADY_EXISTS"
    assert problem(again)["errors"] == {"external_id": [f"is that of order {holder.id}"]}
    assert other.outcome == CREATED


def test_the_same_external_id_twice_in_a_call_makes_one_record(create: Any, rpc: Any) -> None:
    key = unique()
    results = create({"name": "first", "external_id": key}, {"name": "x"}, {"name": "again", "external_id": key})
    assert outcomes(results) == [CREATED, CREATED, REFUSED]
    assert problem(results[2])["errors"] == {"external_id": [f"is that of order {results[0].id}"]}


def test_a_call_with_the_same_key_is_answered_the_same(create: Any, rpc: Any) -> None:
    name, key = unique(), uuid7()
    first = create({"name": name}, {"note": "nameless"}, key=key)
    assert create({"name": name}, {"note": "nameless"}, key=key) == first
    listed = orders_pb2.ListOrdersRequest(filter=f'name = "{name}"')
    assert len(rpc("ListOrders", listed, as_=ADMIN).orders) == 1


def test_many_records_take_few_statements(create: Any, update: Any, engine: Any) -> None:
    names = [unique() for _ in range(500)]
    owner = uuid7()
    with counted(engine) as statements:
        results = create(*({"name": name, "owner_id": owner} for name in names))
    assert outcomes(results) == [CREATED] * 500
    assert len(statements) < 15 * 500 / PORTION
    with counted(engine) as statements:
        changed = update(*({"id": result.id, "note": "new"} for result in results))
    assert outcomes(changed) == [UPDATED] * 500
    assert len(statements) < 15 * 500 / PORTION


def test_a_thousand_refusals_have_a_bound(create: Any, rpc: Any) -> None:
    request = orders_pb2.BatchCreateOrdersRequest(
        orders=[{"name": "n" * 101, "note": "m" * 900, "weight": 5000, "country": "?"}] * 1000
    )
    answer = rpc("BatchCreateOrders", request, as_=ADMIN)
    assert outcomes(list(answer.results)) == [REFUSED] * 1000
    assert answer.ByteSize() < LARGEST_MESSAGE
    request.orders.add(name="one more")
    error = refusal(rpc, "BatchCreateOrders", request, as_=ADMIN)
    assert error.errors == {"orders": ["must have at most 1000 entries"]}


# -- changing ---------------------------------------------------------------------------------------------


def test_each_record_says_what_became_of_it(create: Any, update: Any, rpc: Any, order: Any, published: Any) -> None:
    one, same, shipped, stale = (result.id for result in create(*({"name": name} for name in "abcd")))
    rpc("ShipOrder", orders_pb2.ShipOrderRequest(id=shipped), as_=ADMIN)
    missing = uuid7()
    results = update(
        {"id": one, "note": "new"},
        {"id": same, "name": "b"},
        {"id": shipped, "note": "late"},
        {"id": stale, "note": "old", "etag": "7"},
        {"id": missing, "note": "nobody"},
        {"note": "of what"},
        {"id": one, "name": ""},
    )
    assert outcomes(results) == [UPDATED, UNCHANGED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED]
    assert [problem(result)["reason"] for result in results[2:]] == [
        "ORDER_SHIPPED", "ETAG_MISMATCH", "NOT_FOUND", "INVALID_INPUT", "INVALID_INPUT",
    ]  # fmt: skip
    assert problem(results[5])["errors"] == {"id": ["is required"]}
    assert (results[0].id, results[0].etag, results[1].etag) == (one, "2", "1")
    assert (order(one).note, order(one).name) == ("new", "a")
    assert [event.action for event in published(one)] == ["created", "updated"]
    assert [event.action for event in published(same)] == ["created"]


def test_a_mask_makes_a_field_empty(create: Any, rpc: Any, order: Any) -> None:
    (made,) = create({"name": "a", "note": "b"})
    request = orders_pb2.BatchUpdateOrdersRequest(orders=[{"id": made.id}], update_masks=[FieldMask(paths=["note"])])
    assert rpc("BatchUpdateOrders", request, as_=ADMIN).results[0].outcome == UPDATED
    assert (order(made.id).name, order(made.id).note) == ("a", "")


def test_a_change_of_what_the_caller_may_not_change_is_refused_and_noted(create: Any, update: Any, engine: Any) -> None:
    foreign = create({"name": "theirs"})[0].id
    rep = user({"orders.read": 5, "orders.update": OWN, "orders.create": OWN, "fields.personal.read": OWN})
    own = create({"name": "mine"}, as_=rep)[0].id
    results = update({"id": foreign, "note": "stolen"}, {"id": own, "note": "mine"}, as_=rep)
    assert outcomes(results) == [REFUSED, UPDATED]
    assert problem(results[0])["status"] == 403
    with Session(engine) as session:
        noted = select(History.changes).where(History.record_id == foreign, History.action == "refused")
        told = session.scalars(noted).all()
    assert told == [{"permission": [None, "orders.update"], "reason": [None, "PERMISSION_DENIED"]}]


def test_two_calls_with_the_same_records_do_not_wait_in_a_circle(create: Any, update: Any) -> None:
    ids = [result.id for result in create(*({"name": "a"} for _ in range(3 * PORTION)))]
    with futures.ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(update, *({"id": id_, "note": note} for id_ in order))
            for note, order in (("one", ids), ("two", list(reversed(ids))))
        ]
        assert [outcomes(call.result()) for call in calls] == [[UPDATED] * len(ids)] * 2


# -- by external id ---------------------------------------------------------------------------------------


def test_a_record_is_named_by_its_external_id(create: Any, update: Any, order: Any) -> None:
    key, new = unique(), unique()
    (made,) = create({"name": "a", "external_id": key})
    known, unknown = update({"external_id": key, "note": "x"}, {"external_id": new, "name": "b"})
    assert (known.outcome, known.id) == (UPDATED, made.id)
    assert problem(unknown)["status"] == 404
    same, made_now = update({"external_id": key, "note": "x"}, {"external_id": new, "name": "b"}, allow_missing=True)
    assert outcomes([same, made_now]) == [UNCHANGED, CREATED]
    assert order(made_now.id).name == "b"


def test_an_assertion_makes_changes_or_leaves_a_record(assert_order: Any) -> None:
    key = unique()
    made = assert_order(external_id=key, name="a", note="b")
    assert (made.outcome, made.order.etag) == (CREATED, "1")
    changed = assert_order(external_id=key, name="c")
    assert (changed.outcome, changed.order.id, changed.order.note) == (UPDATED, made.order.id, "b")
    assert assert_order(external_id=key, name="c").outcome == UNCHANGED
    assert refusal(assert_order, external_id=unique(), note="nameless").errors == {"order.name": ["is required"]}
    assert refusal(assert_order, external_id=" ", name="a").errors == {"order.external_id": ["is required"]}


def test_an_assertion_about_a_deleted_or_a_hidden_record_is_refused(assert_order: Any, rpc: Any) -> None:
    key, hidden = unique(), unique()
    gone = assert_order(external_id=key, name="a").order.id
    rpc("DeleteOrder", standard_pb2.DeleteRequest(id=gone), as_=ADMIN)
    assert refusal(assert_order, external_id=key, name="b").errors == {
        "order.external_id": [f"is that of order {gone}, which is deleted"]
    }
    assert_order(external_id=hidden, name="a")
    rep = user({"orders.*": OWN, "fields.personal.read": OWN})
    error = refusal(assert_order, external_id=hidden, name="b", as_=rep)
    assert (error.status, error.errors) == (409, {"order.external_id": ["is taken"]})


def test_who_may_not_create_may_not_assert_what_is_not_there(assert_order: Any, update: Any) -> None:
    clerk = user({"orders.read": 5, "orders.update": 5, "fields.personal.read": 5})
    error = refusal(assert_order, external_id=unique(), name="a", as_=clerk)
    assert (error.status, error.detail) == (403, "This needs the permission orders.create.")
    (result,) = update({"external_id": unique(), "name": "a"}, allow_missing=True, as_=clerk)
    assert problem(result)["status"] == 403


def test_calls_at_the_same_time_make_one_record(assert_order: Any, update: Any, engine: Any) -> None:
    keys = [unique() for _ in range(5)]
    with futures.ThreadPoolExecutor(8) as pool:
        many = [
            pool.submit(update, *({"external_id": key, "name": "a"} for key in keys), allow_missing=True)
            for _ in range(4)
        ]
        single = [pool.submit(assert_order, external_id=keys[0], name="a") for _ in range(4)]
        results = [outcomes(call.result()) for call in many]
        asserted = [call.result().outcome for call in single]
    assert all(REFUSED not in result for result in results)
    for place in range(len(keys)):
        created = [result[place] for result in results] + (asserted if place == 0 else [])
        assert created.count(CREATED) == 1
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Order.external_id.in_(keys))) == len(keys)


# -- deleting ---------------------------------------------------------------------------------------------


def versions(*results: Any) -> list[dict[str, str]]:
    return [{"id": result.id, "etag": result.etag} for result in results]


@pytest.fixture
def remove(rpc: Callable[..., Any]) -> Callable[..., list[Any]]:
    def call(*records: dict[str, str], as_: Any = ADMIN, **more: str) -> list[Any]:
        return list(rpc("BatchDeleteOrders", batches_pb2.BatchDeleteRequest(records=records), as_=as_, **more).results)

    return call


@pytest.fixture
def restore(rpc: Callable[..., Any]) -> Callable[..., list[Any]]:
    def call(*records: dict[str, str], as_: Any = ADMIN, **more: str) -> list[Any]:
        request = batches_pb2.BatchUndeleteRequest(records=records)
        return list(rpc("BatchUndeleteOrders", request, as_=as_, **more).results)

    return call


def test_each_record_is_deleted_and_brought_back_by_itself(
    create: Any, remove: Any, restore: Any, order: Any, published: Any
) -> None:
    made = create(*({"name": unique()} for _ in range(PORTION + 2)))
    asked = versions(*made)
    asked[1]["etag"] = "7"
    asked.insert(3, {"id": uuid7()})
    removed = remove(*asked)
    expected = [batches_pb2.DELETED] * len(asked)
    expected[1] = expected[3] = REFUSED
    assert outcomes(removed) == expected
    assert [problem(removed[place])["reason"] for place in (1, 3)] == ["ETAG_MISMATCH", "NOT_FOUND"]
    assert refusal(order, made[0].id).reason == "NOT_FOUND"
    assert published(made[0].id)[-1].action == "deleted"
    assert order(made[1].id).id == made[1].id
    assert problem(remove({"id": made[0].id})[0])["reason"] == "NOT_FOUND", "it is deleted already"

    back = restore(*versions(*(one for one in removed if one.id)), {"id": made[1].id}, {"id": uuid7()})
    assert outcomes(back) == [batches_pb2.UNDELETED] * (len(made) - 1) + [UNCHANGED, REFUSED]
    assert order(made[0].id).etag == back[0].etag


def test_who_may_not_delete_a_record_is_refused_that_one(create: Any, remove: Any, restore: Any) -> None:
    rep = user({"orders.create": OWN, "orders.read": ALL, "orders.delete": OWN, "fields.personal.read": ALL})
    (foreign,), (own,) = create({"name": "a", "owner_id": ADMIN.id}), create({"name": "b"}, as_=rep)
    results = remove(*versions(foreign, own), as_=rep)
    assert outcomes(results) == [REFUSED, batches_pb2.DELETED]
    assert problem(results[0])["status"] == 403
    remove({"id": foreign.id})
    assert outcomes(restore({"id": foreign.id}, {"id": own.id}, as_=rep)) == [REFUSED, batches_pb2.UNDELETED]


def test_a_repeated_deletion_has_the_first_answer(create: Any, remove: Any) -> None:
    made, key = create({"name": "a"}), unique()
    first = remove(*versions(*made), key=key)
    assert remove(*versions(*made), key=key) == first


def test_more_records_than_a_thousand_are_not_deleted_together(remove: Any) -> None:
    refused_call = refusal(remove, *({"id": uuid7()} for _ in range(1001)))
    assert refused_call.errors == {"records": ["must have at most 1000 entries"]}


def test_many_records_are_deleted_with_few_statements(create: Any, remove: Any, restore: Any, engine: Any) -> None:
    made = versions(*create(*({"name": "a"} for _ in range(PORTION))))
    with counted(engine) as statements:
        removed = remove(*made)
    assert len(statements) < PORTION
    with counted(engine) as statements:
        restore(*versions(*removed))
    assert len(statements) < PORTION
