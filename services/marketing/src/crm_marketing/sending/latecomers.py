"""Those who belong to the audience of a launched campaign, and whose news come after the launch.

Changes reach this service by events, so at any moment some are on their way, and nobody can say which. What is known is
when each was made: whoever is in the segment by a change from before the launch has been meant by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from crm_chassis.access.actor import Actor
from crm_chassis.records.directory import rights_of
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_marketing.campaigns.model import EMAIL, Campaign, CampaignAudience
from crm_marketing.campaigns.queries import join_segment
from crm_marketing.sending.sender import start_sending

CLOCKS_DIFFER = timedelta(seconds=1)
"""By how much the clock that a change was made by may run ahead of ours."""
SENT_LATE = timedelta(minutes=10)
"""How long after the launch somebody is still written to; after that, one is listed as skipped."""
_PERMISSION = "contacts.read"


def await_latecomers(tx: Transaction, campaign: Campaign, *, everybody: bool) -> None:
    """Notes at the launch whom the campaign reaches."""
    tx.session.add(
        CampaignAudience(
            campaign_id=campaign.id, segment_id=campaign.segment_id, launched_at=tx.now, launched_by=tx.actor.id,
            everybody=everybody, scope=tx.actor.scope_of(_PERMISSION),
        )
    )  # fmt: skip


def take_latecomers(tx: Transaction, segment_id: str, happened: Mapping[str, datetime]) -> None:
    """Lets contacts of a segment join the campaigns that were launched to it after they had changed.

    `happened` says when they did, by contact id. Whoever is a member, or was taken out, stays so.
    """
    since = min(happened.values()) - CLOCKS_DIFFER
    launched = select(CampaignAudience).where(
        CampaignAudience.segment_id == segment_id, CampaignAudience.launched_at >= since
    )
    for audience in tx.session.scalars(launched.order_by(CampaignAudience.campaign_id)).all():
        before = audience.launched_at + CLOCKS_DIFFER
        meant = [contact_id for contact_id, at in happened.items() if at <= before]
        campaign = tx.find(Campaign, audience.campaign_id)
        if meant and campaign is not None and campaign.deleted_at is None:
            _join(tx, campaign, audience, meant)


def _join(tx: Transaction, campaign: Campaign, audience: CampaignAudience, contact_ids: list[str]) -> None:
    sends = campaign.channel == EMAIL
    late = sends and tx.now - audience.launched_at > SENT_LATE
    state, reason = ("SKIPPED", "came to the segment too late") if late else ("QUEUED" if sends else "NOT_QUEUED", "")
    with tx.acting(_sender(tx, audience), _PERMISSION) as own:
        joined = join_segment(
            own, campaign, everybody=audience.everybody, send_state=state, skip_reason=reason, only=contact_ids
        )
    if not joined:
        return
    campaign.member_count += joined
    if late:
        campaign.skipped_count += joined
    elif sends:
        campaign.go_on()
        start_sending(tx, [campaign.id])


def _sender(tx: Transaction, audience: CampaignAudience) -> Actor:
    """Whoever launched, with what that user may see now; what was held at the launch if it is not known here."""
    rights = rights_of(tx.session, audience.launched_by) if audience.launched_by else None
    grants = {_PERMISSION: audience.scope}
    if rights is not None:
        grants = {_PERMISSION: Actor(audience.launched_by, "user", rights.grants).scope_of(_PERMISSION)}
    return Actor(audience.launched_by, "user", grants)
