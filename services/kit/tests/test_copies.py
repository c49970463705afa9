"""A copy is what the last event of its record says, and one rule holds for records that are deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.sales.v1 import opportunities_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.errors import UnknownReference
from crm_chassis.ids import uuid7
from crm_chassis.testing import user
from crm_kit.copies import Copied, Copy, follow
from sqlalchemy import event as hooks
from sqlalchemy import select
from sqlalchemy.orm import Mapped

from .tables import Account, Contact, Deal, Tables, Ticket

ACCOUNTS, CONTACTS, DEALS, TICKETS = Copy(Account), Copy(Contact), Copy(Deal), Copy(Ticket)
DELETED = {"seconds": 1_700_000_000}


@contextmanager
def counted(engine: Any, table: str) -> Iterator[list[str]]:
    """The statements on a table."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if f" {table} " in statement:
            statements.append(statement)

    hooks.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        hooks.remove(engine, "before_cursor_execute", note)


def stored(begin: Any, model: Any, id_: str) -> Any:
    with begin() as tx:
        return tx.session.scalar(select(model).where(model.id == id_))


def test_a_column_has_what_its_field_says_and_a_derived_one_what_follows(begin: Any, event: Any) -> None:
    id_, owner_id = uuid7(), uuid7()
    account = {"id": id_, "name": "Acme, Inc.", "external_id": "A-1", "owner_id": owner_id}

    with begin() as tx:
        ACCOUNTS.on_event(tx, event(accounts_pb2.AccountCreated(account=account), id_))

    row = stored(begin, Account, id_)
    assert (row.name, row.key, row.external_id) == ("Acme, Inc.", "acme", "A-1")
    assert (row.owner_id, row.territory_id, row.deleted) == (owner_id, None, False)


def test_what_an_event_leaves_out_is_empty_and_a_time_that_must_be_is_that_of_the_event(begin: Any, event: Any) -> None:
    bare, dated = uuid7(), uuid7()
    created = event(contacts_pb2.ContactCreated(contact={"id": bare}), bare)
    with begin() as tx:
        CONTACTS.on_event(tx, created)
        contact = {"id": dated, "created_at": {"seconds": 86_400}, "tags": ["a"], "account_id": bare}
        CONTACTS.on_event(tx, event(contacts_pb2.ContactCreated(contact=contact), dated))

    row = stored(begin, Contact, bare)
    assert (row.email, row.tags, row.account_id, row.created_at) == ("", [], None, created.time)
    row = stored(begin, Contact, dated)
    assert (row.tags, row.account_id, row.created_at) == (["a"], bare, datetime.fromisoformat("1970-01-02T00:00:00Z"))


def test_money_is_two_columns_and_what_may_be_missing_is_none_and_not_zero(begin: Any, event: Any) -> None:
    full, bare = uuid7(), uuid7()
    deal = {
        "id": full, "amount": {"amount": "1250.50", "currency": "EUR"}, "close_date": "2026-02-28",
        "probability": 12.5, "probability_overridden": True,
    }  # fmt: skip
    with begin() as tx:
        for of in (deal, {"id": bare}):
            DEALS.on_event(tx, event(opportunities_pb2.OpportunityCreated(opportunity=of), of["id"]))

    row = stored(begin, Deal, full)
    assert (row.amount, row.amount_currency) == (Decimal("1250.50"), "EUR")
    assert (row.close_date, row.probability, row.probability_overridden) == (date(2026, 2, 28), 12.5, True)
    row = stored(begin, Deal, bare)
    assert (row.amount, row.amount_currency, row.close_date, row.probability) == (None,) * 4
    assert row.probability_overridden is False


def test_a_number_that_there_always_is_begins_at_zero(begin: Any, event: Any) -> None:
    rated, bare = uuid7(), uuid7()
    with begin() as tx:
        for ticket in ({"id": rated, "reopen_count": 2, "satisfaction": 5}, {"id": bare}):
            TICKETS.on_event(tx, event(tickets_pb2.TicketCreated(ticket=ticket), ticket["id"]))

    row = stored(begin, Ticket, rated)
    assert (row.reopen_count, row.satisfaction) == (2, 5)
    row = stored(begin, Ticket, bare)
    assert (row.reopen_count, row.satisfaction) == (0, None)


