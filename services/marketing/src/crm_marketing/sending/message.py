"""A rendered message as MIME."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy

from crm_marketing.campaigns.model import Campaign
from crm_marketing.people.model import Contact
from crm_marketing.templates.rendering import Rendered


class _Link(UniqueUnstructuredHeader):
    """A header that holds one long URL: mail programs do not find it in an encoded word."""

    def fold(self, *, policy: Policy[EmailMessage]) -> str:
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


def _policy() -> Policy[EmailMessage]:
    headers = HeaderRegistry()
    headers.map_to_type("list-unsubscribe", _Link)  # type: ignore[arg-type]
    return SMTP.clone(header_factory=headers)


_POLICY = _policy()


def build(
    campaign: Campaign, member_id: str, contact: Contact, rendered: Rendered, unsubscribe_url: str, now: datetime
) -> EmailMessage:
    """The message for one member of a campaign.

    The Message-ID follows from the member, so that a second copy of the same message can be recognised as one. The
    headers of RFC 8058 make mail programs offer one-click unsubscription; the mail server signs them (DKIM). Raises
    ValueError for an address that cannot stand in a header; the policy refuses line breaks in headers.
    """
    message = EmailMessage(policy=_POLICY)
    domain = campaign.from_address.rpartition("@")[2]
    message["From"] = Address(_line(campaign.from_name), addr_spec=campaign.from_address)
    message["To"] = Address(_line(contact.display_name), addr_spec=contact.email)
    message["Subject"] = rendered.subject
    message["Date"] = now
    message["Message-ID"] = f"<{member_id}@{domain}>"
    message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Precedence"] = "bulk"
    message.set_content(rendered.body_text)
    if rendered.body_html:
        html = f"<!doctype html><html><body>{rendered.body_html}</body></html>"
        message.add_alternative(html, subtype="html")
    return message


def _line(text: str) -> str:
    return " ".join(text.split())
