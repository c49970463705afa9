"""What happens when a record that looks like another one is written, through whichever call."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import batches_pb2, standard_pb2
from crm.contacts.v1 import accounts_pb2, affiliations_pb2, contacts_pb2, duplicates_pb2, leads_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.errors import DomainError
from crm_chassis.testing import OWN, unique, user

ADMIN = user()


def mails(email: str) -> list[dict[str, str]]:
    return [{"address": email}]


@pytest.fixture
def pairs(rpc: Any) -> Any:
    """The pairs on the review list that a contact is in."""

    def of(contact_id: str, as_: Any = ADMIN) -> list[Any]:
        wanted = f"contact_id = {contact_id} OR other_contact_id = {contact_id}"
        return list(rpc("ListDuplicates", duplicates_pb2.ListDuplicatesRequest(filter=wanted), as_=as_).duplicates)

    return of


def test_the_answer_names_what_looks_the_same(rpc: Any, make: Any, email: str) -> None:
    """By the rules that an installation begins with."""
    first = make("contact", last_name=unique("Lovelace"), emails=mails(email))
    second = make("contact", last_name=unique("King"), emails=mails(email.upper()))

    (alike,) = second.likely_duplicates
    assert (alike.record_type, alike.record_id, alike.title) == ("contact", first.id, first.display_name)
    assert alike.score == 1
    assert [contacts_reason(reason) for reason in alike.reasons] == [("EMAIL", "EXACT", 1.0)]
    assert not rpc("GetContact", standard_pb2.GetRequest(id=second.id), as_=ADMIN).likely_duplicates


def contacts_reason(reason: Any) -> tuple[str, str, float]:
    from crm.contacts.v1 import matching_rules_pb2

    comparison = matching_rules_pb2.FieldComparison
    return comparison.Field.Name(reason.field), comparison.Method.Name(reason.method), reason.similarity


def test_events_do_not_tell_what_the_writer_is_told(make: Any, published: Any, email: str) -> None:
    make("contact", last_name=unique("Lovelace"), emails=mails(email))
    second = make("contact", last_name=unique("King"), emails=mails(email))
    assert second.likely_duplicates
    assert [list(event.data.contact.likely_duplicates) for event in published(second.id)] == [[]]


def test_a_lead_looks_like_a_contact(make: Any, email: str) -> None:
    contact = make("contact", last_name=unique("Lovelace"), emails=mails(email))
    lead = make("lead", last_name=unique("King"), email=email)
    assert [(one.record_type, one.record_id) for one in lead.likely_duplicates] == [("contact", contact.id)]


@pytest.mark.parametrize("action", ["BLOCK", "ALERT", "REPORT"])
@pytest.mark.parametrize("tells_hidden", [True, False])
def test_a_conversion_asks_what_creating_the_records_asks(
    rpc: Any, make: Any, rule: Any, tells_hidden: bool, action: str
) -> None:
    """Two teams have a lead of one company each, and neither sees the account of the other."""
    grants = {"leads.*": OWN, "accounts.*": OWN, "contacts.*": OWN, "fields.personal.read": ALL}
    first, second = user(grants), user(grants)
    company = unique("Engines")
    name = ({"field": "NAME", "method": "FUZZY"},)
    rule("ACCOUNT", comparisons=name, on_create=action, confirmable=True, tells_hidden=tells_hidden)

    def convert(as_: Any, method: str = "ConvertLead", **how: Any) -> Any:
        lead = make("lead", as_=as_, last_name=unique("Lovelace"), company=company)
        return rpc(method, leads_pb2.ConvertLeadRequest(id=lead.id, **how), as_=as_)

    account_id = convert(first).account_id
    plan = convert(second, "PreviewLeadConversion")

    told = ["account"] if tells_hidden and action != "REPORT" else []
    assert [one.record_type for one in plan.likely_duplicates] == told
    assert not any(one.record_id or one.title for one in plan.likely_duplicates)
    if tells_hidden and action == "BLOCK":
        assert list(plan.problems) == ["LIKELY_DUPLICATES"]
        with pytest.raises(DomainError) as refused:
            convert(second)
        assert (refused.value.reason, account_id in refused.value.detail) == ("LIKELY_DUPLICATES", False)
        assert convert(second, allow_duplicates=True).account_id != account_id
    else:
        assert list(plan.problems) == []
        made = convert(second)
        assert [one.record_type for one in made.likely_duplicates] == told
        listed = duplicates_pb2.ListDuplicatesRequest(filter=f"other_account_id = {made.account_id}")
        assert len(rpc("ListDuplicates", listed, as_=ADMIN).duplicates) == (action == "REPORT")


def test_a_conversion_into_a_contact_is_a_change_of_it(rpc: Any, make: Any, rule: Any, email: str) -> None:
    rule(on_update="BLOCK")
    make("contact", last_name=unique("Lovelace"), emails=mails(email))
    into = make("contact", last_name=unique("King"), emails=mails(f"{unique('b')}@d.example"))
    lead = make("lead", last_name=unique("King"), email=email)
    request = leads_pb2.ConvertLeadRequest(id=lead.id, contact_id=into.id, allow_duplicates=True)

    plan = rpc("PreviewLeadConversion", request, as_=ADMIN)
    with pytest.raises(DomainError) as refused:
        rpc("ConvertLead", request, as_=ADMIN)

    assert (list(plan.problems), refused.value.reason) == (["LIKELY_DUPLICATES"], "LIKELY_DUPLICATES")
    assert rpc("GetContact", standard_pb2.GetRequest(id=into.id), as_=ADMIN).etag == into.etag


def test_a_lead_is_no_duplicate_of_what_it_becomes(rpc: Any, make: Any, rule: Any, email: str) -> None:
    rule("LEAD", "CONTACT", on_create="BLOCK")
    lead = make("lead", last_name=unique("Lovelace"), email=email, company=unique("Engines"))
    request = leads_pb2.ConvertLeadRequest(id=lead.id)

    plan = rpc("PreviewLeadConversion", request, as_=ADMIN)

    assert (list(plan.problems), list(plan.likely_duplicates)) == ([], [])
    assert not rpc("ConvertLead", request, as_=ADMIN).likely_duplicates


def test_short_forms_of_names_at_one_company(make: Any) -> None:
    company = unique("Engines")
    last = unique("Lovelace")
    account = make("account", name=f"{company} GmbH")
    contact = make("contact", first_name="Robert", last_name=last, account_id=account.id)
    lead = make("lead", first_name="Bob", last_name=last, company=company)
    assert [one.record_id for one in lead.likely_duplicates] == [contact.id]


def test_accounts_of_one_domain(make: Any) -> None:
    domain = f"{unique('d')}.example"
    first = make("account", name=unique("Engines"), domains=[domain])
    second = make("account", name=unique("Motors"), domains=[domain])
    assert [one.record_id for one in second.likely_duplicates] == [first.id]


def test_a_refusal_names_the_candidates_and_may_be_confirmed(rpc: Any, make: Any, rule: Any, email: str) -> None:
    rule(on_create="BLOCK", confirmable=True)
    first = make("contact", last_name=unique("Lovelace"), emails=mails(email))

    with pytest.raises(DomainError) as refused:
        make("contact", last_name=unique("King"), emails=mails(email))

    assert (refused.value.reason, refused.value.status) == ("LIKELY_DUPLICATES", 409)
    assert first.id in refused.value.detail
    assert [(one.record_id, one.confirmable) for one in refused.value.record.likely_duplicates] == [(first.id, True)]
    assert make("contact", last_name=unique("King"), emails=mails(email), how={"allow_duplicates": True}).id


def test_what_may_not_be_confirmed_stays_refused(make: Any, rule: Any, email: str) -> None:
    rule(on_create="BLOCK")
    make("contact", last_name=unique("Lovelace"), emails=mails(email))
    with pytest.raises(DomainError) as refused:
        make("contact", last_name=unique("King"), emails=mails(email), how={"allow_duplicates": True})
    assert refused.value.reason == "LIKELY_DUPLICATES"


def test_a_change_is_compared_if_it_changes_what_is_compared(rpc: Any, make: Any, rule: Any, email: str) -> None:
    rule(on_update="BLOCK", confirmable=True)
    make("contact", last_name=unique("Lovelace"), emails=mails(email))
    second = make("contact", last_name=unique("King"), emails=mails(f"{unique('b')}@d.example"))

    def change(**fields: Any) -> Any:
        return rpc("UpdateContact", contacts_pb2.UpdateContactRequest(contact={"id": second.id, **fields}), as_=ADMIN)

    with pytest.raises(DomainError) as refused:
        change(emails=mails(email))
    assert refused.value.reason == "LIKELY_DUPLICATES"
    request = contacts_pb2.UpdateContactRequest(
        contact={"id": second.id, "emails": mails(email)}, allow_duplicates=True
    )
    rpc("UpdateContact", request, as_=ADMIN)
    assert change(title="Countess").title == "Countess"


def test_a_reported_pair_goes_on_the_review_list(make: Any, rule: Any, pairs: Any, published: Any, email: str) -> None:
    rule(on_create="REPORT")
    first = make("contact", last_name=unique("Lovelace"), emails=mails(email))
    second = make("contact", last_name=unique("King"), emails=mails(email))

    (pair,) = pairs(second.id)
    assert {pair.contact_id, pair.other_contact_id} == {first.id, second.id}
    assert (pair.state, pair.score) == (duplicates_pb2.Duplicate.OPEN, 1)
    assert [contacts_reason(reason) for reason in pair.reasons] == [("EMAIL", "EXACT", 1.0)]
    assert [event.type for event in published(pair.id)] == ["crm.contacts.duplicate.found.v1"]
    (event,) = published(pair.id)
    assert not event.data.duplicate.reasons


def test_of_many_each_is_compared_with_those_before_it(rpc: Any, make: Any, rule: Any, email: str) -> None:
    rule(on_create="BLOCK", confirmable=True)
    other = f"{unique('bob')}@d.example"
    there = make("contact", last_name=unique("Lovelace"), emails=mails(other))
    contacts = [{"last_name": unique("King"), "emails": mails(one)} for one in (email, email, other, f"x{email}")]

    request = contacts_pb2.BatchCreateContactsRequest(contacts=contacts)
    results = rpc("BatchCreateContacts", request, as_=ADMIN).results

    outcomes = [batches_pb2.Outcome.Name(one.outcome) for one in results]
    assert outcomes == ["CREATED", "REFUSED", "REFUSED", "CREATED"]
    assert "a contact before it" in results[1].problem.detail
    assert there.id in results[2].problem.detail
    confirmed = contacts_pb2.BatchCreateContactsRequest(contacts=contacts[:2], allow_duplicates=True)
    outcomes = [one.outcome for one in rpc("BatchCreateContacts", confirmed, as_=ADMIN).results]
    assert outcomes == [batches_pb2.CREATED, batches_pb2.CREATED]


def test_what_a_call_for_many_would_tell_goes_on_the_review_list(rpc: Any, make: Any, pairs: Any, email: str) -> None:
    first = make("contact", last_name=unique("Lovelace"), emails=mails(email))
    request = contacts_pb2.BatchCreateContactsRequest(contacts=[{"last_name": unique("King"), "emails": mails(email)}])
    (made,) = rpc("BatchCreateContacts", request, as_=ADMIN).results
    (pair,) = pairs(made.id)
    assert first.id in (pair.contact_id, pair.other_contact_id)


def test_an_assertion_is_compared_too(rpc: Any, make: Any, rule: Any, email: str) -> None:
    rule(on_create="BLOCK", confirmable=True)
    make("contact", last_name=unique("Lovelace"), emails=mails(email))
    contact = {"external_id": unique("x"), "last_name": unique("King"), "emails": mails(email)}
    with pytest.raises(DomainError) as refused:
        rpc("AssertContact", contacts_pb2.AssertContactRequest(contact=contact), as_=ADMIN)
    assert refused.value.reason == "LIKELY_DUPLICATES"
    rpc("AssertContact", contacts_pb2.AssertContactRequest(contact=contact, allow_duplicates=True), as_=ADMIN)


SELLER = {"contacts.create": OWN, "contacts.read": OWN, "contacts.update": OWN, "fields.personal.read": ALL}


@pytest.mark.parametrize("tells", [False, True])
def test_of_records_that_the_writer_may_not_see(make: Any, rule: Any, email: str, tells: bool) -> None:
    rule(on_create="BLOCK", tells_hidden=tells)
    hidden = make("contact", last_name=unique("Lovelace"), emails=mails(email))
    seller = user(SELLER)

    if not tells:
        assert not make("contact", seller, last_name=unique("King"), emails=mails(email)).likely_duplicates
        return
    with pytest.raises(DomainError) as refused:
        make("contact", seller, last_name=unique("King"), emails=mails(email))
    (told,) = refused.value.record.likely_duplicates
    assert told == type(told)(record_type="contact")
    assert not told.confirmable
    assert hidden.id not in str(refused.value)
    assert hidden.last_name not in str(refused.value)


def test_of_fields_that_the_writer_may_not_read(make: Any, rpc: Any, rule: Any) -> None:
    """Of who may not read names and numbers nothing is compared that would tell him."""
    rule("ACCOUNT", comparisons=({"field": "DOMAIN", "method": "EXACT"},), on_create="BLOCK", tells_hidden=True)
    domain = f"{unique('d')}.example"
    make("account", name=unique("Engines"), domains=[domain])
    clerk = user({"accounts.create": ALL, "accounts.read": ALL})
    with pytest.raises(DomainError) as refused:
        make("account", clerk, name=unique("Motors"), domains=[domain])
    assert refused.value.record.likely_duplicates[0].record_id
    draft = accounts_pb2.FindAccountDuplicatesRequest(account={"name": "x", "domains": [domain]})
    assert rpc("FindAccountDuplicates", draft, as_=clerk).duplicates
    lead_clerk = user({"leads.read": ALL, "contacts.read": ALL})
    request = leads_pb2.FindLeadDuplicatesRequest(lead={"company": "x"})
    assert not rpc("FindLeadDuplicates", request, as_=lead_clerk).duplicates


# -- while somebody types --------------------------------------------------------------------------------------


def test_a_draft_is_compared_without_being_written(rpc: Any, make: Any, email: str) -> None:
    last = unique("Lovelace")
    contact = make("contact", first_name="Ada", last_name=last, emails=mails(email), phones=[{"number": "+4930123456"}])
    for draft in (
        {"emails": mails(email)},
        {"first_name": last, "last_name": "Ada", "phones": [{"number": "+49 30 123456"}]},
    ):
        found = rpc("FindContactDuplicates", contacts_pb2.FindContactDuplicatesRequest(contact=draft), as_=ADMIN)
        assert contact.id in [one.record_id for one in found.duplicates], draft
    lead = leads_pb2.FindLeadDuplicatesRequest(lead={"email": email})
    assert [one.record_id for one in rpc("FindLeadDuplicates", lead, as_=ADMIN).duplicates] == [contact.id]
    own = contacts_pb2.FindContactDuplicatesRequest(contact={"id": contact.id, "emails": mails(email)})
    assert not rpc("FindContactDuplicates", own, as_=ADMIN).duplicates


def test_a_draft_is_compared_with_what_one_may_read(rpc: Any, make: Any, email: str) -> None:
    make("contact", last_name=unique("Lovelace"), emails=mails(email))
    request = contacts_pb2.FindContactDuplicatesRequest(contact={"emails": mails(email)})
    assert rpc("FindContactDuplicates", request, as_=ADMIN).duplicates
    assert not rpc("FindContactDuplicates", request, as_=user(SELLER)).duplicates


# -- keys ----------------------------------------------------------------------------------------------------------


def test_keys_follow_the_record(rpc: Any, make: Any, email: str) -> None:
    def found(address: str) -> list[str]:
        request = contacts_pb2.FindContactDuplicatesRequest(contact={"emails": mails(address)})
        return [one.record_id for one in rpc("FindContactDuplicates", request, as_=ADMIN).duplicates]

    contact = make("contact", last_name=unique("Lovelace"), emails=mails(email))
    assert found(email) == [contact.id]
    change = contacts_pb2.UpdateContactRequest(contact={"id": contact.id, "emails": mails(f"x{email}")})
    rpc("UpdateContact", change, as_=ADMIN)
    assert (found(email), found(f"x{email}")) == ([], [contact.id])
    rpc("DeleteContact", standard_pb2.DeleteRequest(id=contact.id), as_=ADMIN)
    assert found(f"x{email}") == []
    rpc("UndeleteContact", standard_pb2.UndeleteRequest(id=contact.id), as_=ADMIN)
    assert found(f"x{email}") == [contact.id]


def test_a_converted_lead_is_its_contact(rpc: Any, make: Any, email: str) -> None:
    lead = make("lead", last_name=unique("Lovelace"), email=email)
    made = rpc("ConvertLead", leads_pb2.ConvertLeadRequest(id=lead.id), as_=ADMIN)
    request = leads_pb2.FindLeadDuplicatesRequest(lead={"email": email})
    assert [one.record_id for one in rpc("FindLeadDuplicates", request, as_=ADMIN).duplicates] == [made.contact_id]


def test_people_are_found_by_the_new_name_of_their_account(rpc: Any, make: Any, tick: Any) -> None:
    last, name = unique("Lovelace"), unique("Engines")
    account = make("account", name=unique("Motors"))
    contact = make("contact", first_name="Ada", last_name=last, account_id=account.id)
    rpc("UpdateAccount", accounts_pb2.UpdateAccountRequest(account={"id": account.id, "name": name}), as_=ADMIN)
    tick("jobs")
    request = leads_pb2.FindLeadDuplicatesRequest(lead={"first_name": "Ada", "last_name": last, "company": name})
    assert [one.record_id for one in rpc("FindLeadDuplicates", request, as_=ADMIN).duplicates] == [contact.id]


def test_a_tie_that_moves_somebody_moves_the_keys(rpc: Any, make: Any) -> None:
    last = unique("Lovelace")
    account = make("account", name=unique("Engines"))
    contact = make("contact", first_name="Ada", last_name=last)
    tie = {"contact_id": contact.id, "account_id": account.id, "primary": True}
    rpc("CreateAffiliation", affiliations_pb2.CreateAffiliationRequest(affiliation=tie), as_=ADMIN)
    request = leads_pb2.FindLeadDuplicatesRequest(
        lead={"first_name": "Ada", "last_name": last, "company": account.name}
    )
    assert [one.record_id for one in rpc("FindLeadDuplicates", request, as_=ADMIN).duplicates] == [contact.id]


def test_two_who_write_the_same_person_at_once(
    rpc: Any, make: Any, rule: Any, begin: Any, meanwhile: Any, email: str
) -> None:
    """The second waits for the first, and is refused."""
    from crm_contacts.service import service

    rule(on_create="BLOCK")
    request = contacts_pb2.CreateContactRequest(contact={"last_name": unique("Lovelace"), "emails": mails(email)})
    create = next(function for method, function in service.methods.values() if method.name == "CreateContact")
    with begin(as_=ADMIN) as tx:
        create(tx, request)
        tx.settle()
        second = meanwhile(lambda: rpc("CreateContact", request, as_=ADMIN))
    with pytest.raises(DomainError) as refused:
        second.result()
    assert refused.value.reason == "LIKELY_DUPLICATES"
