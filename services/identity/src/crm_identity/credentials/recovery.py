"""Recovery codes: each replaces a code of the authenticator app once."""

from __future__ import annotations

import hashlib
import hmac
import secrets

COUNT = 10
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_HALF = 5


class RecoveryCodes:
    """Makes recovery codes of 50 bits, and what is stored of them: a digest with a key that is not in the database."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self) -> list[str]:
        """Codes as they are shown: "abcde-fgh23"."""
        return [f"{_half()}-{_half()}" for _ in range(COUNT)]

    def digest(self, code: str, user_id: str) -> str:
        """What is stored of a code, however it is typed."""
        text = f"{user_id} {code.replace('-', '').lower()}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def _half() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_HALF))
