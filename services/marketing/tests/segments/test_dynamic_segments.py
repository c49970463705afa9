"""Dynamic segments follow events: entered and left with a reason, once, in any order between records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import activities_pb2
from crm.marketing.v1 import segments_pb2
from crm.sales.v1 import opportunities_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user
from crm_marketing.segmentation import evaluation
from crm_marketing.segments.model import SegmentMember

ADMIN = user()


def told(published: Any, segment: Any, contact: str) -> list[tuple[str, str]]:
    return [(e.action, e.data.reason) for e in published(SegmentMember.id_of(segment.id, contact))]


def test_a_contact_enters_and_leaves_with_its_fields(
    people: Any, make_segment: Any, members_of: Any, tick: Any, published: Any
) -> None:
    department = unique("dep")
    segment = make_segment(f'department = "{department}" AND NOT tags : "no"')
    contact = people.contact(department=department)
    tick("segments")
    assert members_of(segment) == {contact}

    people.change_contact(contact, tags=["no"])
    tick("segments")
    assert members_of(segment) == set()
    people.change_contact(contact, tags=[])
    people.change_contact(contact, title="Countess")
    tick("segments")

    assert members_of(segment) == {contact}
    expected = [("entered", "matched"), ("left", "no longer matches"), ("entered", "matched")]
    assert told(published, segment, contact) == expected


def test_whoever_is_there_already_is_in_at_once(
    people: Any, make_segment: Any, members_of: Any, published: Any
) -> None:
    department = unique("dep")
    contact = people.contact(department=department)

    segment = make_segment(f'department = "{department}"')

    assert members_of(segment) == {contact}
    assert segment.member_count == 1
    assert segment.HasField("rebuilt_at")
    assert told(published, segment, contact) == [("entered", "rebuilt")]


def test_a_changed_filter_moves_members(rpc: Any, people: Any, make_segment: Any, members_of: Any) -> None:
    one, two = unique("dep"), unique("dep")
    people.contact(department=one)
    second = people.contact(department=two)
    segment = make_segment(f'department = "{one}"')
    request = segments_pb2.UpdateSegmentRequest(segment={"id": segment.id, "filter": f'department = "{two}"'})

    rpc("UpdateSegment", request, as_=ADMIN)

    assert members_of(segment) == {second}


def test_a_deleted_contact_leaves_every_segment_and_may_come_back(
    people: Any, make_segment: Any, members_of: Any, tick: Any, published: Any
) -> None:
    department = unique("dep")
    contact = people.contact(department=department)
    segment, by_hand = make_segment(f'department = "{department}"'), make_segment(members=[contact])

    people.delete_contact(contact)
    tick("segments")
    assert members_of(segment) | members_of(by_hand) == set()
    assert told(published, by_hand, contact)[-1] == ("left", "contact deleted")
    people.change_contact(contact, deleted_at=None)
    tick("segments")

    assert members_of(segment) == {contact}
    assert members_of(by_hand) == set()


def test_fields_of_the_account_count_for_its_contacts(
    people: Any, make_segment: Any, members_of: Any, tick: Any
) -> None:
    industry = unique("industry")
    segment = make_segment(f'account.industry = "{industry}" AND account.employees >= 10')
    account = people.account(industry=industry, employees=5)
    contacts = {people.contact(account_id=account) for _ in range(3)}
    tick("segments")
    assert members_of(segment) == set()

    people.change_account(account, employees=50)
    tick("segments")
    assert members_of(segment) == contacts
    moved = contacts.pop()
    people.change_contact(moved, account_id=None)
    tick("segments")

    assert members_of(segment) == contacts


def test_what_happened_counts_whatever_comes_first(
    people: Any, deliver: Any, make_segment: Any, members_of: Any, tick: Any
) -> None:
    department, contact, account = unique("dep"), uuid7(), people.account()
    won = make_segment(f'department = "{department}" AND opportunities_won >= 2')
    pipeline = make_segment(f'department = "{department}" AND account.opportunities_open = 1')
    deal = {"name": "Deal", "contact_id": contact, "account_id": account}
    first, second = uuid7(), uuid7()
    deliver(opportunities_pb2.OpportunityWon(opportunity={"id": first, "status": "WON", **deal}), version=7)
    people.contact(id=contact, department=department, account_id=account)
    deliver(opportunities_pb2.OpportunityCreated(opportunity={"id": second, "status": "OPEN", **deal}))
    tick("segments")
    assert (members_of(won), members_of(pipeline)) == (set(), {contact})

    deliver(opportunities_pb2.OpportunityWon(opportunity={"id": second, "status": "WON", **deal}), version=2)
    deliver(opportunities_pb2.OpportunityWon(opportunity={"id": second, "status": "WON", **deal}), version=2)
    tick("segments")
    assert (members_of(won), members_of(pipeline)) == ({contact}, set())
    deal["contact_id"] = people.contact()
    deliver(opportunities_pb2.OpportunityUpdated(opportunity={"id": second, "status": "WON", **deal}), version=3)
    tick("segments")

    assert members_of(won) == set()


def test_open_tickets_count_until_they_are_resolved(
    people: Any, deliver: Any, make_segment: Any, members_of: Any, tick: Any
) -> None:
    contact = people.contact(department=(department := unique("dep")))
    segment = make_segment(f'department = "{department}" AND open_tickets = 0')
    ticket = {"id": uuid7(), "subject": "Help", "contact_id": contact}

    deliver(tickets_pb2.TicketCreated(ticket={**ticket, "status": "NEW"}))
    tick("segments")
    assert members_of(segment) == set()
    deliver(tickets_pb2.TicketResolved(ticket={**ticket, "status": "RESOLVED"}), version=2)
    tick("segments")

    assert members_of(segment) == {contact}


def test_the_last_activity_is_one_that_happened(
    people: Any, deliver: Any, make_segment: Any, members_of: Any, tick: Any
) -> None:
    contact = people.contact(department=(department := unique("dep")))
    since = datetime.now(UTC) - timedelta(days=30)
    segment = make_segment(f'department = "{department}" AND last_activity_at >= "{since.isoformat()}"')
    call = {"id": uuid7(), "type": "CALL", "subject": "Call", "contact_id": contact}
    planned = {**call, "id": uuid7(), "occurred_at": datetime.now(UTC) + timedelta(days=3)}

    deliver(activities_pb2.ActivityCreated(activity=planned))
    tick("segments")
    assert members_of(segment) == set()
    deliver(activities_pb2.ActivityCreated(activity={**call, "occurred_at": datetime.now(UTC)}))
    tick("segments")
    assert members_of(segment) == {contact}
    gone = {**call, "occurred_at": datetime.now(UTC), "deleted_at": datetime.now(UTC)}
    deliver(activities_pb2.ActivityDeleted(activity=gone), version=2)
    tick("segments")

    assert members_of(segment) == set()


def test_segments_within_segments_follow_without_detours(
    rpc: Any, people: Any, make_segment: Any, members_of: Any, tick: Any, published: Any
) -> None:
    department = unique("dep")
    contact = people.contact(department=department, country="FR")
    vip = make_segment()
    inner = make_segment(f'department = "{department}" AND country = "DE"')
    outer = make_segment(f'segment = "{inner.id}" OR segment = "{vip.id}"')
    neither = make_segment(f'department = "{department}" AND segment != "{outer.id}" AND country = "DE"')

    people.change_contact(contact, country="DE")
    tick("segments")
    assert members_of(inner) == members_of(outer) == {contact}
    assert told(published, neither, contact) == []
    people.change_contact(contact, country="FR")
    tick("segments")
    assert members_of(outer) == set()
    request = segments_pb2.AddSegmentMembersRequest(id=vip.id, contact_ids=[contact])
    rpc("AddSegmentMembers", request, as_=ADMIN)
    tick("segments")

    assert members_of(outer) == {contact}


def test_a_changed_filter_inside_reaches_the_outside(
    rpc: Any, people: Any, make_segment: Any, members_of: Any, tick: Any
) -> None:
    department, other = unique("dep"), unique("dep")
    contact = people.contact(department=department)
    inner = make_segment(f'department = "{department}"')
    middle = make_segment(f'segment = "{inner.id}"')
    outer = make_segment(f'segment = "{middle.id}"')
    request = segments_pb2.UpdateSegmentRequest(segment={"id": inner.id, "filter": f'title = "{other}"'})

    rpc("UpdateSegment", request, as_=ADMIN)
    tick("segments")
    assert members_of(outer) == set()
    people.change_contact(contact, title=other)
    tick("segments")

    assert members_of(outer) == {contact}


def test_no_segment_depends_on_itself(rpc: Any, make_segment: Any) -> None:
    inner = make_segment('country = "DE"')
    outer = make_segment(f'segment = "{inner.id}"')

    for filter_ in (f'segment = "{outer.id}"', f'segment = "{inner.id}"'):
        request = segments_pb2.UpdateSegmentRequest(segment={"id": inner.id, "filter": filter_})
        with pytest.raises(DomainError) as refused:
            rpc("UpdateSegment", request, as_=ADMIN)
        assert refused.value.reason == "SEGMENT_CYCLE"
    with pytest.raises(DomainError) as refused:
        rpc("DeleteSegment", standard_pb2.DeleteRequest(id=inner.id), as_=ADMIN)
    assert refused.value.reason == "STILL_REFERENCED"
    unknown = segments_pb2.UpdateSegmentRequest(segment={"id": inner.id, "filter": f'segment = "{uuid7()}"'})
    with pytest.raises(DomainError) as refused:
        rpc("UpdateSegment", unknown, as_=ADMIN)
    assert refused.value.reason == "UNKNOWN_REFERENCE"


def test_rebuilding_repairs_what_went_wrong(
    rpc: Any, engine: Any, people: Any, make_segment: Any, members_of: Any
) -> None:
    from sqlalchemy import text

    department = unique("dep")
    contacts = {people.contact(department=department) for _ in range(2)}
    segment = make_segment(f'department = "{department}"')
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM segment_members WHERE segment_id = :id"), {"id": segment.id})

    done = rpc("RebuildSegment", segments_pb2.RebuildSegmentRequest(id=segment.id), as_=ADMIN)

    assert (members_of(segment), done.member_count) == (contacts, 2)


def test_a_large_rebuild_is_left_to_the_worker(
    rpc: Any,
    people: Any,
    make_segment: Any,
    make_campaign: Any,
    launch: Any,
    members_of: Any,
    tick: Any,
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(evaluation, "CHANGES_AT_ONCE", 2)
    department = unique("dep")
    contacts = {people.contact(department=department) for _ in range(5)}

    segment = make_segment(f'department = "{department}"')

    assert not segment.HasField("rebuilt_at")
    with pytest.raises(DomainError) as refused:
        launch(make_campaign(segment_id=segment.id))
    assert refused.value.reason == "SEGMENT_NOT_READY"
    tick("segments")
    found = rpc("GetSegment", standard_pb2.GetRequest(id=segment.id), as_=ADMIN)
    assert (members_of(segment), found.HasField("rebuilt_at")) == (contacts, True)


def test_only_segments_that_mention_a_changed_field_are_evaluated(
    people: Any, make_segment: Any, tick: Any, monkeypatch: Any
) -> None:
    department = unique("dep")
    contact = people.contact(department=department)
    by_title = make_segment(f'department = "{department}" AND title = "x"')
    by_country = make_segment(f'department = "{department}" AND country = "DE"')
    tick("segments")
    evaluated = []
    original = evaluation.difference
    monkeypatch.setattr(
        evaluation, "difference", lambda tx, id_, *a, **k: (evaluated.append(id_), original(tx, id_, *a, **k))[1]
    )

    people.change_contact(contact, title="x")
    tick("segments")

    assert evaluated.count(by_title.id) == 1
    assert by_country.id not in evaluated


def test_whoever_is_new_may_match_by_what_is_not_true(
    people: Any, make_segment: Any, members_of: Any, tick: Any
) -> None:
    inner = make_segment()
    outer = make_segment(f'segment != "{inner.id}"')

    contact = people.contact()
    tick("segments")

    assert contact in members_of(outer)


def test_a_segment_that_depends_on_the_time_follows_it(
    rpc: Any, people: Any, make_segment: Any, members_of: Any, tick: Any, clock: Any
) -> None:
    department, condition = unique("dep"), "created_at < now() - 1d"
    clock.now = clock.now
    contact = people.contact(department=department)
    segment = make_segment(f'department = "{department}" AND {condition}')
    outer = make_segment(f"segment = {segment.id}")
    tick("segments")
    assert members_of(segment) == members_of(outer) == set()
    version = rpc("GetSegment", standard_pb2.GetRequest(id=segment.id), as_=ADMIN).etag

    clock.advance(hours=25)
    tick("segments")
    tick("segments")

    assert members_of(segment) == members_of(outer) == {contact}
    assert rpc("GetSegment", standard_pb2.GetRequest(id=segment.id), as_=ADMIN).etag == version


def test_values_are_compared_in_the_form_in_which_contacts_store_them(
    people: Any, make_segment: Any, members_of: Any
) -> None:
    name = unique("ann")
    contact = people.contact(
        email=f"{name}@xn--bcher-kva.example", tags=[tag := unique("vip")], country="DE", department=name
    )

    for condition in (
        f'email = "{name.upper()}@BÜCHER.example"', f'email : "{name}@bücher.example"', f'tags : "{tag.upper()}"',
        'country = "de"',
    ):  # fmt: skip
        segment = make_segment(f'department = "{name}" AND {condition}')
        assert members_of(segment) == {contact}, condition
