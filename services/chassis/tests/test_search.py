"""A search finds by words what the caller may see, and by no field that the caller may not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.common.v1 import types_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.db.tables import SearchTerm
from crm_chassis.db.vault import Vault
from crm_chassis.jobs.backfills import reindex
from crm_chassis.records.search import search
from crm_chassis.records.tx import Transaction
from crm_chassis.testing import complete, unique, user
from crm_shop.orders import Order
from sqlalchemy import delete
from sqlalchemy.orm import Session

ADMIN = user()
ALL, OWN = types_pb2.Scope.ALL, types_pb2.Scope.OWN


@pytest.fixture
def found(engine: Any) -> Callable[..., list[str]]:
    """Ids of the orders that an actor finds."""

    def ask(query: str, actor: Actor, limit: int = 10) -> list[str]:
        with Session(engine) as session, Transaction(session, actor, vault=Vault(b"\x05" * 32)) as tx:
            return [order.id for order in search(tx, query, [Order], limit)]

    return ask


def test_words_of_an_older_rule_are_replaced(
    rpc: Callable[..., Any], found: Callable[..., list[str]], engine: Any
) -> None:
    word = unique("Zyx").lower()
    order = {"name": f"Order {word} 王小明"}
    id_ = rpc("CreateOrder", orders_pb2.CreateOrderRequest(order=order), as_=ADMIN).id
    with Session(engine) as session, session.begin():
        session.execute(delete(SearchTerm).where(SearchTerm.record_id == id_))
        session.add(SearchTerm(kind=Order.record_kind, record_id=id_, field="name", term="王小明"))
    assert found(f"{word} 小明", ADMIN) == []

    complete(engine, reindex(Order).step)

    assert found(f"{word} 小明", ADMIN) == [id_]


@pytest.mark.parametrize("scope", [ALL, OWN])
def test_a_field_that_may_not_be_read_finds_nothing(
    rpc: Callable[..., Any], found: Callable[..., list[str]], scope: int
) -> None:
    word = unique("Zyx").lower()
    blind = user({"orders.read": scope})
    seeing = user({"orders.read": scope, "fields.personal.read": ALL}, id_=blind.id)
    order = {"name": f"Order {word}", "email": f"{word}.secret@hid.example", "owner_id": blind.id}
    id_ = rpc("CreateOrder", orders_pb2.CreateOrderRequest(order=order), as_=ADMIN).id

    assert found(word, seeing) == found(word, blind) == [id_]
    for query in (f"{word}.secret@hid", f"{word} secret", f"{word} hid"):
        assert found(query, seeing) == [id_]
        assert found(query, blind) == [], query
