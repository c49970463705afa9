"""Who writes a record through another one needs the right to change it."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import comments_pb2, standard_pb2
from crm.contacts.v1 import accounts_pb2, activities_pb2, affiliations_pb2, contacts_pb2, leads_pb2
from crm.identity.v1 import users_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, unique, user

ADMIN = user()
RIGHTS = {
    "leads.*": OWN,
    "contacts.read": ALL,
    "accounts.read": ALL,
    "contacts.update": OWN,
    "accounts.update": OWN,
    "contacts.create": OWN,
    "accounts.create": OWN,
    "affiliations.*": OWN,
    "opportunities.create": OWN,
    "fields.personal.read": ALL,
}


@pytest.fixture
def rep() -> Any:
    """A seller who may read everything and change what is the own."""
    return user(RIGHTS)


@pytest.fixture
def colleague(deliver: Any) -> Any:
    """Somebody else, by name."""
    someone = user()
    name = unique("Coline")
    deliver(users_pb2.UserCreated(user={"id": someone.id, "display_name": name, "status": "ACTIVE"}))
    return someone.id, name


def contact(rpc: Any, owner_id: str, **fields: Any) -> Any:
    given = {"last_name": unique("Kept"), "owner_id": owner_id} | fields
    return rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=ADMIN)


def account(rpc: Any, owner_id: str, **fields: Any) -> Any:
    given = {"name": unique("Acme"), "owner_id": owner_id} | fields
    return rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=given), as_=ADMIN)


def lead(rpc: Any, rep: Any, **fields: Any) -> Any:
    given = {
        "last_name": unique("Injected"),
        "first_name": "Eve",
        "email": f"eve@{unique('evil')}.example",
        "industry": "Evil",
        "website": "https://evil.example",
    } | fields
    return rpc("CreateLead", leads_pb2.CreateLeadRequest(lead=given), as_=rep)


def convert(rpc: Any, lead: Any, as_: Any, **fields: Any) -> Any:
    return rpc("ConvertLead", leads_pb2.ConvertLeadRequest(id=lead.id, **fields), as_=as_)


def tie(rpc: Any, as_: Any, contact: Any, account: Any, **fields: Any) -> Any:
    given = {"contact_id": contact.id, "account_id": account.id} | fields
    return rpc("CreateAffiliation", affiliations_pb2.CreateAffiliationRequest(affiliation=given), as_=as_)


def read(rpc: Any, name: str, record: Any) -> Any:
    return rpc(f"Get{name}", standard_pb2.GetRequest(id=record.id), as_=ADMIN)


@pytest.mark.parametrize("kind", ["contact", "account"])
def test_a_lead_is_not_converted_into_a_record_that_one_may_not_change(
    rpc: Any, rep: Any, colleague: Any, kind: str
) -> None:
    owner_id, name = colleague
    target = (contact if kind == "contact" else account)(rpc, owner_id)
    mine = lead(rpc, rep)

    with pytest.raises(DomainError) as refused:
        convert(rpc, mine, rep, **{f"{kind}_id": target.id})

    assert refused.value.reason == "PERMISSION_DENIED"
    assert f"this {kind}" in refused.value.detail
    assert name in refused.value.detail
    assert read(rpc, kind.title(), target) == target
    assert read(rpc, "Lead", mine).status == leads_pb2.Lead.Status.NEW
    plan = rpc("PreviewLeadConversion", leads_pb2.ConvertLeadRequest(id=mine.id, **{f"{kind}_id": target.id}), as_=rep)
    assert list(plan.problems) == ["PERMISSION_DENIED"]


def test_a_match_that_one_may_not_change_is_used_as_it_is(rpc: Any, rep: Any, colleague: Any) -> None:
    domain = f"{unique('d')}.example"
    target = account(rpc, colleague[0], domains=[domain])
    mine = lead(rpc, rep, email=f"eve@{domain}")
    plan = rpc("PreviewLeadConversion", leads_pb2.ConvertLeadRequest(id=mine.id), as_=rep)

    made = convert(rpc, mine, rep)

    assert plan.account_action == "link"
    assert not [path for path in plan.fills if path.startswith("account.")]
    assert {"industry", "website"} <= set(plan.not_carried)
    assert made.account_id == target.id
    assert read(rpc, "Account", target) == target


def test_a_lead_of_ones_own_goes_into_ones_own_records(rpc: Any, rep: Any) -> None:
    person, company = contact(rpc, rep.id), account(rpc, rep.id)

    convert(rpc, lead(rpc, rep), rep, contact_id=person.id, account_id=company.id)

    assert read(rpc, "Contact", person).first_name == "Eve"
    assert read(rpc, "Account", company).industry == "Evil"


@pytest.mark.parametrize("primary", [True, False])
def test_a_tie_needs_the_right_to_change_the_contact(rpc: Any, rep: Any, colleague: Any, primary: bool) -> None:
    owner_id, name = colleague
    person, mine = contact(rpc, owner_id), account(rpc, rep.id)

    with pytest.raises(DomainError) as refused:
        tie(rpc, rep, person, mine, primary=primary)

    assert refused.value.status == 403
    assert name in refused.value.detail
    assert read(rpc, "Contact", person) == person


def test_ties_of_others_are_neither_changed_nor_deleted(rpc: Any, colleague: Any) -> None:
    person, company = contact(rpc, colleague[0]), account(rpc, colleague[0])
    theirs = tie(rpc, ADMIN, person, company)
    helper = user(RIGHTS | {"affiliations.*": ALL})
    request = affiliations_pb2.UpdateAffiliationRequest(affiliation={"id": theirs.id, "primary": True})

    with pytest.raises(DomainError) as changed:
        rpc("UpdateAffiliation", request, as_=helper)
    with pytest.raises(DomainError) as deleted:
        rpc("DeleteAffiliation", standard_pb2.DeleteRequest(id=theirs.id), as_=helper)

    assert (changed.value.status, deleted.value.status) == (403, 403)
    assert read(rpc, "Contact", person) == person


def test_nothing_is_given_to_who_has_left(rpc: Any, deliver: Any) -> None:
    leaver = user().id
    deliver(users_pb2.UserDeactivated(user={"id": leaver, "display_name": "Lea", "status": "DEACTIVATED"}))
    theirs = contact(rpc, ADMIN.id)
    request = contacts_pb2.UpdateContactRequest(contact={"id": theirs.id, "owner_id": leaver})

    with pytest.raises(DomainError) as refused:
        rpc("UpdateContact", request, as_=ADMIN)

    assert (refused.value.reason, list(refused.value.errors)) == ("USER_INACTIVE", ["owner_id"])


@pytest.mark.parametrize("method", ["ConvertLead", "PreviewLeadConversion"])
def test_a_pipeline_that_a_conversion_names_is_asked_about_at_its_owner(rpc: Any, rep: Any, method: str) -> None:
    mine, pipeline_id = lead(rpc, rep), user().id
    request = leads_pb2.ConvertLeadRequest(id=mine.id, opportunity={"name": "Engine", "pipeline_id": pipeline_id})

    with pytest.raises(DomainError) as refused:
        rpc(method, request, as_=rep, x_verify_references="1")

    assert refused.value.errors == {"opportunity.pipeline_id": [f"crm.sales.pipeline {pipeline_id}"]}
    assert read(rpc, "Lead", mine).status == leads_pb2.Lead.Status.NEW


# -- what only needs the right to read: it changes no field of the record ---------------------------------------------


@pytest.mark.parametrize("kind", ["contact", "account"])
def test_a_call_on_a_colleagues_customer_is_logged_and_talked_about_by_who_may_read_it(
    rpc: Any, colleague: Any, kind: str
) -> None:
    rep = user(RIGHTS | {"activities.create": OWN})
    record = {"contact": contact, "account": account}[kind](rpc, colleague[0])
    activity = {"type": "CALL", "subject": "Asked for a quote", f"{kind}_id": record.id}
    said = comments_pb2.CreateCommentRequest(record_id=record.id, comment={"body": "Called back"})

    rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity=activity), as_=rep)
    rpc(f"Create{kind.capitalize()}Comment", said, as_=rep)

    assert read(rpc, kind.capitalize(), record) == record


@pytest.mark.parametrize("kind", ["contact", "account"])
def test_and_by_nobody_who_may_not(rpc: Any, colleague: Any, kind: str) -> None:
    rep = user(RIGHTS | {"activities.create": OWN, f"{kind}s.read": OWN})
    record = {"contact": contact, "account": account}[kind](rpc, colleague[0])
    activity = {"type": "CALL", "subject": "Asked for a quote", f"{kind}_id": record.id}
    said = comments_pb2.CreateCommentRequest(record_id=record.id, comment={"body": "Called back"})

    with pytest.raises(DomainError) as unknown:
        rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity=activity), as_=rep)
    with pytest.raises(DomainError) as hidden:
        rpc(f"Create{kind.capitalize()}Comment", said, as_=rep)

    assert (unknown.value.reason, hidden.value.reason) == ("UNKNOWN_REFERENCE", "NOT_FOUND")
