"""A lead becomes a customer: all or nothing, never twice, duplicates found before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from crm.common.v1 import search_pb2, standard_pb2
from crm.contacts.v1 import accounts_pb2, activities_pb2, affiliations_pb2, contacts_pb2, leads_pb2
from crm.identity.v1 import users_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user
from crm_contacts import conversion

ADMIN = user()


@pytest.fixture
def make_lead(rpc: Callable[..., Any]) -> Callable[..., Any]:
    def make(**fields: Any) -> Any:
        given = {"first_name": "Ada", "last_name": unique("Lovelace"), "company": unique("Engines")} | fields
        return rpc("CreateLead", leads_pb2.CreateLeadRequest(lead=given), as_=ADMIN)

    return make


def convert(rpc: Callable[..., Any], lead: Any, as_: Any = ADMIN, **fields: Any) -> Any:
    return rpc("ConvertLead", leads_pb2.ConvertLeadRequest(id=lead.id, **fields), as_=as_)


def test_a_converted_lead_is_found_by_its_status_and_words_alike(rpc: Callable[..., Any], make_lead: Any) -> None:
    lead = make_lead()
    convert(rpc, lead)

    for condition in ("company :", "company ="):
        for status in ("CONVERTED", "converted"):
            wanted = f'{condition} "{lead.company.upper()}" AND status = "{status}"'
            wanted = wanted if ":" in condition else wanted.replace(lead.company.upper(), lead.company)
            found = rpc("ListLeads", leads_pb2.ListLeadsRequest(filter=wanted), as_=ADMIN).leads
            assert [one.id for one in found] == [lead.id], wanted


def accounts_named(rpc: Callable[..., Any], name: str) -> int:
    request = accounts_pb2.ListAccountsRequest(filter=f'name = "{name}"')
    return len(rpc("ListAccounts", request, as_=ADMIN).accounts)


def test_makes_account_contact_and_tie(rpc: Any, make_lead: Any) -> None:
    lead = make_lead(email=f"ada@{unique('d')}.example", title="Countess", source="web", phone="+49 30 123456")

    made = convert(rpc, lead)

    contact = rpc("GetContact", standard_pb2.GetRequest(id=made.contact_id), as_=ADMIN)
    assert contact.account_id == made.account_id
    assert (contact.title, contact.lead_source, contact.email) == ("Countess", "web", lead.email)
    assert contact.phones[0].number == "+4930123456"
    account = rpc("GetAccount", standard_pb2.GetRequest(id=made.account_id), as_=ADMIN)
    assert account.name == lead.company
    ties = affiliations_pb2.ListAffiliationsRequest(filter=f"contact_id = {contact.id}")
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
    request = leads_pb2.ConvertLeadRequest(id=lead.id)

    first = rpc("ConvertLead", request, as_=ADMIN, key=key)

    assert rpc("ConvertLead", request, as_=ADMIN, key=key) == first


def test_it_is_not_once_the_lead_may_not_be_seen(rpc: Any, make_lead: Any) -> None:
    """The answer names ids only; whose records they are is nobody's concern who may not see the lead."""
    lead, key = make_lead(owner_id=user().id), unique("key")
    request = leads_pb2.ConvertLeadRequest(id=lead.id)
    rpc("ConvertLead", request, as_=ADMIN, key=key)
    fewer = replace(ADMIN, grants={"*": OWN})

    with pytest.raises(DomainError) as refused:
        rpc("ConvertLead", request, as_=fewer, key=key)

    assert refused.value.reason == "NOT_FOUND"


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

    plan = rpc("PreviewLeadConversion", leads_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)

    assert contact.id in {hit.record_id for hit in plan.duplicates}
    assert convert(rpc, lead).contact_id != contact.id


def test_an_existing_contact_keeps_its_values_and_gets_empty_ones_filled(rpc: Any, make_lead: Any) -> None:
    known = contacts_pb2.CreateContactRequest(contact={"last_name": "Kept", "lead_source": "fair"})
    contact = rpc("CreateContact", known, as_=ADMIN)
    lead = make_lead(title="Engineer", source="web")

    convert(rpc, lead, contact_id=contact.id)

    after = rpc("GetContact", standard_pb2.GetRequest(id=contact.id), as_=ADMIN)
    assert (after.last_name, after.first_name, after.title, after.lead_source) == (
        "Kept",
        "Ada",
        "Engineer",
        "fair",
    )


def test_an_account_that_only_has_the_name_is_asked_about(rpc: Any, make_lead: Any) -> None:
    name = unique("Engines")
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": f"{name} LLC"}), as_=ADMIN)
    lead = make_lead(company=f"{name} SA", email=f"ada@{unique('d')}.example")
    plan = rpc("PreviewLeadConversion", leads_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)

    with pytest.raises(DomainError) as refused:
        convert(rpc, lead)

    assert refused.value.reason == "LIKELY_DUPLICATES"
    assert account.id in refused.value.detail
    assert [hit.record_id for hit in plan.duplicates] == [account.id]
    assert list(plan.problems) == ["LIKELY_DUPLICATES"]
    assert convert(rpc, lead, account_id=account.id).account_id == account.id


