"""Contacts that turned out to be one: campaigns, segments and wishes not to be written to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.contacts.v1 import contacts_pb2, merges_pb2
from crm.marketing.v1 import campaign_members_pb2, opt_outs_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import user
from sqlalchemy import text

ADMIN = user()


@pytest.fixture
def merge(deliver: Any, people: Any, tick: Any) -> Callable[..., Any]:
    """One contact is merged into another, as contacts tells it: the loser is gone, the survivor has both addresses."""

    def do(survivor: str, loser: str) -> Any:
        whole = {"id": uuid7(), "resource": "contacts", "survivor_id": survivor, "loser_ids": [loser], "state": "DONE"}
        mine, theirs = people._last[survivor], people._last[loser]
        both = mine | {"emails": [*mine["emails"], *(one | {"primary": False} for one in theirs["emails"])]}
        people.delete_contact(loser)
        version = people.next_version(survivor)
        deliver(contacts_pb2.ContactMerged(contact=both, merge_id=whole["id"], loser_ids=[loser]), version=version)
        versions = {survivor: version, loser: people._versions[loser]}
        deliver(merges_pb2.MergeCreated(merge=whole, versions=versions))
        tick("merges")
        return whole

    return do


@pytest.fixture
def undo(deliver: Any, people: Any, tick: Any) -> Callable[..., Any]:
    def do(whole: Any) -> None:
        loser = whole["loser_ids"][0]
        people.change_contact(loser)
        people.change_contact(whole["survivor_id"])
        versions = {id_: people._versions[id_] for id_ in (loser, whole["survivor_id"])}
        undone = merges_pb2.MergeUndone(merge=whole | {"state": "UNDONE"}, versions=versions)
        deliver(undone, version=2)
        tick("merges")

    return do


@pytest.fixture
def join(rpc: Any) -> Callable[..., Any]:
    def make(campaign: Any, contact: str, **fields: Any) -> Any:
        given = {"campaign_id": campaign.id, "contact_id": contact} | fields
        return rpc(
            "CreateCampaignMember", campaign_members_pb2.CreateCampaignMemberRequest(campaign_member=given), as_=ADMIN
        )

    return make


def opted_out(rpc: Any, contact: str) -> set[str]:
    request = opt_outs_pb2.ListOptOutsRequest(filter=f"contact_id = {contact}")
    return {one.id for one in rpc("ListOptOuts", request, as_=ADMIN).opt_outs}


def test_memberships_wishes_and_segments_move_and_go_back(
    rpc: Any, people: Any, merge: Any, undo: Any, join: Any, make_campaign: Any, members: Any, make_segment: Any,
    members_of: Any, get_campaign: Any,
) -> None:  # fmt: skip
    survivor, loser = people.contact(), people.contact()
    alone, both = make_campaign(), make_campaign()
    join(alone, loser)
    join(both, survivor)
    join(both, loser, responded=True, status="attended")
    segment = make_segment(members=[loser])
    wish = opt_outs_pb2.CreateOptOutRequest(opt_out={"email": people.address(loser), "reach": "ADDRESS"})
    wished = rpc("CreateOptOut", wish, as_=ADMIN).id

    whole = merge(survivor, loser)

    assert set(members(alone)) == set(members(both)) == members_of(segment) == {survivor}
    assert (members(both)[survivor].responded, members(both)[survivor].status) == (True, "attended")
    counts = get_campaign(both).counts
    assert (counts.members, counts.responded) == (1, 1)
    assert opted_out(rpc, survivor) == opted_out(rpc, loser) == {wished}

    undo(whole)

    assert (set(members(alone)), set(members(both)), members_of(segment)) == ({loser}, {survivor, loser}, {loser})
    assert not members(both)[survivor].responded
    assert members(both)[loser].responded
    counts = get_campaign(both).counts
    assert (counts.members, counts.responded) == (2, 1)
    assert (opted_out(rpc, survivor), opted_out(rpc, loser)) == (set(), {wished})


def test_who_is_merged_is_written_to_once(
    rpc: Any, people: Any, merge: Any, join: Any, make_campaign: Any, members: Any, engine: Any
) -> None:
    survivor, loser = people.contact(), people.contact()
    campaign = make_campaign()
    waiting, written = join(campaign, survivor), join(campaign, loser)
    with engine.begin() as connection:
        for id_, state in ((waiting.id, "QUEUED"), (written.id, "SENDING")):
            changed = text("UPDATE campaign_members SET send_state = :state WHERE id = :id")
            connection.execute(changed, {"state": state, "id": id_})

    merge(survivor, loser)

    member = members(campaign)[survivor]
    assert campaign_members_pb2.CampaignMember.SendState.Name(member.send_state) == "SKIPPED"


def test_a_wish_made_since_for_an_address_of_the_loser_is_the_losers(
    rpc: Any, people: Any, merge: Any, undo: Any
) -> None:
    survivor, loser = people.contact(), people.contact()
    whole = merge(survivor, loser)
    wishes = {
        id_: rpc(
            "CreateOptOut",
            opt_outs_pb2.CreateOptOutRequest(opt_out={"email": people.address(id_), "reach": "ADDRESS"}),
            as_=ADMIN,
        )
        for id_ in (survivor, loser)
    }
    assert {one.contact_id for one in wishes.values()} == {survivor}

    undo(whole)

    assert {id_: opted_out(rpc, id_) for id_ in wishes} == {id_: {one.id} for id_, one in wishes.items()}
