"""Selects over products."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from crm_chassis.records.tx import Transaction
from crm_kit.naming import Names
from crm_kit.normalise import name_key
from sqlalchemy import or_

from crm_sales.products.model import Product


def products_by_id(tx: Transaction, ids: Iterable[str]) -> dict[str, Product]:
    """The visible products with those ids, by id."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {one.id: one for one in tx.session.scalars(tx.visible(Product).where(Product.id.in_(wanted)))}


def products_named(tx: Transaction, names: Collection[str]) -> Names[Product]:
    """The visible products that are called by stock keeping unit or by name.

    One that is sold no more is named by its unit only, or by a name that no other has.
    """
    if not names:
        return Names(name_key)
    keys = {name_key(name) for name in names} - {""}
    query = tx.visible(Product).where(or_(Product.sku.in_(names), Product.key.in_(keys)))
    found = Names[Product](name_key)
    for product in tx.session.scalars(query.order_by(Product.active.desc())):
        found.put(product, product.sku, product.name if product.active or not found.find(product.name) else "")
    return found
