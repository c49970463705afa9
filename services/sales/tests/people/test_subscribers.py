"""The copies of accounts and contacts follow their events, a statement each."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique
from crm_sales.people.model import Account, Contact
from sqlalchemy import event, select
from sqlalchemy.orm import Session


def stored(engine: Any, model: Any, id_: str) -> Any:
    with Session(engine) as session:
        return session.scalar(select(model).where(model.id == id_))


def test_an_account_is_copied_followed_and_flagged(engine: Any, deliver: Any) -> None:
    id_, owner_id = uuid7(), uuid7()
    account = {"id": id_, "name": "Acme Corp.", "industry": "medical", "owner_id": owner_id, "external_id": "A-1"}
    deliver(accounts_pb2.AccountCreated(account=account))
    found = stored(engine, Account, id_)
    assert (found.key, found.industry, found.owner_id, found.external_id, found.deleted) == (
        "acme",
        "medical",
        owner_id,
        "A-1",
        False,
    )

    deliver(accounts_pb2.AccountUpdated(account={"id": id_, "name": "Umbrella"}), version=2)
    found = stored(engine, Account, id_)
    assert (found.name, found.key, found.industry, found.owner_id) == ("Umbrella", "umbrella", "", None)

    gone = {"id": id_, "name": "Umbrella", "deleted_at": {"seconds": 1}}
    deliver(accounts_pb2.AccountDeleted(account=gone), version=3)
    assert stored(engine, Account, id_).deleted

    deliver(accounts_pb2.AccountUpdated(account={"id": id_, "name": "Umbrella"}), version=4)
    assert not stored(engine, Account, id_).deleted


def test_a_contact_is_copied_and_followed(engine: Any, deliver: Any) -> None:
    id_, account_id, territory_id = uuid7(), uuid7(), uuid7()
    contact = {"id": id_, "account_id": account_id, "display_name": "Ada Lovelace", "email": "ada@x.example"}
    deliver(contacts_pb2.ContactCreated(contact=contact))
    found = stored(engine, Contact, id_)
    assert (found.account_id, found.display_name, found.email) == (account_id, "Ada Lovelace", "ada@x.example")

    deliver(contacts_pb2.ContactUpdated(contact={"id": id_, "territory_id": territory_id}), version=2)
    found = stored(engine, Contact, id_)
    assert (found.account_id, found.territory_id) == (None, territory_id)


def test_an_event_costs_one_statement_on_the_copy(engine: Any, deliver: Any) -> None:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "INTO accounts" in statement or "FROM accounts" in statement or "UPDATE accounts" in statement:
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        deliver(accounts_pb2.AccountCreated(account={"id": uuid7(), "name": unique("Acme")}))
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert len(statements) == 1
