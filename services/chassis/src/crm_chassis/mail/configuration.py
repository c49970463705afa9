"""What a service that sends mail reads from its environment.

It says `uses = ["crm_chassis.mail"]` in its settings.toml.
"""

from __future__ import annotations

from crm_chassis.mail.addresses import Address, AddressError
from crm_chassis.mail.relay import Mailer, Relay
from crm_chassis.settings import Settings, SettingsError


def mailer(settings: Settings) -> Mailer:
    """The way to the mail server. Raises SettingsError for an address that is unusable or would leak a password."""
    relay = Relay.parse(settings.url("CRM_SMTP_URL"))
    if relay.user and not relay.encrypted and not settings.development:
        raise SettingsError("CRM_SMTP_URL has a password, so it needs smtps:// or ?starttls=true")
    return Mailer(relay)


def mail_sender(settings: Settings) -> Address:
    """The address that mails come from, but those of campaigns. Raises SettingsError if it is none."""
    try:
        return Address.parse(settings.text("CRM_MAIL_SENDER"))
    except AddressError as error:
        raise SettingsError(f"CRM_MAIL_SENDER is no mail address: {error}") from error


def public_url(settings: Settings) -> str:
    """What links in mails begin with. Raises SettingsError if it is not https in production."""
    url = settings.url("CRM_PUBLIC_URL").rstrip("/")
    if not settings.development and not url.startswith("https://"):
        raise SettingsError("CRM_PUBLIC_URL must be https, so that links in mails are (RFC 8058)")
    return url
