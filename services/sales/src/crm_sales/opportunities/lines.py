"""The lines of an opportunity: products with the price they had when they were added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import UnknownReference
from crm_chassis.records.mapping import money_text
from crm_kit.money import line_total

from crm_sales.errors import ProductInactive
from crm_sales.products.model import Product

Line = dict[str, Any]


def make_lines(
    given: Iterable[opportunities_pb2.OpportunityLine], present: Sequence[Line], products: Mapping[str, Product]
) -> list[Line]:
    """The lines that stand after `given` replaces `present`, as they are stored.

    A line of a product that is present already keeps its price and description unless it names others; a new
    one takes them from the product. Raises UnknownReference or ProductInactive for a new line.
    """
    left: dict[str, list[Line]] = {}
    for line in present:
        left.setdefault(line["product_id"], []).append(line)
    found = []
    for position, line in enumerate(given):
        kept = left.get(line.product_id)
        if kept:
            earlier = kept.pop(0)
            description, price = earlier["description"], earlier["unit_price"]
        else:
            product = products.get(line.product_id)
            if product is None:
                raise UnknownReference.of(f"opportunity.lines.{position}.product_id", "products")
            if not product.active:
                raise ProductInactive(f"{product.name} is inactive and cannot be added to opportunities.")
            description, price = product.name, _money(product.price, product.price_currency)
        if line.HasField("unit_price"):
            price = _money(Decimal(line.unit_price.amount), line.unit_price.currency)
        found.append(
            _line(
                line.product_id,
                line.description or description,
                price,
                line.quantity or "1",
                line.discount_percent or "0",
            )
        )
    return found


def _line(product_id: str, description: str, price: dict[str, str], quantity: str, discount: str) -> Line:
    currency = price["currency"]
    amount = line_total(Decimal(quantity), Decimal(price["amount"]), Decimal(discount), currency)
    return {
        "product_id": product_id,
        "description": description,
        "unit_price": price,
        "quantity": quantity,
        "discount_percent": discount,
        "total": _money(amount, currency),
    }


def _money(amount: Decimal, currency: str) -> dict[str, str]:
    return {"amount": money_text(amount), "currency": currency}
