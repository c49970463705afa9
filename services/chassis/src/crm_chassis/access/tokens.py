"""Actor tokens: how the gateway tells a service who is calling, so that a service need not trust the network.

A token is a compact JWS (Ed25519, RFC 9864) that names one service as audience and lives for seconds, so that a token
that was stolen, or whose user has lost a right, is soon worth nothing. A service verifies a token once and remembers
the result for as long as the token lives; many requests of the same caller share one token, so the request id travels
beside it and not in it.
"""

from __future__ import annotations

import base64
import time
from typing import Any

from cachetools import TTLCache
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from crm_chassis.access.actor import Actor
from crm_chassis.errors import ActorTokenExpired, ActorTokenRefused
from crm_chassis.remembered import remembers

remembers(__name__)  # tokens with ids and rights


LIFETIME_SECONDS = 30
"""The longest that a token lives."""
_HEADER = {"alg": "Ed25519", "typ": "actor+jwt"}


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def private_key(seed: bytes) -> OKPKey:
    """The Ed25519 key pair of a 32-byte seed."""
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "d": _encode(seed), "x": _encode(raw_public_key(seed))})


def raw_public_key(seed: bytes) -> bytes:
    """The 32 bytes of the public key that belongs to a 32-byte seed."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def public_key(raw: bytes) -> OKPKey:
    """The Ed25519 public key of its 32 bytes."""
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _encode(raw)})


class Issuer:
    """Mints actor tokens; the gateway holds the only one."""

    def __init__(self, seed: bytes) -> None:
        self._key = private_key(seed)

    def issue(self, actor: Actor, audience: str, seconds: float = LIFETIME_SECONDS) -> str:
        """A token that tells the service `audience` that `actor` is calling, good for that many seconds."""
        now = round(time.time(), 3)
        claims = {
            "sub": actor.id,
            "kind": actor.kind,
            "sid": actor.session_id,
            "key": actor.api_key,
            "key_expires": actor.api_key_expires,
            "grants": dict(actor.grants),
            "aud": audience,
            "iat": now,
            "exp": now + min(seconds, LIFETIME_SECONDS),
        }
        return jwt.encode(_HEADER, claims, self._key, algorithms=["Ed25519"])


class Verifier:
    """Checks actor tokens for one service."""

    def __init__(self, public_keys: list[bytes], audience: str) -> None:
        self._keys = [public_key(raw) for raw in public_keys]
        self._audience = audience
        self._known: TTLCache[str, tuple[Actor, float]] = TTLCache(maxsize=4096, ttl=LIFETIME_SECONDS)

    def verify(self, token: str) -> Actor:
        """The actor a token speaks of. Raises ActorTokenExpired or ActorTokenRefused."""
        known = self._known.get(token)
        if known is None:
            claims = self._claims(token)
            expires = claims.get("key_expires", 0.0)  # A gateway of the version before does not say it.
            actor = Actor(claims["sub"], claims["kind"], claims["grants"], claims["sid"], claims["key"], expires)
            known = self._known[token] = (actor, float(claims["exp"]))
        actor, expires = known
        if expires <= time.time():
            raise ActorTokenExpired()
        return actor

    def _claims(self, token: str) -> dict[str, Any]:
        for key in self._keys:
            try:
                found = jwt.decode(token, key, algorithms=["Ed25519"])
            except (JoseError, ValueError):
                continue
            claims: dict[str, Any] = found.claims
            if found.header.get("typ") != "actor+jwt" or claims.get("aud") != self._audience:
                break
            if claims.get("kind") not in ("user", "gateway", "anonymous"):
                break
            return claims
        raise ActorTokenRefused()
