"""Keys of data subjects: personal events are archived under a key of their own, which erasure destroys."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Sequence
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
        self._fingerprint_key = hashlib.blake2b(master_key, person=b"fingerprint").digest()
        self._known: TTLCache[str, AESGCM] = TTLCache(maxsize=10_000, ttl=60)
        self._lock = threading.Lock()

    def fingerprint(self, content: bytes) -> bytes:
        """16 bytes that stand for the content and that nobody without the service's key can guess it by."""
        return hashlib.blake2b(content, key=self._fingerprint_key, digest_size=16).digest()

    def seal(self, session: Session, plaintexts: Sequence[tuple[str, bytes]], now: datetime) -> list[bytes]:
        """Ciphertexts of (subject id, plaintext) pairs; makes the key of a subject on first use."""
        keys = self._keys(session, {subject_id for subject_id, _ in plaintexts}, now)
        sealed = []
        for subject_id, plaintext in plaintexts:
            nonce = os.urandom(_NONCE)
            sealed.append(nonce + keys[subject_id].encrypt(nonce, plaintext, subject_id.encode()))
        return sealed

    def fetch(self, session: Session, subject_ids: Iterable[str]) -> None:
        """Reads the keys of subjects that are about to be opened, at once."""
        missing = set(subject_ids) - self._remembered(subject_ids).keys()
        if missing:
            columns = select(SubjectKey.subject_id, SubjectKey.wrapped_key)
            for subject_id, wrapped in session.execute(columns.where(SubjectKey.subject_id.in_(missing))):
                self._remember(subject_id, wrapped)

    def open(self, session: Session, subject_id: str, ciphertext: bytes) -> bytes:
        """What was sealed. Raises Erased if the subject's key is gone."""
        self.fetch(session, [subject_id])
        key = self._remembered([subject_id]).get(subject_id)
        if key is None:
            raise Erased(subject_id)
        return key.decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], subject_id.encode())

    def _keys(self, session: Session, subject_ids: set[str], now: datetime) -> dict[str, AESGCM]:
        keys = self._remembered(subject_ids)
        rows = []
        for subject_id in sorted(subject_ids - keys.keys()):
            nonce, fresh = os.urandom(_NONCE), AESGCM.generate_key(256)
            wrapped = nonce + self._master.encrypt(nonce, fresh, subject_id.encode())
            rows.append({"subject_id": subject_id, "wrapped_key": wrapped, "created_at": now})
        if rows:
            statement = insert(SubjectKey)
            kept = statement.on_conflict_do_update(
                index_elements=[SubjectKey.subject_id], set_={"subject_id": statement.excluded.subject_id}
            ).returning(SubjectKey.subject_id, SubjectKey.wrapped_key)
            # Not remembered before it is committed: this transaction may roll back.
            keys |= {
                subject_id: self._unwrap(subject_id, wrapped) for subject_id, wrapped in session.execute(kept, rows)
            }
        return keys

    def _remembered(self, subject_ids: Iterable[str]) -> dict[str, AESGCM]:
        with self._lock:
            return {one: key for one in subject_ids if (key := self._known.get(one)) is not None}

    def _remember(self, subject_id: str, wrapped: bytes) -> None:
        key = self._unwrap(subject_id, wrapped)
        with self._lock:
            self._known[subject_id] = key

    def _unwrap(self, subject_id: str, wrapped: bytes) -> AESGCM:
        return AESGCM(self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], subject_id.encode()))
