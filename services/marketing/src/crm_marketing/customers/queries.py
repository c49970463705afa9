"""Selects over what a customer got from us and did with it."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import timelines_pb2
from crm_chassis.db.base import Id, Moment
from crm_chassis.records.tx import Transaction
from crm_chassis.records.view import View, kept
from crm_kit.customers import entries, is_contact, parameters, timeline
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    any_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.optouts.model import ADDRESS, OptOut
from crm_marketing.people.model import Contact
from crm_marketing.segments.model import Segment, SegmentMember

SHOWN = 50


def people_of(view: View, of_contact: bool) -> Select[Any]:
    """The contacts a customer stands for, deleted ones too, as far as the caller may see them."""
    if of_contact:
        return view.visible(Contact, deleted=True).where(Contact.id == bindparam("contact_id", type_=Id))
    named = Contact.id == any_(bindparam("contact_ids", type_=ARRAY(Id)))
    return view.visible(Contact, deleted=True).where(
        or_(Contact.account_id == bindparam("account_id", type_=Id), named)
    )


def ids_of(people: Select[Any]) -> Select[Any]:
    """Their ids."""
    return people.with_only_columns(Contact.id)


def concerns(people: Select[Any]) -> ColumnElement[bool]:
    """Opt-outs that concern any of the people: made by them, or for an address they have."""
    hashes = people.with_only_columns(func.unnest(Contact.address_hashes))
    return or_(OptOut.person_id.in_(ids_of(people)), OptOut.address_hash.in_(hashes))


def timeline_of(
    tx: Transaction, customer: timelines_pb2.CustomerRef, position: Any = None
) -> list[timelines_pb2.TimelineEntry]:
    """What was sent, responded to and unsubscribed from, newest first, before the position; one statement."""
    statement = _timeline(tx, is_contact(customer), position)
    return entries(tx.execute(statement, **parameters(customer)), "marketing")


@kept
def _timeline(view: View, of_contact: bool, position: Any) -> Select[Any]:
    people = people_of(view, of_contact)
    member = view.visible(CampaignMember).join(Campaign, Campaign.id == CampaignMember.campaign_id)
    member = member.where(CampaignMember.contact_id.in_(ids_of(people)))
    opted_out = view.visible(OptOut).where(concerns(people)).outerjoin(Campaign, Campaign.id == OptOut.campaign_id)
    branches = [
        _branch(member, "sent", "Sent", CampaignMember.sent_at, CampaignMember.id, CampaignMember.campaign_id),
        _branch(member, "responded", "Responded to", CampaignMember.responded_at, CampaignMember.id,
                CampaignMember.campaign_id),
        _branch(opted_out, "unsubscribed", "Unsubscribed", OptOut.created_at, OptOut.id, OptOut.campaign_id),
    ]  # fmt: skip
    return timeline(branches, position)


def _branch(query: Select[Any], what: str, title: str, at: Any, id_: Any, campaign_id: Any) -> Select[Any]:
    """Entries about a campaign, or about an opt-out that no campaign led to."""
    return query.with_only_columns(
        # A member may stand for two entries, so the id of an entry follows from the record and what happened to it.
        cast(func.md5(func.concat(cast(id_, String), f":{what}")), Id).label("id"),
        at.label("at"),
        literal(f"campaign.{what}").label("kind"),
        func.coalesce(literal(f"{title}: ") + func.nullif(Campaign.name, ""), title).label("title"),
        case((campaign_id.is_(None), "opt_out"), else_="campaign").label("record_type"),
        func.coalesce(campaign_id, id_).label("record_id"),
        literal("").label("actor_id"),
    ).where(at.is_not(None))


@kept
def campaigns(view: View, of_contact: bool) -> Select[Any]:
    """Memberships of the customer with the names of their campaigns, newest first."""
    at = func.coalesce(CampaignMember.sent_at, CampaignMember.responded_at, CampaignMember.created_at)
    return (
        view.visible(CampaignMember)
        .join(Campaign, Campaign.id == CampaignMember.campaign_id)
        .where(CampaignMember.contact_id.in_(ids_of(people_of(view, of_contact))), Campaign.deleted_at.is_(None))
        .add_columns(Campaign.name, at.label("at"))
        .order_by(at.desc(), CampaignMember.id.desc())
        .limit(SHOWN)
    )


@kept
def segments_and_opt_outs(view: View, of_contact: bool) -> Select[Any]:
    """Both in one statement, the newest of each, and on every row whether an address-wide opt-out is in force.

    There is at least one row. That last answer is for everybody: who may see the customer must know not to write.
    """
    people = people_of(view, of_contact)
    nothing, no_time = cast(null(), String), cast(null(), Moment)
    segments = (
        view.visible(Segment)
        .join(SegmentMember, SegmentMember.segment_id == Segment.id)
        .where(SegmentMember.contact_id.in_(ids_of(people)), SegmentMember.left_at.is_(None))
        .with_only_columns(
            literal("segment").label("what"), Segment.id.label("id"), Segment.name.label("name"),
            SegmentMember.contact_id.label("contact_id"), SegmentMember.entered_at.label("at"),
            nothing.label("reach"), cast(null(), Id).label("segment_id"), nothing.label("source"),
            cast(null(), Id).label("campaign_id"), no_time.label("created_at"), no_time.label("updated_at"),
            nothing.label("created_by"), nothing.label("etag"),
        )
        .order_by(SegmentMember.entered_at.desc()).limit(SHOWN)
    )  # fmt: skip
    opt_outs = (
        view.visible(OptOut)
        .where(concerns(people))
        .with_only_columns(
            literal("opt_out").label("what"), OptOut.id, nothing.label("name"), OptOut.contact_id,
            OptOut.created_at.label("at"), OptOut.reach, OptOut.segment_id, OptOut.source, OptOut.campaign_id,
            OptOut.created_at, OptOut.updated_at, OptOut.created_by, cast(OptOut.version, String).label("etag"),
        )
        .order_by((OptOut.reach == ADDRESS).desc(), OptOut.created_at.desc()).limit(SHOWN)
    )  # fmt: skip
    found = union_all(select(segments.subquery()), select(opt_outs.subquery())).subquery()
    strict = exists().where(OptOut.reach == ADDRESS, OptOut.deleted_at.is_(None), concerns(people))
    answer = select(strict.label("opted_out")).subquery()
    return select(answer, found).select_from(answer.outerjoin(found, true()))
