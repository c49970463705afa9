"""What can be done with campaigns and their members."""

from __future__ import annotations

from typing import Any

from crm.marketing.v1 import events_pb2, marketing_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import UnknownReference
from sqlalchemy import select

from crm_marketing.campaigns.model import EMAIL, Campaign, CampaignMember, CampaignText
from crm_marketing.campaigns.queries import ancestors, count, fix_audience
from crm_marketing.errors import AlreadyMember, CampaignHierarchyCycle, SegmentNotReady
from crm_marketing.people.model import Contact
from crm_marketing.segments.marks import mark_contact
from crm_marketing.segments.model import Segment
from crm_marketing.templates.model import Template


def create_campaign(tx: Transaction, request: marketing_pb2.CreateCampaignRequest) -> Campaign:
    """A new campaign in DRAFT. Raises UnknownReference for a segment, template or parent the caller cannot see."""
    campaign = Campaign()
    assign(campaign, request.campaign)
    check_campaign(tx, campaign)
    return tx.add(campaign)


def get_campaign(tx: Transaction, request: marketing_pb2.GetCampaignRequest) -> Campaign:
    """One campaign."""
    return tx.get(Campaign, request.id)


def list_campaigns(tx: Transaction, request: marketing_pb2.ListCampaignsRequest) -> Any:
    """A page of campaigns."""
    return list_page(tx, Campaign, request, marketing_pb2.ListCampaignsResponse)


def update_campaign(tx: Transaction, request: marketing_pb2.UpdateCampaignRequest) -> Campaign:
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
        if campaign.id and campaign.parent_id:
            above = set(tx.session.scalars(ancestors(campaign.parent_id)))
            if campaign.id in above:
                raise CampaignHierarchyCycle()


def delete_campaign(tx: Transaction, request: marketing_pb2.DeleteCampaignRequest) -> Campaign:
    """Deletes a campaign. Raises CampaignSending while it is sending."""
    campaign = tx.get(Campaign, request.id, etag=request.etag)
    campaign.check_deletable()
    tx.delete(campaign)
    return campaign


def undelete_campaign(tx: Transaction, request: marketing_pb2.UndeleteCampaignRequest) -> Campaign:
    """Brings a deleted campaign back."""
    campaign = tx.get(Campaign, request.id, etag=request.etag, deleted=True)
    tx.undelete(campaign)
    return campaign


def launch_campaign(tx: Transaction, request: marketing_pb2.LaunchCampaignRequest) -> Campaign:
    """Fixes the audience and the text, and starts sending; what happens to the segment later does not matter.

    Raises CampaignAlreadyLaunched, CampaignIncomplete, SegmentNotReady while the segment is being evaluated.
    """
    campaign = tx.get(Campaign, request.id, etag=request.etag)
    campaign.launch(tx.now)
    if campaign.segment_id:
        segment = tx.session.scalar(tx.visible(Segment).where(Segment.id == campaign.segment_id))
        if segment is None:
            raise UnknownReference.of("segment_id", "segments")
        if segment.rebuild_due:
            raise SegmentNotReady()
    if campaign.channel == EMAIL:
        template = tx.session.scalar(tx.visible(Template).where(Template.id == campaign.template_id))
        if template is None:
            raise UnknownReference.of("template_id", "templates")
        tx.session.add(
            CampaignText(
                campaign_id=campaign.id,
                subject=template.subject,
                body_html=template.body_html,
                body_text=template.body_text,
            )
        )
    campaign.member_count += fix_audience(tx, campaign)
    tx.publish(events_pb2.CampaignLaunched(), campaign)
    return campaign


def pause_campaign(tx: Transaction, request: marketing_pb2.PauseCampaignRequest) -> Campaign:
    """Stops sending. When this returns, nothing more is handed to the mail server but what is SENDING already.

    The sender takes each message under the lock of its campaign, so it either has taken it before or sees the pause.
    """
    campaign = tx.get(Campaign, request.id, etag=request.etag)
    campaign.pause()
    tx.publish(events_pb2.CampaignPaused(), campaign)
    return campaign


def resume_campaign(tx: Transaction, request: marketing_pb2.ResumeCampaignRequest) -> Campaign:
    """Goes on with those members who are still QUEUED."""
    campaign = tx.get(Campaign, request.id, etag=request.etag)
    campaign.resume()
    tx.publish(events_pb2.CampaignResumed(), campaign)
    return campaign


# -- members ----------------------------------------------------------------------------------------------


def create_campaign_member(tx: Transaction, request: marketing_pb2.CreateCampaignMemberRequest) -> CampaignMember:
    """Records a contact in a campaign; it is sent to only if the campaign is launched later.

    Raises UnknownReference, AlreadyMember.
    """
    member = CampaignMember()
    assign(member, request.campaign_member)
    tx.check_reference(Campaign, member.campaign_id, "campaign_member.campaign_id")
    tx.check_reference(Contact, member.contact_id, "campaign_member.contact_id")
    return add_member(tx, member)


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


def get_campaign_member(tx: Transaction, request: marketing_pb2.GetCampaignMemberRequest) -> CampaignMember:
    """One member."""
    return tx.get(CampaignMember, request.id)


def list_campaign_members(tx: Transaction, request: marketing_pb2.ListCampaignMembersRequest) -> Any:
    """A page of members of campaigns."""
    return list_page(tx, CampaignMember, request, marketing_pb2.ListCampaignMembersResponse)


def update_campaign_member(tx: Transaction, request: marketing_pb2.UpdateCampaignMemberRequest) -> CampaignMember:
    """Changes status and whether the member responded."""
    given = request.campaign_member
    member = tx.get(CampaignMember, given.id, etag=given.etag)
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
        tx.publish(events_pb2.CampaignMemberResponded(), member)


def delete_campaign_member(tx: Transaction, request: marketing_pb2.DeleteCampaignMemberRequest) -> CampaignMember:
    """Takes a contact out of a campaign; a message that still waits is not sent."""
    member = tx.get(CampaignMember, request.id, etag=request.etag)
    tx.delete(member)
    state = {"SENT": "sent", "SKIPPED": "skipped", "FAILED": "failed"}.get(member.send_state)
    count(tx, member.campaign_id, member=-1, responded=-int(member.responded), **({state: -1} if state else {}))
    mark_contact(tx, member.contact_id, ["campaigns_sent", "campaigns_responded"])
    return member
