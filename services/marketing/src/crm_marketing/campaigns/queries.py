"""Selects and set-based statements over campaigns and their members."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from crm_chassis.access.actor import ALL
from crm_chassis.records.tx import Transaction
from sqlalchemy import ColumnElement, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import insert

from crm_marketing.campaigns.model import EMAIL, Campaign, CampaignMember
from crm_marketing.people.model import Contact
from crm_marketing.segments.membership import among
from crm_marketing.segments.model import SegmentMember


def count(tx: Transaction, campaign_id: str, **numbers: int) -> None:
    """Adds to the numbers of a campaign: `count(tx, id, sent=1)`."""
    columns = {f"{name}_count": number for name, number in numbers.items() if number}
    if columns:
        changed = {name: getattr(Campaign, name) + number for name, number in columns.items()}
        statement = update(Campaign).where(Campaign.id == campaign_id).values(changed)
        tx.session.execute(statement.execution_options(synchronize_session=False))


def fix_audience(tx: Transaction, campaign: Campaign, *, everybody: bool) -> int:
    """Makes whoever is in the segment now a member, if the sender may write to him; returns how many joined.

    Members of an e-mail campaign, those from before included, are queued. One statement each, however many they
    are; the members have no event of their own, the launch of the campaign stands for them.
    """
    state = "QUEUED" if campaign.channel == EMAIL else "NOT_QUEUED"
    if state == "QUEUED":
        waiting = update(CampaignMember).where(
            CampaignMember.campaign_id == campaign.id,
            CampaignMember.send_state == "NOT_QUEUED",
            CampaignMember.deleted_at.is_(None),
            _reached(tx, CampaignMember.contact_id, everybody),
        )
        values = {"send_state": state, "next_attempt_at": tx.now}
        tx.session.execute(waiting.values(values).execution_options(synchronize_session=False))
    if campaign.segment_id is None:
        return 0
    return join_segment(tx, campaign, everybody=everybody, send_state=state)


def join_segment(
    tx: Transaction,
    campaign: Campaign,
    *,
    everybody: bool,
    send_state: str,
    skip_reason: str = "",
    only: Iterable[str] | None = None,
) -> int:
    """Makes those in the segment members; of those in `only` who were none before. Returns how many joined."""
    now = literal(tx.now, CampaignMember.created_at.type)
    columns: dict[str, Any] = {
        "id": func.gen_random_uuid(), "version": 1, "created_at": now, "updated_at": now, "created_by": tx.actor.id,
        "campaign_id": literal(campaign.id, CampaignMember.campaign_id.type), "contact_id": SegmentMember.contact_id,
        "status": "", "responded": False, "send_state": send_state, "skip_reason": skip_reason, "attempts": 0,
        "next_attempt_at": now, "address_hash": "", "last_error": "",
    }  # fmt: skip
    present = select(*(_literal(name, value) for name, value in columns.items())).where(
        SegmentMember.segment_id == campaign.segment_id,
        SegmentMember.left_at.is_(None),
        _reached(tx, SegmentMember.contact_id, everybody),
    )
    if only is not None:
        was = select(CampaignMember.id).where(
            CampaignMember.campaign_id == campaign.id, CampaignMember.contact_id == SegmentMember.contact_id
        )
        present = present.where(among(SegmentMember.contact_id, only), ~was.exists())
    statement = insert(CampaignMember).from_select(list(columns), present).on_conflict_do_nothing()
    done: Any = tx.session.execute(statement.execution_options(preserve_rowcount=True))
    return int(done.rowcount)


def _reached(tx: Transaction, contact_id: Any, everybody: bool) -> ColumnElement[bool]:
    """Contacts that the sender may write to. One that is not known here yet is among all."""
    if everybody or tx.actor.scope_of("contacts.read") == ALL:
        return true()
    return cast(ColumnElement[bool], contact_id.in_(tx.visible(Contact).with_only_columns(Contact.id)))


def _literal(name: str, value: Any) -> Any:
    return literal(value, getattr(CampaignMember, name).type) if isinstance(value, (str, int)) else value
