"""Favourites and notifications follow records that were merged."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2, merges_pb2
from crm.identity.v1 import favourites_pb2, notifications_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import user


def test_favourites_and_notifications_move_and_go_back(rpc: Any, deliver: Any, tick: Any) -> None:
    ann, bob = user({}), user({})
    survivor, loser = uuid7(), uuid7()

    def add(who: Any, id_: str) -> None:
        rpc("AddFavourite", favourites_pb2.AddFavouriteRequest(resource="contacts", record_id=id_), as_=who)

    def favourites(who: Any) -> set[str]:
        answer = rpc("GetFavourites", favourites_pb2.GetFavouritesRequest(), as_=who)
        return {one.record_id for one in answer.favourites}

    def told(who: Any) -> list[str]:
        page = rpc("ListNotifications", notifications_pb2.ListNotificationsRequest(), as_=who)
        return sorted(one.record_id for one in page.notifications if not one.HasField("read_at"))

    for who, ids in ((ann, [loser]), (bob, [loser, survivor])):
        for id_ in ids:
            add(who, id_)
    for who, ids in ((ann, [loser]), (bob, [loser, survivor])):
        for id_ in ids:
            changed = contacts_pb2.ContactUpdated(contact={"id": id_, "owner_id": who.id}, changed_fields=["owner_id"])
            deliver(changed, version=1 if who is ann else 2, actor_id=uuid7())
    bobs = told(bob)
    gone = contacts_pb2.ContactDeleted(contact={"id": loser}, merged_into_id=survivor)
    deliver(gone, version=3)
    whole = {"id": uuid7(), "resource": "contacts", "survivor_id": survivor, "loser_ids": [loser], "state": "DONE"}
    deliver(merges_pb2.MergeCreated(merge=whole))
    tick("merges")

    assert favourites(ann) == favourites(bob) == {survivor}
    assert told(bob) == [survivor]

    deliver(merges_pb2.MergeUndone(merge=whole | {"state": "UNDONE"}), version=2)
    tick("merges")

    assert (favourites(ann), favourites(bob)) == ({loser}, {loser, survivor})
    assert told(bob) == bobs
