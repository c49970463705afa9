"""The account of a contact and its primary tie are one: writing either writes both."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2, timelines_pb2
from crm.contacts.v1 import accounts_pb2, affiliations_pb2, contacts_pb2
from crm_chassis.testing import complete, unique, user
from crm_contacts.backfills import BACKFILLS
from sqlalchemy import text
from sqlalchemy.orm import Session

ADMIN = user()


@pytest.fixture
def make_account(rpc: Any) -> Any:
    def make() -> str:
        request = accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")})
        return str(rpc("CreateAccount", request, as_=ADMIN).id)

    return make


@pytest.fixture
def make_contact(rpc: Any) -> Any:
    def make(account_id: str | None = None) -> str:
        given = {"last_name": unique("Lee"), "account_id": account_id}
        return str(rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=ADMIN).id)

    return make


def move(rpc: Any, contact_id: str, account_id: str | None) -> None:
    request = contacts_pb2.UpdateContactRequest(
        contact={"id": contact_id, "account_id": account_id}, update_mask={"paths": ["account_id"]}
    )
    rpc("UpdateContact", request, as_=ADMIN)


def tie(rpc: Any, contact_id: str, account_id: str, **fields: Any) -> Any:
    given = {"contact_id": contact_id, "account_id": account_id} | fields
    return rpc("CreateAffiliation", affiliations_pb2.CreateAffiliationRequest(affiliation=given), as_=ADMIN)


def ties(rpc: Any, contact_id: str) -> dict[str, bool]:
    """Account to whether the tie to it is primary."""
    request = affiliations_pb2.ListAffiliationsRequest(filter=f"contact_id = {contact_id}")
    found = rpc("ListAffiliations", request, as_=ADMIN).affiliations
    assert len({one.account_id for one in found}) == len(found)
    return {one.account_id: one.primary for one in found}


def account_of(rpc: Any, contact_id: str) -> str:
    return str(rpc("GetContact", standard_pb2.GetRequest(id=contact_id), as_=ADMIN).account_id)


def profile(rpc: Any, **customer: Any) -> Any:
    return rpc("GetCustomerProfile", timelines_pb2.GetCustomerRequest(customer=customer), as_=ADMIN)


def test_a_contact_with_an_account_is_tied_to_it(rpc: Any, make_account: Any, make_contact: Any) -> None:
    account = make_account()

    assert ties(rpc, make_contact(account)) == {account: True}


def test_who_moves_is_tied_to_the_new_account_and_stays_known_at_the_old_one(
    rpc: Any, make_account: Any, make_contact: Any
) -> None:
    old, new = make_account(), make_account()
    contact = make_contact(old)

    move(rpc, contact, new)

    assert ties(rpc, contact) == {old: False, new: True}


def test_who_moves_back_has_one_tie_to_each(rpc: Any, make_account: Any, make_contact: Any) -> None:
    old, new = make_account(), make_account()
    contact = make_contact(old)
    tie(rpc, contact, new, role="Advisor")

    move(rpc, contact, new)
    move(rpc, contact, old)

    assert ties(rpc, contact) == {old: True, new: False}


@pytest.mark.parametrize(("role", "left"), [("", False), ("CEO", True)])
def test_who_leaves_an_account_keeps_a_tie_that_says_something(
    rpc: Any, make_account: Any, make_contact: Any, role: str, left: bool
) -> None:
    account, contact = make_account(), make_contact()
    tie(rpc, contact, account, role=role, primary=True)

    move(rpc, contact, None)

    assert ties(rpc, contact) == ({account: False} if left else {})


def test_without_its_primary_tie_a_contact_belongs_to_no_account(
    rpc: Any, make_account: Any, make_contact: Any
) -> None:
    account, contact = make_account(), make_contact()
    first = tie(rpc, contact, account, primary=True)
    request = affiliations_pb2.UpdateAffiliationRequest(
        affiliation={"id": first.id}, update_mask={"paths": ["primary"]}
    )
    rpc("UpdateAffiliation", request, as_=ADMIN)
    assert account_of(rpc, contact) == ""

    move(rpc, contact, account)
    rpc("DeleteAffiliation", standard_pb2.DeleteRequest(id=first.id), as_=ADMIN)

    assert account_of(rpc, contact) == ""
    assert ties(rpc, contact) == {}


def test_an_import_ties_too(rpc: Any, import_csv: Any, make_account: Any) -> None:
    key, accounts = unique(), (make_account(), make_account())
    request = contacts_pb2.ListContactsRequest(filter=f'external_id = "{key}"')
    for rows in ([accounts[0]], [accounts[1], accounts[0]], [accounts[1]]):
        lines = "\n".join(f"{key},Lee,{account}" for account in rows)
        done = import_csv("contacts", f"external_id,last_name,account_id\n{lines}\n", as_=ADMIN)
        assert done.rows_failed == 0

    (contact,) = rpc("ListContacts", request, as_=ADMIN).contacts
    assert ties(rpc, contact.id) == {accounts[0]: False, accounts[1]: True}


def test_an_account_shows_the_people_of_every_tie_with_their_roles(
    rpc: Any, make_account: Any, make_contact: Any
) -> None:
    account, employer = make_account(), make_account()
    advisor, employee = make_contact(employer), make_contact(account)
    tie(rpc, advisor, account, role="Advisor")

    shown = profile(rpc, account_id=account)

    assert {one.id for one in shown.contacts} == set(shown.contact_ids) == {advisor, employee}
    assert shown.contact_count == 2
    assert {(one.contact_id, one.role, one.primary) for one in shown.affiliations} == {
        (advisor, "Advisor", False),
        (employee, "", True),
    }


def test_a_contact_shows_its_account_and_the_others(rpc: Any, make_account: Any, make_contact: Any) -> None:
    account, employer = make_account(), make_account()
    advisor = make_contact(employer)
    tie(rpc, advisor, account, role="Advisor")

    shown = profile(rpc, contact_id=advisor)

    assert shown.account.id == employer
    assert [one.id for one in shown.accounts] == [employer, account]


def test_contacts_of_older_versions_get_their_tie(rpc: Any, engine: Any, make_account: Any, make_contact: Any) -> None:
    account, other = make_account(), make_account()
    untied, tied_elsewhere, not_primary, nowhere = (make_contact() for _ in range(4))
    tie(rpc, tied_elsewhere, other, primary=True, role="CEO")
    tie(rpc, not_primary, account)
    tie(rpc, nowhere, other, primary=True)
    with Session(engine) as session, session.begin():
        session.execute(
            text("UPDATE contacts SET account_id = :account WHERE id = ANY(CAST(:ids AS uuid[]))"),
            {"account": account, "ids": [untied, tied_elsewhere, not_primary]},
        )
        session.execute(text("UPDATE contacts SET account_id = NULL WHERE id = :id"), {"id": nowhere})

    step = next(backfill.step for backfill in BACKFILLS if backfill.name.endswith("ties of contacts"))
    for _ in range(2):
        complete(engine, step)

    assert ties(rpc, untied) == {account: True}
    assert ties(rpc, tied_elsewhere) == {account: True, other: False}
    assert ties(rpc, not_primary) == {account: True}
    assert ties(rpc, nowhere) == {other: False}
