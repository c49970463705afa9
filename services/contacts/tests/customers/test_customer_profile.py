"""What customer-360 and search get from this service: get_customer_profile, list_customer_timeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.common.v1 import search_pb2, timelines_pb2
from crm.contacts.v1 import accounts_pb2, activities_pb2, affiliations_pb2, contacts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.records.mapping import SHOWN_BYTES
from crm_chassis.testing import unique, user
from sqlalchemy import event

ADMIN = user()


@pytest.fixture
def family(rpc: Any) -> Any:
    """An account with a parent, a child, three contacts and five activities."""

    class Family:
        pass

    def account(**fields: Any) -> str:
        request = accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")} | fields)
        return str(rpc("CreateAccount", request, as_=ADMIN).id)

    Family.parent = account()  # type: ignore[attr-defined]
    Family.account = account(parent_id=Family.parent)  # type: ignore[attr-defined]
    Family.child = account(parent_id=Family.account)  # type: ignore[attr-defined]
    Family.contacts = [  # type: ignore[attr-defined]
        rpc(
            "CreateContact",
            contacts_pb2.CreateContactRequest(contact={"last_name": unique("Lee"), "account_id": Family.account}),  # type: ignore[attr-defined]
            as_=ADMIN,
        ).id
        for _ in range(3)
    ]
    for n in range(5):
        about = {"contact_id": Family.contacts[n % 3]} if n < 4 else {"account_id": Family.account}  # type: ignore[attr-defined]
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n)
        fields = {"type": "CALL" if n % 2 else "NOTE", "subject": f"Activity {n}", "occurred_at": at} | about
        rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity=fields), as_=ADMIN)
    return Family


def profile(rpc: Any, as_: Any = ADMIN, **customer: Any) -> Any:
    return rpc("GetCustomerProfile", timelines_pb2.GetCustomerRequest(customer=customer), as_=as_)


def test_an_account_with_its_family_people_and_timeline(rpc: Any, family: Any) -> None:
    found = profile(rpc, account_id=family.account)
    assert {one.id for one in found.accounts} == {family.parent, family.child}
    assert {one.id for one in found.contacts} == set(family.contacts) == set(found.contact_ids)
    assert found.contact_count == 3
    assert [entry.title for entry in found.timeline] == [f"Activity {n}" for n in (4, 3, 2, 1, 0)]


def test_a_contact_with_accounts_and_timeline(rpc: Any, family: Any) -> None:
    found = profile(rpc, contact_id=family.contacts[0])
    assert [one.id for one in found.accounts] == [family.account]
    assert [entry.title for entry in found.timeline] == ["Activity 3", "Activity 0"]


def test_a_few_statements_however_much_there_is(rpc: Any, family: Any, engine: Any) -> None:
    statements: list[str] = []
    note = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    try:
        profile(rpc, account_id=family.account)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(statements) <= 5  # one of them asks where an old id leads


def test_an_invisible_customer_is_not_there(rpc: Any, family: Any) -> None:
    with pytest.raises(DomainError) as refused:
        profile(rpc, as_=user({"contacts.read": 1}), contact_id=family.contacts[0])
    assert refused.value.status == 404


def test_who_sees_a_subsidiary_only_is_not_shown_its_parent(rpc: Any, family: Any) -> None:
    seller = user({"contacts.read": 1, "accounts.read": 1, "activities.read": 1})
    given = {"account": {"id": family.child, "owner_id": seller.id}, "update_mask": {"paths": ["owner_id"]}}
    rpc("UpdateAccount", accounts_pb2.UpdateAccountRequest(**given), as_=ADMIN)
    assert profile(rpc, as_=seller, account_id=family.child).account.id == family.child
    assert not profile(rpc, as_=seller, account_id=family.child).accounts
    with pytest.raises(DomainError) as refused:
        profile(rpc, as_=seller, account_id=family.account)
    assert refused.value.status == 404


def test_the_timeline_goes_on_where_it_stopped(rpc: Any, family: Any) -> None:
    titles: list[str] = []
    position: dict[str, Any] = {"limit": 2}
    while True:
        request = timelines_pb2.ListCustomerTimelineRequest(customer={"account_id": family.account}, position=position)
        entries = rpc("ListCustomerTimeline", request, as_=ADMIN).entries
        if not entries:
            break
        titles += [entry.title for entry in entries]
        position = {"limit": 2, "before": entries[-1].at, "before_id": entries[-1].id}
    assert titles == [f"Activity {n}" for n in (4, 3, 2, 1, 0)]
    only = timelines_pb2.ListCustomerTimelineRequest(
        customer={"account_id": family.account}, position={"kinds": ["call"]}
    )
    assert {entry.kind for entry in rpc("ListCustomerTimeline", only, as_=ADMIN).entries} == {"call"}


@pytest.mark.parametrize("query", ["first", "+4930", "ann@", "acme-co"])
def test_people_are_found_by_names_numbers_addresses_and_companies_by_domains(rpc: Any, query: str) -> None:
    tail = unique("").replace("-", "")
    person = contacts_pb2.CreateContactRequest(
        contact={
            "first_name": f"First{tail}",
            "emails": [{"address": f"ann@{tail}.example"}],
            "phones": [{"number": "+4930123456"}],
        }
    )
    contact = rpc("CreateContact", person, as_=ADMIN)
    company = accounts_pb2.CreateAccountRequest(account={"name": "X", "domains": [f"acme-co{tail}.example"]})
    account = rpc("CreateAccount", company, as_=ADMIN)
    wanted = {"first": f"first{tail}", "ann@": f"ann@{tail}", "acme-co": f"acme-co{tail}.example"}.get(query, query)
    hits = rpc("SearchRecords", search_pb2.SearchRecordsRequest(query=wanted, limit=50), as_=ADMIN).hits
    assert {contact.id, account.id} & {hit.record_id for hit in hits}


def test_each_list_of_a_customer_has_a_bound_in_bytes(rpc: Any) -> None:
    large = {"text": "x" * 60_000}
    parent = {"name": unique("Parent")}
    parent_id = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=parent), as_=ADMIN).id
    person = {"last_name": unique("Ada"), "account_id": parent_id}
    contact_id = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=person), as_=ADMIN).id
    for _ in range(10):
        child = {"name": unique("Child"), "parent_id": parent_id, "custom": large}
        account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=child), as_=ADMIN)
        tie = {"contact_id": contact_id, "account_id": account.id}
        rpc("CreateAffiliation", affiliations_pb2.CreateAffiliationRequest(affiliation=tie), as_=ADMIN)
        other = {"last_name": unique("Other"), "account_id": parent_id, "custom": large}
        rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=other), as_=ADMIN)

    of_account, of_contact = profile(rpc, account_id=parent_id), profile(rpc, contact_id=contact_id)

    assert of_account.contact_count == 11
    for records in (of_account.accounts, of_account.contacts, of_contact.accounts):
        size = sum(record.ByteSize() for record in records)
        assert 0.8 * SHOWN_BYTES < size <= SHOWN_BYTES
