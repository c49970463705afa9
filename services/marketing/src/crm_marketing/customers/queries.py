"""Selects over what a customer got from us and did with it."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import common_pb2
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.model import Id, Moment
from crm_chassis.db.tx import Transaction
from crm_chassis.db.view import View, kept
from crm_chassis.errors import InvalidInput
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.optouts.model import ADDRESS, OptOut
from crm_marketing.people.model import Contact
from crm_marketing.segments.model import Segment, SegmentMember

DEFAULT_LIMIT = 20
SHOWN = 50


def parameters(customer: common_pb2.CustomerRef) -> dict[str, Any]:
    """The parameters of a customer in statements. Raises InvalidInput if none is named."""
    if customer.contact_id:
        return {"contact_id": customer.contact_id}
    if customer.account_id:
        return {"account_id": customer.account_id, "contact_ids": list(customer.contact_ids)}
    raise InvalidInput.of("customer", "name a contact or an account")


def people_of(view: View, of_contact: bool) -> Select[Any]:
    """The contacts a customer stands for, as far as the caller may see them."""
    if of_contact:
        return view.visible(Contact).where(Contact.id == bindparam("contact_id", type_=Id))
    named = Contact.id == any_(bindparam("contact_ids", type_=ARRAY(Id)))
    return view.visible(Contact).where(or_(Contact.account_id == bindparam("account_id", type_=Id), named))


def ids_of(people: Select[Any]) -> Select[Any]:
    """Their ids."""
    return people.with_only_columns(Contact.id)


def concerns(people: Select[Any]) -> ColumnElement[bool]:
    """Opt-outs that concern any of the people: made by them, or for an address they have."""
    hashes = people.with_only_columns(func.unnest(Contact.address_hashes))
    return or_(OptOut.contact_id.in_(ids_of(people)), OptOut.address_hash.in_(hashes))


def timeline(tx: Transaction, customer: common_pb2.CustomerRef, position: Any = None) -> list[common_pb2.TimelineEntry]:
    """What was sent, responded to and unsubscribed from, newest first, before the position; one statement."""
    given = parameters(customer)
    statement = _timeline(tx, "contact_id" in given, position)
    return [_entry(row) for row in tx.execute(statement, **given)]


@kept
def _timeline(view: View, of_contact: bool, position: Any) -> Select[Any]:
    people = people_of(view, of_contact)
    limit = (position.limit if position is not None else 0) or DEFAULT_LIMIT
    member = view.visible(CampaignMember).join(Campaign, Campaign.id == CampaignMember.campaign_id)
    member = member.where(CampaignMember.contact_id.in_(ids_of(people)))
    unsubscribed = view.visible(OptOut).where(concerns(people)).outerjoin(Campaign, Campaign.id == OptOut.campaign_id)
    branches = [
        _branch(member, "sent", CampaignMember.sent_at, CampaignMember.id, CampaignMember.campaign_id, position, limit),
        _branch(member, "responded", CampaignMember.responded_at, CampaignMember.id, CampaignMember.campaign_id,
                position, limit),
        _branch(unsubscribed, "unsubscribed", OptOut.created_at, OptOut.id, OptOut.campaign_id, position, limit),
    ]  # fmt: skip
    found = union_all(*(select(branch.subquery()) for branch in branches)).subquery()
    return select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(limit)


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
