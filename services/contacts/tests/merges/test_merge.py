"""Records that turned out to be one, in the service that owns them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.common.v1 import comments_pb2, standard_pb2, timelines_pb2
from crm.contacts.v1 import accounts_pb2, activities_pb2, affiliations_pb2, contacts_pb2, merges_pb2
from crm_chassis import subjects
from crm_chassis.access.actor import ALL, OWN
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.mapping import writable_fields
from crm_chassis.testing import unique, user
from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact
from crm_contacts.merges.rules import RULES
from crm_contacts.service import service as contacts_service
from sqlalchemy.orm import Session

ADMIN = user()


@pytest.fixture
def make(rpc: Any) -> Callable[..., Any]:
    def create(**fields: Any) -> Any:
        given = {"last_name": unique("Lee")} | fields
        return rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=ADMIN)

    return create


@pytest.fixture
def make_account(rpc: Any) -> Callable[..., Any]:
    def create(**fields: Any) -> Any:
        given = {"name": unique("Acme")} | fields
        return rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=given), as_=ADMIN)

    return create


@pytest.fixture
def merge(rpc: Any, tick: Any) -> Callable[..., Any]:
    def do(survivor: Any, *losers: Any, as_: Any = ADMIN, kind: str = "Contact", **how: Any) -> Any:
        request = merges_pb2.MergeRequest(id=survivor.id, loser_ids=[one.id for one in losers], **how)
        answer = rpc(f"Merge{kind}s", request, as_=as_)
        tick("merges")
        return answer

    return do


@pytest.fixture
def undo(rpc: Any, tick: Any) -> Callable[..., Any]:
    def do(merged: Any, as_: Any = ADMIN) -> Any:
        answer = rpc("UndoMerge", merges_pb2.UndoMergeRequest(id=merged.merge.id), as_=as_)
        tick("merges")
        return answer

    return do


def get(rpc: Any, id_: str, **how: Any) -> Any:
    return rpc("GetContact", standard_pb2.GetRequest(id=id_, **how), as_=ADMIN)


def get_account(rpc: Any, id_: str) -> Any:
    return rpc("GetAccount", standard_pb2.GetRequest(id=id_), as_=ADMIN)


def note_call(rpc: Any, contact_id: str = "", **fields: Any) -> Any:
    given = {"type": "CALL", "subject": unique("Call"), "contact_id": contact_id or None} | fields
    return rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity=given), as_=ADMIN)


def calls_of(rpc: Any, contact_id: str) -> set[str]:
    request = activities_pb2.ListActivitiesRequest(filter=f'contact_id = "{contact_id}"')
    return {one.id for one in rpc("ListActivities", request, as_=ADMIN).activities}


def reason(call: Callable[[], Any]) -> str:
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.reason


@pytest.mark.parametrize("model", RULES)
def test_every_field_that_somebody_may_write_has_a_rule(model: Any) -> None:
    assert {field.name for field in writable_fields(model.message)} | {"created_at"} == set(RULES[model])


def test_the_survivor_keeps_its_own_and_gets_what_it_lacks(rpc: Any, make: Any, merge: Any) -> None:
    survivor = make(
        first_name="Ann", emails=[{"address": "ann@a.example"}], tags=["vip"], title="", country="DE",
        custom={"size": "M"},
    )  # fmt: skip
    loser = make(
        first_name="Anna", emails=[{"address": "ann@a.example"}, {"address": "ann@b.example"}], tags=["old", "vip"],
        title="Chief", country="FR", custom={"size": "L", "shoe": 40}, external_id=unique("x"),
    )  # fmt: skip

    merged = merge(survivor, loser)

    now = merged.contact
    assert (now.id, now.first_name, now.title, now.country) == (survivor.id, "Ann", "Chief", "DE")
    assert [(one.address, one.primary) for one in now.emails] == [("ann@a.example", True), ("ann@b.example", False)]
    assert (list(now.tags), dict(now.custom)) == (["vip", "old"], {"size": "M", "shoe": 40})
    assert (now.external_id, now.created_at) == (loser.external_id, survivor.created_at)
    rules = {one.field: (one.rule, list(one.source_ids)) for one in merged.merge.fields}
    assert rules["first_name"] == ("SURVIVOR", [survivor.id])
    assert rules["title"] == ("FILLED", [loser.id])
    assert rules["emails"] == ("UNION", [survivor.id, loser.id])


def test_an_old_id_leads_to_the_survivor(rpc: Any, make: Any, merge: Any, published: Any) -> None:
    survivor, loser = make(), make()
    call = note_call(rpc, loser.id)

    merged = merge(survivor, loser)

    assert get(rpc, loser.id).id == get(rpc, loser.id, show_deleted=True).id == survivor.id
    profile = timelines_pb2.GetCustomerRequest(customer={"contact_id": loser.id})
    shown = rpc("GetCustomerProfile", profile, as_=ADMIN)
    assert (shown.contact.id, [one.id for one in shown.timeline]) == (survivor.id, [call.id])
    assert calls_of(rpc, loser.id) == calls_of(rpc, survivor.id) == {call.id}
    assert note_call(rpc, loser.id).contact_id == survivor.id
    batch = rpc("BatchGetContacts", standard_pb2_ids(loser.id, survivor.id), as_=ADMIN)
    assert [one.id for one in batch.contacts] == [survivor.id]
    assert reason(lambda: rpc("DeleteContact", standard_pb2.DeleteRequest(id=loser.id), as_=ADMIN)) == "RECORD_MERGED"
    told = [(event.type.split(".", 2)[2], event.version) for event in published(survivor.id)]
    assert told == [("contact.created.v1", 1), ("contact.merged.v1", 2)]
    assert list(published(survivor.id)[-1].data.loser_ids) == [loser.id]
    assert [event.action for event in published(loser.id)] == ["created", "deleted"]
    (noted,) = published(merged.merge.id)
    assert dict(noted.data.versions) == {survivor.id: 2, loser.id: 2}


def standard_pb2_ids(*ids: str) -> Any:
    from crm.common.v1 import batches_pb2

    return batches_pb2.BatchGetRequest(ids=ids)


def test_taking_apart_gives_each_its_own(rpc: Any, make: Any, merge: Any, undo: Any) -> None:
    key = unique("key")
    survivor = make(emails=[{"address": "a@a.example"}], tags=["one"])
    loser = make(emails=[{"address": "b@b.example"}], tags=["two"], title="Chief", external_id=key)
    theirs, before = note_call(rpc, loser.id), note_call(rpc, survivor.id)
    merged = merge(survivor, loser)
    after = note_call(rpc, survivor.id)
    update = {"id": survivor.id, "tags": ["one", "two", "three"], "department": "Sales"}
    rpc("UpdateContact", contacts_pb2.UpdateContactRequest(contact=update), as_=ADMIN)

    undone = undo(merged)

    assert (undone.state, undone.undone_by) == (merges_pb2.Merge.UNDONE, ADMIN.id)
    first, second = get(rpc, survivor.id), get(rpc, loser.id)
    assert [one.address for one in first.emails] == ["a@a.example"]
    assert (list(first.tags), first.title, first.department) == (["one", "three"], "", "Sales")
    assert (first.external_id, second.external_id, second.id) == ("", key, loser.id)
    assert [one.address for one in second.emails] == ["b@b.example"]
    assert calls_of(rpc, loser.id) == {theirs.id}
    assert calls_of(rpc, survivor.id) == {before.id, after.id}
    assert reason(lambda: undo(merged)) == "MERGE_ALREADY_UNDONE"


def test_what_was_moved_elsewhere_meanwhile_stays_there(rpc: Any, make: Any, merge: Any, undo: Any) -> None:
    survivor, loser, third = make(), make(), make()
    call = note_call(rpc, loser.id)
    merged = merge(survivor, loser)
    moved = {"id": call.id, "contact_id": third.id}
    rpc("UpdateActivity", activities_pb2.UpdateActivityRequest(activity=moved), as_=ADMIN)

    undo(merged)

    assert (calls_of(rpc, loser.id), calls_of(rpc, third.id)) == (set(), {call.id})


def test_chains_lead_to_the_end_and_come_apart_from_there(rpc: Any, make: Any, merge: Any, undo: Any) -> None:
    a, b, c = make(), make(), make()
    calls = {one.id: note_call(rpc, one.id).id for one in (a, b, c)}
    first, second = merge(b, a), merge(c, b)

    assert [get(rpc, one.id).id for one in (a, b, c)] == [c.id] * 3
    assert calls_of(rpc, a.id) == set(calls.values())
    assert reason(lambda: undo(first)) == "LATER_MERGE_STANDS"

    undo(second)
    assert [get(rpc, one.id).id for one in (a, b, c)] == [b.id, b.id, c.id]
    assert (calls_of(rpc, a.id), calls_of(rpc, c.id)) == ({calls[a.id], calls[b.id]}, {calls[c.id]})
    undo(first)
    assert {one.id: calls_of(rpc, one.id) for one in (a, b, c)} == {id_: {call} for id_, call in calls.items()}


def test_ties_to_the_same_account_become_one_and_two_again(
    rpc: Any, make: Any, make_account: Any, merge: Any, undo: Any
) -> None:
    account, other = make_account(), make_account()
    survivor, loser = make(account_id=account.id), make(account_id=account.id)
    tie = {"contact_id": loser.id, "account_id": other.id, "role": "Advisor"}
    rpc("CreateAffiliation", affiliations_pb2.CreateAffiliationRequest(affiliation=tie), as_=ADMIN)

    def ties(id_: str) -> dict[str, bool]:
        request = affiliations_pb2.ListAffiliationsRequest(filter=f'contact_id = "{id_}"')
        found = rpc("ListAffiliations", request, as_=ADMIN).affiliations
        assert {one.contact_id for one in found} <= {survivor.id, loser.id}
        return {one.account_id: one.primary for one in found}

    merged = merge(survivor, loser)
    assert ties(survivor.id) == ties(loser.id) == {account.id: True, other.id: False}

    undo(merged)
    assert ties(survivor.id) == {account.id: True}
    assert ties(loser.id) == {account.id: True, other.id: False}


def test_accounts_take_their_people_subsidiaries_and_comments_along(
    rpc: Any, make: Any, make_account: Any, merge: Any, undo: Any
) -> None:
    top = make_account()
    survivor, loser = (
        make_account(annual_revenue=None),
        make_account(parent_id=top.id, annual_revenue={"amount": "5.00", "currency": "EUR"}, domains=["a.example"]),
    )
    child, person = make_account(parent_id=loser.id), make(account_id=loser.id)
    comment = comments_pb2.CreateCommentRequest(record_id=loser.id, comment={"body": "Pays late"})
    rpc("CreateAccountComment", comment, as_=ADMIN)

    def said(id_: str) -> list[str]:
        page = rpc("ListAccountComments", comments_pb2.ListCommentsRequest(record_id=id_), as_=ADMIN)
        return [one.body for one in page.comments]

    merged = merge(survivor, loser, kind="Account")

    now = merged.account
    assert (now.parent_id, now.annual_revenue.currency, list(now.domains)) == (top.id, "EUR", ["a.example"])
    assert get_account(rpc, child.id).parent_id == get(rpc, person.id).account_id == survivor.id
    assert said(survivor.id) == said(loser.id) == ["Pays late"]
    undo(merged)
    assert get_account(rpc, child.id).parent_id == get(rpc, person.id).account_id == loser.id
    assert (said(survivor.id), said(loser.id)) == ([], ["Pays late"])
    assert not get_account(rpc, survivor.id).HasField("annual_revenue")


def test_an_account_does_not_come_above_itself(rpc: Any, make_account: Any, merge: Any) -> None:
    upper = make_account()
    middle = make_account(parent_id=upper.id)
    lower = make_account(parent_id=middle.id)

    assert reason(lambda: merge(lower, upper, kind="Account")) == "ACCOUNT_HIERARCHY_CYCLE"
    assert not merge(middle, upper, kind="Account").account.HasField("parent_id")


def test_who_merges_may_choose(rpc: Any, make: Any, merge: Any) -> None:
    survivor = make(title="Chief", emails=[{"address": "a@a.example"}])
    loser = make(title="", emails=[{"address": "b@b.example"}])

    chosen = {"title": loser.id, "emails": loser.id, "last_name": loser.id}
    merged = merge(survivor, loser, choices=chosen)

    assert (merged.contact.title, merged.contact.last_name) == ("", loser.last_name)
    assert merged.contact.email == "b@b.example"
    assert {one.field for one in merged.merge.fields if one.rule == "CHOSEN"} == set(chosen)


def test_a_preview_says_what_would_be_and_changes_nothing(rpc: Any, make: Any) -> None:
    address = f"{unique('b')}@b.example"
    survivor, loser = make(), make(title="Chief", emails=[{"address": address}])
    note_call(rpc, loser.id)

    request = merges_pb2.MergeRequest(id=survivor.id, loser_ids=[loser.id])
    shown = rpc("PreviewContactMerge", request, as_=ADMIN)

    assert (shown.survivor.title, shown.survivor.email) == ("Chief", address)
    assert [one.id for one in shown.contacts] == [survivor.id, loser.id]
    assert [(one.resource, one.count) for one in shown.moves] == [("activities", 1)]
    assert (get(rpc, survivor.id), get(rpc, loser.id)) == (survivor, loser)


def test_a_preview_of_accounts(rpc: Any, make_account: Any) -> None:
    survivor, loser = make_account(), make_account(industry="Tools")

    request = merges_pb2.MergeRequest(id=survivor.id, loser_ids=[loser.id])
    shown = rpc("PreviewAccountMerge", request, as_=ADMIN)

    assert (shown.survivor.name, shown.survivor.industry) == (survivor.name, "Tools")


def test_the_right_to_merge_and_to_change_must_reach_all(rpc: Any, make: Any, merge: Any) -> None:
    seller = user({"contacts.read": ALL, "contacts.update": OWN, "contacts.merge": ALL, "fields.personal.read": ALL})
    mine, theirs = make(owner_id=seller.id), make()
    for rights in (seller, user({"contacts.read": ALL, "contacts.update": ALL}), user({"contacts.*": OWN})):
        expected = "NOT_FOUND" if rights.grants.get("contacts.*") else "PERMISSION_DENIED"
        assert reason(lambda rights=rights: merge(theirs, mine, as_=rights)) == expected
        assert reason(lambda rights=rights: merge(mine, theirs, as_=rights)) == expected


def test_what_one_may_not_write_one_may_not_choose(rpc: Any, make: Any, merge: Any) -> None:
    blind = user({"contacts.*": ALL})
    survivor, loser = make(), make(first_name="Ann")

    assert reason(lambda: merge(survivor, loser, as_=blind, choices={"first_name": loser.id})) == "PERMISSION_DENIED"
    merge(survivor, loser, as_=blind)
    assert get(rpc, survivor.id).first_name == "Ann"


def test_what_was_seen_must_still_be_so(rpc: Any, make: Any, merge: Any) -> None:
    survivor, loser = make(), make()
    assert reason(lambda: merge(survivor, loser, etags={loser.id: "7"})) == "ETAG_MISMATCH"
    assert reason(lambda: merge(survivor, loser, etags={uuid7(): "1"})) == "INVALID_INPUT"
    assert reason(lambda: merge(survivor, loser, choices={"nonsense": loser.id})) == "INVALID_INPUT"
    assert reason(lambda: merge(survivor, loser, choices={"title": uuid7()})) == "INVALID_INPUT"
    assert reason(lambda: merge(survivor, survivor)) == "MERGE_INTO_ITSELF"
    merge(survivor, loser, etags={survivor.id: survivor.etag, loser.id: loser.etag})
    assert reason(lambda: merge(make(), loser)) == "RECORD_MERGED"


def test_together_they_must_not_have_too_much(rpc: Any, make: Any, merge: Any) -> None:
    survivor, loser = (make(tags=[f"{name}{n}" for n in range(30)]) for name in "ab")
    assert reason(lambda: merge(survivor, loser)) == "MERGE_TOO_LARGE"


def test_of_two_merges_at_once_one_wins(rpc: Any, make: Any, begin: Any, meanwhile: Any) -> None:
    from crm_contacts.merges.usecases import merge_contacts

    a, b, c = make(), make(), make()
    with begin(as_=ADMIN) as tx:
        merge_contacts(tx, merges_pb2.MergeRequest(id=a.id, loser_ids=[b.id]))
        other = merges_pb2.MergeRequest(id=c.id, loser_ids=[b.id])
        second = meanwhile(lambda: reason(lambda: rpc("MergeContacts", other, as_=ADMIN)))
    assert second.result() == "RECORD_MERGED"


def test_merges_are_listed_to_who_may_read_the_survivor(rpc: Any, make: Any, merge: Any) -> None:
    merged = merge(make(), make())
    listing = merges_pb2.ListMergesRequest(filter=f'survivor_id = "{merged.contact.id}"')
    assert [one.id for one in rpc("ListMerges", listing, as_=ADMIN).merges] == [merged.merge.id]
    assert rpc("GetMerge", merges_pb2.GetMergeRequest(id=merged.merge.id), as_=ADMIN) == merged.merge

    stranger = user({"merges.read": ALL, "contacts.read": OWN})
    assert not rpc("ListMerges", listing, as_=stranger).merges
    asked = merges_pb2.GetMergeRequest(id=merged.merge.id)
    assert reason(lambda: rpc("GetMerge", asked, as_=stranger)) == "NOT_FOUND"


def test_who_may_not_merge_the_survivor_may_not_take_it_apart(rpc: Any, make: Any, merge: Any, undo: Any) -> None:
    merged = merge(make(), make())
    for grants in (
        {"merges.*": ALL, "contacts.read": ALL, "contacts.merge": ALL, "contacts.update": OWN},
        {"merges.*": ALL, "contacts.read": ALL, "contacts.merge": OWN, "contacts.update": ALL},
    ):
        assert reason(lambda grants=grants: undo(merged, as_=user(grants))) == "PERMISSION_DENIED"


def test_what_was_erased_is_not_taken_apart(rpc: Any, make: Any, merge: Any, undo: Any, engine: Any) -> None:
    survivor, loser = make(), make()
    merged = merge(survivor, loser)
    with Session(engine) as session, session.begin():
        erased = subjects.erase(session, contacts_service.tables, loser.id)
    assert (erased["contacts"], erased["merge_snapshots"]) == (2, 2), "they are one person, by any of the ids"

    assert reason(lambda: undo(merged)) == "MERGE_ERASED"


def test_the_same_call_again_is_answered_the_same(rpc: Any, make: Any) -> None:
    survivor, loser = make(), make()
    call = {"contact": {"id": loser.id, "title": "Boss"}}
    key = unique("key")
    first = rpc("UpdateContact", contacts_pb2.UpdateContactRequest(**call), as_=ADMIN, key=key)
    rpc("MergeContacts", merges_pb2.MergeRequest(id=survivor.id, loser_ids=[loser.id]), as_=ADMIN)

    again = rpc("UpdateContact", contacts_pb2.UpdateContactRequest(**call), as_=ADMIN, key=key)
    assert again == first


def test_models_of_merges_are_those_of_the_contract() -> None:
    assert {Contact, Account} == set(RULES)
