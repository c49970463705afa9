"""What this service needs from its environment, read once per process.

CRM_LINK_KEY          32 bytes in base64, from which the keys of unsubscribe links and of the hashes of opted-out
                      addresses come. Changing it breaks every link already sent and forgets every opt-out.
CRM_PUBLIC_URL        where recipients reach the gateway; https in production
CRM_SMTP_URL          smtp://[user:password@]host[:port][?starttls=true], or smtps://... for TLS from the first byte
CRM_SMTP_DOMAIN_RATE  messages per second to one domain of recipients, 10 if absent
"""

from __future__ import annotations

from dataclasses import dataclass

from crm_chassis.settings import Settings, SettingsError

from crm_marketing.optouts.links import Links
from crm_marketing.sending.smtp import Mailer, Relay
from crm_marketing.sending.throttle import Throttle


@dataclass(frozen=True)
class Marketing:
    """What use cases and the sender work with."""

    links: Links
    mailer: Mailer
    throttle: Throttle


_current: list[Marketing] = []


def start(settings: Settings) -> None:
    """Reads the settings. Raises SettingsError for one that is missing or unusable."""
    public_url = settings.text("CRM_PUBLIC_URL").rstrip("/")
    if not settings.development and not public_url.startswith("https://"):
        raise SettingsError("CRM_PUBLIC_URL must be https, so that unsubscribe links are (RFC 8058)")
    relay = Relay.parse(settings.text("CRM_SMTP_URL"))
    if relay.user and not relay.encrypted and not settings.development:
        raise SettingsError("CRM_SMTP_URL has a password, so it needs smtps:// or ?starttls=true")
    rate = settings.number("CRM_SMTP_DOMAIN_RATE", 10)
    if rate < 1:
        raise SettingsError("CRM_SMTP_DOMAIN_RATE must be at least 1")
    links = Links(settings.key("CRM_LINK_KEY"), public_url)
    _current[:] = [Marketing(links, Mailer(relay), Throttle(rate))]


def current() -> Marketing:
    """What `start` built."""
    return _current[0]


def links() -> Links:
    """Unsubscribe links and hashes of addresses."""
    return current().links
