"""Links that let whoever holds one do one thing without logging in: leave a list, set a password, accept an invitation.

A link holds about which record it is, until when, and a mark of the state that it was made in, all encrypted
(AES-256-GCM) under a key of its purpose. Nobody without the key can read or make one, and none works for another
purpose. It is not stored: it works once, or can be taken back, because whoever uses it or takes it back changes the
state that its mark stands for, such as the password that it lets one set.

Mail programs and scanners follow links, so a GET may only show what a POST would do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crm_chassis.errors import LinkExpired, LinkSpent, NotFound

_NONCE, _MARK = 12, 16
_ID_ONLY, _WHOLE = 16, 16 + 8 + _MARK


@dataclass(frozen=True)
class Link:
    """What a link says. `check` must follow before anything is done that may be done once only."""

    record_id: str
    mark: bytes = b""

    def check(self, state: bytes) -> None:
        """Raises LinkSpent unless the state is the one that the link was made in."""
        if not hmac.compare_digest(self.mark, _mark(state)):
            raise LinkSpent()


class Links:
    """Makes and reads the links of one purpose; `owner` and `purpose` tell its key from all others, for ever."""

    def __init__(self, key: bytes, owner: str, purpose: str) -> None:
        self._cipher = AESGCM(derive(key, owner, f"{purpose} token"))
        self._nonces = derive(key, owner, f"{purpose} nonce")

    def token(self, record_id: str, *, expires_at: datetime | None = None, state: bytes | None = None) -> str:
        """The token of a record, the same for the same arguments. With the id alone it works for ever, however often.

        The nonce is a keyed hash of the plaintext, so one nonce never meets two plaintexts.
        """
        plaintext = UUID(record_id).bytes
        if expires_at is not None or state is not None:
            seconds = int(expires_at.timestamp()) if expires_at is not None else 0
            plaintext += seconds.to_bytes(8, "big") + (_mark(state) if state is not None else bytes(_MARK))
        nonce = hmac.digest(self._nonces, plaintext, hashlib.sha256)[:_NONCE]
        sealed = nonce + self._cipher.encrypt(nonce, plaintext, None)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def read(self, token: str, now: datetime) -> Link:
        """What a token says. Raises NotFound for one that was not made here for this purpose, LinkExpired."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            plaintext = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (ValueError, InvalidTag) as error:
            raise NotFound("This link is not one of ours.") from error
        record_id, seconds = str(UUID(bytes=plaintext[:_ID_ONLY])), plaintext[_ID_ONLY : _WHOLE - _MARK]
        if any(seconds) and datetime.fromtimestamp(int.from_bytes(seconds, "big"), UTC) <= now:
            raise LinkExpired()
        return Link(record_id, plaintext[_WHOLE - _MARK :])


def derive(key: bytes, owner: str, purpose: str) -> bytes:
    """A key for one purpose, from one for many."""
    return hmac.digest(key, f"{owner} {purpose}".encode(), hashlib.sha256)


def _mark(state: bytes) -> bytes:
    return hashlib.blake2b(state, digest_size=_MARK).digest()
