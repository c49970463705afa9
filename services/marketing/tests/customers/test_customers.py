"""What customer-360 shows from marketing: complete, in order, in few statements, and only what one may see."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import search_pb2, timelines_pb2
from crm.marketing.v1 import campaign_members_pb2, customers_pb2, opt_outs_pb2
from crm_chassis.access.actor import ANONYMOUS
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, unique, user
from crm_marketing.mail.links import Links

ADMIN = user()
LINKS = Links(bytes(range(32)), "https://crm.example")


def marketing_of(rpc: Any, as_: Any = ADMIN, **customer: Any) -> Any:
    return rpc("GetCustomerMarketing", timelines_pb2.GetCustomerRequest(customer=customer), as_=as_)


def entries(rpc: Any, position: Any = None, **customer: Any) -> list[Any]:
    request = timelines_pb2.ListCustomerTimelineRequest(customer=customer, position=position)
    return list(rpc("ListCustomerTimeline", request, as_=ADMIN).entries)


@pytest.fixture
def story(
    rpc: Any, people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any
) -> tuple[str, str, Any]:
    """A contact of an account that was sent to, responded and unsubscribed."""
    account = people.account()
    contact = people.contact(account_id=account)
    campaign = make_campaign([contact], name=unique("Launch"))
    launch(campaign)
    tick("jobs")
    member = members(campaign)[contact]
    responded = {"id": member.id, "responded": True, "status": "clicked"}
    rpc("UpdateCampaignMember", campaign_members_pb2.UpdateCampaignMemberRequest(campaign_member=responded), as_=ADMIN)
    rpc("Unsubscribe", opt_outs_pb2.UnsubscribeRequest(token=LINKS.url(member.id).rpartition("/")[2]), as_=ANONYMOUS)
    return contact, account, campaign


def test_a_customer_is_shown_whole(rpc: Any, story: Any) -> None:
    contact, account, campaign = story

    of_contact = marketing_of(rpc, contact_id=contact)

    (shown,) = of_contact.campaigns
    assert (shown.campaign_id, shown.name, shown.status, shown.responded) == (
        campaign.id,
        campaign.name,
        "clicked",
        True,
    )
    assert shown.send_state == campaign_members_pb2.CampaignMember.SENT
    assert [(one.segment_id, one.contact_id) for one in of_contact.segments] == [(campaign.segment_id, contact)]
    assert of_contact.opted_out
    (opt_out,) = of_contact.opt_outs
    assert (opt_out.source, opt_out.campaign_id) == ("one-click", campaign.id)
    assert [e.kind for e in of_contact.timeline] == ["campaign.unsubscribed", "campaign.responded", "campaign.sent"]
    assert len({e.id for e in of_contact.timeline}) == 3
    assert marketing_of(rpc, account_id=account) == of_contact
    assert marketing_of(rpc, account_id=account, contact_ids=[contact]) == of_contact


def test_an_account_gathers_its_people(rpc: Any, people: Any, make_segment: Any) -> None:
    account, stranger = people.account(), people.contact()
    inside = people.contact(account_id=account)
    make_segment(members=[inside, stranger])

    assert {one.contact_id for one in marketing_of(rpc, account_id=account).segments} == {inside}
    both = marketing_of(rpc, account_id=account, contact_ids=[stranger])
    assert {one.contact_id for one in both.segments} == {inside, stranger}


def test_the_timeline_goes_on_where_it_stopped(rpc: Any, story: Any) -> None:
    contact, _, campaign = story
    whole = entries(rpc, contact_id=contact)

    pieces = []
    position = timelines_pb2.TimelinePosition(limit=1)
    while page := entries(rpc, position, contact_id=contact):
        pieces += page
        position = timelines_pb2.TimelinePosition(limit=1, before=page[-1].at, before_id=page[-1].id)

    assert pieces == whole
    assert {e.record_id for e in whole} == {campaign.id}
    only = timelines_pb2.TimelinePosition(kinds=["campaign.sent"])
    assert [e.title for e in entries(rpc, only, contact_id=contact)] == [f"Sent: {campaign.name}"]


def test_at_most_four_statements(rpc: Any, engine: Any, story: Any) -> None:
    from sqlalchemy import event

    statements: list[str] = []
    note = lambda c, cursor, statement, *_: statements.append(statement)  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    try:
        marketing_of(rpc, account_id=story[1])
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert len(statements) == 4  # one of them asks where an old id leads


def test_nothing_is_shown_of_what_one_may_not_see(rpc: Any, story: Any) -> None:
    contact, _, _ = story
    grants = {"campaigns.read": ALL, "campaign_members.read": ALL, "segments.read": ALL, "opt_outs.read": ALL}

    blind = marketing_of(rpc, user({**grants, "contacts.read": OWN}), contact_id=contact)
    partial = marketing_of(rpc, user({"contacts.read": ALL, "campaigns.read": ALL}), contact_id=contact)

    assert blind == customers_pb2.CustomerMarketing()
    assert not partial.segments
    assert not partial.opt_outs
    assert partial.opted_out


def test_a_customer_must_be_named(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        rpc("GetCustomerMarketing", timelines_pb2.GetCustomerRequest(customer={}), as_=ADMIN)

    assert refused.value.status == 400


def test_campaigns_are_found_by_words_of_their_names(rpc: Any, make_campaign: Any) -> None:
    word = unique("word").replace("-", "")
    campaign = make_campaign(name=f"Autumn {word} mailing")

    found = rpc("SearchRecords", search_pb2.SearchRecordsRequest(query=f"{word[:-1]} autumn"), as_=ADMIN).hits

    assert [(hit.record_type, hit.record_id, hit.title) for hit in found] == [("campaign", campaign.id, campaign.name)]
