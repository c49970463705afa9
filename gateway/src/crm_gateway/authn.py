"""Who is calling: access tokens of identity, verified with identity's public keys.

Keys come from AuthService.GetJwks alone; nothing in a token says where a key is to be found.
"""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
from cachetools import LRUCache
from crm_chassis.errors import DomainError, Unauthenticated
from crm_chassis.remembered import remembers
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crm_gateway.errors import InvalidToken

remembers(__name__)  # tokens with ids of users and sessions


ISSUER = "crm-identity"
AUDIENCE = "crm-gateway"
# Two names of one algorithm: RFC 8037 and RFC 9864.
ALGORITHMS = ("Ed25519", "EdDSA")
MAX_TOKEN = 4096
REFETCH_SECONDS = 60.0
REFRESH_SECONDS = 300.0
CLOCK_SKEW_SECONDS = 60

_KID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_HEADER_NAMES = frozenset(("alg", "typ", "kid"))
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

FetchKeys = Callable[[], Awaitable[list[Any]]]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a good token says, or an API key stands for."""

    user_id: str
    session_id: str
    """For an API key the id of the key."""
    epoch: int | None
    """None for an API key, which ends by itself."""
    expires: float
    api_key: str = ""
    """How the API key begins."""
    permissions: tuple[str, ...] = ()
    """What the API key is limited to."""


class Keys:
    """The public keys of identity, fetched when they are first needed and when a token names a new one."""

    def __init__(self, fetch: FetchKeys, now: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._now = now
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, kid: str) -> Ed25519PublicKey | None:
        """The key of that name. Raises the DomainError of the fetch if there are no keys at all yet."""
        age = self._now() - self._fetched_at
        if age > REFRESH_SECONDS or (kid not in self._keys and age > REFETCH_SECONDS):
            async with self._lock:
                if self._now() - self._fetched_at >= age:
                    await self._refresh()
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        try:
            found = await self._fetch()
        except DomainError:
            if not self._keys:
                raise
            # Known keys go on; the next try waits like any other.
            self._fetched_at = self._now() - REFRESH_SECONDS + REFETCH_SECONDS
            return
        keys: dict[str, Ed25519PublicKey] = {}
        for key in found:
            if key.kty == "OKP" and key.crv == "Ed25519" and _KID.fullmatch(key.kid):
                keys[key.kid] = Ed25519PublicKey.from_public_bytes(_decode(key.x))
        self._keys = keys
        self._fetched_at = self._now()


def bearer(header: str) -> str:
    """The token of an Authorization header. Raises Unauthenticated if there is none."""
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Log in and send the access token as Authorization: Bearer, or send an API key so.")
    return token


class Authenticator:
    """Turns an access token into its claims, once it is verified."""

    def __init__(self, keys: Keys, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock
        self._verified: LRUCache[str, Claims] = LRUCache(maxsize=20_000)

    async def claims(self, token: str) -> Claims:
        """The claims of an access token. Raises InvalidToken for a bad one."""
        found = self._verified.get(token)
        if found is None:
            found = self._verified[token] = await self._verify(token)
        if found.expires <= self._clock():
            raise InvalidToken("The access token has expired; refresh it.")
        return found

    async def _verify(self, token: str) -> Claims:
        if len(token) > MAX_TOKEN or not _TOKEN.fullmatch(token):
            raise InvalidToken()
        signed, _, signature = token.rpartition(".")
        header_part, _, claims_part = signed.partition(".")
        header = _object(header_part)
        kid = header.get("kid")
        if header.get("alg") not in ALGORITHMS or header.get("typ") != "at+jwt" or header.keys() - _HEADER_NAMES:
            raise InvalidToken()
        if not isinstance(kid, str) or not _KID.fullmatch(kid):
            raise InvalidToken()
        key = await self._keys.get(kid)
        if key is None:
            raise InvalidToken()
        try:
            key.verify(_decode(signature), signed.encode())
        except (InvalidSignature, ValueError) as error:
            raise InvalidToken() from error
        claims = _object(claims_part)
        return self._checked(claims)

    def _checked(self, claims: dict[str, Any]) -> Claims:
        subject, session = claims.get("sub"), claims.get("sid")
        epoch: Any = claims.get("epoch")
        issued: Any = claims.get("iat")
        expires: Any = claims.get("exp")
        if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
            raise InvalidToken()
        if not isinstance(subject, str) or not subject or not isinstance(session, str) or not session:
            raise InvalidToken()
        if not all(type(number) in (int, float) for number in (issued, expires)) or type(epoch) is not int:
            raise InvalidToken()
        if issued > self._clock() + CLOCK_SKEW_SECONDS:
            raise InvalidToken()
        return Claims(subject, session, epoch, float(expires))


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _object(part: str) -> dict[str, Any]:
    try:
        found = orjson.loads(_decode(part))
    except ValueError as error:
        raise InvalidToken() from error
    return found if isinstance(found, dict) else {}
