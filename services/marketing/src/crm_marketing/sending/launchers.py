"""Who answers for a campaign while it is being sent.

To launch is the company's decision, made by somebody who may: it does not end with that right. A user who is
deactivated with a successor leaves in order, and the campaign goes on. Without one nobody has taken it over, and the
account may have been somebody else's: it is paused until somebody who may launch lets it go on.
"""

from __future__ import annotations

from crm.marketing.v1 import campaigns_pb2
from crm_chassis.db.tables import History
from crm_chassis.envelope import IncomingEvent
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Subscription
from crm_kit.reassignment import DEACTIVATED
from sqlalchemy import select

from crm_marketing.campaigns.model import Campaign

NOBODY_ANSWERS = "who launched it was deactivated, and nobody has taken over"


def _on_user_deactivated(tx: Transaction, event: IncomingEvent) -> None:
    if event.data.reassign_to_id:
        return
    sending = select(Campaign).where(Campaign.status == "SENDING", Campaign.deleted_at.is_(None))
    for campaign in tx.session.scalars(sending.order_by(Campaign.id).with_for_update()):
        if launcher(tx, campaign) == event.record_id:
            campaign.pause(NOBODY_ANSWERS)
            tx.publish(campaigns_pb2.CampaignPaused(), campaign)


def launcher(tx: Transaction, campaign: Campaign) -> str | None:
    """The user who launched the campaign, or who last let it go on, as its history tells."""
    query = select(History.actor_id).where(
        History.record_id == campaign.id, History.kind == campaign.record_kind,
        History.action.in_(("launched", "resumed")),
    )  # fmt: skip
    return tx.session.scalar(query.order_by(History.id.desc()).limit(1))


LAUNCHERS = Subscription("launchers", {DEACTIVATED: _on_user_deactivated}, backfill=False)
"""Not for users who were deactivated before it was there: they may be back, and others may have let campaigns go on."""
