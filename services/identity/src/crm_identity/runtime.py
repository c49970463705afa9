"""What use cases need beside the database, built once per process from the settings."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from crm_chassis.settings import Settings, SettingsError

from crm_identity.auth.passwords import MEMORY_KIB, Passwords
from crm_identity.auth.tokens import AccessTokens, RefreshTokens
from crm_identity.auth.totp import SecretBox


@dataclass(frozen=True)
class Runtime:
    """Keys at work."""

    passwords: Passwords
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    totp_secrets: SecretBox
    account_key: bytes
    """Hides login names in the count of attempts."""
    first_admin: tuple[str, str]
    """E-mail address and password of the admin that `setup` makes; empty if it makes none."""


_current: Runtime | None = None


def start(settings: Settings) -> None:
    """Reads the settings. Raises SettingsError naming the variable that is unusable."""
    global _current
    pepper = settings.key("CRM_PASSWORD_PEPPER")
    seed = settings.key("CRM_ACCESS_TOKEN_KEY")
    old = [_public_key(one) for one in settings.text("CRM_ACCESS_TOKEN_OLD_KEYS", "").split(",") if one]
    memory_kib = settings.number("CRM_PASSWORD_HASH_MEMORY_KIB", MEMORY_KIB)
    if memory_kib < MEMORY_KIB and not settings.development:
        raise SettingsError(f"CRM_PASSWORD_HASH_MEMORY_KIB must be at least {MEMORY_KIB}")
    _current = Runtime(
        passwords=Passwords(_part(pepper, "passwords"), memory_kib),
        access_tokens=AccessTokens(seed, old),
        refresh_tokens=RefreshTokens(_part(pepper, "refresh tokens")),
        totp_secrets=SecretBox(_part(pepper, "totp secrets")),
        account_key=_part(pepper, "accounts"),
        first_admin=(
            settings.text("CRM_BOOTSTRAP_ADMIN_EMAIL", ""),
            settings.text("CRM_BOOTSTRAP_ADMIN_PASSWORD", ""),
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


def _public_key(text: str) -> bytes:
    try:
        found = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise SettingsError("CRM_ACCESS_TOKEN_OLD_KEYS is not base64") from error
    if len(found) != 32:
        raise SettingsError("CRM_ACCESS_TOKEN_OLD_KEYS must hold public keys of 32 bytes")
    return found
