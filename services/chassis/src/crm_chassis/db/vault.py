"""Keys of data subjects: personal events are archived under a key of their own, which erasure destroys."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Collection, Iterable, Sequence

from cachetools import TTLCache
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.orm import Session

from crm_chassis.remembered import remembers

REMEMBERED_SECONDS = 60
remembers(__name__, "keys of persons, with which what is archived can be read", seconds=REMEMBERED_SECONDS)


_NONCE = 12


_STORED = text(
    "SELECT CAST(subject_id AS text), wrapped_key FROM subject_keys WHERE subject_id = ANY(CAST(:ids AS uuid[]))"
)


class Erased(Exception):
    """The key of the subject was destroyed; what was sealed under it cannot be read any more."""


class Vault:
    """Seals and opens bytes under the key of a data subject (AES-256-GCM; keys wrapped by the service's own key)."""

    def __init__(self, master_key: bytes) -> None:
        self._master = AESGCM(master_key)
        self._fingerprint_key = hashlib.blake2b(master_key, person=b"fingerprint").digest()
        self._known: TTLCache[str, AESGCM] = TTLCache(maxsize=10_000, ttl=REMEMBERED_SECONDS)
        self._lock = threading.Lock()

    def fingerprint(self, content: bytes) -> bytes:
        """16 bytes that stand for the content and that nobody without the service's key can guess it by."""
        return hashlib.blake2b(content, key=self._fingerprint_key, digest_size=16).digest()

    def seal(
        self, session: Session, plaintexts: Sequence[tuple[str, bytes]], new: Collection[str]
    ) -> tuple[list[bytes], list[tuple[str, bytes]]]:
        """Ciphertexts of (subject id, plaintext) pairs, and the keys to be stored with them.

        A subject gets its key on first use; those in `new` have none for certain. The caller stores the keys, as
        (subject id, wrapped key), in the same transaction.
        """
        keys, made = self._keys(session, {subject_id for subject_id, _ in plaintexts}, new)
        sealed = []
        for subject_id, plaintext in plaintexts:
            nonce = os.urandom(_NONCE)
            sealed.append(nonce + keys[subject_id].encrypt(nonce, plaintext, subject_id.encode()))
        return sealed, made

    def fetch(self, session: Session, subject_ids: Iterable[str]) -> None:
        """Reads the keys of subjects that are about to be opened, at once."""
        missing = set(subject_ids) - self._remembered(subject_ids).keys()
        if missing:
            for subject_id, wrapped in _stored(session, missing):
                self._remember(subject_id, wrapped)

    def open(self, session: Session, subject_id: str, ciphertext: bytes) -> bytes:
        """What was sealed. Raises Erased if its key is gone, even if the subject has got another."""
        self.fetch(session, [subject_id])
        key = self._remembered([subject_id]).get(subject_id)
        if key is None:
            raise Erased(subject_id)
        try:
            return key.decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], subject_id.encode())
        except InvalidTag as error:
            raise Erased(subject_id) from error

    def _keys(
        self, session: Session, subject_ids: set[str], new: Collection[str]
    ) -> tuple[dict[str, AESGCM], list[tuple[str, bytes]]]:
        """The keys of subjects, and those of them that were made."""
        old = subject_ids.difference(new)
        keys = {one: self._unwrap(one, wrapped) for one, wrapped in _stored(session, old)} if old else {}
        made = []
        # None of these is remembered: this transaction may roll back, and a key may be destroyed.
        for subject_id in sorted(subject_ids - keys.keys()):
            nonce, fresh = os.urandom(_NONCE), AESGCM.generate_key(256)
            made.append((subject_id, nonce + self._master.encrypt(nonce, fresh, subject_id.encode())))
            keys[subject_id] = AESGCM(fresh)
        return keys, made

    def _remembered(self, subject_ids: Iterable[str]) -> dict[str, AESGCM]:
        with self._lock:
            return {one: key for one in subject_ids if (key := self._known.get(one)) is not None}

    def _remember(self, subject_id: str, wrapped: bytes) -> None:
        key = self._unwrap(subject_id, wrapped)
        with self._lock:
            self._known[subject_id] = key

    def _unwrap(self, subject_id: str, wrapped: bytes) -> AESGCM:
        return AESGCM(self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], subject_id.encode()))


def _stored(session: Session, subject_ids: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    """Subjects and their wrapped keys, as far as they have one."""
    return ((row[0], row[1]) for row in session.execute(_STORED, {"ids": list(subject_ids)}))
