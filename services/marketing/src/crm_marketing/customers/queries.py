"""Selects over what a customer got from us and did with it."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import common_pb2
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.model import Id
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput
from sqlalchemy import ColumnElement, Select, String, cast, false, func, literal, or_, select, tuple_, union_all

from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.optouts.model import OptOut
from crm_marketing.people.model import Contact
from crm_marketing.segments.catalogue import among

DEFAULT_LIMIT = 20


def people_of(tx: Transaction, customer: Any) -> Select[Any]:
    """The contacts a customer stands for, as far as the caller may see them. Raises InvalidInput."""
    if customer.contact_id:
        whose: Any = Contact.id == customer.contact_id
    elif customer.account_id:
        whose = or_(Contact.account_id == customer.account_id, among(Contact.id, customer.contact_ids))
    else:
        raise InvalidInput.of("customer", "name a contact or an account")
    return tx.visible(Contact).where(whose)


def ids_of(people: Select[Any]) -> Select[Any]:
    """Their ids."""
    return people.with_only_columns(Contact.id)


def concerns(people: Select[Any]) -> ColumnElement[bool]:
    """Opt-outs that concern any of the people: made by them, or for an address they have."""
    hashes = people.with_only_columns(func.unnest(Contact.address_hashes))
    return or_(OptOut.contact_id.in_(ids_of(people)), OptOut.address_hash.in_(hashes))


def timeline(tx: Transaction, people: Select[Any], position: Any = None) -> list[common_pb2.TimelineEntry]:
    """What was sent, responded to and unsubscribed from, newest first, before the position; one statement."""
    limit = (position.limit if position is not None else 0) or DEFAULT_LIMIT
    member = tx.visible(CampaignMember).join(Campaign, Campaign.id == CampaignMember.campaign_id)
    member = member.where(CampaignMember.contact_id.in_(ids_of(people)))
    unsubscribed = tx.visible(OptOut).where(concerns(people)).outerjoin(Campaign, Campaign.id == OptOut.campaign_id)
    branches = [
        _branch(member, "sent", CampaignMember.sent_at, CampaignMember.id, CampaignMember.campaign_id, position, limit),
        _branch(member, "responded", CampaignMember.responded_at, CampaignMember.id, CampaignMember.campaign_id,
                position, limit),
        _branch(unsubscribed, "unsubscribed", OptOut.created_at, OptOut.id, OptOut.campaign_id, position, limit),
    ]  # fmt: skip
    found = union_all(*(select(branch.subquery()) for branch in branches)).subquery()
    rows = tx.session.execute(select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(limit))
    return [_entry(row) for row in rows]


def _branch(
    query: Select[Any], what: str, at: Any, record_id: Any, campaign_id: Any, position: Any, limit: int
) -> Select[Any]:
    # A member may stand for two entries, so the id of an entry follows from the record and what happened to it.
    entry_id = cast(func.md5(func.concat(cast(record_id, String), f":{what}")), Id)
    columns = [
        entry_id.label("id"), at.label("at"), literal(f"campaign.{what}").label("kind"),
        Campaign.name.label("name"), campaign_id.label("campaign_id"), record_id.label("record_id"),
    ]  # fmt: skip
    query = query.with_only_columns(*columns).where(at.is_not(None))
    if position is not None:
        if position.HasField("before"):
            before = literal(to_datetime(position.before)), literal(position.before_id, Id)
            query = query.where(tuple_(at, entry_id) < tuple_(*before))
        if position.kinds and f"campaign.{what}" not in position.kinds:
            query = query.where(false())
    return query.order_by(at.desc(), entry_id.desc()).limit(limit)


_TITLES = {"campaign.sent": "Sent", "campaign.responded": "Responded to", "campaign.unsubscribed": "Unsubscribed"}


def _entry(row: Any) -> common_pb2.TimelineEntry:
    about_campaign = row.campaign_id is not None
    return common_pb2.TimelineEntry(
        id=row.id,
        at=timestamp(row.at),
        kind=row.kind,
        title=f"{_TITLES[row.kind]}: {row.name}" if row.name else _TITLES[row.kind],
        service="marketing",
        record_type="campaign" if about_campaign else "opt_out",
        record_id=row.campaign_id if about_campaign else row.record_id,
    )
