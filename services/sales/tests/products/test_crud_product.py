"""Products and their prices."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.sales.v1 import products_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique


def refusal(call: Any, *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value


def test_is_active_unless_it_says_otherwise(rpc: Any, admin: Any, make_product: Any) -> None:
    assert make_product().active
    made = make_product(active=False)
    assert not made.active
    request = products_pb2.UpdateProductRequest(product={"id": made.id}, update_mask={"paths": ["active"]})
    assert rpc("UpdateProduct", request, as_=admin).active


def test_a_stock_keeping_unit_is_one_products(rpc: Any, admin: Any, make_product: Any) -> None:
    sku = unique("SKU")
    made = make_product(sku=sku)
    assert refusal(make_product, sku=sku).reason == "ALREADY_EXISTS"

    rpc("DeleteProduct", standard_pb2.DeleteRequest(id=made.id), as_=admin)
    make_product(sku=sku)
    undelete = standard_pb2.UndeleteRequest(id=made.id)
    assert refusal(rpc, "UndeleteProduct", undelete, as_=admin).reason == "ALREADY_EXISTS"


def test_a_deleted_product_comes_back(rpc: Any, admin: Any, make_product: Any, published: Any) -> None:
    made = make_product(sku=unique("SKU"))
    rpc("DeleteProduct", standard_pb2.DeleteRequest(id=made.id), as_=admin)
    rpc("UndeleteProduct", standard_pb2.UndeleteRequest(id=made.id), as_=admin)
    back = rpc("GetProduct", standard_pb2.GetRequest(id=made.id), as_=admin)
    assert (back.sku, back.HasField("deleted_at")) == (made.sku, False)
    assert [event.action for event in published(made.id)] == ["created", "deleted", "updated"]


def test_is_changed_field_by_field(rpc: Any, admin: Any, make_product: Any, published: Any) -> None:
    made = make_product("10.00", family="GTX")
    request = products_pb2.UpdateProductRequest(
        product={"id": made.id, "price": {"amount": "12.50", "currency": "EUR"}}
    )

    rpc("UpdateProduct", request, as_=admin)

    found = rpc("GetProduct", standard_pb2.GetRequest(id=made.id), as_=admin)
    assert (found.price.amount, found.price.currency, found.family) == ("12.50", "EUR", "GTX")
    assert list(published(made.id)[-1].data.changed_fields) == ["price"]
    request.update_mask.paths[:] = ["price"]
    request.product.ClearField("price")
    assert refusal(rpc, "UpdateProduct", request, as_=admin).errors == {"product.price": ["is required"]}


def test_is_listed_by_price(rpc: Any, admin: Any, make_product: Any) -> None:
    family = unique("family")
    for amount in ("30.00", "10.00", "20.00"):
        make_product(amount, family=family)
    request = products_pb2.ListProductsRequest(
        filter=f'family = "{family}" AND price <= 20 AND active = true', order_by="name"
    )

    found = rpc("ListProducts", request, as_=admin).products

    assert {one.price.amount for one in found} == {"10.00", "20.00"}
