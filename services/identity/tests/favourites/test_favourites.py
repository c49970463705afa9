"""Favourites: records by their ids, each user's own."""

from __future__ import annotations

from typing import Any

import pytest
from crm.identity.v1 import favourites_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.context import VERIFY_REFERENCES
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import user


@pytest.fixture
def ann() -> Actor:
    return user({})


@pytest.fixture
def add(rpc: Any) -> Any:
    def run(as_: Actor, resource: str, record_id: str, **metadata: str) -> Any:
        request = favourites_pb2.AddFavouriteRequest(resource=resource, record_id=record_id)
        return rpc("AddFavourite", request, as_=as_, **metadata)

    return run


@pytest.fixture
def remove(rpc: Any) -> Any:
    def run(as_: Actor, resource: str, record_id: str) -> None:
        request = favourites_pb2.RemoveFavouriteRequest(resource=resource, record_id=record_id)
        rpc("RemoveFavourite", request, as_=as_)

    return run


@pytest.fixture
def listed(rpc: Any) -> Any:
    def run(as_: Actor, resource: str = "") -> list[tuple[str, str]]:
        answer = rpc("GetFavourites", favourites_pb2.GetFavouritesRequest(resource=resource), as_=as_)
        return [(one.resource, one.record_id) for one in answer.favourites]

    return run


def test_the_newest_comes_first_and_each_stands_once(ann: Actor, add: Any, listed: Any, clock: Any) -> None:
    deal, ticket = ("opportunities", uuid7()), ("tickets", uuid7())
    for favourite in (deal, ticket, deal):
        add(ann, *favourite)
        clock.advance(seconds=1)

    assert listed(ann) == [ticket, deal]
    assert listed(ann, "tickets") == [ticket]
    assert listed(user({})) == []


def test_what_is_removed_is_gone_for_oneself_alone(ann: Actor, add: Any, remove: Any, listed: Any) -> None:
    deal, bob = ("opportunities", uuid7()), user({})
    for actor in (ann, bob):
        add(actor, *deal)

    for _ in range(2):
        remove(ann, *deal)

    assert (listed(ann), listed(bob)) == ([], [deal])


def test_there_must_be_such_records(ann: Actor, add: Any, make_user: Any) -> None:
    with pytest.raises(DomainError) as refused:
        add(ann, "planets", uuid7())
    assert list(refused.value.errors) == ["resource"]

    with pytest.raises(DomainError) as refused:
        add(ann, "users", uuid7())
    assert refused.value.reason == "UNKNOWN_REFERENCE"

    with pytest.raises(DomainError) as refused:
        add(ann, "users", make_user().id)
    assert refused.value.reason == "UNKNOWN_REFERENCE"


def test_the_owner_of_a_record_is_asked(ann: Actor, add: Any) -> None:
    id_ = uuid7()

    with pytest.raises(DomainError) as refused:
        add(ann, "opportunities", id_, **{VERIFY_REFERENCES[0].replace("-", "_"): VERIFY_REFERENCES[1]})

    assert refused.value.errors == {"record_id": [f"crm.sales.opportunity {id_}"]}


def test_they_have_a_bound(ann: Actor, add: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_identity.favourites.usecases.MOST", 1)
    first = uuid7()
    add(ann, "contacts", first)

    with pytest.raises(DomainError) as refused:
        add(ann, "contacts", uuid7())

    assert list(refused.value.errors) == ["record_id"]
    assert add(ann, "contacts", first).record_id == first
