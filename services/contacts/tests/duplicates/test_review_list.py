"""Pairs that are likely the same: found by a look through everything, decided about, and seen by who may see both."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import batches_pb2, standard_pb2
from crm.contacts.v1 import contacts_pb2, duplicates_pb2, merges_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.errors import DomainError
from crm_chassis.testing import OWN, unique, user
from sqlalchemy import Engine, text

ADMIN = user()
Pair = duplicates_pb2.Duplicate


@pytest.fixture
def two(make: Any, email: str) -> tuple[Any, Any]:
    """Two contacts that are one person by their e-mail address."""
    first, second = (make("contact", last_name=unique("Lee"), emails=[{"address": email}]) for _ in range(2))
    return first, second


@pytest.fixture
def sweep(rpc: Any, tick: Any) -> Any:
    """Looks through all records, to the end."""

    def run() -> None:
        assert rpc("SweepDuplicates", duplicates_pb2.SweepDuplicatesRequest(), as_=ADMIN).job_id
        tick("jobs")

    return run


@pytest.fixture
def pairs(rpc: Any) -> Any:
    """The pairs of a record that somebody sees."""

    def of(id_: str, as_: Any = ADMIN, kind: str = "contact") -> list[Any]:
        wanted = f"{kind}_id = {id_} OR other_{kind}_id = {id_}"
        return list(rpc("ListDuplicates", duplicates_pb2.ListDuplicatesRequest(filter=wanted), as_=as_).duplicates)

    return of


def test_a_pair_that_is_made_one_is_settled_until_it_is_two_again(
    two: Any, sweep: Any, pairs: Any, rpc: Any, tick: Any, make: Any, email: str
) -> None:
    third = make("contact", last_name=unique("Lee"), emails=[{"address": email}])
    sweep()
    one, other = two
    request = merges_pb2.MergeRequest(id=one.id, loser_ids=[other.id])
    merged = rpc("MergeContacts", request, as_=ADMIN)
    tick("merges")

    state = {frozenset((pair.contact_id, pair.other_contact_id)): pair.state for pair in pairs(one.id)}
    assert state == {frozenset((one.id, other.id)): Pair.MERGED, frozenset((one.id, third.id)): Pair.OPEN}
    assert all(other.id not in (pair.contact_id, pair.other_contact_id) for pair in pairs(third.id))

    rpc("UndoMerge", merges_pb2.UndoMergeRequest(id=merged.merge.id), as_=ADMIN)
    tick("merges")
    assert {pair.state for pair in pairs(one.id)} == {Pair.OPEN}


def test_a_look_through_everything_finds_each_pair_once(
    make: Any, two: Any, sweep: Any, pairs: Any, email: str
) -> None:
    lead = make("lead", last_name=unique("Lee"), email=email)
    assert pairs(two[0].id) == []
    sweep()
    sweep()
    (pair,) = [one for one in pairs(two[0].id) if one.other_contact_id]
    assert {pair.contact_id, pair.other_contact_id} == {two[0].id, two[1].id}
    of_lead = pairs(lead.id, kind="lead")
    assert {one.contact_id for one in of_lead} == {two[0].id, two[1].id}
    assert {one.state for one in of_lead} == {Pair.OPEN}


def test_one_that_waits_serves_all_who_ask(rpc: Any, tick: Any) -> None:
    first, second = (
        rpc("SweepDuplicates", duplicates_pb2.SweepDuplicatesRequest(), as_=ADMIN).job_id for _ in range(2)
    )
    assert first == second
    tick("jobs")


def test_what_is_no_duplicate_is_never_proposed_again(rpc: Any, two: Any, sweep: Any, pairs: Any, email: str) -> None:
    sweep()
    (pair,) = pairs(two[0].id)
    decided = rpc("DismissDuplicate", duplicates_pb2.DismissDuplicateRequest(id=pair.id, etag=pair.etag), as_=ADMIN)
    assert (decided.state, decided.decided_by) == (Pair.NOT_DUPLICATE, ADMIN.id)

    sweep()
    change = {"id": two[1].id, "emails": [{"address": f"x{email}"}]}
    rpc("UpdateContact", contacts_pb2.UpdateContactRequest(contact=change), as_=ADMIN)
    back = {"id": two[1].id, "emails": [{"address": email}]}
    assert not rpc("UpdateContact", contacts_pb2.UpdateContactRequest(contact=back), as_=ADMIN).likely_duplicates
    draft = contacts_pb2.FindContactDuplicatesRequest(contact=back)
    assert not rpc("FindContactDuplicates", draft, as_=ADMIN).duplicates
    assert [one.state for one in pairs(two[0].id)] == [Pair.NOT_DUPLICATE]

    reopened = rpc("ReopenDuplicate", duplicates_pb2.ReopenDuplicateRequest(id=pair.id), as_=ADMIN)
    assert (reopened.state, reopened.decided_by) == (Pair.OPEN, "")


def test_a_pair_is_seen_by_who_may_read_both(rpc: Any, make: Any, sweep: Any, pairs: Any, email: str) -> None:
    grants = {"contacts.read": OWN, "contacts.create": OWN, "duplicates.read": ALL, "duplicates.update": ALL,
              "fields.personal.read": ALL}  # fmt: skip
    owner, half = user(grants), user(grants)
    make("contact", half, last_name=unique("Lee"), emails=[{"address": email}])
    first, second = (make("contact", owner, last_name=unique("Lee"), emails=[{"address": email}]) for _ in range(2))
    sweep()
    (seen,) = pairs(first.id, owner)
    assert {seen.contact_id, seen.other_contact_id} == {first.id, second.id}
    assert rpc("GetDuplicate", standard_pb2.GetRequest(id=seen.id), as_=owner) == seen
    assert list(rpc("BatchGetDuplicates", batches_pb2.BatchGetRequest(ids=[seen.id]), as_=half).not_found) == [seen.id]
    assert pairs(first.id, half) == []
    for name, request in (
        ("GetDuplicate", standard_pb2.GetRequest(id=seen.id)),
        ("DismissDuplicate", duplicates_pb2.DismissDuplicateRequest(id=seen.id)),
    ):
        with pytest.raises(DomainError) as refused:
            rpc(name, request, as_=half)
        assert refused.value.reason == "NOT_FOUND"
    assert len(pairs(first.id)) == 2


def test_a_pair_goes_with_its_record_and_comes_back_with_it(rpc: Any, two: Any, sweep: Any, pairs: Any) -> None:
    sweep()
    rpc("DeleteContact", standard_pb2.DeleteRequest(id=two[1].id), as_=ADMIN)
    assert pairs(two[0].id) == []
    rpc("UndeleteContact", standard_pb2.UndeleteRequest(id=two[1].id), as_=ADMIN)
    sweep()
    assert [one.state for one in pairs(two[0].id)] == [Pair.OPEN]


def test_looking_through_everything_needs_its_permission(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        rpc("SweepDuplicates", duplicates_pb2.SweepDuplicatesRequest(), as_=user({"duplicates.read": ALL}))
    assert refused.value.reason == "PERMISSION_DENIED"


def test_records_of_before_get_their_keys(rpc: Any, service: Any, engine: Engine, two: Any, email: str) -> None:
    from sqlalchemy.orm import Session

    with engine.begin() as connection:
        gone = connection.execute(text("DELETE FROM match_keys WHERE record_id = :id"), {"id": two[0].id})
        assert gone.rowcount
    step = next(one.step for one in service.backfills if one.name == "20261129.2 keys of duplicates")
    cursor: str | None = None
    while True:
        with Session(engine) as session, session.begin():
            cursor = step(session, cursor)
        if cursor is None:
            break
    request = contacts_pb2.FindContactDuplicatesRequest(contact={"emails": [{"address": email}]})
    found = {one.record_id for one in rpc("FindContactDuplicates", request, as_=ADMIN).duplicates}
    assert found == {two[0].id, two[1].id}
