"""Page tokens: places in lists that clients hand back, without being able to read, change or use them elsewhere.

A token is sealed (AES-SIV, RFC 5297) with a key of the gateway's and with the query that it belongs to. The same place
gives the same token, and all gateways with one actor key understand each other's.
"""

from __future__ import annotations

import base64
from typing import Any

import orjson
from crm_chassis.errors import InvalidInput
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from google.protobuf.message import Message


class PageTokens:
    """Seals and opens page tokens."""

    def __init__(self, seed: bytes) -> None:
        self._cipher = AESSIV(HKDF(SHA512(), 64, salt=None, info=b"page tokens").derive(seed))

    def seal(self, place: str, query: bytes) -> str:
        """The token for a place in the answer to a query; "" for ""."""
        if not place:
            return ""
        return base64.urlsafe_b64encode(self._cipher.encrypt(place.encode(), [query])).rstrip(b"=").decode()

    def open(self, token: str, query: bytes) -> str:
        """The place. Raises InvalidInput if the token does not belong to the query."""
        if not token:
            return ""
        try:
            sealed = base64.b64decode((token + "=" * (-len(token) % 4)).encode("ascii"), b"-_", validate=True)
            return self._cipher.decrypt(sealed, [query]).decode()
        except (ValueError, InvalidTag) as error:
            raise wrong_token() from error

    def seal_value(self, value: Any, query: bytes) -> str:
        """The same for a place of the gateway's own making."""
        return self.seal(orjson.dumps(value).decode(), query)

    def open_value(self, token: str, query: bytes) -> Any:
        """The same for a place of the gateway's own making; None without a token."""
        return orjson.loads(self.open(token, query)) if token else None


def query_of(method: str, request: Any, *more: str) -> bytes:
    """What a page token belongs to: everything that is asked, but for the place, the size of a page, and `more`."""
    query: Message = type(request)()
    query.CopyFrom(request)
    for name in ("page_token", "page_size", *more):
        query.ClearField(name)
    return method.encode() + b"\n" + query.SerializeToString(deterministic=True)


def wrong_token() -> InvalidInput:
    """What to say of a token that does not belong to the list."""
    return InvalidInput.of("page_token", "does not belong to this list; start again without it")
