"""Codes of authenticator apps (RFC 6238): six digits, a new one every 30 seconds."""

from __future__ import annotations

import hmac
import os
from datetime import datetime

import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

STEP_SECONDS = 30
ISSUER = "CRM"
_NONCE = 12


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is: the present one or a neighbour, because clocks differ; None if none is."""
    totp = pyotp.TOTP(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    found = [step for step in (present - 1, present, present + 1) if hmac.compare_digest(totp.generate_otp(step), code)]
    return found[0] if found else None


def new_secret() -> str:
    """A secret of 160 bits in base32."""
    return pyotp.random_base32()


def otpauth_uri(secret: str, email: str) -> str:
    """What the QR code of an authenticator app holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


class SecretBox:
    """Keeps secrets of users unreadable in the database (AES-256-GCM, bound to the user)."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, secret: str, user_id: str) -> bytes:
        """The stored form of a secret."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), user_id.encode())

    def open(self, stored: bytes, user_id: str) -> str:
        """The secret."""
        return self._cipher.decrypt(stored[:_NONCE], stored[_NONCE:], user_id.encode()).decode()
