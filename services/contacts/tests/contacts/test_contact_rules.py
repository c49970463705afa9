"""A person: addresses and numbers in one form, exactly one of each primary, ties to accounts."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import contacts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from crm_contacts.normalise import company_key, phone

ADMIN = user()


def contact(rpc: Any, **fields: Any) -> Any:
    given = {"last_name": unique("Lee")} | fields
    return rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=ADMIN)


@pytest.mark.parametrize(
    ("given", "country", "stored"),
    [
        ("+49 (0)30 123456", "", "+4930123456"),
        ("030 123456", "DE", "+4930123456"),
        ("030 123456", "", "030 123456"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("ext. 1234", "US", "ext. 1234"),
    ],
)
def test_numbers_become_e164_if_they_can_be_understood(given: str, country: str, stored: str) -> None:
    assert phone(given, country) == stored


@pytest.mark.parametrize("name", ["Acme GmbH", "ACME Inc.", "acme, Ltd", "Acme"])
def test_spellings_of_a_company_are_equal(name: str) -> None:
    assert company_key(name) == "acme"


def test_exactly_one_address_is_primary(rpc: Any) -> None:
    made = contact(
        rpc,
        emails=[{"address": "A@x.example"}, {"address": "b@x.example", "primary": True}, {"address": "a@X.example"}],
    )
    assert [(one.address, one.primary) for one in made.emails] == [("a@x.example", False), ("b@x.example", True)]
    assert made.email == "b@x.example"
    request = contacts_pb2.UpdateContactRequest(contact={"id": made.id, "emails": [{"address": "c@x.example"}]})
    assert rpc("UpdateContact", request, as_=ADMIN).email == "c@x.example"


def test_the_raw_number_is_kept(rpc: Any) -> None:
    (number,) = contact(rpc, country="DE", phones=[{"number": "030 / 123456"}]).phones
    assert (number.number, number.raw, number.primary) == ("+4930123456", "030 / 123456", True)


def test_somebody_without_name_or_address_is_nobody(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        contact(rpc, last_name="  ", title="CEO")
    assert list(refused.value.errors) == ["contact.last_name"]


def test_one_tie_is_primary_and_moves_the_contact(rpc: Any) -> None:
    person = contact(rpc)
    accounts = [
        rpc("CreateAccount", contacts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN).id
        for _ in range(2)
    ]
    ties = [
        rpc(
            "CreateAffiliation",
            contacts_pb2.CreateAffiliationRequest(
                affiliation={"contact_id": person.id, "account_id": id_, "primary": True, "role": "CEO"}
            ),
            as_=ADMIN,
        )
        for id_ in accounts
    ]
    moved = rpc("GetContact", contacts_pb2.GetContactRequest(id=person.id), as_=ADMIN)
    assert moved.account_id == accounts[1]
    assert not rpc("GetAffiliation", contacts_pb2.GetAffiliationRequest(id=ties[0].id), as_=ADMIN).primary


def test_a_tie_ends_after_it_starts(rpc: Any) -> None:
    person = contact(rpc)
    account = rpc("CreateAccount", contacts_pb2.CreateAccountRequest(account={"name": unique()}), as_=ADMIN)
    request = contacts_pb2.CreateAffiliationRequest(
        affiliation={
            "contact_id": person.id,
            "account_id": account.id,
            "start_date": "2026-02-01",
            "end_date": "2026-01-01",
        }
    )
    with pytest.raises(DomainError) as refused:
        rpc("CreateAffiliation", request, as_=ADMIN)
    assert list(refused.value.errors) == ["affiliation.end_date"]


@pytest.mark.parametrize(
    "order", ["last_name", "-last_name", "created_at,-last_name", "-updated_at", "last_name,created_at"]
)
def test_every_order_pages_through_everything_once(rpc: Any, order: str) -> None:
    mark = unique("dept")
    made = {contact(rpc, last_name=f"Name {n % 3}", department=mark).id for n in range(7)}
    seen: list[str] = []
    token = ""
    while token is not None:
        request = contacts_pb2.ListContactsRequest(
            filter=f'department = "{mark}"', order_by=order, page_size=2, page_token=token
        )
        answer = rpc("ListContacts", request, as_=ADMIN)
        seen += [one.id for one in answer.contacts]
        token = answer.next_page_token or None
    assert len(seen) == 7
    assert set(seen) == made


def test_a_position_of_another_list_is_refused(rpc: Any) -> None:
    for _ in range(2):
        contact(rpc)
    first = rpc("ListContacts", contacts_pb2.ListContactsRequest(page_size=1), as_=ADMIN)
    for token in (first.next_page_token, "nonsense", "W10"):
        request = contacts_pb2.ListContactsRequest(page_size=1, page_token=token, order_by="last_name")
        with pytest.raises(DomainError) as refused:
            rpc("ListContacts", request, as_=ADMIN)
        assert list(refused.value.errors) == ["page_token"]
