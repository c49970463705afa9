"""The one pipeline of a use case, called without any transport."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import crm_contracts
import pytest
from crm.common.v1 import history_pb2, standard_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.calls.pipeline import Calls
from crm_chassis.context import RequestContext
from crm_chassis.db.tables import History, Request
from crm_chassis.db.vault import Vault
from crm_chassis.errors import InvalidInput, PermissionDenied
from crm_chassis.records.tx import ReadOnly, Transaction
from crm_chassis.testing import OWN, unique, user
from crm_shop.orders import Order
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

CREATE = crm_contracts.method("crm.shop.v1.OrderService.CreateOrder")
HISTORY = crm_contracts.method("crm.common.v1.HistoryService.ListHistory")
GET = crm_contracts.method("crm.shop.v1.OrderService.GetOrder")
NIGHTLY = Actor("nightly-import", "system")


@pytest.fixture
def calls(service: Any, engine: Any) -> Calls:
    return Calls(service, engine, Vault(b"\x05" * 32))


def order(**fields: Any) -> orders_pb2.CreateOrderRequest:
    return orders_pb2.CreateOrderRequest(order={"name": unique("Acme"), **fields})


def test_a_named_actor_of_the_suite_calls_as_users_do(calls: Calls, engine: Any) -> None:
    context = RequestContext()
    made: Any = calls.call(CREATE, order(), NIGHTLY, context, source="rule")

    with Session(engine) as session:
        (entry,) = session.scalars(select(History).where(History.record_id == made.id))
    assert (entry.actor_id, entry.source, entry.request_id) == ("nightly-import", "rule", context.request_id)
    with pytest.raises(InvalidInput) as refused:
        calls.call(CREATE, order(website="nowhere"), NIGHTLY, RequestContext())
    assert list(refused.value.errors) == ["order.website"]


def test_rights_are_asked_before_the_request_is_read(calls: Calls) -> None:
    with pytest.raises(PermissionDenied):
        calls.call(CREATE, b"\xff\xff no message", user({"orders.read": OWN}), RequestContext())
    with pytest.raises(InvalidInput):
        calls.call(CREATE, b"\xff\xff no message", user(), RequestContext())


def test_a_read_of_the_trail_is_noted_unless_it_is_elsewhere(calls: Calls, engine: Any) -> None:
    reader = user()
    for noted_elsewhere, entries in ((True, 0), (False, 1)):
        request = history_pb2.ListHistoryRequest(page_size=1, noted_elsewhere=noted_elsewhere)
        calls.call(HISTORY, request, reader, RequestContext())
        with Session(engine) as session:
            query = select(func.count()).where(History.actor_id == reader.id, History.action == "list_history")
            assert session.scalar(query) == entries


def test_an_answer_that_is_given_again_says_so(calls: Calls) -> None:
    context, request, actor = RequestContext(idempotency_key=unique("key")), order(), user()
    said: list[str] = []
    for _ in range(2):
        calls.call(CREATE, request, actor, context, replayed=lambda: said.append("again"))
    assert said == ["again"]


def test_a_key_makes_a_call_happen_once(calls: Calls, engine: Any) -> None:
    key, request, actor = unique("key"), order(), user()
    first: Any = calls.call(CREATE, request, actor, RequestContext(idempotency_key=key))
    again: Any = calls.call(CREATE, request, actor, RequestContext(idempotency_key=key))
    assert again == first
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(Order.name == first.name)) == 1


def test_what_is_kept_of_a_request_cannot_be_guessed_without_the_key_of_the_service(service: Any, engine: Any) -> None:
    request, actor = order(), user()

    def kept(vault: Vault) -> bytes:
        key = unique("key")
        Calls(service, engine, vault).call(CREATE, request, actor, RequestContext(idempotency_key=key))
        with Session(engine) as session:
            return session.scalars(select(Request.fingerprint).where(Request.key == key)).one()

    assert kept(Vault(b"\x05" * 32)) == kept(Vault(b"\x05" * 32))
    assert kept(Vault(b"\x05" * 32)) != kept(Vault(b"\x06" * 32))


def _by_object(tx: Transaction, order_id: str) -> None:
    tx.get(Order, order_id).note = "fragile"


def _by_statement(tx: Transaction, order_id: str) -> None:
    tx.session.execute(update(Order).where(Order.id == order_id).values(note="fragile"))


def _by_text(tx: Transaction, order_id: str) -> None:
    tx.session.execute(text("UPDATE orders SET note = 'fragile' WHERE id = :id"), {"id": order_id})


def _by_table(tx: Transaction, order_id: str) -> None:
    row = {"actor_id": order_id, "key": "k", "method": "m", "fingerprint": b"", "created_at": tx.now}
    tx.session.execute(insert(Request), row)


def _by_audit(tx: Transaction, order_id: str) -> None:
    tx.audit("crm.shop.call", order_id, "seen", {})


@pytest.mark.parametrize("write", [_by_object, _by_statement, _by_text, _by_table, _by_audit])
def test_a_read_only_method_cannot_write(service: Any, engine: Any, write: Callable[[Transaction, str], None]) -> None:
    def get_order(tx: Transaction, request: standard_pb2.GetRequest) -> Order:
        write(tx, request.id)
        return tx.get(Order, request.id)

    rpcs = [get_order if rpc.__name__ == "get_order" else rpc for rpc in service.rpcs]
    calls = Calls(replace(service, rpcs=rpcs), engine, Vault(b"\x05" * 32))
    made: Any = calls.call(CREATE, order(), user(), RequestContext())

    with pytest.raises(ReadOnly):
        calls.call(GET, standard_pb2.GetRequest(id=made.id), user(), RequestContext())

    with Session(engine) as session:
        assert session.scalar(select(Order.note).where(Order.id == made.id)) == ""
        assert session.scalar(select(func.count()).where(Request.actor_id == made.id)) == 0
        assert session.scalar(select(func.count()).where(History.record_id == made.id)) == 1


def test_reading_locks_nothing(calls: Calls, engine: Any) -> None:
    made: Any = calls.call(CREATE, order(), user(), RequestContext())
    with Session(engine) as session:
        session.execute(select(Order).where(Order.id == made.id).with_for_update())
        assert calls.call(GET, standard_pb2.GetRequest(id=made.id), user(), RequestContext()) == made
