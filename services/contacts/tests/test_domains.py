"""An international domain is one, written in letters or in ASCII, at every door."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import search_pb2
from crm.contacts.v1 import accounts_pb2, activities_pb2, contacts_pb2, leads_pb2
from crm_chassis.testing import unique, user
from crm_contacts.accounts.model import Account
from crm_contacts.backfills import BACKFILLS
from crm_contacts.contacts.model import Contact
from crm_contacts.leads.model import Lead
from sqlalchemy import select, update
from sqlalchemy.orm import Session

ADMIN = user()


@pytest.fixture
def spelled() -> tuple[str, str]:
    """A domain of the test's own, in letters and in ASCII."""
    name = f"bücher{unique('').replace('-', '')}"
    return f"{name}.example", f"xn--{name.encode('punycode').decode()}.example"


def contact(rpc: Any, address: str) -> Any:
    request = contacts_pb2.CreateContactRequest(contact={"last_name": "L", "emails": [{"address": address}]})
    return rpc("CreateContact", request, as_=ADMIN)


def lead(rpc: Any, address: str, **fields: Any) -> Any:
    request = leads_pb2.CreateLeadRequest(lead={"last_name": unique("L"), "email": address} | fields)
    return rpc("CreateLead", request, as_=ADMIN)


def test_both_are_stored_as_one(rpc: Any, spelled: tuple[str, str]) -> None:
    letters, ascii_ = spelled

    assert {contact(rpc, f"ann@{one}").email for one in spelled} == {f"ann@{ascii_}"}
    assert {lead(rpc, f"ann@{one}").email for one in spelled} == {f"ann@{ascii_}"}
    given = {"name": unique("A"), "domains": list(spelled), "website": f"https://{letters}:8443/ä?q=ü"}
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=given), as_=ADMIN)
    assert list(account.domains) == [ascii_]
    assert account.website == f"https://{ascii_}:8443/ä?q=ü"


def test_both_are_found(rpc: Any, spelled: tuple[str, str]) -> None:
    made = contact(rpc, f"ann@{spelled[0]}")
    account = accounts_pb2.CreateAccountRequest(account={"name": unique("A"), "domains": [spelled[1]]})
    company = rpc("CreateAccount", account, as_=ADMIN)

    for one in spelled:
        for text in (
            f'email = "ANN@{one}"',
            f'email : "ann@{one}"',
            f'email : "{one}"',
            f'emails.address : "ann@{one}"',
        ):
            found = rpc("ListContacts", contacts_pb2.ListContactsRequest(filter=text), as_=ADMIN).contacts
            assert [each.id for each in found] == [made.id], text
        text = f'domains : "{one}"'
        listed = rpc("ListAccounts", accounts_pb2.ListAccountsRequest(filter=text), as_=ADMIN).accounts
        assert [each.id for each in listed] == [company.id]
        # Whoever is still typing has not come to the end of the name.
        for query in (f"ann@{one}", f"ann@{one}"[:-3], one):
            hits = rpc("SearchRecords", search_pb2.SearchRecordsRequest(query=query, limit=50), as_=ADMIN).hits
            assert made.id in {hit.record_id for hit in hits}, query


def test_both_are_the_same_person_and_company(rpc: Any, spelled: tuple[str, str]) -> None:
    account = accounts_pb2.CreateAccountRequest(account={"name": unique("A"), "domains": [spelled[1]]})
    rpc("CreateAccount", account, as_=ADMIN)
    known = contact(rpc, f"ann@{spelled[1]}")
    new = lead(rpc, f"Ann@{spelled[0]}", company=unique("Other"))

    preview = rpc("PreviewLeadConversion", leads_pb2.ConvertLeadRequest(id=new.id), as_=ADMIN)

    assert preview.account_action == "merge"
    assert known.id in {one.record_id for one in preview.duplicates} or preview.contact_action == "merge"


def test_files_know_both(rpc: Any, upload: Any, tick: Any, spelled: tuple[str, str]) -> None:
    made = contact(rpc, f"ann@{spelled[1]}")
    name = unique("Call")

    upload(
        "activities",
        f"type,subject,contact,occurred_at\nCALL,{name},ANN@{spelled[0]},2026-01-01T10:00:00Z\n",
        as_=ADMIN,
    )
    tick("imports")

    request = activities_pb2.ListActivitiesRequest(filter=f"contact_id = {made.id}")
    assert [one.subject for one in rpc("ListActivities", request, as_=ADMIN).activities] == [name]


def test_rows_of_the_version_before_are_brought_in_line(rpc: Any, engine: Any, spelled: tuple[str, str]) -> None:
    letters, ascii_ = spelled
    made, other = contact(rpc, f"ann@{ascii_}"), lead(rpc, f"ann@{ascii_}")
    account = accounts_pb2.CreateAccountRequest(account={"name": unique("A"), "domains": [ascii_]})
    company = rpc("CreateAccount", account, as_=ADMIN)
    kept = {
        Contact: (made.id, {"email": f"ann@{letters}", "emails": [{"address": f"ann@{letters}", "primary": True}]}),
        Lead: (other.id, {"email": f"ann@{letters}"}),
        Account: (company.id, {"domains": [letters, ascii_]}),
    }
    with Session(engine) as session, session.begin():
        for model, (id_, values) in kept.items():
            session.connection().execute(update(model.__table__).where(model.__table__.c.id == id_).values(values))

    with Session(engine) as session, session.begin():
        for backfill in BACKFILLS:
            if "domains" in backfill.name:
                cursor = None
                while (cursor := backfill.step(session, cursor)) is not None:
                    pass

    with Session(engine) as session:
        stored = session.execute(select(Contact.email, Contact.emails).where(Contact.id == made.id)).one()
        assert (stored.email, stored.emails[0]["address"], stored.emails[0]["primary"]) == (
            f"ann@{ascii_}", f"ann@{ascii_}", True,
        )  # fmt: skip
        assert session.scalar(select(Lead.email).where(Lead.id == other.id)) == f"ann@{ascii_}"
        assert session.scalar(select(Account.domains).where(Account.id == company.id)) == [ascii_]
