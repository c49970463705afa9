"""Access tokens (RFC 9068, signed with Ed25519 as RFC 9864 names it) and the values of refresh tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from crm.identity.v1 import auth_pb2
from crm_chassis.access.tokens import private_key, raw_public_key
from crm_chassis.ids import uuid7
from joserfc import jwt

ISSUER = "crm-identity"
AUDIENCE = "crm-gateway"
LIFETIME_SECONDS = 300
ALGORITHM = "Ed25519"


def key_id(public: bytes) -> str:
    """The name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


class AccessTokens:
    """Signs access tokens, and says which keys they may be checked with."""

    def __init__(self, seed: bytes, old_public_keys: Sequence[bytes] = ()) -> None:
        public = raw_public_key(seed)
        self._key = private_key(seed)
        self._header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key_id(public)}
        self._published = [public, *(key for key in old_public_keys if key != public)]

    def issue(self, user_id: str, session_id: str, epoch: int, now: datetime) -> str:
        """A token for the gateway."""
        issued = int(now.timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user_id,
            "sid": session_id,
            "epoch": epoch,
            "iat": issued,
            "exp": issued + LIFETIME_SECONDS,
            "jti": uuid7(),
        }
        return jwt.encode(self._header, claims, self._key, algorithms=[ALGORITHM])

    def jwks(self) -> auth_pb2.Jwks:
        """The public keys: the one that signs, and those whose tokens may still run (RFC 8037)."""
        return auth_pb2.Jwks(
            keys=[
                auth_pb2.Jwk(
                    kty="OKP",
                    crv="Ed25519",
                    x=base64.urlsafe_b64encode(public).rstrip(b"=").decode(),
                    kid=key_id(public),
                    alg=ALGORITHM,
                    use="sig",
                )
                for public in self._published
            ]
        )


class RefreshTokens:
    """Makes refresh tokens: opaque values of 256 bits."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def first(self) -> str:
        """The first token of a session."""
        return secrets.token_urlsafe(32)

    def successor(self, token: str) -> str:
        """The token that follows: always the same, so that a repeated request can be answered the same."""
        made = hmac.new(self._key, token.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    @staticmethod
    def digest(token: str) -> bytes:
        """What is stored of a token."""
        return hashlib.sha256(token.encode()).digest()
