"""Records as they were, their history, where values come from and values brought back, for whoever may read them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.common.v1 import history_pb2, standard_pb2, timelines_pb2
from crm.contacts.v1 import accounts_pb2, activities_pb2, contacts_pb2, leads_pb2
from crm_chassis import subjects
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, unique, user
from crm_chassis.testing.past import Remembered, change_at_random, comparable
from google.protobuf.json_format import MessageToDict
from sqlalchemy import text
from sqlalchemy.orm import Session

ADMIN = user()
BLIND = user({"contacts.*": ALL})
"""Somebody who may not read what is personal."""


def contact(rpc: Any, as_: Any = ADMIN, **fields: Any) -> Any:
    given = {"last_name": unique()} | fields
    return rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=as_)


def change(rpc: Any, id_: str, *, clear: tuple[str, ...] = (), as_: Any = ADMIN, **fields: Any) -> Any:
    request = contacts_pb2.UpdateContactRequest(contact={"id": id_} | fields)
    request.update_mask.paths.extend([*fields, *clear])
    return rpc("UpdateContact", request, as_=as_)


def read(rpc: Any, id_: str, as_of: datetime | None = None, *, as_: Any = ADMIN, show_deleted: bool = False) -> Any:
    request = standard_pb2.GetRequest(id=id_, show_deleted=show_deleted)
    if as_of is not None:
        request.as_of.FromDatetime(as_of)
    return rpc("GetContact", request, as_=as_)


def history(rpc: Any, id_: str, as_: Any = ADMIN, resource: str = "contacts", **more: Any) -> Any:
    return rpc("ListRecordHistory", history_pb2.ListRecordHistoryRequest(resource=resource, id=id_, **more), as_=as_)


def restore(rpc: Any, id_: str, *fields: str, as_: Any = ADMIN, as_of: datetime | None = None, **more: Any) -> Any:
    request = history_pb2.RestoreValuesRequest(resource="contacts", id=id_, fields=fields, **more)
    if as_of is not None:
        request.as_of.FromDatetime(as_of)
    return rpc("RestoreValues", request, as_=as_)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def erase(engine: Any, service: Any) -> Callable[[str], dict[str, int]]:
    def run(subject: str) -> dict[str, int]:
        with Session(engine) as session, session.begin():
            return subjects.erase(session, service.tables, subject)

    return run


# -- as of a time ---------------------------------------------------------------------------------------------------


def test_every_record_is_at_each_moment_what_was_read_then(rpc: Any) -> None:
    people = [contact(rpc, emails=[{"address": f"{unique()}@example.org"}]) for _ in range(3)]
    firms = [
        rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique()}), as_=ADMIN) for _ in range(2)
    ]
    leads = [
        rpc("CreateLead", leads_pb2.CreateLeadRequest(lead={"last_name": unique(), "company": "Firm"}), as_=ADMIN)
        for _ in range(2)
    ]
    calls = [
        rpc(
            "CreateActivity",
            activities_pb2.CreateActivityRequest(
                activity={"type": "CALL", "subject": unique(), "contact_id": people[0].id}
            ),
            as_=ADMIN,
        )
        for _ in range(2)
    ]
    chance = random.Random(7)

    def word() -> str:
        return chance.choice(["", "one", "two", "drei", "Ärger\nund mehr", unique()])

    def update(kind: str, request: Any, /, **values: Callable[[], Any]) -> Callable[[str], object]:
        def run(id_: str) -> object:
            chosen = chance.sample(sorted(values), chance.randint(1, len(values)))
            given = {field: value for field in chosen if (value := values[field]()) is not None}
            wanted = request(**{kind: {"id": id_} | given})
            wanted.update_mask.paths.extend(chosen)
            return rpc(f"Update{kind.capitalize()}", wanted, as_=ADMIN)

        return run

    def deleted(name: str) -> list[Callable[[str], object]]:
        return [
            lambda id_: rpc(f"Delete{name}", standard_pb2.DeleteRequest(id=id_), as_=ADMIN),
            lambda id_: rpc(f"Undelete{name}", standard_pb2.UndeleteRequest(id=id_), as_=ADMIN),
        ]

    def money() -> Any:
        return chance.choice(
            [None, {"amount": f"{chance.randint(1, 99)}.50", "currency": chance.choice(["USD", "EUR"])}]
        )

    of_contacts = update(
        "contact", contacts_pb2.UpdateContactRequest,
        first_name=word, title=word, description=word, last_name=unique,
        emails=lambda: [{"address": f"{unique()}@example.org", "type": "work"}] * chance.randint(0, 1),
        phones=lambda: [{"number": f"+49301234{chance.randint(100, 999)}"}] * chance.randint(0, 1),
        addresses=lambda: [{"type": "BILLING", "city": word(), "country": "DE"}] * chance.randint(0, 2),
        account_id=lambda: chance.choice([None, *(firm.id for firm in firms)]),
        tags=lambda: [unique("t") for _ in range(chance.randint(0, 3))],
        custom=lambda: {"shoe": chance.choice([41, 42.5, True, None, {"left": "x"}])},
        country=lambda: chance.choice(["DE", "NO", ""]),
    )  # fmt: skip
    of_firms = update(
        "account", accounts_pb2.UpdateAccountRequest,
        name=unique, industry=word, annual_revenue=money, employees=lambda: chance.choice([None, 0, 5, 9000]),
        parent_id=lambda: None,
    )  # fmt: skip
    of_leads = update(
        "lead",
        leads_pb2.UpdateLeadRequest,
        first_name=word,
        company=unique,
        description=word,
        email=lambda: f"{unique()}@example.org",
    )
    of_calls = update(
        "activity", activities_pb2.UpdateActivityRequest, subject=unique, body=word,
        occurred_at=lambda: datetime(2026, chance.randint(1, 12), 3, tzinfo=UTC),
    )  # fmt: skip
    records = [
        *(("GetContact", one.id, [of_contacts] * 6 + deleted("Contact")) for one in people),
        *(("GetAccount", one.id, [of_firms]) for one in firms),
        *(("GetLead", one.id, [of_leads] * 6 + deleted("Lead")) for one in leads),
        *(("GetActivity", one.id, [of_calls]) for one in calls),
    ]
    remembered = Remembered(rpc, ADMIN)
    refused = change_at_random(11, 500, records, remembered)
    assert remembered.check() == 1000, refused


def test_before_it_was_made_there_was_none(rpc: Any) -> None:
    before = now()
    made = contact(rpc)
    with pytest.raises(DomainError) as refused:
        read(rpc, made.id, before)
    assert (refused.value.status, refused.value.reason) == (404, "NOT_YET_CREATED")
    assert read(rpc, made.id, now()).id == made.id
    with pytest.raises(DomainError) as refused:
        read(rpc, made.id, now() + timedelta(days=1))
    assert refused.value.reason == "INVALID_INPUT"


def test_deletion_counts_as_of_then_and_of_now(rpc: Any) -> None:
    made = contact(rpc, title="Dr")
    before = now()
    rpc("DeleteContact", standard_pb2.DeleteRequest(id=made.id), as_=ADMIN)
    meanwhile = now()
    with pytest.raises(DomainError) as refused:
        read(rpc, made.id, before)
    assert refused.value.reason == "NOT_FOUND", "who reads no deleted records reads none of its past"
    assert not read(rpc, made.id, before, show_deleted=True).HasField("deleted_at")
    rpc("UndeleteContact", standard_pb2.UndeleteRequest(id=made.id), as_=ADMIN)
    with pytest.raises(DomainError) as refused:
        read(rpc, made.id, meanwhile)
    assert refused.value.reason == "NOT_FOUND"
    assert read(rpc, made.id, meanwhile, show_deleted=True).HasField("deleted_at")
    assert read(rpc, made.id, before).title == "Dr"


def test_the_rights_are_those_of_now(rpc: Any) -> None:
    seller, other = (user({"contacts.read": OWN, "contacts.update": OWN}) for _ in range(2))
    made = contact(rpc, owner_id=seller.id)
    theirs = now()
    change(rpc, made.id, owner_id=other.id)
    for look in (
        lambda: read(rpc, made.id, theirs, as_=seller),
        lambda: history(rpc, made.id, seller),
        lambda: provenance(rpc, made.id, seller),
        lambda: restore(rpc, made.id, as_=seller, version=1),
    ):
        with pytest.raises(DomainError) as refused:
            look()
        assert refused.value.status == 404
    assert read(rpc, made.id, theirs, as_=other).owner_id == seller.id, "of before it was theirs, too"
    for look in (lambda: history(rpc, made.id, user({})), lambda: provenance(rpc, made.id, user({}))):
        with pytest.raises(DomainError) as refused:
            look()
        assert (refused.value.status, "contacts.read" in refused.value.detail) == (403, True)


def test_the_etag_of_then_fits_no_write(rpc: Any) -> None:
    made = contact(rpc)
    past = read(rpc, made.id, now())
    assert past.etag == "as-of-1"
    request = contacts_pb2.UpdateContactRequest(contact={"id": made.id, "title": "Dr", "etag": past.etag})
    with pytest.raises(DomainError) as refused:
        rpc("UpdateContact", request, as_=ADMIN)
    assert refused.value.reason == "ETAG_MISMATCH"


def test_after_erasure_nothing_personal_is_told(rpc: Any, erase: Any) -> None:
    made = contact(rpc, first_name="Erika", title="Dr", emails=[{"address": f"{unique()}@example.org"}])
    change(rpc, made.id, first_name="Rike", title="Prof")
    before = now()
    change(rpc, made.id, first_name="Ricarda", title="")
    erase(made.id)
    for moment in (before, now()):
        past = read(rpc, made.id, moment)
        assert not any((past.first_name, past.last_name, past.display_name, past.emails, past.email))
        assert past.title == ("Prof" if moment == before else "")
    told = history(rpc, made.id).changes
    assert [one.version for one in told] == [3, 2, 1], "the entries stay"
    assert {change.field for one in told for change in one.changes} == {"title", "owner_id"}
    # What is written afterwards has a key of its own.
    change(rpc, made.id, first_name="Somebody")
    assert read(rpc, made.id, now()).first_name == "Somebody"
    assert not read(rpc, made.id, before).first_name
    assert {one.field for one in history(rpc, made.id).changes[0].changes} == {"first_name"}
    assert {one.field: one.version for one in provenance(rpc, made.id).origins}["first_name"] == 4
    with pytest.raises(DomainError) as refused:
        restore(rpc, made.id, "first_name", as_of=before)
    assert refused.value.reason == "VALUE_NOT_KNOWN"
    assert list(restore(rpc, made.id, as_of=before).restored_fields) == ["title"]
    assert read(rpc, made.id).first_name == "Somebody"


def activity(rpc: Any, **fields: Any) -> Any:
    given = {"type": "NOTE", "subject": unique()} | fields
    return rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity=given), as_=ADMIN)


def listed(rpc: Any, filter_: str, as_of: datetime, as_: Any = ADMIN, **more: Any) -> Any:
    request = activities_pb2.ListActivitiesRequest(filter=filter_, **more)
    request.as_of.FromDatetime(as_of)
    return rpc("ListActivities", request, as_=as_)


def test_what_belongs_to_a_record_is_listed_as_it_was(rpc: Any) -> None:
    made, other = contact(rpc), contact(rpc)
    about = f'contact_id = "{made.id}"'
    first, gone, moved_in = (activity(rpc, contact_id=one.id) for one in (made, made, other))
    before = now()
    late = activity(rpc, contact_id=made.id)
    for id_, fields in ((first.id, {"subject": "Else"}), (moved_in.id, {"contact_id": made.id})):
        update = activities_pb2.UpdateActivityRequest(activity={"id": id_} | fields)
        rpc("UpdateActivity", update, as_=ADMIN)
    rpc("DeleteActivity", standard_pb2.DeleteRequest(id=gone.id), as_=ADMIN)
    then = listed(rpc, about, before, include_total_size=True)
    assert [one.id for one in then.activities] == [gone.id, first.id], "the newest first; neither late nor moved"
    assert then.activities[1].subject == first.subject
    assert then.total_size == 2
    assert {one.id for one in listed(rpc, about, now()).activities} == {first.id, late.id, moved_in.id}
    page = listed(rpc, about, before, page_size=1)
    (rest,) = listed(rpc, about, before, page_size=1, page_token=page.next_page_token).activities
    assert rest.id == first.id
    for wrong in ("", 'subject = "x"', f'{about} AND type = "NOTE"', f'contact_id != "{made.id}"', "contact_id = null"):
        with pytest.raises(DomainError) as refused:
            listed(rpc, wrong, before)
        assert refused.value.reason == "INVALID_INPUT", wrong
    assert not listed(rpc, about, before, as_=user({"activities.read": OWN})).activities


def profile(rpc: Any, as_of: datetime, as_: Any = ADMIN, **customer: str) -> Any:
    request = timelines_pb2.GetCustomerRequest(customer=customer)
    request.as_of.FromDatetime(as_of)
    return rpc("GetCustomerProfile", request, as_=as_)


def test_a_customer_is_shown_as_it_was(rpc: Any) -> None:
    old, new = (
        rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique()}), as_=ADMIN) for _ in range(2)
    )
    unborn = now()
    made = contact(rpc, title="Dr", account_id=old.id)
    activity(rpc, contact_id=made.id, occurred_at=datetime(2026, 1, 2, tzinfo=UTC))
    before = now()
    change(rpc, made.id, title="Prof", account_id=new.id)
    renamed = accounts_pb2.UpdateAccountRequest(account={"id": old.id, "name": "Renamed"})
    rpc("UpdateAccount", renamed, as_=ADMIN)
    then = profile(rpc, before, contact_id=made.id)
    assert (then.contact.title, then.account.id, then.account.name) == ("Dr", old.id, old.name)
    assert [one.id for one in then.accounts] == [old.id]
    assert len(then.timeline) == 1
    assert profile(rpc, now(), contact_id=made.id).account.id == new.id
    assert [one.id for one in profile(rpc, now(), account_id=new.id).contacts] == [made.id]
    assert not profile(rpc, before, account_id=new.id).contacts
    with pytest.raises(DomainError) as refused:
        profile(rpc, unborn, contact_id=made.id)
    assert refused.value.reason == "NOT_YET_CREATED"
    with pytest.raises(DomainError) as refused:
        profile(rpc, before, as_=user({"contacts.read": OWN}), contact_id=made.id)
    assert refused.value.reason == "NOT_FOUND"


# -- history --------------------------------------------------------------------------------------------------------


def test_changes_come_newest_first_in_pages(rpc: Any) -> None:
    made = contact(rpc, title="1")
    for number in range(2, 6):
        change(rpc, made.id, title=str(number))
    rpc("DeleteContact", standard_pb2.DeleteRequest(id=made.id), as_=ADMIN)
    with pytest.raises(DomainError):
        history(rpc, made.id)
    first = history(rpc, made.id, page_size=4, show_deleted=True)
    rest = history(rpc, made.id, page_size=4, show_deleted=True, page_token=first.next_page_token)
    entries = [*first.changes, *rest.changes]
    assert not rest.next_page_token
    assert [(one.version, one.action) for one in entries] == [
        (6, "deleted"), *((version, "updated") for version in (5, 4, 3, 2)), (1, "created")
    ]  # fmt: skip
    (title,) = entries[1].changes
    assert (title.field, title.old_value.string_value, title.new_value.string_value) == ("title", "4", "5")
    assert {(one.actor_id, one.source) for one in entries} == {(ADMIN.id, "api")}


def test_values_are_told_by_the_rights_to_fields_of_now(rpc: Any) -> None:
    made = contact(rpc, first_name="Erika", title="Dr", emails=[{"address": f"{unique()}@example.org", "type": "w"}])
    change(rpc, made.id, first_name="Rike", title="Prof")
    fields = [sorted(change.field for change in one.changes) for one in history(rpc, made.id, BLIND).changes]
    assert fields == [["title"], ["emails", "owner_id", "title"]]
    assert not [word for word in ("Erika", "Rike", "@example.org") if word in str(history(rpc, made.id, BLIND))]
    told = provenance(rpc, made.id, BLIND)
    assert {"first_name", "last_name", "email"}.isdisjoint(one.field for one in told.origins)
    assert "@example.org" not in str(told)


def test_what_is_noted_around_a_record_is_for_the_audit_trail_alone(rpc: Any, begin: Any) -> None:
    made = contact(rpc)
    with begin(as_=ADMIN) as tx:
        tx.audit("crm.contacts.contact", made.id, "exported", {"title": "seen"})
    assert [one.action for one in history(rpc, made.id).changes] == ["created"]


def test_a_kind_that_is_not_here(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        history(rpc, contact(rpc).id, resource="opportunities")
    assert refused.value.status == 404


# -- where values come from -------------------------------------------------------------------------------------------


def provenance(rpc: Any, id_: str, as_: Any = ADMIN) -> Any:
    return rpc("GetProvenance", history_pb2.GetProvenanceRequest(resource="contacts", id=id_), as_=as_)


def test_every_value_says_who_gave_it(rpc: Any, import_csv: Any) -> None:
    seller = user({"contacts.*": ALL, "fields.personal.read": ALL})
    made = contact(rpc, first_name="Erika", title="Dr", tags=["a"])
    change(rpc, made.id, title="Prof", as_=seller)
    change(rpc, made.id, clear=("tags",))
    found = {one.field: one for one in provenance(rpc, made.id).origins}
    assert (found["title"].actor_id, found["title"].version, found["title"].action) == (seller.id, 2, "updated")
    assert MessageToDict(found["title"].value) == "Prof"
    assert (found["first_name"].actor_id, found["first_name"].action) == (ADMIN.id, "created")
    assert (found["tags"].version, MessageToDict(found["tags"].value)) == (3, [])
    assert {"id", "etag", "updated_at", "display_name", "department"}.isdisjoint(found), "nobody gave these"


# -- restoring --------------------------------------------------------------------------------------------------------


def test_values_are_restored_by_name_or_all_that_differ(rpc: Any) -> None:
    made = contact(rpc, first_name="Erika", title="Dr", tags=["a"], custom={"shoe": 41})
    before = now()
    change(rpc, made.id, first_name="Rike", title="", tags=["b", "c"], custom={"shoe": 42})
    one = restore(rpc, made.id, "title", as_of=before)
    assert (list(one.restored_fields), one.etag) == (["title"], "3")
    assert (read(rpc, made.id).title, read(rpc, made.id).first_name) == ("Dr", "Rike")
    rest = restore(rpc, made.id, as_of=before, etag="3")
    assert list(rest.restored_fields) == ["first_name", "tags", "custom"]
    assert comparable(read(rpc, made.id)) == comparable(made)
    assert list(restore(rpc, made.id, version=1).restored_fields) == [], "nothing differs"
    assert [(one.version, one.source) for one in history(rpc, made.id).changes] == [
        (4, "restore"), (3, "restore"), (2, "api"), (1, "api")
    ]  # fmt: skip
    assert {one.field: one.source for one in provenance(rpc, made.id).origins}["title"] == "restore"


def test_the_version_before_a_change_undoes_it(rpc: Any) -> None:
    made = contact(rpc, title="1")
    change(rpc, made.id, title="2")
    change(rpc, made.id, title="3")
    restore(rpc, made.id, "title", version=2)
    assert read(rpc, made.id).title == "2"
    for wrong in ({}, {"version": 1, "as_of": now()}):
        with pytest.raises(DomainError) as refused:
            restore(rpc, made.id, **wrong)
        assert refused.value.reason == "INVALID_INPUT"
    with pytest.raises(DomainError) as refused:
        restore(rpc, made.id, version=99)
    assert refused.value.reason == "NOT_YET_CREATED"


def test_nothing_gets_in_that_would_be_refused_today(rpc: Any, engine: Any) -> None:
    made = contact(rpc, first_name="Erika", title="Dr")
    change(rpc, made.id, first_name="Rike", title="Prof")
    reader = user({"contacts.read": ALL, "fields.personal.read": ALL})
    with pytest.raises(DomainError) as refused:
        restore(rpc, made.id, as_=reader, version=1)
    assert (refused.value.status, "contacts.update" in refused.value.detail) == (403, True)
    with pytest.raises(DomainError) as refused:
        restore(rpc, made.id, "first_name", as_=BLIND, version=1)
    assert refused.value.status == 403, "who may not read a field may not restore it"
    assert list(restore(rpc, made.id, as_=BLIND, version=1).restored_fields) == ["title"]
    own = user({"contacts.read": ALL, "contacts.update": OWN, "fields.personal.read": ALL})
    with pytest.raises(DomainError) as refused:
        restore(rpc, made.id, as_=own, version=1)
    assert refused.value.status == 403
    with pytest.raises(DomainError) as refused:
        restore(rpc, made.id, version=1, etag="1")
    assert refused.value.reason == "ETAG_MISMATCH"
    for field in ("email", "id", "created_at", "nothing"):
        with pytest.raises(DomainError) as refused:
            restore(rpc, made.id, field, version=1)
        assert refused.value.reason == "INVALID_INPUT"
    # An account that has been deleted since cannot be named again.
    firm = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique()}), as_=ADMIN)
    tied = contact(rpc, account_id=firm.id)
    change(rpc, tied.id, clear=("account_id",))
    rpc("DeleteAccount", standard_pb2.DeleteRequest(id=firm.id), as_=ADMIN)
    with pytest.raises(DomainError) as refused:
        restore(rpc, tied.id, version=1)
    assert refused.value.reason == "UNKNOWN_REFERENCE"
    # Nor what a rule of today refuses, whoever let it in.
    with engine.begin() as connection:
        connection.execute(text("UPDATE contacts SET country = 'XX' WHERE id = :id"), {"id": made.id})
    change(rpc, made.id, country="DE")
    with pytest.raises(DomainError) as refused:
        restore(rpc, made.id, "country", version=3)
    assert refused.value.reason == "INVALID_INPUT"
