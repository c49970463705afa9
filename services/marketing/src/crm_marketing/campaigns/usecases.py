"""What can be done with campaigns and their members."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2
from crm_chassis.records.hierarchy import in_circle
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.campaigns.queries import count
from crm_marketing.errors import AlreadyMember, CampaignHierarchyCycle
from crm_marketing.marks import mark_contact
from crm_marketing.segments.model import Segment
from crm_marketing.templates.model import Template


def create_campaign(tx: Transaction, request: campaigns_pb2.CreateCampaignRequest) -> Campaign:
    """A new campaign in DRAFT. Raises UnknownReference for a segment, template or parent the caller cannot see."""
    campaign = Campaign()
    assign(campaign, request.campaign)
    check_campaign(tx, campaign)
    return tx.add(campaign)


def update_campaign(tx: Transaction, request: campaigns_pb2.UpdateCampaignRequest) -> Campaign:
    """Changes the fields that the mask names. Raises CampaignAlreadyLaunched for fields that launch has fixed."""
    campaign = tx.get(Campaign, request.campaign.id, etag=request.campaign.etag)
    before = campaign.fixed_at_launch()
    changed = assign(campaign, request.campaign, request.update_mask.paths)
    campaign.check_fixed(before)
    if changed & {"segment_id", "template_id", "parent_id", "start_date", "end_date"}:
        check_campaign(tx, campaign)
    return campaign


def check_campaign(tx: Transaction, campaign: Campaign) -> None:
    """Raises UnknownReference for what the caller cannot see, CampaignHierarchyCycle, InvalidInput for the dates."""
    campaign.check_dates()
    with tx.session.no_autoflush:
        tx.check_reference(Segment, campaign.segment_id, "campaign.segment_id")
        tx.check_reference(Template, campaign.template_id, "campaign.template_id")
        tx.check_reference(Campaign, campaign.parent_id, "campaign.parent_id")
        if in_circle(tx.session, Campaign.parent_id, campaign):
            raise CampaignHierarchyCycle()


def delete_campaign(tx: Transaction, request: standard_pb2.DeleteRequest) -> Campaign:
    """Deletes a campaign. Raises CampaignSending while it is sending."""
    campaign = tx.get(Campaign, request.id, etag=request.etag)
    campaign.check_deletable()
    tx.delete(campaign)
    return campaign


# -- members ----------------------------------------------------------------------------------------------


def create_campaign_member(
    tx: Transaction, request: campaign_members_pb2.CreateCampaignMemberRequest
) -> CampaignMember:
    """Records a contact in a campaign; it is sent to only if the campaign is launched later.

    Raises UnknownReference, PermissionDenied if the caller may not change the campaign, AlreadyMember.
    """
    member = CampaignMember()
    assign(member, request.campaign_member)
    tx.check_reference(Campaign, member.campaign_id, "campaign_member.campaign_id")
    _check_campaign_changeable(tx, member)
    return add_member(tx, member)


def _check_campaign_changeable(tx: Transaction, member: CampaignMember) -> None:
    """Raises PermissionDenied unless the actor may change the campaign, of which its members are a part."""
    campaign = tx.session.get(Campaign, member.campaign_id)
    assert campaign is not None, "a member is visible through its campaign"
    tx.check_changeable(campaign)


def add_member(tx: Transaction, member: CampaignMember) -> CampaignMember:
    """Adds a member and counts it. Raises AlreadyMember."""
    if membership(tx, member.campaign_id, member.contact_id) is not None:
        raise AlreadyMember()
    return join(tx, member)


def join(tx: Transaction, member: CampaignMember) -> CampaignMember:
    """Adds and counts one who is not a member yet."""
    member.note_response(tx.now)
    tx.add(member)
    count(tx, member.campaign_id, member=1, responded=int(bool(member.responded)))
    if member.responded:
        mark_contact(tx, member.contact_id, ["campaigns_responded"])
    return member


def membership(tx: Transaction, campaign_id: str, contact_id: str) -> CampaignMember | None:
    """The membership of a contact in a campaign, locked, if there is one."""
    query = select(CampaignMember).where(
        CampaignMember.campaign_id == campaign_id,
        CampaignMember.contact_id == contact_id,
        CampaignMember.deleted_at.is_(None),
    )
    return tx.session.scalar(query.with_for_update())


def update_campaign_member(
    tx: Transaction, request: campaign_members_pb2.UpdateCampaignMemberRequest
) -> CampaignMember:
    """Changes status and whether the member responded."""
    given = request.campaign_member
    member = tx.get(CampaignMember, given.id, etag=given.etag)
    _check_campaign_changeable(tx, member)
    before = member.responded
    assign(member, given, request.update_mask.paths)
    settle_response(tx, member, before)
    return member


def settle_response(tx: Transaction, member: CampaignMember, before: bool) -> None:
    """Draws the consequences of a change of `responded` from what it was before."""
    if member.responded == before:
        return
    member.note_response(tx.now)
    count(tx, member.campaign_id, responded=1 if member.responded else -1)
    mark_contact(tx, member.contact_id, ["campaigns_responded"])
    if member.responded:
        tx.publish(campaign_members_pb2.CampaignMemberResponded(), member)


def delete_campaign_member(tx: Transaction, request: standard_pb2.DeleteRequest) -> CampaignMember:
    """Takes a contact out of a campaign; a message that still waits is not sent."""
    member = tx.get(CampaignMember, request.id, etag=request.etag)
    _check_campaign_changeable(tx, member)
    tx.delete(member)
    state = {"SENT": "sent", "SKIPPED": "skipped", "FAILED": "failed"}.get(member.send_state)
    count(tx, member.campaign_id, member=-1, responded=-int(member.responded), **({state: -1} if state else {}))
    mark_contact(tx, member.contact_id, ["campaigns_sent", "campaigns_responded"])
    return member
