"""Campaigns: what they are, what launch fixes, and who is in them."""

from __future__ import annotations

from typing import Any

import crm_contracts
import pytest
from crm.common.v1 import batches_pb2, standard_pb2
from crm.identity.v1 import users_pb2
from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, unique, user
from crm_marketing.campaigns.usecases import update_campaign

ADMIN = user()
Status = campaigns_pb2.Campaign.Status


def update(rpc: Any, campaign: Any, **fields: Any) -> Any:
    request = campaigns_pb2.UpdateCampaignRequest(campaign={"id": campaign.id, **fields})
    return rpc("UpdateCampaign", request, as_=ADMIN)


def add(rpc: Any, campaign: Any, contact: str, **fields: Any) -> Any:
    given = {"campaign_id": campaign.id, "contact_id": contact, **fields}
    return rpc(
        "CreateCampaignMember", campaign_members_pb2.CreateCampaignMemberRequest(campaign_member=given), as_=ADMIN
    )


def reason_of(call: Any, *given: Any, **fields: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*given, **fields)
    return refused.value.reason


def test_a_campaign_is_created_listed_found_and_changed(rpc: Any, make_campaign: Any) -> None:
    name = unique("Spring")
    campaign = make_campaign(name=name, budget={"amount": "100.00", "currency": "EUR"}, start_date="2026-03-01")
    assert campaign.status == Status.DRAFT
    assert update(rpc, campaign, cost={"amount": "7.5", "currency": "EUR"}).cost.amount == "7.50"

    listed = campaigns_pb2.ListCampaignsRequest(
        filter=f'name : "{name}" AND start_date >= "2026-01-01" AND status = DRAFT'
    )
    assert [one.id for one in rpc("ListCampaigns", listed, as_=ADMIN).campaigns] == [campaign.id]
    rpc("DeleteCampaign", standard_pb2.DeleteRequest(id=campaign.id), as_=ADMIN)
    assert not rpc("ListCampaigns", listed, as_=ADMIN).campaigns
    rpc("UndeleteCampaign", standard_pb2.UndeleteRequest(id=campaign.id), as_=ADMIN)

    assert rpc("GetCampaign", standard_pb2.GetRequest(id=campaign.id), as_=ADMIN).name == name


def test_who_may_not_change_a_campaign_puts_nobody_into_it(
    rpc: Any, make_campaign: Any, people: Any, import_csv: Any
) -> None:
    campaign, contact = make_campaign(), people.contact()
    helper = user(
        {"campaigns.read": ALL, "campaigns.update": OWN, "campaign_members.*": ALL, "contacts.read": ALL,
         "imports.*": ALL, "fields.personal.read": ALL}
    )  # fmt: skip
    request = campaign_members_pb2.CreateCampaignMemberRequest(
        campaign_member={"campaign_id": campaign.id, "contact_id": contact}
    )

    with pytest.raises(DomainError) as refused:
        rpc("CreateCampaignMember", request, as_=helper)
    imported = import_csv(
        "campaign_members", f"campaign,contact\n{campaign.name},{people.address(contact)}\n", as_=helper
    )

    assert refused.value.status == 403
    assert "this campaign" in refused.value.detail
    assert (imported.rows_created, imported.rows_failed) == (0, 1)
    assert rpc("GetCampaign", standard_pb2.GetRequest(id=campaign.id), as_=ADMIN).counts.members == 0


@pytest.mark.parametrize("campaigns", [ALL, OWN])
def test_a_member_is_seen_by_who_sees_the_contact(
    rpc: Any, make_campaign: Any, people: Any, members: Any, campaigns: int
) -> None:
    seller = user(
        {
            "campaigns.read": campaigns,
            "campaign_members.*": campaigns,
            "contacts.read": OWN,
            "fields.personal.read": ALL,
        }
    )
    campaign = make_campaign(owner_id=seller.id)
    for contact in (people.contact(owner_id=seller.id), people.contact(owner_id=uuid7())):
        request = campaign_members_pb2.CreateCampaignMemberRequest(
            campaign_member={"campaign_id": campaign.id, "contact_id": contact}
        )
        rpc("CreateCampaignMember", request, as_=ADMIN)
    mine, hidden = (one for _, one in sorted(members(campaign).items()))
    listed = campaign_members_pb2.ListCampaignMembersRequest(
        filter=f"campaign_id = {campaign.id}", include_total_size=True
    )

    page = rpc("ListCampaignMembers", listed, as_=seller)

    assert ([one.id for one in page.campaign_members], page.total_size) == ([mine.id], 1)
    wanted = batches_pb2.BatchGetRequest(ids=[mine.id, hidden.id])
    found = rpc("BatchGetCampaignMembers", wanted, as_=seller)
    assert [one.id for one in found.campaign_members] == [mine.id]
    assert reason_of(rpc, "GetCampaignMember", standard_pb2.GetRequest(id=hidden.id), as_=seller) == "NOT_FOUND"
    assert reason_of(rpc, "DeleteCampaignMember", standard_pb2.DeleteRequest(id=hidden.id), as_=seller) == "NOT_FOUND"


