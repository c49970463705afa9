"""A list shows every record once, page by page, whatever it is sorted by."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from crm.shop.v1 import orders_pb2
from crm_chassis.errors import DomainError
from crm_chassis.records import paging
from crm_chassis.testing import unique, user

ADMIN = user()
DATES = ("2026-01-05", "", "2026-01-01", "2026-01-03", "", "2026-01-03", "")
WEIGHTS = (3, None, 3, 1, 2, None, None)


@pytest.fixture
def orders(rpc: Callable[..., Any]) -> Any:
    """Orders of one name, some of which have no date, no weight, or neither."""
    name = unique("Order")
    for due_date, weight in zip(DATES, WEIGHTS, strict=True):
        fields: dict[str, Any] = {"name": name, "due_date": due_date}
        if weight is not None:
            fields["weight"] = weight
        rpc("CreateOrder", orders_pb2.CreateOrderRequest(order=fields), as_=ADMIN)
    return name


@pytest.fixture
def pages(rpc: Callable[..., Any], orders: str) -> Callable[..., list[list[Any]]]:
    """The pages of these orders."""

    def read(order_by: str, size: int) -> list[list[Any]]:
        request = orders_pb2.ListOrdersRequest(filter=f'name = "{orders}"', order_by=order_by, page_size=size)
        pages: list[list[Any]] = []
        while True:
            answer = rpc("ListOrders", request, as_=ADMIN)
            pages.append(list(answer.orders))
            if not answer.next_page_token:
                return pages
            request.page_token = answer.next_page_token

    return read


@pytest.mark.parametrize("size", [1, 2, 3, 6])
@pytest.mark.parametrize(
    "order_by", ["due_date", "-due_date", "weight,due_date", "-weight,due_date", "due_date,-weight", "weight", "name"]
)
def test_pages_are_a_list_cut_into_pieces(pages: Callable[..., list[list[Any]]], order_by: str, size: int) -> None:
    (whole,) = pages(order_by, 200)
    pieces = pages(order_by, size)

    assert [order.id for piece in pieces for order in piece] == [order.id for order in whole]
    assert len(whole) == len(DATES)
    assert {len(piece) for piece in pieces[:-1]} == {size}


@pytest.mark.parametrize("order_by", ["due_date", "-due_date"])
def test_records_without_the_value_come_last(pages: Callable[..., list[list[Any]]], order_by: str) -> None:
    (whole,) = pages(order_by, 200)
    dates = [order.due_date for order in whole]
    assert dates[-3:] == ["", "", ""]
    assert dates[:-3] == sorted(dates[:-3], reverse=order_by.startswith("-"))


@pytest.mark.parametrize(
    "changed", [{"order_by": "-due_date"}, {"filter": "status = OPEN"}, {"page_token": "x"}, {"page_token": "W10"}]
)
def test_a_position_belongs_to_its_list(rpc: Callable[..., Any], orders: str, changed: dict[str, str]) -> None:
    asked = {"filter": f'name = "{orders}"', "order_by": "due_date"}
    token = rpc("ListOrders", orders_pb2.ListOrdersRequest(**asked, page_size=2), as_=ADMIN).next_page_token
    with pytest.raises(DomainError) as refused:
        rpc("ListOrders", orders_pb2.ListOrdersRequest(**asked | {"page_token": token} | changed), as_=ADMIN)
    assert list(refused.value.errors) == ["page_token"]


@pytest.mark.parametrize(
    "values",
    [[-1, "<id>"], [True, "<id>"], ["a\0", "<id>"], [{"t": "2026-01-01T00:00:00+00:00"}, "<id>"],
     [{"n": "NaN"}, "<id>"], ["a", 1], ["a", "no id"], ["a", ["<id>"]], ["a"], ["a", "<id>", "<id>"], [{}, "<id>"],
     [{"x": 1}, "<id>"]],
)  # fmt: skip
def test_a_forged_position_is_refused(rpc: Callable[..., Any], orders: str, values: list[Any]) -> None:
    asked = {"filter": f'name = "{orders}"', "order_by": "name", "page_size": 2}
    token = rpc("ListOrders", orders_pb2.ListOrdersRequest(**asked), as_=ADMIN).next_page_token
    shape = orjson.loads(base64.urlsafe_b64decode(token + "=="))[0]
    forged = base64.urlsafe_b64encode(orjson.dumps([shape, *values])).decode().rstrip("=")
    with pytest.raises(DomainError) as refused:
        rpc("ListOrders", orders_pb2.ListOrdersRequest(**asked, page_token=forged), as_=ADMIN)
    assert list(refused.value.errors) == ["page_token"]


def test_many_records_are_estimated_unless_all_shall_be_counted(
    rpc: Callable[..., Any], orders: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNTED", len(DATES))
    asked = orders_pb2.ListOrdersRequest(filter=f'name = "{orders}"', page_size=1, include_total_size=True)
    few = rpc("ListOrders", asked, as_=ADMIN)
    assert (few.total_size, few.total_size_estimated) == (len(DATES), False)

    monkeypatch.setattr(paging, "COUNTED", 3)
    many = rpc("ListOrders", asked, as_=ADMIN)
    assert many.total_size > 3
    assert many.total_size_estimated
    asked.exact_total_size = True
    exact = rpc("ListOrders", asked, as_=ADMIN)
    assert (exact.total_size, exact.total_size_estimated) == (len(DATES), False)
