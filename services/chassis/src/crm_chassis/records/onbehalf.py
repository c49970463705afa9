"""What is done later on behalf of somebody who has asked for it now: with the rights of then, asked for at every step.

Whoever asks with an API key gets no more than the key names, and no longer than the key lives.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_chassis.access.actor import Actor, limited
from crm_chassis.records.directory import EndedKey, Rights

KEY_HAS_ENDED = "the API key that it was begun with has expired or was revoked"


def asked_by(actor: Actor) -> dict[str, Any]:
    """What a job must keep of who asks for it, as part of its payload; nothing of a user who has logged in."""
    if not actor.api_key:
        return {}
    return {
        "api_key": actor.api_key,
        "api_key_id": actor.session_id,
        "api_key_expires": actor.api_key_expires,
        "permissions": list(actor.grants),
    }


def actor_now(user_id: str, held: Rights, payload: Mapping[str, Any]) -> Actor:
    """Who acts for a job: the user with the rights of now, within what the API key named that it was begun with."""
    permissions = payload.get("permissions")
    grants = held.grants if permissions is None else limited(held.grants, permissions)
    return Actor(user_id, "user", grants, api_key=payload.get("api_key", ""))


def key_has_ended(session: Session, payload: Mapping[str, Any], now: datetime) -> bool:
    """Whether the API key that a job was begun with has expired or was revoked."""
    id_, expires = payload.get("api_key_id"), payload.get("api_key_expires")
    if not id_:
        return False
    if expires and expires <= now.timestamp():
        return True
    return session.scalar(select(EndedKey.id).where(EndedKey.id == id_)) is not None
