"""The copies of contacts and accounts follow their events."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique
from crm_support.people.model import Account, Contact
from sqlalchemy import select
from sqlalchemy.orm import Session


def test_a_contact(engine: Any, deliver: Any) -> None:
    id_, owner_id, address = uuid7(), uuid7(), f"{unique('Ann')}@Copy.example"
    given = {"id": id_, "display_name": "Ann Lee", "emails": [{"address": address}], "owner_id": owner_id}
    deliver(contacts_pb2.ContactCreated(contact=given))

    with Session(engine) as session:
        found = session.scalars(select(Contact).where(Contact.id == id_)).one()
    assert (found.display_name, found.emails, found.owner_id) == ("Ann Lee", [address.lower()], owner_id)

    deliver(contacts_pb2.ContactUpdated(contact=given | {"emails": []}), version=2)
    with Session(engine) as session:
        assert session.scalars(select(Contact.emails).where(Contact.id == id_)).one() == []
    deliver(contacts_pb2.ContactDeleted(contact=given | {"deleted_at": {"seconds": 1}}), version=3)
    with Session(engine) as session:
        assert session.scalar(select(Contact.deleted).where(Contact.id == id_))


def test_an_account(engine: Any, deliver: Any) -> None:
    id_, territory_id = uuid7(), uuid7()
    given = {"id": id_, "name": unique("Old"), "territory_id": territory_id}
    deliver(accounts_pb2.AccountCreated(account=given))
    deliver(accounts_pb2.AccountUpdated(account=given | {"name": "New"}), version=2)

    with Session(engine) as session:
        found = session.scalars(select(Account).where(Account.id == id_)).one()
    assert (found.name, found.territory_id) == ("New", territory_id)

    deliver(accounts_pb2.AccountDeleted(account=given | {"deleted_at": {"seconds": 1}}), version=3)
    with Session(engine) as session:
        assert session.scalar(select(Account.deleted).where(Account.id == id_))
