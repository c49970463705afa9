"""What this service needs from its environment, read once per process."""

from __future__ import annotations

from dataclasses import dataclass

from crm_chassis.mail.addresses import Address
from crm_chassis.mail.configuration import mail_sender, mailer
from crm_chassis.mail.relay import Mailer
from crm_chassis.settings import Settings


@dataclass(frozen=True)
class Mailing:
    """The way to the mail server, and the address that mails come from."""

    mailer: Mailer
    sender: Address


_current: list[Mailing] = []


def start(settings: Settings) -> None:
    """Reads the settings. Raises SettingsError for one that is missing or unusable."""
    _current[:] = [Mailing(mailer(settings), mail_sender(settings))]


def mailing() -> Mailing:
    """What `start` built."""
    return _current[0]
