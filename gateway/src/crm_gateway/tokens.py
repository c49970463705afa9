"""Opaque positions in merged lists."""

from __future__ import annotations

import base64
from typing import Any

import orjson
from crm_chassis.errors import InvalidInput


def write_token(value: Any) -> str:
    """A position as text for the client to send back."""
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


def read_token(token: str) -> Any:
    """The position a token stands for. Raises InvalidInput if it is none."""
    try:
        return orjson.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError as error:
        raise wrong_token() from error


def wrong_token() -> InvalidInput:
    """What to say of a token that does not belong to the list."""
    return InvalidInput.of("page_token", "does not belong to this list; start again without it")
