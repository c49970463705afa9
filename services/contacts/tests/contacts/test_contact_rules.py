"""A person: addresses and numbers in one form, exactly one of each primary, ties to accounts."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from crm.common.v1 import search_pb2, standard_pb2, types_pb2
from crm.contacts.v1 import accounts_pb2, affiliations_pb2, contacts_pb2, leads_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user

ADMIN = user()


def contact(rpc: Any, **fields: Any) -> Any:
    given = {"last_name": unique("Lee")} | fields
    return rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=ADMIN)


def test_exactly_one_address_is_primary(rpc: Any) -> None:
    made = contact(
        rpc,
        emails=[{"address": "A@x.example"}, {"address": "b@x.example", "primary": True}, {"address": "a@X.example"}],
    )
    assert [(one.address, one.primary) for one in made.emails] == [("a@x.example", False), ("b@x.example", True)]
    assert made.email == "b@x.example"
    request = contacts_pb2.UpdateContactRequest(contact={"id": made.id, "emails": [{"address": "c@x.example"}]})
    assert rpc("UpdateContact", request, as_=ADMIN).email == "c@x.example"


@pytest.mark.parametrize(
    ("flags", "primary"), [([True, True], [True, False]), ([False], [True]), ([False, True], [False, True])]
)
def test_exactly_one_postal_address_is_primary(rpc: Any, flags: list[bool], primary: list[bool]) -> None:
    addresses = [{"city": f"City {number}", "primary": flag} for number, flag in enumerate(flags)]
    company = accounts_pb2.CreateAccountRequest(account={"name": unique("Acme"), "addresses": addresses})

    for made in (contact(rpc, addresses=addresses), rpc("CreateAccount", company, as_=ADMIN)):
        assert [one.primary for one in made.addresses] == primary


def test_the_primary_number_is_repeated_for_filters(rpc: Any) -> None:
    number = f"+4930{unique('').replace('-', '').translate(str.maketrans('abcdef', '123456'))[-7:]}"
    made = contact(rpc, phones=[{"number": "+4930111111"}, {"number": number, "primary": True}])
    assert made.phone == number
    listed = contacts_pb2.ListContactsRequest(filter=f'phone = "{number}"')
    assert [one.id for one in rpc("ListContacts", listed, as_=ADMIN).contacts] == [made.id]
    request = contacts_pb2.UpdateContactRequest(contact={"id": made.id, "phones": [{"number": "+4930222222"}]})
    assert rpc("UpdateContact", request, as_=ADMIN).phone == "+4930222222"
    assert not rpc("ListContacts", listed, as_=ADMIN).contacts


def test_a_national_number_is_one_of_the_country_where_the_person_lives(rpc: Any) -> None:
    (number,) = contact(rpc, addresses=[{"city": "Berlin", "country": "DE"}], phones=[{"number": "030 123456"}]).phones
    assert number.number == "+4930123456"
    (number,) = contact(rpc, country="GB", addresses=[{"country": "DE"}], phones=[{"number": "020 7946 0958"}]).phones
    assert number.number == "+442079460958"


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
        rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN).id
        for _ in range(2)
    ]
    ties = [
        rpc(
            "CreateAffiliation",
            affiliations_pb2.CreateAffiliationRequest(
                affiliation={"contact_id": person.id, "account_id": id_, "primary": True, "role": "CEO"}
            ),
            as_=ADMIN,
        )
        for id_ in accounts
    ]
    moved = rpc("GetContact", standard_pb2.GetRequest(id=person.id), as_=ADMIN)
    assert moved.account_id == accounts[1]
    assert not rpc("GetAffiliation", standard_pb2.GetRequest(id=ties[0].id), as_=ADMIN).primary


def test_a_tie_ends_after_it_starts(rpc: Any) -> None:
    person = contact(rpc)
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique()}), as_=ADMIN)
    request = affiliations_pb2.CreateAffiliationRequest(
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


def update(rpc: Any, id_: str, **fields: Any) -> Any:
    return rpc("UpdateContact", contacts_pb2.UpdateContactRequest(contact={"id": id_} | fields), as_=ADMIN)


def numbers(made: Any) -> list[tuple[str, str]]:
    return [(entry.number, entry.raw) for entry in made.phones]


def test_a_number_is_read_as_one_of_the_stored_country(rpc: Any) -> None:
    made = contact(rpc, country="GB")
    assert numbers(update(rpc, made.id, phones=[{"number": "020 7946 0958"}])) == [("+442079460958", "020 7946 0958")]
    later = contact(rpc, phones=[{"number": "030 123456"}])
    assert numbers(later) == [("030 123456", "030 123456")]
    assert numbers(update(rpc, later.id, country="DE")) == [("+4930123456", "030 123456")]


def test_numbers_that_are_written_back_keep_what_was_given(rpc: Any) -> None:
    made = contact(rpc, country="GB", phones=[{"number": "020 7946 0958"}])
    more = [*made.phones, contacts_pb2.Phone(number="+49 30 123456")]
    assert numbers(update(rpc, made.id, phones=more)) == [
        ("+442079460958", "020 7946 0958"),
        ("+4930123456", "+49 30 123456"),
    ]


def test_two_extensions_are_two_numbers(rpc: Any) -> None:
    given = [{"number": "(650) 253-0000 x101"}, {"number": "(650) 253-0000 ext. 102"}, {"number": "650 253 0000 x101"}]
    made = contact(rpc, country="US", phones=given)
    assert [entry.number for entry in made.phones] == ["+16502530000;ext=101", "+16502530000;ext=102"]


def test_leads_and_accounts_read_numbers_so_too(rpc: Any) -> None:
    lead = rpc("CreateLead", leads_pb2.CreateLeadRequest(lead={"company": unique("Acme"), "country": "GB"}), as_=ADMIN)
    changed = leads_pb2.UpdateLeadRequest(lead={"id": lead.id, "phone": "020 7946 0958 ext 12"})
    assert rpc("UpdateLead", changed, as_=ADMIN).phone == "+442079460958;ext=12"
    company = {"name": unique("Acme"), "country": "GB"}
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=company), as_=ADMIN)
    renewed = accounts_pb2.UpdateAccountRequest(account={"id": account.id, "phone": "020 7946 0958"})
    assert rpc("UpdateAccount", renewed, as_=ADMIN).phone == "+442079460958"


@pytest.mark.parametrize("query", ["{national}", "{spaced}", "+44{rest}", "44{rest}"])
def test_a_contact_is_found_by_the_number_that_people_dial(rpc: Any, query: str) -> None:
    rest = f"20{secrets.randbelow(10**8):08}"
    national = f"0{rest}"
    asked = query.format(national=national, spaced=f"{national[:3]} {national[3:7]} {national[7:]}", rest=rest)
    made = contact(rpc, phones=[{"number": f"+44{rest}"}])
    found = rpc("SearchRecords", search_pb2.SearchRecordsRequest(query=asked), as_=ADMIN)
    assert made.id in [hit.record_id for hit in found.hits]


def test_contacts_are_found_by_any_address_and_number(rpc: Any) -> None:
    word = unique("x").lower()
    number = f"+4420{secrets.randbelow(10**8):08}"
    made = contact(
        rpc,
        emails=[{"address": f"a@{word}.example", "primary": True}, {"address": f"b@{word}.example"}],
        phones=[{"number": "+4930111111"}, {"number": number}],
        addresses=[{"city": "Bonn"}, {"city": f"City {word}", "country": "DE"}],
    )
    contact(rpc, emails=[{"address": f"c@{word}.example"}])
    for asked in (
        f'emails.address : "B@{word}.example"',
        f'phones.number : "{number}"',
        f'addresses.city : "City {word}" addresses.country : de',
    ):
        listed = rpc("ListContacts", contacts_pb2.ListContactsRequest(filter=asked), as_=ADMIN)
        assert [found.id for found in listed.contacts] == [made.id], asked


def test_an_address_in_a_list_is_asked_for_with_the_right_to_read_it(rpc: Any) -> None:
    blind = user({"contacts.read": types_pb2.Scope.ALL})
    for asked in ('emails.address : "a@x.example"', 'phones.number : "+4930111111"', 'addresses.city : "Bonn"'):
        with pytest.raises(DomainError) as refused:
            rpc("ListContacts", contacts_pb2.ListContactsRequest(filter=asked), as_=blind)
        assert refused.value.status == 403
    rpc("ListContacts", contacts_pb2.ListContactsRequest(filter="addresses.country : DE"), as_=blind)
