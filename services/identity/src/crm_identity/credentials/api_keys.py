"""API keys as they are sent: "crm_", 8 characters that name the key, and 256 random bits."""

from __future__ import annotations

import secrets

PREFIX_LENGTH = len("crm_") + 8


def new_key() -> str:
    """A key."""
    return f"crm_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"


def prefix_of(key: str) -> str:
    """What may be shown of a key."""
    return key[:PREFIX_LENGTH]
