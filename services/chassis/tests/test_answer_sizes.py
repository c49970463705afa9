"""Every answer has a bound in bytes, whatever the records hold: a page ends early, and goes on where it ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.common.v1 import history_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis.contracts.schema import STRUCT_BYTES
from crm_chassis.errors import DomainError
from crm_chassis.records import paging
from crm_chassis.rpc.transport import LARGEST_MESSAGE
from crm_chassis.testing import unique, user

ADMIN = user()
COUNT = 80
FREE = {"text": "ä" * (STRUCT_BYTES // 2 - 100)}


@pytest.fixture(scope="module")
def names() -> list[str]:
    return []


@pytest.fixture
def name(rpc: Callable[..., Any], names: list[str]) -> str:
    """Of orders that hold more than one message may."""
    if not names:
        names.append(unique("Large"))
        for _ in range(COUNT):
            rpc("CreateOrder", orders_pb2.CreateOrderRequest(order={"name": names[0], "custom": FREE}), as_=ADMIN)
    return names[0]


def test_free_fields_have_a_bound(rpc: Callable[..., Any]) -> None:
    order = {"name": unique("Large"), "custom": {"text": "a" * STRUCT_BYTES}}
    with pytest.raises(DomainError) as refused:
        rpc("CreateOrder", orders_pb2.CreateOrderRequest(order=order), as_=ADMIN)
    assert refused.value.errors == {"order.custom": ["must have at most 64 KB"]}


def test_a_page_of_large_records_ends_early(rpc: Callable[..., Any], name: str) -> None:
    assert COUNT * STRUCT_BYTES > LARGEST_MESSAGE
    request = orders_pb2.ListOrdersRequest(filter=f'name = "{name}"', page_size=200)
    ids: list[str] = []
    while not ids or request.page_token:
        page = rpc("ListOrders", request, as_=ADMIN)
        assert 0 < len(page.orders) < COUNT
        assert page.ByteSize() < paging.PAGE_BYTES + 1000
        ids += [order.id for order in page.orders]
        request.page_token = page.next_page_token
    assert len(ids) == len(set(ids)) == COUNT


def test_the_trail_of_large_records_is_read_in_pages(rpc: Callable[..., Any], name: str) -> None:
    request = history_pb2.ListHistoryRequest(filter='record_type = "order"', page_size=200)
    read = 0
    while not read or request.page_token:
        page = rpc("ListHistory", request, as_=ADMIN)
        assert page.ByteSize() < paging.PAGE_BYTES + 1000
        read += len(page.audit_entries)
        request.page_token = page.next_page_token
    assert read >= COUNT


def test_what_is_too_large_all_the_same_is_said(
    rpc: Callable[..., Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE_BYTES", 2 * LARGEST_MESSAGE)
    with pytest.raises(DomainError) as refused:
        rpc("ListOrders", orders_pb2.ListOrdersRequest(filter=f'name = "{name}"', page_size=200), as_=ADMIN)
    assert refused.value.reason == "ANSWER_TOO_LARGE"
    assert refused.value.status == 500