def test_an_account_of_the_same_name_stops_nothing_if_duplicates_are_allowed(rpc: Any, make_lead: Any) -> None:
    name = unique("Engines")
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": name}), as_=ADMIN)

    assert convert(rpc, make_lead(company=name), allow_duplicates=True).account_id != account.id


def test_the_one_account_of_the_domain_is_used(rpc: Any, make_lead: Any) -> None:
    domain = f"{unique('d')}.example"
    given = {"name": unique("Other name"), "domains": [domain]}
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=given), as_=ADMIN)

    assert convert(rpc, make_lead(email=f"ada@{domain}")).account_id == account.id


def test_a_name_without_a_letter_is_no_match(rpc: Any, make_lead: Any) -> None:
    rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": "???"}), as_=ADMIN)
    lead = make_lead(company="!!!")

    plan = rpc("PreviewLeadConversion", leads_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)

    assert (plan.account_action, list(plan.duplicates), list(plan.problems)) == ("create", [], [])


@pytest.mark.parametrize("shared", ["domain", "name"])
def test_two_leads_of_a_new_company_at_once_do_not_make_two_accounts(
    rpc: Any, make_lead: Any, begin: Any, meanwhile: Any, shared: str
) -> None:
    company, domain = unique("Engines"), f"{unique('d')}.example"
    emails = [f"{name}@{domain if shared == 'domain' else unique('d') + '.example'}" for name in ("ada", "bob")]
    first, second = (make_lead(company=company, email=email) for email in emails)

    with begin(as_=ADMIN) as tx:
        made = conversion.convert_lead(tx, leads_pb2.ConvertLeadRequest(id=first.id))
        tx.settle()
        other = meanwhile(lambda: convert(rpc, second))

    if shared == "domain":
        assert other.result().account_id == made.account_id
    else:
        with pytest.raises(DomainError) as refused:
            other.result()
        assert refused.value.reason == "LIKELY_DUPLICATES"
    assert accounts_named(rpc, company) == 1


def test_what_the_lead_says_is_carried_over(rpc: Any, make_lead: Any) -> None:
    lead = make_lead(
        city="Bonn", country="DE", phone="+49 228 123456", tags=["vip"], description="Met at a fair",
        custom={"size": "XL", "k": 1}, industry="Machines", website="https://engines.example",
    )  # fmt: skip
    plan = rpc("PreviewLeadConversion", leads_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)

    made = convert(rpc, lead)

    contact = rpc("GetContact", standard_pb2.GetRequest(id=made.contact_id), as_=ADMIN)
    account = rpc("GetAccount", standard_pb2.GetRequest(id=made.account_id), as_=ADMIN)
    for record in (contact, account):
        assert [(one.city, one.country, one.primary) for one in record.addresses] == [("Bonn", "DE", True)]
    assert account.phone == contact.phone == "+49228123456"
    assert (account.industry, account.website) == ("Machines", "https://engines.example")
    assert (list(contact.tags), contact.description) == (["vip"], "Met at a fair")
    assert dict(contact.custom) == {"size": "XL", "k": 1}
    assert plan.fills["contact.custom.size"] == "XL"
    assert plan.fills["account.phone"] == "+49228123456"
    assert plan.fills["contact.addresses"] == "Bonn, DE"
    assert list(plan.not_carried) == []


def test_the_preview_names_what_no_record_takes_over(rpc: Any, make_lead: Any) -> None:
    known = {"last_name": "Kept", "title": "CEO", "custom": {"size": "M"}, "addresses": [{"city": "Rome"}]}
    contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=known), as_=ADMIN)
    lead = make_lead(title="Engineer", custom={"size": "XL", "k": "v"}, city="Bonn", external_id=unique(), company="")

    request = leads_pb2.ConvertLeadRequest(id=lead.id, contact_id=contact.id)
    plan = rpc("PreviewLeadConversion", request, as_=ADMIN)
    convert(rpc, lead, contact_id=contact.id)

    after = rpc("GetContact", standard_pb2.GetRequest(id=contact.id), as_=ADMIN)
    assert dict(after.custom) == {"size": "M", "k": "v"}
    assert plan.fills["contact.custom.k"] == "v"
    assert set(plan.not_carried) == {"title", "last_name", "custom.size", "city", "external_id"}


def test_tags_and_an_extension_are_added_to_those_that_are_there(rpc: Any, make_lead: Any) -> None:
    known = {"last_name": "Kept", "tags": ["old"], "emails": [{"address": "kept@x.example"}]}
    contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=known), as_=ADMIN)
    lead = make_lead(tags=["new"], email=f"second@{unique('d')}.example")

    convert(rpc, lead, contact_id=contact.id)

    after = rpc("GetContact", standard_pb2.GetRequest(id=contact.id), as_=ADMIN)
    assert list(after.tags) == ["old", "new"]
    assert [(one.address, one.primary) for one in after.emails] == [("kept@x.example", True), (lead.email, False)]