def test_two_campaigns_cannot_be_put_above_each_other_at_once(
    rpc: Any, make_campaign: Any, begin: Any, meanwhile: Any
) -> None:
    one, other = make_campaign(), make_campaign()
    request = campaigns_pb2.UpdateCampaignRequest(
        campaign={"id": one.id, "parent_id": other.id}, update_mask={"paths": ["parent_id"]}
    )
    with begin(as_=ADMIN) as tx:
        update_campaign(tx, request)
        second = meanwhile(lambda: update(rpc, other, parent_id=one.id))
    assert reason_of(second.result) == "CAMPAIGN_HIERARCHY_CYCLE"


def test_the_hierarchy_has_no_cycles_and_dates_are_in_order(rpc: Any, make_campaign: Any) -> None:
    above = make_campaign()
    below = make_campaign(parent_id=above.id)

    assert reason_of(update, rpc, above, parent_id=below.id) == "CAMPAIGN_HIERARCHY_CYCLE"
    assert reason_of(update, rpc, above, parent_id=uuid7()) == "UNKNOWN_REFERENCE"
    assert reason_of(make_campaign, start_date="2026-02-01", end_date="2026-01-01") == "INVALID_INPUT"


def test_an_incomplete_campaign_is_not_launched(rpc: Any, make_campaign: Any, launch: Any) -> None:
    campaign = make_campaign(from_address="")

    with pytest.raises(DomainError) as refused:
        launch(campaign)

    assert refused.value.reason == "CAMPAIGN_INCOMPLETE"
    assert set(refused.value.errors) == {"segment_id", "from_address"}


@pytest.mark.parametrize(
    "texts", [{"body_text": "Dear friend"}, {"body_html": "<p>Dear friend</p>"}, {"body_text": "x", "body_html": ""}]
)
def test_what_nobody_can_leave_is_not_launched_unless_it_is_information(
    people: Any, make_campaign: Any, make_template: Any, launch: Any, texts: dict[str, str]
) -> None:
    template, contact = make_template(**texts), people.contact()

    with pytest.raises(DomainError) as refused:
        launch(make_campaign([contact], template_id=template.id))

    assert (refused.value.reason, list(refused.value.errors)) == ("CAMPAIGN_INCOMPLETE", ["template_id"])
    assert launch(make_campaign([contact], template_id=template.id, informational=True))


def test_what_launch_fixed_does_not_change(
    rpc: Any, people: Any, make_campaign: Any, make_template: Any, launch: Any
) -> None:
    campaign = make_campaign([people.contact()])
    launch(campaign)

    assert reason_of(update, rpc, campaign, template_id=make_template().id) == "CAMPAIGN_ALREADY_LAUNCHED"
    assert reason_of(update, rpc, campaign, informational=True) == "CAMPAIGN_ALREADY_LAUNCHED"
    renamed = unique("renamed")
    assert update(rpc, campaign, name=renamed, template_id=campaign.template_id).name == renamed


