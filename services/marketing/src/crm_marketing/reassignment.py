"""What happens to a user's records when the user leaves."""

from __future__ import annotations

from typing import Any

from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent
from sqlalchemy import select

from crm_marketing.campaigns.model import Campaign
from crm_marketing.segments.model import Segment
from crm_marketing.templates.model import Template


def on_user_deactivated(tx: Transaction, event: IncomingEvent) -> None:
    """Gives segments, templates and unfinished campaigns to the user that the deactivation names, if it names one."""
    successor = event.data.reassign_to_id
    if not successor:
        return
    models: tuple[Any, ...] = (Segment, Template, Campaign)
    for model in models:
        query = select(model).where(model.owner_id == event.record_id, model.deleted_at.is_(None))
        if model is Campaign:
            query = query.where(Campaign.status != "DONE")
        for record in tx.session.scalars(query.with_for_update(of=model)):
            record.owner_id = successor
