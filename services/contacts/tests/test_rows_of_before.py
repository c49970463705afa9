"""Rows that 0.1.0 has written are as if they were written today, and what is one by that is listed and not merged."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import accounts_pb2, contacts_pb2, leads_pb2
from crm_chassis.testing import unique, user
from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact, ContactKey
from crm_contacts.leads.model import Lead
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

ADMIN = user()


@pytest.fixture
def contact(rpc: Any) -> Any:
    def make(**fields: Any) -> Any:
        given = {"last_name": unique("L")} | fields
        return rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=ADMIN)

    return make


@pytest.fixture
def stored(engine: Any) -> Any:
    def write(model: Any, id_: str, **values: Any) -> None:
        with Session(engine) as session, session.begin():
            session.connection().execute(update(model.__table__).where(model.__table__.c.id == id_).values(values))

    return write


@pytest.fixture
def upgrade(engine: Any, service: Any) -> Any:
    def run() -> None:
        for backfill in service.every_backfill:
            cursor, first = None, True
            while first or cursor is not None:
                with Session(engine) as session, session.begin():
                    cursor, first = backfill.step(session, cursor), False

    return run


def entry(number: str, raw: str, primary: bool = False) -> dict[str, Any]:
    return {"number": number, "raw": raw, "type": "work", "primary": primary}


@pytest.mark.parametrize(
    ("country", "number", "raw", "now"),
    [
        ("US", "+16502530000", "(650) 253-0000 x101", "+16502530000;ext=101"),
        ("GB", "020 7946 0000", "020 7946 0000", "+442079460000"),
        ("DE", "+49112", "112", "112"),
        ("MX", "+52 1 55 1234 5678", "+52 1 55 1234 5678", "+525512345678"),
        ("DE", "+442079460000", "020 7946 0000", "+442079460000"),  # the country was another one
        ("", "+442079460000", "020 7946 0000", "+442079460000"),
        ("", "call me", "call me", "call me"),
    ],
)
def test_numbers_are_read_by_the_rule_of_today(
    contact: Any, stored: Any, upgrade: Any, rpc: Any, engine: Any, country: str, number: str, raw: str, now: str
) -> None:
    made = contact(country=country)
    stored(Contact, made.id, phones=[entry("+4930123456", "+4930123456"), entry(number, raw, True)], phone=number)
    with Session(engine) as session, session.begin():
        session.execute(delete(ContactKey).where(ContactKey.contact_id == made.id))
        session.execute(insert(ContactKey), [{"contact_id": made.id, "value": number}])

    upgrade()

    found = rpc("GetContact", standard_pb2.GetRequest(id=made.id), as_=ADMIN)
    assert [(one.number, one.raw) for one in found.phones][1] == (now, raw)
    assert found.etag == made.etag
    wanted = contacts_pb2.ListContactsRequest(filter=f'id = "{made.id}" AND phone = "{now}"')
    assert [one.id for one in rpc("ListContacts", wanted, as_=ADMIN).contacts] == [made.id]
    with Session(engine) as session:
        keys = session.scalars(select(ContactKey.value).where(ContactKey.contact_id == made.id))
        assert set(keys) == {"+4930123456", now}


def test_numbers_of_leads_and_accounts_too(rpc: Any, stored: Any, upgrade: Any) -> None:
    lead = rpc("CreateLead", leads_pb2.CreateLeadRequest(lead={"last_name": "L", "country": "GB"}), as_=ADMIN)
    given = {"name": unique("A"), "addresses": [{"country": "GB"}]}
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=given), as_=ADMIN)
    stored(Lead, lead.id, phone="020 7946 0000")
    stored(Account, account.id, phone="020 7946 0000", country="GB")

    upgrade()

    for name, id_ in (("GetLead", lead.id), ("GetAccount", account.id)):
        assert rpc(name, standard_pb2.GetRequest(id=id_), as_=ADMIN).phone == "+442079460000"


def test_names_are_composed_wherever_they_stand(contact: Any, stored: Any, upgrade: Any, rpc: Any) -> None:
    made = contact(last_name="x")
    name = unique("Jose\u0301")
    stored(Contact, made.id, last_name=name, custom={"cafe\u0301": ["ole\u0301"]}, tags=["e\u0301"])

    upgrade()

    found = rpc("GetContact", standard_pb2.GetRequest(id=made.id), as_=ADMIN)
    assert found.last_name == name.replace("e\u0301", "\u00e9")
    assert list(found.tags) == ["\u00e9"]
    assert dict(found.custom) == {"caf\u00e9": ["ol\u00e9"]}
    assert found.etag == made.etag


def test_what_is_one_is_listed_and_stays_two(
    contact: Any, stored: Any, upgrade: Any, rpc: Any, engine: Any, service: Any
) -> None:
    from crm_chassis.jobs.composing import uncomposed

    external = unique("caf\u00e9")
    first = contact(external_id=external, country="GB", phones=[{"number": "020 7946 0958"}])
    second = contact(country="GB")
    stored(
        Contact, second.id, external_id=external.replace("\u00e9", "e\u0301"), title="e\u0301",
        phones=[entry("020 7946 0958", "020 7946 0958", True)],
    )  # fmt: skip

    upgrade()

    with Session(engine) as session:
        of_one_number = [set(ids) for ids in session.scalars(service.clashes["contacts of one address or number"])]
        assert any({first.id, second.id} <= ids for ids in of_one_number)
        assert ("contacts.external_id", [second.id]) in list(uncomposed(session, service.tables))
    assert rpc("GetContact", standard_pb2.GetRequest(id=second.id), as_=ADMIN).title == "\u00e9"