def test_what_a_publisher_of_before_does_not_know_yet_begins_as_false_and_zero(begin: Any, event: Any) -> None:
    deal, ticket = uuid7(), uuid7()
    of_deal = event(opportunities_pb2.OpportunityCreated(opportunity={"id": deal}), deal)
    of_ticket = event(tickets_pb2.TicketCreated(ticket={"id": ticket}), ticket)
    del of_deal.payload["opportunity"]["probability_overridden"], of_ticket.payload["ticket"]["reopen_count"]

    with begin() as tx:
        DEALS.on_event(tx, of_deal)
        TICKETS.on_event(tx, of_ticket)

    assert stored(begin, Deal, deal).probability_overridden is False
    assert stored(begin, Ticket, ticket).reopen_count == 0


def test_of_one_transaction_the_last_event_counts_and_each_kind_costs_a_statement(
    engine: Any, begin: Any, event: Any
) -> None:
    first, second = uuid7(), uuid7()
    with counted(engine, "accounts") as statements, begin() as tx:
        for id_, name in ((first, "One"), (second, "Two"), (first, "Three")):
            ACCOUNTS.on_event(tx, event(accounts_pb2.AccountUpdated(account={"id": id_, "name": name}), id_))

    assert len(statements) == 1
    assert (stored(begin, Account, first).name, stored(begin, Account, second).name) == ("Three", "Two")


def test_a_transaction_that_fails_leaves_nothing(begin: Any, event: Any) -> None:
    id_ = uuid7()

    def fail() -> None:
        with begin() as tx:
            ACCOUNTS.on_event(tx, event(accounts_pb2.AccountCreated(account={"id": id_, "name": "X"}), id_))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert stored(begin, Account, id_) is None


def test_the_copy_of_a_deleted_record_stays_and_nothing_new_refers_to_it(begin: Any, event: Any) -> None:
    id_ = uuid7()
    account = {"id": id_, "name": "Gone"}

    def is_there(tx: Any) -> bool:
        return tx.session.scalar(tx.visible(Account).where(Account.id == id_)) is not None

    with begin() as tx:
        ACCOUNTS.on_event(tx, event(accounts_pb2.AccountCreated(account=account), id_))
    with begin(user()) as tx:
        assert is_there(tx)
        tx.check_reference(Account, id_, "account_id")
    with begin() as tx:
        ACCOUNTS.on_event(tx, event(accounts_pb2.AccountDeleted(account=account | {"deleted_at": DELETED}), id_))
    with begin(user()) as tx:
        assert not is_there(tx)
        assert tx.session.scalar(tx.visible(Account, deleted=True).where(Account.id == id_)).name == "Gone"
        with pytest.raises(UnknownReference):
            tx.check_reference(Account, id_, "account_id")
        # One whose event has not come yet is let pass.
        tx.check_references(Account, [uuid7(), None, ""], "account_id")
        with pytest.raises(UnknownReference):
            tx.check_references(Account, [uuid7(), id_], "account_id")
    with begin() as tx:
        ACCOUNTS.on_event(tx, event(accounts_pb2.AccountUpdated(account=account), id_))
    with begin(user()) as tx:
        assert is_there(tx)


def test_a_row_that_is_only_counted_goes_with_its_record(begin: Any, event: Any) -> None:
    id_ = uuid7()
    deal = {"id": id_, "name": "Deal"}
    with begin() as tx:
        DEALS.on_event(tx, event(opportunities_pb2.OpportunityCreated(opportunity=deal), id_))
    assert stored(begin, Deal, id_).name == "Deal"

    gone = opportunities_pb2.OpportunityDeleted(opportunity=deal | {"deleted_at": DELETED})
    with begin() as tx:
        DEALS.on_event(tx, event(gone, id_))
    assert stored(begin, Deal, id_) is None


def test_what_was_taken_is_known_before_it_is_written(begin: Any, event: Any) -> None:
    id_ = uuid7()
    with begin() as tx:
        assert DEALS.stored(tx, id_, "name") is None
        taken = DEALS.take(tx, event(opportunities_pb2.OpportunityCreated(opportunity={"id": id_, "name": "A"}), id_))
        assert taken is not None
        assert {name: value for name, value in taken.items() if value} == {"id": id_, "name": "A"}
        assert DEALS.stored(tx, id_, "name") == {"name": "A"}
    with begin() as tx:
        assert DEALS.stored(tx, id_, *taken) == taken


def test_a_column_that_no_field_fills_is_refused_at_the_start() -> None:
    class Misspelt(Copied, Tables):
        __tablename__ = "misspelt"
        kind = "crm.contacts.account"
        industri: Mapped[str]

    with pytest.raises(LookupError, match=r"misspelt\.industri"):
        Copy(Misspelt)


def test_a_subscription_follows_the_records_of_its_copies() -> None:
    followed = follow("people", Account, Contact)
    assert (followed.name, followed.records) == ("people", {"crm.contacts.account", "crm.contacts.contact"})
