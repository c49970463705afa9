"""What a caller may do: the policy of the method here, and an actor token so that the service can check again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from functools import cached_property

import crm_contracts
import orjson
from crm_chassis.access.actor import ANONYMOUS, Actor
from crm_chassis.access.tokens import Issuer
from crm_chassis.contracts.transcode import Encoder, told_as_of
from crm_chassis.errors import PermissionDenied, Unauthenticated

TOKEN_SECONDS = 5.0
# Younger tokens are used again. What is left of their life is for the way to the service and the wait there.
REUSE_SECONDS = 1.5

GATEWAY = Actor(id="", kind="gateway")


class Minter:
    """Mints actor tokens, and keeps one JSON encoder per set of clearances."""

    def __init__(self, seed: bytes, now: Callable[[], float] = time.monotonic) -> None:
        self._issuer = Issuer(seed)
        self.now = now
        self._encoders: dict[tuple[frozenset[str], bool], Encoder] = {}

    def issue(self, actor: Actor, audience: str) -> str:
        return self._issuer.issue(actor, audience, TOKEN_SECONDS)

    def encoder(self, actor: Actor, past: bool = False) -> Encoder:
        """The encoder for everything that `actor` may read; of an earlier time, that can be known of it."""
        key = actor.clearances, past
        found = self._encoders.get(key)
        if found is None:
            readable = (lambda field: told_as_of(field) and actor.can_read(field)) if past else actor.can_read
            found = self._encoders[key] = Encoder(readable=readable)
        return found


class Caller:
    """An actor at work: with the tokens for the services and the encoder for answers."""

    def __init__(self, actor: Actor, minter: Minter) -> None:
        self.actor = actor
        self._minter = minter
        self._tokens: dict[str, tuple[str, float]] = {}

    def token(self, audience: str) -> str:
        """An actor token for a service that has most of its life before it."""
        found = self._tokens.get(audience)
        now = self._minter.now()
        if found is None or found[1] <= now:
            found = (self._minter.issue(self.actor, audience), now + REUSE_SECONDS)
            self._tokens[audience] = found
        return found[0]

    @cached_property
    def encoder(self) -> Encoder:
        return self._minter.encoder(self.actor)

    @cached_property
    def past_encoder(self) -> Encoder:
        """The encoder for what is told as of an earlier time."""
        return self._minter.encoder(self.actor, past=True)

    @cached_property
    def fingerprint(self) -> str:
        """Stands for the user and everything the user may do; equal only for equal access."""
        return fingerprint(self.actor.id, self.actor.kind, self.actor.grants)


def fingerprint(user_id: str, kind: str, grants: Mapping[str, int]) -> str:
    """Digest of a user and what the user may do."""
    text = orjson.dumps([user_id, kind, dict(grants)], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def anonymous(minter: Minter) -> Caller:
    """Somebody who has not logged in."""
    return Caller(ANONYMOUS, minter)


def authorise(policy: crm_contracts.Policy, actor: Actor) -> None:
    """Raises Unauthenticated or PermissionDenied unless the policy lets the actor through. Denies by default."""
    if policy.public:
        return
    if actor.kind != "user":
        raise Unauthenticated()
    if policy.permission:
        if not actor.may(policy.permission):
            raise PermissionDenied(f"This needs the permission {policy.permission}.")
    elif not policy.authenticated:
        raise PermissionDenied("Only the suite itself may call this.")
    elif actor.api_key and not policy.read_only:
        raise PermissionDenied("Somebody has to log in for this; an API key does what its permissions name.")
