"""Whom a campaign reaches: those whom the sender may see, all of them, once everything that happened is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from crm.common.v1 import batches_pb2, standard_pb2
from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2, segments_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user
from sqlalchemy import text

ADMIN = user()
State = campaign_members_pb2.CampaignMember.SendState
SENDER = {
    "segments.*": ALL, "templates.*": ALL, "campaigns.read": ALL, "campaigns.launch": ALL, "campaign_members.*": ALL,
    "fields.personal.read": ALL,
}  # fmt: skip


def launch(rpc: Any, campaign: Any, as_: Any = ADMIN, **fields: Any) -> Any:
    return rpc("LaunchCampaign", campaigns_pb2.LaunchCampaignRequest(id=campaign.id, **fields), as_=as_)


def refusal(call: Any, *given: Any, **fields: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*given, **fields)
    return refused.value


def segment_of(rpc: Any, id_: str, as_: Any = ADMIN) -> Any:
    return rpc("GetSegment", standard_pb2.GetRequest(id=id_), as_=as_)


@pytest.fixture(autouse=True)
def up_to_date(people: Any, tick: Any) -> None:
    """The newest event came at once, however late those of other tests were by their clocks."""
    people.contact()
    tick("segments")


# -- what the sender may see ------------------------------------------------------------------------------


@pytest.mark.parametrize("dynamic", [True, False])
def test_a_sender_counts_previews_and_reaches_only_whom_one_sees(
    rpc: Any, people: Any, make_segment: Any, make_campaign: Any, members: Any, members_of: Any, tick: Any,
    dynamic: bool,
) -> None:  # fmt: skip
    rep = user(SENDER | {"contacts.read": OWN})
    department = unique("dep")
    mine = people.contact(department=department, owner_id=rep.id)
    foreign = people.contact(department=department, owner_id=uuid7())
    condition = f'department = "{department}"'
    segment = make_segment(condition) if dynamic else make_segment(members=[mine, foreign])
    tick("segments")

    assert segment_of(rpc, segment.id).member_count == 2
    assert segment_of(rpc, segment.id, rep).member_count == 1
    listed = segments_pb2.ListSegmentsRequest(filter=f'name = "{segment.name}"')
    assert [one.member_count for one in rpc("ListSegments", listed, as_=rep).segments] == [1]
    several = batches_pb2.BatchGetRequest(ids=[segment.id])
    assert [one.member_count for one in rpc("BatchGetSegments", several, as_=rep).segments] == [1]
    assert rpc("PreviewSegment", segments_pb2.PreviewSegmentRequest(filter=condition), as_=rep).count == 1
    campaign = make_campaign(segment_id=segment.id)

    assert launch(rpc, campaign, rep, ignore_lag=True).counts.members == 1
    assert set(members(campaign)) == {mine}


def test_who_was_put_in_by_hand_is_written_to_only_if_the_sender_sees_him(
    rpc: Any, people: Any, make_campaign: Any, members: Any
) -> None:
    rep = user(SENDER | {"contacts.read": OWN})
    mine, foreign = people.contact(owner_id=rep.id), people.contact(owner_id=uuid7())
    campaign = make_campaign([])
    for contact in (mine, foreign):
        given = {"campaign_id": campaign.id, "contact_id": contact}
        request = campaign_members_pb2.CreateCampaignMemberRequest(campaign_member=given)
        rpc("CreateCampaignMember", request, as_=ADMIN)

    launch(rpc, campaign, rep)

    states = {id_: State.Name(member.send_state) for id_, member in members(campaign).items()}
    assert states == {mine: "QUEUED", foreign: "NOT_QUEUED"}


def test_writing_to_everybody_is_a_right_of_its_own(rpc: Any, people: Any, make_campaign: Any) -> None:
    rep = user(SENDER | {"contacts.read": OWN})
    campaign = make_campaign([people.contact(owner_id=rep.id), people.contact(owner_id=uuid7())])

    assert refusal(launch, rpc, campaign, rep, everybody=True).reason == "PERMISSION_DENIED"
    assert refusal(launch, rpc, campaign, user(SENDER)).reason == "PERMISSION_DENIED"
    chief = user(SENDER | {"campaigns.send_all": ALL, "contacts.read": OWN}, id_=rep.id)
    assert launch(rpc, campaign, chief, everybody=True).counts.members == 2


def test_nobody_launches_conditions_on_what_one_may_not_read(
    rpc: Any, people: Any, make_campaign: Any, make_template: Any
) -> None:
    blind = user({name: ALL for name in SENDER if name != "fields.personal.read"} | {"contacts.read": ALL})
    template = make_template(
        body_text="{% if contact.email == 'x' %}{{ account.industry }}{% endif %}{{ unsubscribe_url }}"
    )
    campaign = make_campaign([people.contact()], template_id=template.id)

    assert list(refusal(launch, rpc, campaign, blind).errors) == ["contact.email"]


@pytest.mark.parametrize(
    ("condition", "needed"),
    [
        ('account.industry = "Steel"', "accounts.read"), ("opportunities_won >= 1", "opportunities.read"),
        ("account.open_tickets >= 1", "tickets.read"), ('last_activity_at < "2026-01-01"', "activities.read"),
        ("campaigns_sent >= 1", "campaign_members.read"),
    ],
)  # fmt: skip
def test_a_filter_names_only_what_one_may_read_of_everybody(rpc: Any, condition: str, needed: str) -> None:
    rights = {"segments.*": ALL, "contacts.read": ALL, "accounts.read": ALL, "fields.personal.read": ALL}
    without = {name: scope for name, scope in rights.items() if name != needed}
    segment = {"name": unique(), "kind": "DYNAMIC", "filter": condition}
    create = segments_pb2.CreateSegmentRequest(segment=segment)
    preview = segments_pb2.PreviewSegmentRequest(filter=condition)

    for grants in (without, without | {needed: OWN}):
        for name, request in (("CreateSegment", create), ("PreviewSegment", preview)):
            assert refusal(rpc, name, request, as_=user(grants)).reason == "PERMISSION_DENIED"
    assert rpc("PreviewSegment", preview, as_=user(rights | {needed: ALL})).count >= 0


def test_who_reads_figures_of_all_customers_may_filter_by_them(rpc: Any) -> None:
    marketer = user({"segments.*": ALL, "contacts.read": ALL, "accounts.read": ALL, "dashboards.read": ALL})
    request = segments_pb2.PreviewSegmentRequest(filter="opportunities_won >= 1 AND account.open_tickets = 0")

    assert rpc("PreviewSegment", request, as_=marketer).count >= 0


# -- what is not known yet --------------------------------------------------------------------------------


def test_a_segment_says_that_it_is_behind_and_is_not_launched(
    rpc: Any, people: Any, make_segment: Any, make_campaign: Any, members: Any, tick: Any
) -> None:
    department = unique("dep")
    segment = make_segment(f'department = "{department}"')
    tick("segments")
    assert not segment_of(rpc, segment.id).HasField("behind_since")
    contact = people.contact(department=department)
    campaign = make_campaign(segment_id=segment.id)

    assert segment_of(rpc, segment.id).HasField("behind_since")
    assert (refusal(launch, rpc, campaign).reason, refusal(launch, rpc, campaign).status) == ("SEGMENT_BEHIND", 409)
    tick("segments")
    launch(rpc, campaign)

    assert set(members(campaign)) == {contact}


def test_what_others_are_marked_for_holds_up_no_segment(
    rpc: Any, people: Any, make_segment: Any, make_campaign: Any, tick: Any
) -> None:
    contact = people.contact()
    segment = make_segment('country = "NO"')
    tick("segments")
    people.change_contact(contact, title="Engineer")

    assert not segment_of(rpc, segment.id).HasField("behind_since")
    assert launch(rpc, make_campaign(segment_id=segment.id))


def test_an_event_that_waits_holds_up_a_launch_unless_that_is_ignored(
    rpc: Any, people: Any, make_segment: Any, make_campaign: Any, tick: Any, receiver: Any, engine: Any
) -> None:
    segment = make_segment('country = "SE"')
    contact = people.contact()
    tick("segments")
    missing = people.next_version(contact)
    people.change_contact(contact, country="SE")
    campaign = make_campaign(segment_id=segment.id)

    assert refusal(launch, rpc, campaign).reason == "SEGMENT_BEHIND"
    assert launch(rpc, campaign, ignore_lag=True).counts.members == 0
    people.change_contact(contact, version=missing, country="SE")
    with engine.begin() as connection:
        connection.execute(text("UPDATE parked SET next_attempt_at = now()"))
    receiver.retry_due()
    tick("segments")
    assert launch(rpc, make_campaign(segment_id=segment.id)).counts.members == 1


def test_events_that_come_late_hold_up_a_launch_until_none_has_come_for_a_while(
    rpc: Any, people: Any, make_segment: Any, make_campaign: Any, tick: Any, clock: Any
) -> None:
    campaign = make_campaign(segment_id=make_segment('country = "FI"').id)
    clock.advance(seconds=20)
    people.contact()
    tick("segments")

    assert refusal(launch, rpc, campaign).reason == "SEGMENT_BEHIND"
    clock.advance(seconds=31)
    assert launch(rpc, campaign)


def test_a_contact_that_is_on_its_way_is_waited_for(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, members: Any, tick: Any, clock: Any
) -> None:
    late, never = uuid7(), uuid7()
    campaign = make_campaign([late, never])
    clock.now = clock.now
    launch(rpc, campaign)
    tick("jobs")
    assert {member.send_state for member in members(campaign).values()} == {State.QUEUED}
    people.contact(id=late)
    clock.advance(seconds=30)

    tick("jobs")

    assert [address for address, _ in mail.received] == [people.address(late)]
    assert members(campaign)[never].attempts == 0
    clock.advance(minutes=15)
    tick("jobs")
    assert members(campaign)[never].skip_reason == "contact unknown"


def change_of(clock: Any, moment: datetime, change: Any) -> Any:
    """What comes of a change that happened at that moment and arrives now."""
    now, clock.now = clock.now, moment
    try:
        return change()
    finally:
        clock.now = now


def launched(rpc: Any, clock: Any, campaign: Any, **fields: Any) -> datetime:
    """Launches a campaign a minute after what was before it; returns a moment between both."""
    moment: datetime = clock.advance(seconds=30)
    clock.advance(seconds=30)
    launch(rpc, campaign, **fields)
    clock.advance(seconds=2)
    return moment


def test_who_belonged_to_the_segment_and_arrives_late_joins_the_campaign(
    rpc: Any, people: Any, mail: Any, make_segment: Any, make_campaign: Any, members: Any, get_campaign: Any,
    tick: Any, clock: Any,
) -> None:  # fmt: skip
    department = unique("dep")
    first, moved = people.contact(department=department), people.contact()
    account = people.account(industry="Mining")
    segment = make_segment(f'department = "{department}" OR account.industry = "Mining"')
    tick("segments")
    campaign = make_campaign(segment_id=segment.id)
    before = launched(rpc, clock, campaign)
    tick("jobs")
    assert set(members(campaign)) == {first}
    assert get_campaign(campaign).status == campaigns_pb2.Campaign.DONE

    created = change_of(clock, before, lambda: people.contact(department=department))
    change_of(clock, before, lambda: people.change_contact(moved, account_id=account))
    after = people.contact(department=department)
    tick("segments")

    assert set(members(campaign)) == {first, created, moved}
    assert get_campaign(campaign).counts.members == 3
    tick("jobs")
    assert {member.send_state for member in members(campaign).values()} == {State.SENT}
    assert len(mail.received) == 3
    assert not mail.to(people.address(after))
    assert get_campaign(campaign).status == campaigns_pb2.Campaign.DONE


def test_who_arrives_much_too_late_is_listed_as_skipped(
    rpc: Any, people: Any, mail: Any, make_segment: Any, make_campaign: Any, members: Any, get_campaign: Any,
    tick: Any, clock: Any,
) -> None:  # fmt: skip
    segment = make_segment(f'department = "{(department := unique("dep"))}"')
    tick("segments")
    campaign = make_campaign(segment_id=segment.id)
    before = launched(rpc, clock, campaign)
    tick("jobs")
    clock.advance(minutes=15)

    late = change_of(clock, before, lambda: people.contact(department=department))
    tick("segments")
    tick("jobs")

    assert members(campaign)[late].send_state == State.SKIPPED
    assert members(campaign)[late].skip_reason == "came to the segment too late"
    assert get_campaign(campaign).counts.skipped == 1
    assert not mail.received


def test_a_paused_campaign_keeps_those_who_arrive_late_for_when_it_goes_on(
    rpc: Any, people: Any, mail: Any, make_segment: Any, make_campaign: Any, members: Any, get_campaign: Any,
    tick: Any, clock: Any,
) -> None:  # fmt: skip
    segment = make_segment(f'department = "{(department := unique("dep"))}"')
    tick("segments")
    campaign = make_campaign(segment_id=segment.id)
    before = launched(rpc, clock, campaign)
    rpc("PauseCampaign", campaigns_pb2.PauseCampaignRequest(id=campaign.id), as_=ADMIN)

    late = change_of(clock, before, lambda: people.contact(department=department))
    tick("segments")
    tick("jobs")

    assert members(campaign)[late].send_state == State.QUEUED
    assert get_campaign(campaign).status == campaigns_pb2.Campaign.PAUSED


def test_late_ones_join_as_far_as_the_sender_may_see_them(
    rpc: Any, people: Any, make_segment: Any, make_campaign: Any, members: Any, tick: Any, clock: Any
) -> None:
    rep = user(SENDER | {"contacts.read": OWN})
    segment = make_segment(f'department = "{(department := unique("dep"))}"')
    tick("segments")
    campaign = make_campaign(segment_id=segment.id)
    before = launched(rpc, clock, campaign, as_=rep)

    mine = change_of(clock, before, lambda: people.contact(department=department, owner_id=rep.id))
    change_of(clock, before, lambda: people.contact(department=department, owner_id=uuid7()))
    tick("segments")

    assert set(members(campaign)) == {mine}


def test_nobody_joins_late_who_was_taken_out_or_whose_lag_was_ignored(
    rpc: Any, people: Any, make_segment: Any, make_campaign: Any, members: Any, tick: Any, clock: Any
) -> None:
    segment = make_segment(f'department = "{(department := unique("dep"))}"')
    contact = people.contact(department=department)
    tick("segments")
    campaign, ignoring = make_campaign(segment_id=segment.id), make_campaign(segment_id=segment.id)
    before = launched(rpc, clock, campaign)
    launch(rpc, ignoring, ignore_lag=True)
    taken_out = members(campaign)[contact]
    rpc("DeleteCampaignMember", standard_pb2.DeleteRequest(id=taken_out.id), as_=ADMIN)

    change_of(clock, before, lambda: people.change_contact(contact, department=department, title="x"))
    late = change_of(clock, before, lambda: people.contact(department=department))
    tick("segments")

    assert set(members(campaign)) == {late}
    assert set(members(ignoring)) == {contact}


def test_who_is_not_known_is_not_counted(rpc: Any, people: Any, make_segment: Any) -> None:
    assert make_segment(members=[people.contact(), uuid7()]).member_count == 1
