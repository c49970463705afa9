"""Favourites and notifications follow records that were merged."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2, merges_pb2
from crm.identity.v1 import favourites_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import user


def test_favourites_and_notifications_move_and_go_back(
    rpc: Any, deliver: Any, tick: Any, reader: Any, told: Any, somebody: str
) -> None:
    ann, bob = reader().id, reader().id
    survivor, loser = uuid7(), uuid7()

    def favourites(who: str) -> set[str]:
        answer = rpc("GetFavourites", favourites_pb2.GetFavouritesRequest(), as_=user({}, id_=who))
        return {one.record_id for one in answer.favourites}

    def unread(who: str) -> set[str]:
        return {one.record_id for one in told(who, unread=True)}

    for who, ids in ((ann, [loser]), (bob, [loser, survivor])):
        for id_ in ids:
            request = favourites_pb2.AddFavouriteRequest(resource="contacts", record_id=id_)
            rpc("AddFavourite", request, as_=user({}, id_=who))
    for id_ in (survivor, loser):
        deliver(contacts_pb2.ContactCreated(contact={"id": id_, "owner_id": bob}), actor_id=somebody)
    assert unread(bob) == {survivor, loser}
    whole = {"id": uuid7(), "resource": "contacts", "survivor_id": survivor, "loser_ids": [loser], "state": "DONE"}

    deliver(contacts_pb2.ContactDeleted(contact={"id": loser}, merged_into_id=survivor), version=2)
    deliver(merges_pb2.MergeCreated(merge=whole))
    tick("merges")

    assert favourites(ann) == favourites(bob) == unread(bob) == {survivor}

    deliver(merges_pb2.MergeUndone(merge=whole | {"state": "UNDONE"}), version=2)
    tick("merges")

    assert (favourites(ann), favourites(bob), unread(bob)) == ({loser}, {loser, survivor}, {survivor, loser})
