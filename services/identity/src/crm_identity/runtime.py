"""What use cases need beside the database, built once per process from the settings."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from crm_chassis.links import Links
from crm_chassis.mail.addresses import Address
from crm_chassis.mail.configuration import mail_sender, mailer, public_url
from crm_chassis.mail.relay import Mailer
from crm_chassis.settings import Settings, SettingsError

from crm_identity.credentials.passwords import MEMORY_KIB, Passwords
from crm_identity.credentials.recovery import RecoveryCodes
from crm_identity.credentials.tokens import AccessTokens, RefreshTokens
from crm_identity.credentials.totp import SecretBox


@dataclass(frozen=True)
class Runtime:
    """Keys at work."""

    passwords: Passwords
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    totp_secrets: SecretBox
    recovery_codes: RecoveryCodes
    account_key: bytes
    """Hides login names in the count of attempts."""
    draft_key: bytes
    """What the keys of all users' drafts are made from."""
    password_links: Links
    mailer: Mailer
    mail_sender: Address
    public_url: str
    """What links in mails begin with."""
    first_admin: tuple[str, str]
    """E-mail address and password of the admin that `setup` makes; empty if it makes none."""


_current: Runtime | None = None


def start(settings: Settings) -> None:
    """Reads the settings. Raises SettingsError naming the variable that is unusable."""
    global _current
    pepper = settings.key("CRM_PASSWORD_PEPPER")
    seed = settings.key("CRM_ACCESS_TOKEN_KEY")
    old = settings.public_keys("CRM_ACCESS_TOKEN_OLD_KEYS")
    memory_kib = settings.number("CRM_PASSWORD_HASH_MEMORY_KIB")
    if memory_kib < MEMORY_KIB and not settings.development:
        raise SettingsError(f"CRM_PASSWORD_HASH_MEMORY_KIB must be at least {MEMORY_KIB}")
    _current = Runtime(
        passwords=Passwords(_part(pepper, "passwords"), memory_kib),
        access_tokens=AccessTokens(seed, old),
        refresh_tokens=RefreshTokens(_part(pepper, "refresh tokens")),
        totp_secrets=SecretBox(_part(pepper, "totp secrets")),
        recovery_codes=RecoveryCodes(_part(pepper, "recovery codes")),
        account_key=_part(pepper, "accounts"),
        draft_key=_part(pepper, "drafts"),
        password_links=Links(_part(pepper, "links"), "crm_identity", "password"),
        mailer=mailer(settings),
        mail_sender=mail_sender(settings),
        public_url=public_url(settings),
        first_admin=(
            settings.text("CRM_BOOTSTRAP_ADMIN_EMAIL"),
            settings.text("CRM_BOOTSTRAP_ADMIN_PASSWORD"),
        ),
    )


def runtime() -> Runtime:
    """What `start` built."""
    if _current is None:
        raise RuntimeError("the service has not been started")
    return _current


def _part(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, of which the others do not follow."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()
