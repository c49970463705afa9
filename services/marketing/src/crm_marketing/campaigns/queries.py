"""Selects and set-based statements over campaigns and their members."""

from __future__ import annotations

from typing import Any

from crm_chassis.db.tx import Transaction
from sqlalchemy import Select, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from crm_marketing.campaigns.model import EMAIL, Campaign, CampaignMember
from crm_marketing.segments.model import SegmentMember


def ancestors(campaign_id: str) -> Select[Any]:
    """Ids of the campaign and of every campaign above it."""
    up = select(Campaign.id, Campaign.parent_id).where(Campaign.id == campaign_id).cte("up", recursive=True)
    above = select(Campaign.id, Campaign.parent_id).join(up, Campaign.id == up.c.parent_id)
    return select(up.union(above).c.id)


def count(tx: Transaction, campaign_id: str, **numbers: int) -> None:
    """Adds to the numbers of a campaign: `count(tx, id, sent=1)`."""
    columns = {f"{name}_count": number for name, number in numbers.items() if number}
    if columns:
        changed = {name: getattr(Campaign, name) + number for name, number in columns.items()}
        statement = update(Campaign).where(Campaign.id == campaign_id).values(changed)
        tx.session.execute(statement.execution_options(synchronize_session=False))


def fix_audience(tx: Transaction, campaign: Campaign) -> int:
    """Makes whoever is in the segment now a member of the campaign; returns how many joined.

    Members of an e-mail campaign, those from before included, are queued. One statement each, however many they
    are; the members have no event of their own, the launch of the campaign stands for them.
    """
    state = "QUEUED" if campaign.channel == EMAIL else "NOT_QUEUED"
    if state == "QUEUED":
        waiting = update(CampaignMember).where(
            CampaignMember.campaign_id == campaign.id,
            CampaignMember.send_state == "NOT_QUEUED",
            CampaignMember.deleted_at.is_(None),
        )
        values = {"send_state": state, "next_attempt_at": tx.now}
        tx.session.execute(waiting.values(values).execution_options(synchronize_session=False))
    if campaign.segment_id is None:
        return 0
    now = literal(tx.now, CampaignMember.created_at.type)
    columns: dict[str, Any] = {
        "id": func.gen_random_uuid(), "version": 1, "created_at": now, "updated_at": now, "created_by": tx.actor.id,
        "campaign_id": literal(campaign.id, CampaignMember.campaign_id.type), "contact_id": SegmentMember.contact_id,
        "status": "", "responded": False, "send_state": state, "skip_reason": "", "attempts": 0,
        "next_attempt_at": now, "address_hash": "", "last_error": "",
    }  # fmt: skip
    present = select(*(_literal(name, value) for name, value in columns.items())).where(
        SegmentMember.segment_id == campaign.segment_id, SegmentMember.left_at.is_(None)
    )
    statement = insert(CampaignMember).from_select(list(columns), present).on_conflict_do_nothing()
    done: Any = tx.session.execute(statement.execution_options(preserve_rowcount=True))
    return int(done.rowcount)


def _literal(name: str, value: Any) -> Any:
    return literal(value, getattr(CampaignMember, name).type) if isinstance(value, (str, int)) else value
