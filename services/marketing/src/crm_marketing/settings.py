"""What this service needs from its environment, read once per process; declared in settings.toml."""

from __future__ import annotations

from dataclasses import dataclass

from crm_chassis.mail.configuration import mailer, public_url
from crm_chassis.mail.relay import Mailer
from crm_chassis.settings import Settings

from crm_marketing.mail.links import Links
from crm_marketing.mail.pace import Pace


@dataclass(frozen=True)
class Marketing:
    """What use cases and the sender work with."""

    links: Links
    mailer: Mailer
    pace: Pace


_current: list[Marketing] = []


def start(settings: Settings) -> None:
    """Reads the settings. Raises SettingsError for one that is missing or unusable."""
    links = Links(settings.key("CRM_LINK_KEY"), public_url(settings))
    _current[:] = [Marketing(links, mailer(settings), Pace(settings.number("CRM_SMTP_DOMAIN_RATE")))]


def current() -> Marketing:
    """What `start` built."""
    return _current[0]


def links() -> Links:
    """Unsubscribe links and hashes of addresses."""
    return current().links
