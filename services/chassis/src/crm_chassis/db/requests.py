"""Idempotency keys: the same write with the same key happens once and is answered the same each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from google.protobuf.message import Message
from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from crm_chassis.context import GATEWAY_KEY
from crm_chassis.db.tables import Request
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import IdempotencyKeyReused, InvalidInput

KEPT = timedelta(days=7)
GATEWAY_KEYS_KEPT = timedelta(minutes=10)
"""The gateway sends a write again within seconds or never."""


def claim(tx: Transaction, key: str, method: str, content: bytes) -> bytes | None:
    """Claims a key for this write within its transaction; the stored answer if the write was done before.

    `content` is the same for the same request. What is kept of it is keyed, because there may be a password in it.

    A concurrent write with the same key waits for the first one. Raises IdempotencyKeyReused if the key stands
    for another request.
    """
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise InvalidInput.of("Idempotency-Key", "must have 1 to 200 printable characters")
    fingerprint = tx.fingerprint(method.encode() + b"\0" + content)
    row = {
        "actor_id": tx.actor.id, "key": key, "method": method, "fingerprint": fingerprint, "created_at": tx.now
    }  # fmt: skip
    done = tx.session.execute(insert(Request).values(**row).on_conflict_do_nothing().returning(Request.key))
    if done.first() is not None:
        return None
    stored = tx.session.execute(
        select(Request.fingerprint, Request.response).where(Request.actor_id == tx.actor.id, Request.key == key)
    ).one()
    if stored.fingerprint != fingerprint or stored.response is None:
        raise IdempotencyKeyReused()
    return bytes(stored.response)


def remember(tx: Transaction, key: str, response: Message) -> None:
    """Stores the answer of a claimed write."""
    tx.session.execute(
        update(Request)
        .where(Request.actor_id == tx.actor.id, Request.key == key)
        .values(response=response.SerializeToString())
    )


def forget_old(session: Session, now: datetime) -> None:
    """Drops keys that are older than a week, and those of the gateway that nothing can come back for."""
    ours = Request.key.startswith(GATEWAY_KEY) & (Request.created_at < now - GATEWAY_KEYS_KEPT)
    session.execute(delete(Request).where(or_(Request.created_at < now - KEPT, ours)))
