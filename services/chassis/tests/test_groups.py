"""Records are counted by the values of a field, as far as the caller may see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.common.v1 import groups_pb2, standard_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis.errors import DomainError
from crm_chassis.records import groups
from crm_chassis.testing import ALL, OWN, unique, user
from crm_shop.orders import Order
from sqlalchemy import Engine, func, insert, select, text, true

ADMIN = user()
COUNTRIES = ("DE", "AT", "DE", "", "AT", "DE")


@pytest.fixture
def orders(rpc: Callable[..., Any]) -> str:
    """The name of some orders from several countries."""
    name = unique("Order")
    for country in COUNTRIES:
        order = {"name": name, "country": country, "email": "ann@x.example"}
        rpc("CreateOrder", orders_pb2.CreateOrderRequest(order=order), as_=ADMIN)
    return name


@pytest.fixture
def group(rpc: Callable[..., Any], orders: str) -> Callable[..., groups_pb2.GroupResponse]:
    """The groups of these orders."""

    def ask(by: str, as_: Any = ADMIN, **fields: Any) -> Any:
        request = groups_pb2.GroupRequest(**{"by": by, "filter": f'name = "{orders}"'} | fields)
        return rpc("GroupOrders", request, as_=as_)

    return ask


def counts(answer: groups_pb2.GroupResponse) -> list[tuple[str, int]]:
    return [(group.value, group.count) for group in answer.groups]


def test_the_largest_group_comes_first(group: Any) -> None:
    answer = group("country")
    assert counts(answer) == [("DE", 3), ("AT", 2), ("", 1)]
    assert (answer.others, answer.total_size, answer.total_size_estimated) == (0, 6, False)
    assert not any(group.count_estimated for group in answer.groups)
    assert counts(group("status")) == [("OPEN", 6)]


def test_a_group_is_what_a_filter_by_its_value_selects(group: Any, orders: str) -> None:
    answer = group("country", filter=f'name = "{orders}" AND country != "DE"')
    assert counts(answer) == [("AT", 2), ("", 1)]


def test_only_records_that_the_caller_sees_are_counted(rpc: Callable[..., Any], group: Any, orders: str) -> None:
    seller = user({"orders.read": OWN, "orders.create": OWN})
    rpc("CreateOrder", orders_pb2.CreateOrderRequest(order={"name": orders, "country": "CH"}), as_=seller)

    assert counts(group("country", seller)) == [("CH", 1)]
    assert group("country").total_size == len(COUNTRIES) + 1


def test_deleted_records_are_not_counted(rpc: Callable[..., Any], group: Any, orders: str) -> None:
    listed = rpc("ListOrders", orders_pb2.ListOrdersRequest(filter=f'name = "{orders}" AND country = "DE"'), as_=ADMIN)
    rpc("DeleteOrder", standard_pb2.DeleteRequest(id=listed.orders[0].id), as_=ADMIN)
    assert counts(group("country"))[0][1] == 2


def test_small_groups_are_counted_together(group: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MAX_GROUPS", 1)
    answer = group("country")
    assert counts(answer) == [("DE", 3)]
    assert (answer.others, answer.total_size) == (3, 6)


def test_of_many_records_a_sample_is_counted(group: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the whole table here, so that the estimate is right."""
    monkeypatch.setattr(groups, "COUNTED", 5)
    seller = user({"orders.read": OWN})
    answer = group("country")
    assert counts(answer) == [("DE", 3), ("AT", 2), ("", 1)]
    assert answer.total_size_estimated
    assert all(group.count_estimated for group in answer.groups)
    assert group("country", seller).total_size == 0


def test_an_estimate_is_of_the_whole(engine: Engine, group: Any, orders: str, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = [column.name for column in Order.__table__.columns if column.name != "id"]
    copied = select(func.gen_random_uuid(), *(Order.__table__.c[name] for name in columns)).where(Order.name == orders)
    copies = copied.join(func.generate_series(1, 500).table_valued("number"), true())
    with engine.begin() as connection:
        connection.execute(insert(Order.__table__).from_select(["id", *columns], copies))
        total = connection.execute(select(func.count()).select_from(Order.__table__)).scalar_one()
        connection.execute(text("ANALYZE orders"))
    monkeypatch.setattr(groups, "COUNTED", 5)
    monkeypatch.setattr(groups, "SAMPLED", total // 4)

    answer = group("country")

    assert answer.total_size_estimated
    # A quarter of the pages has about 750 of them.
    assert 1_500 < answer.total_size < 4_500
    assert answer.total_size != len(COUNTRIES) * 501, "all of the table was read"
    assert [group.value for group in answer.groups] == ["DE", "AT", ""]


def test_there_are_no_fewer_than_were_seen(group: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "COUNTED", 5)
    monkeypatch.setattr(groups, "SAMPLED", 1e-6)
    answer = group("country")
    assert (counts(answer), answer.others, answer.total_size) == ([], 6, 6)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ({"by": "name"}, "by"),
        ({"by": "no_such"}, "by"),
        ({"by": ""}, "by"),
        ({"by": "country", "sum": "weight"}, "sum"),
        ({"by": "country", "filter": "nonsense = 1"}, "filter"),
    ],
)
def test_what_cannot_be_grouped_is_named(group: Any, asked: dict[str, str], parameter: str) -> None:
    with pytest.raises(DomainError) as refused:
        group(**asked)
    assert (refused.value.status, list(refused.value.errors)) == (400, [parameter])


@pytest.mark.parametrize("asked", [{"by": "email"}, {"by": "country", "filter": 'email = "ann@x.example"'}])
def test_what_one_may_not_read_one_may_not_group_by(group: Any, asked: dict[str, str]) -> None:
    reader = user({"orders.read": ALL})
    with pytest.raises(DomainError) as refused:
        group(as_=reader, **asked)
    assert refused.value.status == 403
    assert counts(group("email")) == [("ann@x.example", 6)]
