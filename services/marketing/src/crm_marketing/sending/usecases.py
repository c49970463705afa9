"""Beginning, stopping and going on with the sending of campaigns."""

from __future__ import annotations

from datetime import timedelta

from crm.marketing.v1 import campaigns_pb2
from crm_chassis.errors import PermissionDenied, UnknownReference
from crm_chassis.events.freshness import freshness
from crm_chassis.records.tx import Transaction

from crm_marketing.campaigns.model import EMAIL, Campaign, CampaignText
from crm_marketing.campaigns.queries import fix_audience
from crm_marketing.errors import CampaignIncomplete, SegmentBehind, SegmentNotReady
from crm_marketing.people.subscribers import PEOPLE
from crm_marketing.segments.membership import hold
from crm_marketing.segments.model import DYNAMIC, Segment
from crm_marketing.sending.latecomers import await_latecomers
from crm_marketing.sending.sender import start_sending
from crm_marketing.templates.model import Template
from crm_marketing.templates.rendering import names
from crm_marketing.templates.rights import check_conditions

TOLERATED_LAG = timedelta(seconds=5)
CATCHING_UP = timedelta(seconds=30)
"""If the last news of customers came that lately and late, others are probably on their way."""


def launch_campaign(tx: Transaction, request: campaigns_pb2.LaunchCampaignRequest) -> Campaign:
    """Fixes the audience and the text, and starts sending; what happens to the segment later does not matter.

    The audience are those in the segment that the caller may see, or everybody. Who belongs to it by what happened
    before, and of whom the news are still on their way, joins when they come: see latecomers.py. Raises
    CampaignAlreadyLaunched, CampaignIncomplete, SegmentNotReady while the segment is being evaluated, SegmentBehind
    while it is known to be behind and the caller does not ignore that, PermissionDenied for an audience or a template
    beyond his rights.
    """
    _check_rights(tx, request)
    hold(tx)  # who comes into the segment meanwhile is either found here or finds the campaign launched
    campaign = tx.get(Campaign, request.id, etag=request.etag)
    campaign.launch(tx.now)
    if campaign.segment_id:
        segment = tx.session.scalar(tx.visible(Segment).where(Segment.id == campaign.segment_id))
        if segment is None:
            raise UnknownReference.of("segment_id", "segments")
        if segment.rebuild_due:
            raise SegmentNotReady()
        if segment.kind == DYNAMIC and not request.ignore_lag:
            _check_lag(tx, segment)
            await_latecomers(tx, campaign, everybody=request.everybody)
    if campaign.channel == EMAIL:
        template = tx.session.scalar(tx.visible(Template).where(Template.id == campaign.template_id))
        if template is None:
            raise UnknownReference.of("template_id", "templates")
        check_conditions(tx.actor, template)
        if not campaign.informational:
            _check_way_out(template)
        tx.session.add(
            CampaignText(
                campaign_id=campaign.id,
                subject=template.subject,
                body_html=template.body_html,
                body_text=template.body_text,
            )
        )
    campaign.member_count += fix_audience(tx, campaign, everybody=request.everybody)
    tx.publish(campaigns_pb2.CampaignLaunched(), campaign)
    if campaign.channel == EMAIL:
        start_sending(tx, [campaign.id])
    return campaign


def _check_rights(tx: Transaction, request: campaigns_pb2.LaunchCampaignRequest) -> None:
    if request.everybody and not tx.actor.may("campaigns.send_all"):
        raise PermissionDenied("To write to everybody in a segment needs the permission campaigns.send_all.")
    if not request.everybody and not tx.actor.may("contacts.read"):
        raise PermissionDenied("A campaign is sent to contacts that you may see; you may see none.")


def _check_way_out(template: Template) -> None:
    """Raises CampaignIncomplete unless every text of a template has the link that whoever reads it can leave by."""
    texts = filter(None, (template.body_text, template.body_html))
    if not all(names(text, "unsubscribe_url") for text in texts):
        wanted = "body_text and body_html need {{ unsubscribe_url }}, unless the campaign is informational"
        raise CampaignIncomplete(
            f"The template lacks a link to unsubscribe: {wanted}.", errors={"template_id": [wanted]}
        )


def _check_lag(tx: Transaction, segment: Segment) -> None:
    """Raises SegmentBehind for one that changes wait for, here or, as far as can be known, on their way here."""
    feed = freshness(tx, PEOPLE.name)
    late = feed.lag_seconds > TOLERATED_LAG.total_seconds()
    arriving = feed.received_at is not None and feed.received_at > tx.now - CATCHING_UP
    if segment.behind_since or feed.waiting or (late and arriving):
        raise SegmentBehind()


def pause_campaign(tx: Transaction, request: campaigns_pb2.PauseCampaignRequest) -> Campaign:
    """Stops sending. When this returns, nothing more is handed to the mail server but what is SENDING already.

    The sender takes each message under the lock of its campaign, so it either has taken it before or sees the pause.
    """
    campaign = tx.get(Campaign, request.id, etag=request.etag)
    campaign.pause()
    tx.publish(campaigns_pb2.CampaignPaused(), campaign)
    return campaign


def resume_campaign(tx: Transaction, request: campaigns_pb2.ResumeCampaignRequest) -> Campaign:
    """Goes on with those members who are still QUEUED."""
    campaign = tx.get(Campaign, request.id, etag=request.etag)
    campaign.resume()
    tx.publish(campaigns_pb2.CampaignResumed(), campaign)
    start_sending(tx, [campaign.id])
    return campaign