def test_states_are_left_in_order_only(rpc: Any, people: Any, make_campaign: Any, launch: Any) -> None:
    def step(name: str) -> Any:
        method = crm_contracts.method(f"crm.marketing.v1.CampaignService.{name}Campaign")
        return rpc(method.name, method.request(id=campaign.id), as_=ADMIN)

    campaign = make_campaign([people.contact()])
    assert reason_of(step, "Pause") == "CAMPAIGN_NOT_SENDING"
    assert reason_of(step, "Resume") == "CAMPAIGN_NOT_PAUSED"
    launch(campaign)
    assert reason_of(step, "Delete") == "CAMPAIGN_SENDING"
    assert step("Pause").status == Status.PAUSED
    assert reason_of(step, "Pause") == "CAMPAIGN_NOT_SENDING"
    assert reason_of(step, "Launch") == "CAMPAIGN_ALREADY_LAUNCHED"
    assert step("Resume").status == Status.SENDING


def test_launching_needs_its_own_right(rpc: Any, people: Any, make_campaign: Any) -> None:
    campaign = make_campaign([people.contact()])
    editor = user({"campaigns.read": ALL, "campaigns.update": ALL})
    request = campaigns_pb2.LaunchCampaignRequest(id=campaign.id)

    assert reason_of(rpc, "LaunchCampaign", request, as_=editor) == "PERMISSION_DENIED"


def test_an_offline_campaign_has_members_with_statuses(
    rpc: Any, people: Any, make_campaign: Any, get_campaign: Any, published: Any
) -> None:
    campaign = make_campaign(channel="OFFLINE")
    member = add(rpc, campaign, people.contact(), status="registered")
    attended = {"id": member.id, "status": "attended", "responded": True}

    changed = rpc(
        "UpdateCampaignMember", campaign_members_pb2.UpdateCampaignMemberRequest(campaign_member=attended), as_=ADMIN
    )

    assert changed.HasField("responded_at")
    found = rpc("GetCampaignMember", standard_pb2.GetRequest(id=member.id), as_=ADMIN)
    assert (found.status, found.responded) == ("attended", True)
    assert [e.action for e in published(member.id)] == ["created", "responded"]
    assert (get_campaign(campaign).counts.members, get_campaign(campaign).counts.responded) == (1, 1)
    rpc("DeleteCampaignMember", standard_pb2.DeleteRequest(id=member.id), as_=ADMIN)
    assert (get_campaign(campaign).counts.members, get_campaign(campaign).counts.responded) == (0, 0)


def test_an_offline_campaign_sends_nothing(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact], channel="OFFLINE")

    assert launch(campaign).status == Status.DONE
    tick("jobs")

    assert set(members(campaign)) == {contact}
    assert not mail.received


def test_a_contact_is_a_member_once(
    rpc: Any, people: Any, make_campaign: Any, launch: Any, members: Any, get_campaign: Any
) -> None:
    contact = people.contact()
    campaign = make_campaign([contact])
    member = add(rpc, campaign, contact)

    assert reason_of(add, rpc, campaign, contact) == "CAMPAIGN_MEMBER_EXISTS"
    launch(campaign)

    assert {id_: one.id for id_, one in members(campaign).items()} == {contact: member.id}
    assert members(campaign)[contact].send_state == campaign_members_pb2.CampaignMember.QUEUED
    assert get_campaign(campaign).counts.members == 1


def test_members_are_seen_through_their_campaign(rpc: Any, people: Any, make_campaign: Any) -> None:
    rep = user({"campaigns.read": OWN, "campaign_members.read": OWN, "contacts.read": ALL})
    mine, other = make_campaign(owner_id=rep.id, channel="OFFLINE"), make_campaign(channel="OFFLINE")
    contact = people.contact()
    member, hidden = add(rpc, mine, contact), add(rpc, other, contact)

    listed = campaign_members_pb2.ListCampaignMembersRequest(filter=f"contact_id = {contact}")

    assert [one.id for one in rpc("ListCampaignMembers", listed, as_=rep).campaign_members] == [member.id]
    assert reason_of(rpc, "GetCampaignMember", standard_pb2.GetRequest(id=hidden.id), as_=rep) == "NOT_FOUND"


def test_a_list_of_campaigns_takes_one_statement(rpc: Any, engine: Any, make_campaign: Any) -> None:
    from sqlalchemy import event

    owner = uuid7()
    for _ in range(3):
        make_campaign(owner_id=owner)
    statements: list[str] = []
    note = lambda c, cursor, statement, *_: statements.append(statement)  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    try:
        found = rpc("ListCampaigns", campaigns_pb2.ListCampaignsRequest(filter=f"owner_id = {owner}"), as_=ADMIN)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert (len(found.campaigns), len(statements)) == (3, 1)


