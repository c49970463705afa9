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
    """The visible products that are called by stock keeping unit or by name, active ones first."""
    if not names:
        return Names(name_key)
    keys = {name_key(name) for name in names} - {""}
    query = tx.visible(Product).where(or_(Product.sku.in_(names), Product.key.in_(keys)))
    products = tx.session.scalars(query.order_by(Product.active.desc(), Product.created_at, Product.id))
    return Names(name_key, ((product, product.sku, product.name) for product in products))
