"""Idempotency keys: the same write with the same key happens once and is answered the same each time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from google.protobuf.message import Message
from sqlalchemy import Table, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from crm_chassis.context import GATEWAY_KEY
from crm_chassis.db.tables import Request
from crm_chassis.errors import IdempotencyKeyReused, InvalidInput
from crm_chassis.records.tx import Transaction

KEPT = timedelta(days=7)
GATEWAY_KEYS_KEPT = timedelta(minutes=10)
"""The gateway sends a write again within seconds or never."""


_TABLE = cast(Table, Request.__table__)
# Built once: to build them for every write would take longer than to run them.
_KEEP = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)
_KEPT = select(_TABLE.c.fingerprint, _TABLE.c.response).where(
    _TABLE.c.actor_id == bindparam("actor"), _TABLE.c.key == bindparam("name")
)
_ANSWER = (
    update(_TABLE)
    .where(_TABLE.c.actor_id == bindparam("actor"), _TABLE.c.key == bindparam("name"))
    .values(response=bindparam("answer"))
)


def claim(tx: Transaction, key: str, method: str, content: bytes) -> bytes | None:
    """Claims a key for this write within its transaction; the stored answer if the write was done before.

    `content` is equal for equal requests. Only a keyed hash of it is stored, because it may contain a password.

    A concurrent write with the same key waits for the first one. Raises IdempotencyKeyReused if the key stands
    for another request.
    """
    fingerprint = _fingerprint(tx, key, method, content)
    if _keep(tx, key, method, fingerprint, None):
        return None
    stored = tx.session.execute(_KEPT, {"actor": tx.actor.id, "name": key}).one()
    if stored.fingerprint != fingerprint or stored.response is None:
        raise IdempotencyKeyReused()
    return bytes(stored.response)


def remember(tx: Transaction, key: str, response: Message) -> None:
    """Stores the answer of a claimed write."""
    answer = response.SerializeToString()
    tx.session.execute(_ANSWER, {"actor": tx.actor.id, "name": key, "answer": answer})


def keep(tx: Transaction, key: str, method: str, content: bytes, response: Message) -> bool:
    """Stores key and answer of a write at once, at its end, for the first that was sent with the key.

    False if the write was sent again meanwhile and that attempt was quicker: then this transaction must be undone,
    and its answer is the stored one. It waits for an attempt under way.
    """
    fingerprint = _fingerprint(tx, key, method, content)
    return _keep(tx, key, method, fingerprint, response.SerializeToString())


def _fingerprint(tx: Transaction, key: str, method: str, content: bytes) -> bytes:
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise InvalidInput.of("Idempotency-Key", "must have 1 to 200 printable characters")
    return tx.fingerprint(method.encode() + b"\0" + content)


def _keep(tx: Transaction, key: str, method: str, fingerprint: bytes, response: bytes | None) -> bool:
    row = {
        "actor_id": tx.actor.id, "key": key, "method": method, "fingerprint": fingerprint, "response": response,
        "created_at": tx.now,
    }  # fmt: skip
    return tx.session.execute(_KEEP, row).first() is not None


def forget_old(session: Session, now: datetime) -> None:
    """Drops keys that are older than a week, and those of the gateway that nothing can come back for."""
    ours = Request.key.startswith(GATEWAY_KEY) & (Request.created_at < now - GATEWAY_KEYS_KEPT)
    session.execute(delete(Request).where(or_(Request.created_at < now - KEPT, ours)))
