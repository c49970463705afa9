"""Unsubscribe links, and the form in which opted-out addresses are remembered."""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from crm_chassis.errors import NotFound
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Links:
    """Opaque unsubscribe tokens and keyed hashes of addresses, both under keys derived from CRM_LINK_KEY.

    A token is the id of a campaign member, so of one recipient and one list, encrypted with AES-256-GCM: nobody
    without the key can read it or make one. It has no time in it and does not expire.
    """

    def __init__(self, key: bytes, public_url: str) -> None:
        self._cipher = AESGCM(_derive(key, b"unsubscribe token"))
        self._nonces = _derive(key, b"unsubscribe nonce")
        self._addresses = _derive(key, b"opted-out address")
        self._public_url = public_url

    def url(self, member_id: str) -> str:
        """The unsubscribe link of a campaign member."""
        return f"{self._public_url}/v1/unsubscribe/{self.token(member_id)}"

    def token(self, member_id: str) -> str:
        """The token of a campaign member; the same member always has the same one.

        The nonce is a keyed hash of the plaintext, so one nonce never meets two plaintexts.
        """
        plaintext = UUID(member_id).bytes
        nonce = hmac.digest(self._nonces, plaintext, hashlib.sha256)[:_NONCE]
        sealed = nonce + self._cipher.encrypt(nonce, plaintext, None)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def member_id(self, token: str) -> str:
        """The campaign member a token stands for. Raises NotFound for a token that was not made here."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            return str(UUID(bytes=self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)))
        except (ValueError, InvalidTag) as error:
            raise NotFound("This link is not one of ours.") from error

    def address_hash(self, address: str) -> str:
        """The keyed hash (HMAC-SHA-256, hexadecimal) of an address, whatever its case and the blanks around it."""
        return hmac.new(self._addresses, address.strip().lower().encode(), hashlib.sha256).hexdigest()


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, b"crm_marketing " + purpose, hashlib.sha256)


def mask(address: str) -> str:
    """An address as somebody who knows it recognises it: "a***@example.com"."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}***{at}{domain}"