def test_campaigns_and_members_are_imported(rpc: Any, people: Any, import_csv: Any, get_campaign: Any) -> None:
    key, contact = unique("ext"), people.contact()
    text = (
        "external_id,name,channel,status,start_date,budget,budget_currency\n"
        f'{key}-1,{key} Fair,Trade show,Completed,2024-05-01,"1,200.50",EUR\n'
        f"{key}-2,{key} Mail,email,planned,,,\n"
        f"{key}-3,{key} Odd,email,exploded,,,\n"
    )

    done = import_csv("campaigns", text, as_=ADMIN)

    assert (done.rows_created, done.rows_failed, done.errors[0].field) == (2, 1, "status")
    listed = campaigns_pb2.ListCampaignsRequest(filter=f'external_id = "{key}-1"')
    (fair,) = rpc("ListCampaigns", listed, as_=ADMIN).campaigns
    assert (fair.channel, fair.status, fair.budget.amount) == (campaigns_pb2.Campaign.OFFLINE, Status.DONE, "1200.50")
    assert import_csv("campaigns", text, as_=ADMIN).rows_unchanged == 2
    rows = (
        "campaign,contact,status,responded,responded_at\n"
        f"{key} Fair,{people.address(contact).upper()},attended,yes,2024-05-02\n"
        f"{key}-2,{people.address(contact)},sent,no,\n"
    )
    done = import_csv("campaign_members", rows, as_=ADMIN)
    assert (done.rows_created, done.rows_failed) == (2, 0)
    assert import_csv("campaign_members", rows, as_=ADMIN).rows_unchanged == 2
    assert (get_campaign(fair).counts.members, get_campaign(fair).counts.responded) == (1, 1)
    listed_members = campaign_members_pb2.ListCampaignMembersRequest(filter=f"campaign_id = {fair.id}")
    (member,) = rpc("ListCampaignMembers", listed_members, as_=ADMIN).campaign_members
    assert (member.status, member.responded_at.ToDatetime().isoformat()) == ("attended", "2024-05-02T00:00:00")


@pytest.mark.parametrize(
    ("cell", "channel"),
    [("E-Mail", "EMAIL"), ("Newsletter", "EMAIL"), ("Trade Show", "OFFLINE"), ("social_media", "OFFLINE"),
     ("Direct Mail", "OFFLINE"), ("", "OFFLINE"), ("Emial", None), ("pigeon", None)],
)  # fmt: skip
def test_a_channel_is_known_by_what_other_systems_call_it(
    rpc: Any, import_csv: Any, cell: str, channel: str | None
) -> None:
    key = unique("ext")

    done = import_csv("campaigns", f"external_id,name,channel\n{key},{key},{cell}\n", as_=ADMIN)

    listed = campaigns_pb2.ListCampaignsRequest(filter=f'external_id = "{key}"')
    found = [
        campaigns_pb2.Campaign.Channel.Name(one.channel) for one in rpc("ListCampaigns", listed, as_=ADMIN).campaigns
    ]
    assert found == ([channel] if channel else [])
    refused = [(one.field, "webinar" in one.message) for one in done.errors]
    assert refused == ([] if channel else [("channel", True)])


def test_the_successor_of_a_user_gets_what_is_not_over(
    rpc: Any, deliver: Any, tick: Any, make_campaign: Any, make_segment: Any, make_template: Any, launch: Any,
    get_campaign: Any,
) -> None:  # fmt: skip
    leaver, successor = uuid7(), uuid7()
    campaign, over = make_campaign(owner_id=leaver), make_campaign(owner_id=leaver, channel="OFFLINE")
    segment, template = make_segment(owner_id=leaver), make_template(owner_id=leaver)
    launch(over)

    deliver(users_pb2.UserDeactivated(user={"id": leaver, "status": "DEACTIVATED"}, reassign_to_id=successor))
    tick("jobs")

    assert get_campaign(campaign).owner_id == successor
    assert get_campaign(over).owner_id == leaver
    assert rpc("GetSegment", standard_pb2.GetRequest(id=segment.id), as_=ADMIN).owner_id == successor
    assert rpc("GetTemplate", standard_pb2.GetRequest(id=template.id), as_=ADMIN).owner_id == successor
