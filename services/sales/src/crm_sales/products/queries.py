"""Selects over products."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from crm_chassis.db.tx import Transaction
from sqlalchemy import or_

from crm_sales.normalise import name_key
from crm_sales.products.model import Product


def products_by_id(tx: Transaction, ids: Iterable[str]) -> dict[str, Product]:
    """The visible products with those ids, by id."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {one.id: one for one in tx.session.scalars(tx.visible(Product).where(Product.id.in_(wanted)))}


def products_named(tx: Transaction, names: Collection[str]) -> dict[str, Product]:
    """Name to the visible product with that stock keeping unit, or else with that name in any spelling."""
    keys = {name_key(name) for name in names} - {""}
    query = tx.visible(Product).where(or_(Product.sku.in_(names), Product.key.in_(keys)))
    by_sku: dict[str, Product] = {}
    by_key: dict[str, Product] = {}
    for product in tx.session.scalars(query.order_by(Product.active.desc(), Product.created_at, Product.id)):
        by_sku.setdefault(product.sku, product)
        by_key.setdefault(product.key, product)
    found = {name: by_sku.get(name) or by_key.get(name_key(name)) for name in names if name}
    return {name: product for name, product in found.items() if product is not None}