def test_open_activities_get_the_new_owner_and_finished_ones_keep_theirs(rpc: Any, make_lead: Any) -> None:
    lead, new_owner = make_lead(), user().id
    activities = {}
    for done in (True, False):
        given = {"type": "CALL", "subject": "Call", "lead_id": lead.id, "done": done}
        request = activities_pb2.CreateActivityRequest(activity=given)
        activities[done] = rpc("CreateActivity", request, as_=ADMIN)

    made = convert(rpc, lead, owner_id=new_owner)

    for done, owner_id in ((True, ADMIN.id), (False, new_owner)):
        after = rpc("GetActivity", standard_pb2.GetRequest(id=activities[done].id), as_=ADMIN)
        assert (after.owner_id, after.contact_id, after.account_id) == (owner_id, made.contact_id, made.account_id)


def test_a_private_person_becomes_a_contact_without_account(rpc: Any, make_lead: Any, published: Any) -> None:
    lead = make_lead(company="", industry="Retired")
    plan = rpc("PreviewLeadConversion", leads_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)

    made = convert(rpc, lead, opportunity={"name": "House", "contact_role": "decision maker"})

    assert plan.account_action == "none"
    assert list(plan.not_carried) == ["industry"]
    assert made.account_id == ""
    assert not rpc("GetContact", standard_pb2.GetRequest(id=made.contact_id), as_=ADMIN).HasField("account_id")
    (event,) = published(lead.id, "crm.contacts.lead.converted.v1")
    assert (event.data.account_id, event.data.opportunity.contact_role) == ("", "decision maker")


@pytest.mark.parametrize(("company", "create_account", "made_one"), [("", True, True), ("Engines", False, False)])
def test_whether_an_account_is_made_can_be_said(
    rpc: Any, make_lead: Any, company: str, create_account: bool, made_one: bool
) -> None:
    lead = make_lead(company=company and unique(company))

    assert (convert(rpc, lead, create_account=create_account).account_id != "") is made_one


def test_a_lead_without_owner_needs_one(rpc: Any, make_lead: Any) -> None:
    lead = make_lead()
    request = leads_pb2.UpdateLeadRequest(lead={"id": lead.id})
    request.update_mask.paths.append("owner_id")
    rpc("UpdateLead", request, as_=ADMIN)

    with pytest.raises(DomainError) as refused:
        convert(rpc, lead)

    assert refused.value.reason == "LEAD_NEEDS_OWNER"


def test_a_converted_lead_is_read_only_and_not_found(rpc: Any, make_lead: Any) -> None:

    lead = make_lead()
    search = search_pb2.SearchRecordsRequest(query=lead.last_name)
    assert lead.id in {hit.record_id for hit in rpc("SearchRecords", search, as_=ADMIN).hits}
    convert(rpc, lead)

    with pytest.raises(DomainError) as refused:
        rpc("UpdateLead", leads_pb2.UpdateLeadRequest(lead={"id": lead.id, "title": "x"}), as_=ADMIN)

    assert refused.value.reason == "LEAD_ALREADY_CONVERTED"
    assert lead.id not in {hit.record_id for hit in rpc("SearchRecords", search, as_=ADMIN).hits}


def test_somebody_elses_lead_cannot_be_converted(rpc: Any, make_lead: Any) -> None:
    rep = user({"leads.read": OWN, "leads.convert": OWN, "fields.personal.read": OWN})

    with pytest.raises(DomainError) as refused:
        convert(rpc, make_lead(), as_=rep)

    assert refused.value.status == 404


def test_the_preview_says_what_the_conversion_does(rpc: Any, make_lead: Any) -> None:
    lead = make_lead()

    plan = rpc("PreviewLeadConversion", leads_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)

    assert (plan.account_action, plan.contact_action, plan.opportunity_action) == ("create", "create", "none")
    assert list(plan.problems) == []


def test_an_opportunity_is_opened_by_who_could_open_one_and_for_who_may_have_it(
    rpc: Any, make_lead: Any, deliver: Any
) -> None:
    leaver = uuid7()
    deliver(users_pb2.UserDeactivated(user={"id": leaver, "display_name": "Lea", "status": "DEACTIVATED"}))
    own = {"leads.*": OWN, "accounts.*": OWN, "contacts.*": OWN, "fields.personal.read": ALL}
    seller, researcher = user(own | {"opportunities.create": OWN}), user(own)

    def open_one(as_: Any, owner_id: str) -> str:
        lead = make_lead(owner_id=as_.id)
        given = {"owner_id": as_.id, "last_name": unique("L"), "name": unique("Acme")}
        contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=_only(given, "last_name")), as_=as_)
        account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=_only(given, "name")), as_=as_)
        named = {"account_id": account.id, "contact_id": contact.id, "owner_id": owner_id}
        try:
            convert(rpc, lead, as_=as_, opportunity={"name": "Engine"}, **named)
        except DomainError as refused:
            return refused.reason
        return ""

    assert open_one(seller, seller.id) == ""
    assert open_one(seller, leaver) == "USER_INACTIVE"
    assert open_one(seller, uuid7()) == "PERMISSION_DENIED"
    assert open_one(researcher, researcher.id) == "PERMISSION_DENIED"


def _only(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key in ("owner_id", name)}
