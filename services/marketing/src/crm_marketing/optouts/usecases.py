"""What can be done with opt-outs, with and without an unsubscribe link."""

from __future__ import annotations

from typing import Any

from crm.marketing.v1 import opt_outs_pb2
from crm_chassis.errors import NotFound
from crm_chassis.mail.addresses import mask
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_marketing.campaigns.model import Campaign, CampaignMember
from crm_marketing.campaigns.queries import count
from crm_marketing.errors import AlreadyOptedOut
from crm_marketing.optouts.model import ADDRESS, OptOut
from crm_marketing.people.model import Contact
from crm_marketing.segments.model import Segment
from crm_marketing.settings import links


def create_opt_out(tx: Transaction, request: opt_outs_pb2.CreateOptOutRequest) -> OptOut:
    """Records a wish that came by telephone or letter. The address itself is not kept.

    The answer names the contact with the address if the caller may see it, and is the same as for an address of nobody
    if not. The wish holds for that contact all the same.

    Raises AlreadyOptedOut, UnknownReference for a segment the caller cannot see, InvalidInput if reach and segment do
    not fit.
    """
    opt_out = OptOut(source="manual", address_hash=links().address_hash(request.opt_out.email))
    assign(opt_out, request.opt_out)
    opt_out.check_reach()
    tx.check_reference(Segment, opt_out.segment_id, "opt_out.segment_id")
    # Two wishes for one address at the same moment become one.
    tx.hold(f"opt-out {opt_out.address_hash}")
    if _in_force(tx, opt_out.address_hash, opt_out.reach, opt_out.segment_id) is not None:
        raise AlreadyOptedOut()
    has_address = Contact.address_hashes.contains([opt_out.address_hash]), ~Contact.deleted

    def holder(query: Any) -> str | None:
        who = query.where(*has_address).order_by(Contact.created_at).with_only_columns(Contact.id)
        id_: str | None = tx.session.scalar(who.limit(1))
        return id_

    opt_out.contact_id = holder(tx.visible(Contact))
    opt_out.person_id = opt_out.contact_id or holder(select(Contact))
    return tx.add(opt_out)


def _in_force(tx: Transaction, address_hash: str, reach: str, segment_id: str | None = None) -> OptOut | None:
    query = select(OptOut).where(
        OptOut.address_hash == address_hash,
        OptOut.reach == reach,
        OptOut.segment_id.is_not_distinct_from(segment_id),
        OptOut.deleted_at.is_(None),
    )
    return tx.session.scalar(query)


# -- by link ----------------------------------------------------------------------------------------------


def get_unsubscribe(tx: Transaction, request: opt_outs_pb2.GetUnsubscribeRequest) -> opt_outs_pb2.UnsubscribeState:
    """What the link would do. Link scanners follow links, so this changes nothing. Raises NotFound."""
    member, campaign, contact = _behind(tx, request.token)
    unsubscribed = _in_force(tx, member.address_hash, ADDRESS) is not None
    return _state(member, campaign, contact, unsubscribed)


def unsubscribe(tx: Transaction, request: opt_outs_pb2.UnsubscribeRequest) -> opt_outs_pb2.UnsubscribeState:
    """Nothing goes to the address of the message any more, from now on, whatever the campaign or segment.

    Address-wide, not only for the segment of the campaign: who presses the button of a mail program sees no lists,
    so the strictest reading is the one that cannot be wrong. Repeating it changes nothing. Raises NotFound.
    """
    member, campaign, contact = _behind(tx, request.token)
    tx.hold(f"opt-out {member.address_hash}")
    if _in_force(tx, member.address_hash, ADDRESS) is None:
        opt_out = OptOut(
            address_hash=member.address_hash,
            reach=ADDRESS,
            contact_id=member.contact_id,
            source="one-click",
            campaign_id=member.campaign_id,
        )
        tx.add(opt_out)
        count(tx, member.campaign_id, unsubscribed=1)
    return _state(member, campaign, contact, True)


def _behind(tx: Transaction, token: str) -> tuple[CampaignMember, Campaign, Contact | None]:
    """Whoever holds a link may use it: neither login nor visibility matters, and deleted records still count."""
    query = (
        select(CampaignMember, Campaign, Contact)
        .join(Campaign, Campaign.id == CampaignMember.campaign_id)
        .outerjoin(Contact, Contact.id == CampaignMember.contact_id)
        .where(CampaignMember.id == links().member_id(token, tx.now), CampaignMember.address_hash != "")
    )
    row = tx.session.execute(query).first()
    if row is None:
        raise NotFound("This link is not one of ours.")
    return row[0], row[1], row[2]


def _state(
    member: CampaignMember, campaign: Campaign, contact: Contact | None, unsubscribed: bool
) -> opt_outs_pb2.UnsubscribeState:
    addresses = [one["address"] for one in contact.emails] if contact is not None else []
    sent_to = next((one for one in addresses if links().address_hash(one) == member.address_hash), "")
    return opt_outs_pb2.UnsubscribeState(
        masked_email=mask(sent_to) if sent_to else "", unsubscribed=unsubscribed, campaign_name=campaign.name
    )
