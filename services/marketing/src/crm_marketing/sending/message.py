"""The mail that a member of a campaign gets."""

from __future__ import annotations

from datetime import datetime

from crm_chassis.mail.addresses import Address
from crm_chassis.mail.message import Mail

from crm_marketing.campaigns.model import Campaign
from crm_marketing.people.model import Contact
from crm_marketing.templates.rendering import Rendered


def build(
    campaign: Campaign, member_id: str, contact: Contact, rendered: Rendered, unsubscribe_url: str, now: datetime
) -> Mail:
    """The mail for one member of a campaign.

    The Message-ID follows from the member, so that a second copy of the same message can be recognised as one. The
    headers of RFC 8058 make mail programs offer one-click unsubscription; the mail server signs them (DKIM). Raises
    AddressError.
    """
    sender = Address.parse(campaign.from_address)
    return Mail(
        sender=sender,
        sender_name=campaign.from_name,
        recipient=Address.parse(contact.email),
        recipient_name=contact.display_name,
        subject=rendered.subject,
        text=rendered.body_text,
        html=rendered.document,
        message_id=f"{member_id}@{sender.domain}",
        date=now,
        headers={
            "List-Unsubscribe": f"<{unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "bulk",
        },
    )
