"""Keys of data subjects: personal events are archived under a key of their own, which erasure destroys."""

from __future__ import annotations

import os
from datetime import datetime

from cachetools import TTLCache
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from crm_chassis.db.tables import SubjectKey

_NONCE = 12


class Erased(Exception):
    """The key of the subject was destroyed; what was sealed under it cannot be read any more."""


class Vault:
    """Seals and opens bytes under the key of a data subject (AES-256-GCM; keys wrapped by the service's own key)."""

    def __init__(self, master_key: bytes) -> None:
        self._master = AESGCM(master_key)
        self._known: TTLCache[str, AESGCM] = TTLCache(maxsize=10_000, ttl=60)

    def seal(self, session: Session, subject_id: str, plaintext: bytes, now: datetime) -> bytes:
        """Ciphertext of `plaintext`; makes the subject's key on first use."""
        nonce = os.urandom(_NONCE)
        return nonce + self._key(session, subject_id, now).encrypt(nonce, plaintext, subject_id.encode())

    def open(self, session: Session, subject_id: str, ciphertext: bytes) -> bytes:
        """What was sealed. Raises Erased if the subject's key is gone."""
        key = self._known.get(subject_id) or self._stored(session, subject_id)
        if key is None:
            raise Erased(subject_id)
        return key.decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], subject_id.encode())

    def _key(self, session: Session, subject_id: str, now: datetime) -> AESGCM:
        known = self._known.get(subject_id)
        if known is not None:
            return known
        nonce, fresh = os.urandom(_NONCE), AESGCM.generate_key(256)
        wrapped = nonce + self._master.encrypt(nonce, fresh, subject_id.encode())
        statement = insert(SubjectKey).values(subject_id=subject_id, wrapped_key=wrapped, created_at=now)
        kept = statement.on_conflict_do_update(
            index_elements=[SubjectKey.subject_id], set_={"subject_id": statement.excluded.subject_id}
        ).returning(SubjectKey.wrapped_key)
        # Not remembered before it is committed: this transaction may roll back.
        return self._unwrap(subject_id, session.scalars(kept).one())

    def _stored(self, session: Session, subject_id: str) -> AESGCM | None:
        wrapped = session.scalar(select(SubjectKey.wrapped_key).where(SubjectKey.subject_id == subject_id))
        if wrapped is None:
            return None
        key = self._known[subject_id] = self._unwrap(subject_id, wrapped)
        return key

    def _unwrap(self, subject_id: str, wrapped: bytes) -> AESGCM:
        return AESGCM(self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], subject_id.encode()))
