"""Rows of older versions get the keys of today."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import accounts_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import complete, unique
from crm_kit.normalise import company_key, name_key
from crm_sales.backfills import BACKFILLS
from crm_sales.people.model import Account
from crm_sales.products.model import Product
from sqlalchemy import select, update
from sqlalchemy.orm import Session


def keys(engine: Any, model: Any, id_: str) -> str | None:
    """The key after the backfill of a row that an older version has written."""
    with Session(engine) as session, session.begin():
        session.execute(update(model).where(model.id == id_).values(key="of older days"))
    for backfill in BACKFILLS:
        complete(engine, backfill.step)
    with Session(engine) as session:
        return session.scalar(select(model.key).where(model.id == id_))


def test_accounts_and_products_are_found_by_the_rules_of_today(engine: Any, deliver: Any, make_product: Any) -> None:
    id_, name = uuid7(), f"{unique('Engines')} Ltd"
    deliver(accounts_pb2.AccountCreated(account={"id": id_, "name": name}))
    product = make_product()

    assert keys(engine, Account, id_) == company_key(name)
    assert keys(engine, Product, product.id) == name_key(product.name)
