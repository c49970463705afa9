"""Merges, their undoing and writes in any order, against a small model of who owns what.

CRM_MERGE_SEQUENCES says how many sequences are tried; a hundred if it is not set.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from crm.common.v1 import standard_pb2
from crm.contacts.v1 import activities_pb2, contacts_pb2, merges_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ADMIN = user()
SEQUENCES = int(os.environ.get("CRM_MERGE_SEQUENCES", "100"))
PEOPLE = 4

_person = st.integers(0, PEOPLE - 1)
_step = st.one_of(
    st.tuples(st.just("merge"), _person, _person),
    st.tuples(st.just("undo"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("write"), _person, st.just(0)),
    st.tuples(st.just("move"), st.integers(0, 20), _person),
    st.tuples(st.just("work"), st.just(0), st.just(0)),
)


class Model:
    """Who is merged into whom, and whose each activity is, at once and without a job."""

    def __init__(self, people: list[str]) -> None:
        self.into: dict[str, str] = {}
        self.merges: list[dict[str, Any]] = []
        self.owner: dict[str, str] = {}
        self.people = people

    def leads_to(self, id_: str) -> str:
        while id_ in self.into:
            id_ = self.into[id_]
        return id_

    def may_merge(self, survivor: str, loser: str) -> bool:
        return survivor != loser and not {survivor, loser} & self.into.keys()

    def merge(self, merge_id: str, survivor: str, loser: str) -> None:
        moved = {call for call, owner in self.owner.items() if owner == loser}
        self.merges.append({"id": merge_id, "survivor": survivor, "loser": loser, "moved": moved})
        self.into[loser] = survivor
        for call in moved:
            self.owner[call] = survivor

    def may_undo(self, merge: dict[str, Any]) -> bool:
        later = self.merges[self.merges.index(merge) + 1 :]
        ours = {merge["survivor"], merge["loser"]}
        return not any(ours & {one["survivor"], one["loser"]} for one in later)

    def undo(self, merge: dict[str, Any]) -> None:
        self.merges.remove(merge)
        del self.into[merge["loser"]]
        for call in merge["moved"]:
            if self.owner[call] == merge["survivor"]:
                self.owner[call] = merge["loser"]

    def give(self, call: str, person: str) -> None:
        self.owner[call] = person


def tried(call: Callable[[], Any]) -> tuple[Any, str]:
    """The answer of a call, or why it was refused."""
    try:
        return call(), ""
    except DomainError as error:
        return None, error.reason


def calls_of(rpc: Any, contact_id: str) -> set[str]:
    request = activities_pb2.ListActivitiesRequest(filter=f'contact_id = "{contact_id}"', page_size=200)
    return {one.id for one in rpc("ListActivities", request, as_=ADMIN).activities}


@settings(
    max_examples=SEQUENCES, deadline=None, derandomize=not os.environ.get("CRM_MERGE_SEQUENCES"),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.lists(_step, min_size=3, max_size=14))
def test_whatever_happens_everybody_has_their_own(rpc: Any, tick: Any, steps: list[tuple[str, int, int]]) -> None:
    def make(**fields: Any) -> str:
        given = {"last_name": unique("Lee")} | fields
        return str(rpc("CreateContact", contacts_pb2.CreateContactRequest(contact=given), as_=ADMIN).id)

    people = [make() for _ in range(PEOPLE)]
    model = Model(people)

    def write(person: str) -> None:
        activity = {"type": "CALL", "subject": "Call", "contact_id": person}
        call = rpc("CreateActivity", activities_pb2.CreateActivityRequest(activity=activity), as_=ADMIN)
        assert call.contact_id == model.leads_to(person)
        model.give(call.id, model.leads_to(person))

    for person in people:
        write(person)
    for verb, first, second in steps:
        if verb == "work":
            tick("merges")
        elif verb == "write":
            write(people[first])
        elif verb == "move":
            tick("merges")  # what waits to be moved is still another's, and a move of it would count for that one
            call = sorted(model.owner)[first % len(model.owner)]
            moved = {"id": call, "contact_id": people[second]}
            rpc("UpdateActivity", activities_pb2.UpdateActivityRequest(activity=moved), as_=ADMIN)
            model.give(call, model.leads_to(people[second]))
        elif verb == "merge":
            survivor, loser = people[first], people[second]
            request = merges_pb2.MergeRequest(id=survivor, loser_ids=[loser])
            answer, refused = tried(lambda request=request: rpc("MergeContacts", request, as_=ADMIN))
            if answer is not None:
                assert model.may_merge(survivor, loser)
                model.merge(answer.merge.id, survivor, loser)
            else:
                assert refused == "MERGE_UNDER_WAY" or not model.may_merge(survivor, loser), refused
        elif model.merges:
            merge = model.merges[first % len(model.merges)]
            undo = merges_pb2.UndoMergeRequest(id=merge["id"])
            answer, refused = tried(lambda undo=undo: rpc("UndoMerge", undo, as_=ADMIN))
            assert refused == ("" if model.may_undo(merge) else "LATER_MERGE_STANDS")
            if answer is not None:
                model.undo(merge)
    tick("merges")

    for person in people:
        found = rpc("GetContact", standard_pb2.GetRequest(id=person), as_=ADMIN)
        assert found.id == model.leads_to(person)
        expected = {call for call, owner in model.owner.items() if owner == model.leads_to(person)}
        assert calls_of(rpc, person) == expected
