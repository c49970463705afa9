"""The figures of one customer."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import timelines_pb2
from crm.contacts.v1 import accounts_pb2, activities_pb2, contacts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, user
from sqlalchemy import event

from ..records import NOW, at, deal, ticket


def ask(rpc: Any, actor: Any, **customer: Any) -> Any:
    return rpc("GetCustomerMetrics", timelines_pb2.GetCustomerRequest(customer=customer), as_=actor)


@pytest.fixture
def customer(deliver_all: Any, clock: Any) -> Any:
    """An owner, an account and a person of it, with deals, tickets and activities."""
    clock.now = NOW
    owner, account, person = uuid7(), uuid7(), uuid7()

    def activity(days: float, **about: str) -> Any:
        given = {"id": uuid7(), "type": "CALL", "owner_id": owner, "occurred_at": at(days)} | about
        return activities_pb2.ActivityCreated(activity=given)

    deliver_all(
        [accounts_pb2.AccountCreated(account={"id": account, "name": "A", "owner_id": owner, "created_at": at(50)}),
         contacts_pb2.ContactCreated(contact={"id": person, "owner_id": owner, "created_at": at(40)}),
         deal(owner, "WON", "10.00", account_id=account), deal(owner, "WON", "5.00", "EUR", account_id=account),
         deal(owner, "LOST", "99.00", account_id=account), deal(owner, "WON", "3.00", contact_id=person),
         deal(uuid7(), "WON", "1000.00", account_id=account),
         ticket(owner, account_id=account, created_at=at(7)), ticket(owner, contact_id=person, created_at=at(6)),
         ticket(owner, account_id=account, status="CLOSED", created_at=at(60)),
         activity(5, account_id=account), activity(4, contact_id=person), activity(-3, account_id=account)]
    )  # fmt: skip
    return owner, account, person


def test_of_an_account(rpc: Any, customer: Any) -> None:
    owner, account, _ = customer

    found = ask(rpc, user({"*": OWN}, id_=owner), account_id=account)

    assert [(m.currency, m.amount) for m in found.lifetime_value] == [("EUR", "5.00"), ("USD", "10.00")]
    assert (found.won_count, found.open_ticket_count) == (2, 1)
    assert found.win_rate == pytest.approx(2 / 3)
    assert found.first_seen_at == at(60)
    assert found.last_activity_at == at(5)
    assert found.HasField("as_of")


def test_of_an_account_with_its_people(rpc: Any, customer: Any) -> None:
    owner, account, person = customer

    found = ask(rpc, user({"*": OWN}, id_=owner), account_id=account, contact_ids=[person])

    assert [(m.currency, m.amount) for m in found.lifetime_value] == [("EUR", "5.00"), ("USD", "13.00")]
    assert (found.won_count, found.open_ticket_count) == (3, 2)
    assert found.last_activity_at == at(4)


def test_of_a_contact(rpc: Any, customer: Any) -> None:
    owner, _, person = customer

    found = ask(rpc, user({"*": OWN}, id_=owner), contact_id=person)

    assert [(m.currency, m.amount) for m in found.lifetime_value] == [("USD", "3.00")]
    assert (found.won_count, found.open_ticket_count, found.win_rate) == (1, 1, 1.0)
    assert (found.first_seen_at, found.last_activity_at) == (at(40), at(4))


def test_of_a_customer_one_may_not_see(rpc: Any, customer: Any) -> None:
    found = ask(rpc, user({"*": OWN}), account_id=customer[1])

    assert (list(found.lifetime_value), found.won_count, found.open_ticket_count) == ([], 0, 0)
    assert not any(found.HasField(name) for name in ("win_rate", "first_seen_at", "last_activity_at"))


def test_without_financial_clearance(rpc: Any, customer: Any) -> None:
    blind = user({"dashboards.read": OWN, "opportunities.read": OWN}, id_=customer[0])

    found = ask(rpc, blind, account_id=customer[1])

    assert (found.won_count, list(found.lifetime_value)) == (2, [])


def test_takes_three_statements(rpc: Any, customer: Any, engine: Any) -> None:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        ask(rpc, user({"*": OWN}), account_id=customer[1], contact_ids=[customer[2]])
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert len(statements) == 3  # one of them asks where an old id leads


def test_somebody_must_be_named(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        ask(rpc, user())

    assert refused.value.status == 400
