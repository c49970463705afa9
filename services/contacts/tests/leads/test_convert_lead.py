"""A lead becomes a customer: all or nothing, never twice, duplicates found before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.contacts.v1 import contacts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import OWN, unique, user

ADMIN = user()


@pytest.fixture
def make_lead(rpc: Callable[..., Any]) -> Callable[..., Any]:
    def make(**fields: Any) -> Any:
        given = {"first_name": "Ada", "last_name": unique("Lovelace"), "company": unique("Engines")} | fields
        return rpc("CreateLead", contacts_pb2.CreateLeadRequest(lead=given), as_=ADMIN)

    return make


def convert(rpc: Callable[..., Any], lead: Any, as_: Any = ADMIN, **fields: Any) -> Any:
    return rpc("ConvertLead", contacts_pb2.ConvertLeadRequest(id=lead.id, **fields), as_=as_)


def accounts_named(rpc: Callable[..., Any], name: str) -> int:
    request = contacts_pb2.ListAccountsRequest(filter=f'name = "{name}"')
    return len(rpc("ListAccounts", request, as_=ADMIN).accounts)


def test_makes_account_contact_and_tie(rpc: Any, make_lead: Any) -> None:
    lead = make_lead(email=f"ada@{unique('d')}.example", title="Countess", source="web", phone="+49 30 123456")

    made = convert(rpc, lead)

    contact = rpc("GetContact", contacts_pb2.GetContactRequest(id=made.contact_id), as_=ADMIN)
    assert contact.account_id == made.account_id
    assert (contact.title, contact.lead_source, contact.email) == ("Countess", "web", lead.email)
    assert contact.phones[0].number == "+4930123456"
    account = rpc("GetAccount", contacts_pb2.GetAccountRequest(id=made.account_id), as_=ADMIN)
    assert account.name == lead.company
    ties = contacts_pb2.ListAffiliationsRequest(filter=f"contact_id = {contact.id}")
    assert [tie.primary for tie in rpc("ListAffiliations", ties, as_=ADMIN).affiliations] == [True]


def test_tells_sales_the_id_of_the_opportunity(rpc: Any, make_lead: Any, published: Any) -> None:
    lead = make_lead()

    made = convert(rpc, lead, opportunity={"name": "Engine", "amount": {"amount": "10.00", "currency": "EUR"}})

    (event,) = published(lead.id, "crm.contacts.lead.converted.v1")
    assert event.data.opportunity_id == made.opportunity_id
    assert event.data.opportunity.amount.currency == "EUR"
    assert event.version == 2


def test_a_second_conversion_is_refused(rpc: Any, make_lead: Any) -> None:
    lead = make_lead()
    convert(rpc, lead)

    with pytest.raises(DomainError) as refused:
        convert(rpc, lead)

    assert refused.value.reason == "LEAD_ALREADY_CONVERTED"
    assert accounts_named(rpc, lead.company) == 1


def test_the_same_request_with_the_same_key_is_answered_the_same(rpc: Any, make_lead: Any) -> None:
    lead, key = make_lead(), unique("key")
    request = contacts_pb2.ConvertLeadRequest(id=lead.id)

    first = rpc("ConvertLead", request, as_=ADMIN, key=key)

    assert rpc("ConvertLead", request, as_=ADMIN, key=key) == first


def test_a_duplicate_contact_stops_it_before_anything_is_written(rpc: Any, make_lead: Any) -> None:
    email = f"ada@{unique('d')}.example"
    known = contacts_pb2.CreateContactRequest(contact={"last_name": "Known", "emails": [{"address": email}]})
    contact = rpc("CreateContact", known, as_=ADMIN)
    lead = make_lead(email=email)

    with pytest.raises(DomainError) as refused:
        convert(rpc, lead)

    assert refused.value.reason == "LIKELY_DUPLICATES"
    assert accounts_named(rpc, lead.company) == 0
    assert convert(rpc, lead, contact_id=contact.id).contact_id == contact.id


def test_a_shared_number_is_shown_and_stops_nothing(rpc: Any, make_lead: Any) -> None:
    number = "+493012" + str(abs(hash(unique())))[:5]
    known = contacts_pb2.CreateContactRequest(contact={"last_name": "Desk", "phones": [{"number": number}]})
    contact = rpc("CreateContact", known, as_=ADMIN)
    lead = make_lead(phone=number)

    plan = rpc("PreviewLeadConversion", contacts_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)

    assert contact.id in {hit.record_id for hit in plan.duplicates}
    assert convert(rpc, lead).contact_id != contact.id


def test_an_existing_contact_keeps_its_values_and_gets_empty_ones_filled(rpc: Any, make_lead: Any) -> None:
    known = contacts_pb2.CreateContactRequest(contact={"last_name": "Kept", "lead_source": "fair"})
    contact = rpc("CreateContact", known, as_=ADMIN)
    lead = make_lead(title="Engineer", source="web")

    convert(rpc, lead, contact_id=contact.id)

    after = rpc("GetContact", contacts_pb2.GetContactRequest(id=contact.id), as_=ADMIN)
    assert (after.last_name, after.first_name, after.title, after.lead_source) == (
        "Kept",
        "Ada",
        "Engineer",
        "fair",
    )


def test_the_one_account_of_that_name_is_used(rpc: Any, make_lead: Any) -> None:
    name = unique("Engines")
    account = rpc("CreateAccount", contacts_pb2.CreateAccountRequest(account={"name": f"{name} GmbH"}), as_=ADMIN)

    assert convert(rpc, make_lead(company=name)).account_id == account.id


def test_a_lead_without_owner_needs_one(rpc: Any, make_lead: Any) -> None:
    lead = make_lead()
    request = contacts_pb2.UpdateLeadRequest(lead={"id": lead.id})
    request.update_mask.paths.append("owner_id")
    rpc("UpdateLead", request, as_=ADMIN)

    with pytest.raises(DomainError) as refused:
        convert(rpc, lead)

    assert refused.value.reason == "LEAD_NEEDS_OWNER"


def test_a_converted_lead_is_read_only_and_not_found(rpc: Any, make_lead: Any) -> None:
    from crm.common.v1 import common_pb2

    lead = make_lead()
    search = common_pb2.SearchRecordsRequest(query=lead.last_name)
    assert lead.id in {hit.record_id for hit in rpc("SearchRecords", search, as_=ADMIN).hits}
    convert(rpc, lead)

    with pytest.raises(DomainError) as refused:
        rpc("UpdateLead", contacts_pb2.UpdateLeadRequest(lead={"id": lead.id, "title": "x"}), as_=ADMIN)

    assert refused.value.reason == "LEAD_ALREADY_CONVERTED"
    assert lead.id not in {hit.record_id for hit in rpc("SearchRecords", search, as_=ADMIN).hits}


def test_somebody_elses_lead_cannot_be_converted(rpc: Any, make_lead: Any) -> None:
    rep = user({"leads.read": OWN, "leads.convert": OWN, "fields.personal.read": OWN})

    with pytest.raises(DomainError) as refused:
        convert(rpc, make_lead(), as_=rep)

    assert refused.value.status == 404


def test_the_preview_says_what_the_conversion_does(rpc: Any, make_lead: Any) -> None:
    lead = make_lead()

    plan = rpc("PreviewLeadConversion", contacts_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)

    assert (plan.account_action, plan.contact_action, plan.opportunity_action) == ("create", "create", "none")
    assert list(plan.problems) == []
