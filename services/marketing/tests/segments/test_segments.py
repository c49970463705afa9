"""Segments by hand: who is in, who was, what others are told, and what a filter may say."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.marketing.v1 import segments_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user
from crm_marketing.segments.model import SegmentMember

ADMIN = user()


def update(rpc: Any, segment: Any, as_: Any = ADMIN, **fields: Any) -> Any:
    request = segments_pb2.UpdateSegmentRequest(segment={"id": segment.id, **fields})
    return rpc("UpdateSegment", request, as_=as_)


def refused(rpc: Any, name: str, request: Any, as_: Any = ADMIN) -> DomainError:
    with pytest.raises(DomainError) as found:
        rpc(name, request, as_=as_)
    return found.value


def test_members_are_added_and_removed_once(
    rpc: Any, people: Any, make_segment: Any, members_of: Any, published: Any
) -> None:
    ann, bob = people.contact(), people.contact()
    segment = make_segment(members=[ann, bob])
    again = segments_pb2.AddSegmentMembersRequest(id=segment.id, contact_ids=[ann])

    assert rpc("AddSegmentMembers", again, as_=ADMIN).member_count == 2
    out = segments_pb2.RemoveSegmentMembersRequest(id=segment.id, contact_ids=[ann, uuid7()])
    assert rpc("RemoveSegmentMembers", out, as_=ADMIN).member_count == 1
    rpc("AddSegmentMembers", again, as_=ADMIN)

    assert members_of(segment) == {ann, bob}
    events = published(SegmentMember.id_of(segment.id, ann))
    told = [(e.version, e.action, e.data.reason, e.data.contact_id) for e in events]
    assert told == [(1, "entered", "added", ann), (2, "left", "removed", ann), (3, "entered", "added", ann)]


def test_at_most_1000_contacts_in_one_call(rpc: Any, make_segment: Any) -> None:
    request = segments_pb2.AddSegmentMembersRequest(id=make_segment().id, contact_ids=[uuid7()] * 1001)

    assert "contact_ids" in refused(rpc, "AddSegmentMembers", request).errors


def test_contacts_one_may_not_see_cannot_be_added(rpc: Any, people: Any, make_segment: Any) -> None:
    contact = people.contact(owner_id=uuid7())
    rep = user({"contacts.read": OWN, "segments.read": ALL, "segments.update": ALL})
    request = segments_pb2.AddSegmentMembersRequest(id=make_segment().id, contact_ids=[contact])

    assert refused(rpc, "AddSegmentMembers", request, rep).reason == "UNKNOWN_REFERENCE"


def test_the_kind_decides_who_chooses_members(rpc: Any, make_segment: Any) -> None:
    dynamic, static = make_segment('country = "XX"'), make_segment()

    add = segments_pb2.AddSegmentMembersRequest(id=dynamic.id, contact_ids=[uuid7()])
    assert refused(rpc, "AddSegmentMembers", add).reason == "SEGMENT_NOT_STATIC"
    rebuild = segments_pb2.RebuildSegmentRequest(id=static.id)
    assert refused(rpc, "RebuildSegment", rebuild).reason == "SEGMENT_NOT_DYNAMIC"
    for kind, text in (("STATIC", 'country = "DE"'), ("DYNAMIC", "")):
        create = segments_pb2.CreateSegmentRequest(segment={"name": unique(), "kind": kind, "filter": text})
        assert "segment.filter" in refused(rpc, "CreateSegment", create).errors
    with pytest.raises(DomainError) as found:
        update(rpc, static, kind="DYNAMIC")
    assert found.value.status == 400


@pytest.mark.parametrize(
    "text",
    [
        'shoe_size = "9"', "opportunities_won >= many", "employees > 1", "account.employees > 1e400",
        "account.employees > NaN", 'country > "DE"', "segment = x", 'country = "DE" AND', "country : DE",
        "segment IS NULL", "segment : *",
    ],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(rpc: Any, text: str) -> None:
    create = segments_pb2.CreateSegmentRequest(segment={"name": unique(), "kind": "DYNAMIC", "filter": text})

    error = refused(rpc, "CreateSegment", create)

    assert error.status == 400
    assert list(error.errors) == ["segment.filter"]


def test_presence_is_asked_for_of_numbers_too(rpc: Any, people: Any) -> None:
    department = unique("dep")
    known, unknown = people.account(employees=12), people.account()
    for account in (known, unknown):
        people.contact(department=department, account_id=account)

    def count(text: str) -> int:
        request = segments_pb2.PreviewSegmentRequest(filter=f'department = "{department}" AND {text}')
        return rpc("PreviewSegment", request, as_=ADMIN).count

    counts = {
        text: count(text) for text in ("account.employees : *", "account.employees IS NULL", "opportunities_won : *")
    }
    assert counts == {"account.employees : *": 1, "account.employees IS NULL": 1, "opportunities_won : *": 2}


def test_fields_one_may_not_read_cannot_be_filtered_by(rpc: Any) -> None:
    blind = user({"segments.*": ALL, "contacts.read": ALL})
    request = segments_pb2.PreviewSegmentRequest(filter='last_name = "Lovelace"')

    assert refused(rpc, "PreviewSegment", request, blind).status == 403


def test_preview_counts_whom_the_caller_may_see(rpc: Any, people: Any) -> None:
    department = unique("dep")
    rep = user({"contacts.read": OWN, "segments.read": ALL})
    mine = people.contact(department=department, owner_id=rep.id)
    people.contact(department=department, owner_id=uuid7())
    request = segments_pb2.PreviewSegmentRequest(filter=f'department = "{department}"')

    assert rpc("PreviewSegment", request, as_=ADMIN).count == 2
    found = rpc("PreviewSegment", request, as_=rep)
    assert (found.count, list(found.sample_contact_ids)) == (1, [mine])


def test_segments_are_read_changed_deleted_and_brought_back(
    rpc: Any, people: Any, make_segment: Any, members_of: Any
) -> None:
    department = unique("dep")
    segment = make_segment(f'department = "{department}"')
    renamed = update(rpc, segment, name=unique("renamed"))
    assert rpc("GetSegment", standard_pb2.GetRequest(id=segment.id), as_=ADMIN) == renamed

    rpc("DeleteSegment", standard_pb2.DeleteRequest(id=segment.id), as_=ADMIN)
    contact = people.contact(department=department)
    listed = segments_pb2.ListSegmentsRequest(filter=f'name = "{renamed.name}" AND kind = DYNAMIC')
    assert not rpc("ListSegments", listed, as_=ADMIN).segments
    rpc("UndeleteSegment", standard_pb2.UndeleteRequest(id=segment.id), as_=ADMIN)

    (found,) = rpc("ListSegments", listed, as_=ADMIN).segments
    assert (found.member_count, members_of(segment)) == (1, {contact})


def test_lists_of_segments_count_members_in_the_same_statement(rpc: Any, people: Any, make_segment: Any) -> None:
    contact, owner = people.contact(), uuid7()
    for _ in range(3):
        make_segment(members=[contact], owner_id=owner)

    listed = segments_pb2.ListSegmentsRequest(filter=f"owner_id = {owner}")

    assert [one.member_count for one in rpc("ListSegments", listed, as_=ADMIN).segments] == [1, 1, 1]


def test_somebody_elses_segment_is_not_found(rpc: Any, make_segment: Any) -> None:
    rep = user({"segments.read": OWN})

    assert refused(rpc, "GetSegment", standard_pb2.GetRequest(id=make_segment().id), rep).status == 404


def test_segments_are_imported_by_name(import_csv: Any, rpc: Any, people: Any) -> None:
    name, department = unique("seg"), unique("dep")
    people.contact(department=department)
    text = f'name,filter\n{name},"department = ""{department}"""\n{unique("seg")},\n'

    done = import_csv("segments", text, as_=ADMIN)

    assert (done.rows_created, done.rows_failed) == (2, 0)
    (found,) = rpc("ListSegments", segments_pb2.ListSegmentsRequest(filter=f'name = "{name}"'), as_=ADMIN).segments
    assert (found.member_count, found.kind) == (1, segments_pb2.Segment.DYNAMIC)
    assert import_csv("segments", text, as_=ADMIN).rows_unchanged == 2
