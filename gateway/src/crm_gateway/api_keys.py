"""API keys: whose a key is, asked of identity and kept as shortly as what users may do (crm_gateway.principals)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from crm_chassis.errors import Unavailable
from crm_chassis.remembered import remembers

from crm_gateway.authn import MAX_TOKEN, Claims
from crm_gateway.errors import InvalidToken
from crm_gateway.principals import FED_SECONDS, TRIES, UNFED_SECONDS, or_known

remembers(__name__)  # digests of keys, ids and permissions


PREFIX = "crm_"
MAX_KEYS = 10_000

Resolve = Callable[[bytes], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a key stands for, and when that was asked."""

    claims: Claims
    fetched_at: float


class ApiKeys:
    """The API keys that the gateway knows, by their digest."""

    def __init__(self, resolve: Resolve, now: Callable[[], float], clock: Callable[[], float] = time.time) -> None:
        self._resolve = resolve
        self._now = now
        self._clock = clock
        self._entries: LRUCache[bytes, _Entry] = LRUCache(maxsize=MAX_KEYS)
        self._forgotten = 0
        self._fed = False

    def fed(self, running: bool) -> None:
        """Notes whether events are followed. What happened while they were not may have been missed."""
        self._fed = running
        self.forget()

    def forget(self) -> None:
        """Forgets every key: one has ended."""
        self._entries.clear()
        self._forgotten += 1

    async def claims(self, key: str) -> Claims:
        """What the key stands for. Raises InvalidToken for one that is unknown, has expired or was revoked."""
        if len(key) > MAX_TOKEN:
            raise InvalidToken()
        digest = hashlib.sha256(key.encode()).digest()
        entry = self._entries.get(digest)
        if entry is None:
            entry = await self._ask(digest)
        elif self._now() - entry.fetched_at >= (FED_SECONDS if self._fed else UNFED_SECONDS):
            entry = await or_known(self._ask(digest), entry, self._now)
        if entry.claims.expires <= self._clock():
            raise InvalidToken("The API key has expired.")
        return entry.claims

    async def _ask(self, digest: bytes) -> _Entry:
        """Asks again if a key has ended in between: the answer may be older than that."""
        for _ in range(TRIES):
            forgotten, started = self._forgotten, self._now()
            found = await self._resolve(digest)
            if forgotten != self._forgotten:
                continue
            if not found.user_id:
                self._entries.pop(digest, None)
                raise InvalidToken("The API key is not valid; it may have been revoked or have expired.")
            claims = Claims(
                found.user_id,
                found.api_key_id,
                None,
                found.expires_at.ToNanoseconds() / 1e9,
                found.prefix,
                tuple(found.permissions),
            )
            entry = self._entries[digest] = _Entry(claims, started)
            return entry
        raise Unavailable("API keys are changing; repeat.")
