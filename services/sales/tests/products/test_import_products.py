"""Products from a file."""

from __future__ import annotations

from typing import Any

from crm.sales.v1 import products_pb2
from crm_chassis.testing import unique


def test_rows_become_products_and_are_recognised_again(rpc: Any, admin: Any, import_csv: Any) -> None:
    family, one, other = unique("family"), unique("ext"), unique("SKU")
    text = (
        "name,sku,family,price,price_currency,external_id\n"
        f"GTX Pro,,{family},4821,USD,{one}\n"
        f"GTX Basic,{other},{family},550.5,EUR,\n"
        f"No price,,{family},,,\n"
    )

    done = import_csv("products", text, as_=admin)

    assert (done.rows_created, done.rows_failed, done.errors[0].field) == (2, 1, "price")
    listed = products_pb2.ListProductsRequest(filter=f'family = "{family}"', order_by="name")
    found = rpc("ListProducts", listed, as_=admin).products
    assert [(p.name, p.price.amount, p.price.currency, p.active) for p in found] == [
        ("GTX Basic", "550.50", "EUR", True),
        ("GTX Pro", "4821.00", "USD", True),
    ]
    again = import_csv("products", text.replace("550.5", "600"), as_=admin)
    assert (again.rows_created, again.rows_updated, again.rows_unchanged) == (0, 1, 1)
