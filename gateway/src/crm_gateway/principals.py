"""What users may do right now: kept in memory, dropped by the feed of identity's events.

While the feed runs, a principal is right until an event says otherwise. While it does not, a principal is asked
for again every second; with identity silent too, the last answer goes on for a minute and then the gateway
refuses rather than guess. What an event has dropped is never used again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from cachetools import LRUCache
from crm_chassis.access.actor import Actor, limited
from crm_chassis.access.reach import NOWHERE, Standing
from crm_chassis.errors import DomainError, Unavailable
from crm_chassis.remembered import remembers

from crm_gateway.authn import Claims
from crm_gateway.authz import Caller, Minter
from crm_gateway.errors import InvalidToken

remembers(__name__)  # ids and rights of users
remembers(__name__)  # their callers


# Even with the feed running a principal is asked for again now and then: a peer that froze looks like silence.
FED_SECONDS = 30.0
UNFED_SECONDS = 1.0
GRACE_SECONDS = 60.0
MAX_PRINCIPALS = 10_000
TRIES = 5

Resolve = Callable[[str], Awaitable[Any]]


class _Dated(Protocol):
    @property
    def fetched_at(self) -> float: ...


D = TypeVar("D", bound=_Dated)


async def or_known(asked: Awaitable[D], known: D, now: Callable[[], float]) -> D:
    """What identity says now, or for a minute what it said last while it does not answer."""
    try:
        return await asked
    except InvalidToken:
        raise
    except DomainError:
        if now() - known.fetched_at < GRACE_SECONDS:
            return known
        raise


class _Entry:
    """A principal with the callers of its sessions. `suspect` once an event may have been missed."""

    __slots__ = (
        "active", "callers", "epoch", "fetched_at", "grants", "manager_id", "principal_ids", "principal_ids_below",
        "revoked", "suspect", "team_ids", "territory_ids",
    )  # fmt: skip

    def __init__(self, principal: Any, fetched_at: float) -> None:
        self.active = principal.active
        self.epoch = principal.epoch
        self.revoked = frozenset(principal.revoked_session_ids)
        self.grants = {grant.permission: int(grant.scope) for grant in principal.grants}
        self.manager_id = principal.manager_id
        self.team_ids = frozenset(principal.team_ids)
        self.territory_ids = frozenset(principal.reached_territory_ids)
        self.principal_ids = frozenset(principal.principal_ids)
        self.principal_ids_below = frozenset(principal.principal_ids_below)
        self.fetched_at = fetched_at
        self.suspect = False
        self.callers: LRUCache[str, Caller] = LRUCache(maxsize=64)


class Principals:
    """The callers that the gateway knows."""

    def __init__(self, resolve: Resolve, minter: Minter, now: Callable[[], float] = time.monotonic) -> None:
        self._resolve = resolve
        self._minter = minter
        self._now = now
        self._entries: LRUCache[str, _Entry] = LRUCache(maxsize=MAX_PRINCIPALS)
        self._pending: dict[str, asyncio.Task[_Entry]] = {}
        self._outdated: set[str] = set()
        self._fed = False

    def fed(self, running: bool) -> None:
        """Notes whether the feed runs. Whatever happened while it did not may have been missed."""
        self._fed = running
        self._outdated.update(self._pending)
        for entry in self._entries.values():
            entry.suspect = True

    def drop(self, user_id: str) -> None:
        """Forgets a user, whose rights may have changed."""
        self._entries.pop(user_id, None)
        if user_id in self._pending:
            self._outdated.add(user_id)
        # Of a manager it is known what those below stand for, of whom the user may be, or may have become, one.
        for manager_id in [id_ for id_, entry in self._entries.items() if entry.principal_ids_below]:
            self._entries.pop(manager_id)

    def drop_all(self) -> None:
        """Forgets everybody: a role has changed."""
        self._entries.clear()
        self._outdated.update(self._pending)

    async def caller(self, claims: Claims) -> Caller:
        """The caller a token stands for. Raises InvalidToken if the user or the session has been stopped since."""
        entry = await self._entry(claims.user_id)
        if not entry.active:
            raise InvalidToken("The user has been deactivated.")
        if (claims.epoch is not None and claims.epoch < entry.epoch) or claims.session_id in entry.revoked:
            raise InvalidToken("The session has ended; log in again.")
        caller = entry.callers.get(claims.session_id)
        if caller is None:
            grants = limited(entry.grants, claims.permissions) if claims.api_key else entry.grants
            expires = claims.expires if claims.api_key else 0.0
            actor = Actor(claims.user_id, "user", grants, claims.session_id, claims.api_key, expires)
            caller = entry.callers[claims.session_id] = Caller(actor, self._minter)
        return caller

    async def standing(self, user_id: str) -> Standing:
        """Where a user stands; nowhere if there is no such user."""
        try:
            entry = above = await self._entry(user_id)
            manager_ids = {user_id}
            while above.manager_id and above.manager_id not in manager_ids:
                manager_ids.add(above.manager_id)
                above = await self._entry(above.manager_id)
        except InvalidToken:
            return NOWHERE
        return Standing(
            entry.team_ids, frozenset(manager_ids), entry.territory_ids, entry.principal_ids, entry.principal_ids_below
        )

    async def _entry(self, user_id: str) -> _Entry:
        """What is known of a user, as fresh as it has to be. Raises InvalidToken if there is no such user."""
        entry = self._entries.get(user_id)
        if entry is None:
            return await self._fetch(user_id)
        age = self._now() - entry.fetched_at
        if self._fed and not entry.suspect:
            if age >= FED_SECONDS:
                self._start(user_id)
        elif age >= UNFED_SECONDS or self._fed:
            return await or_known(self._fetch(user_id), entry, self._now)
        return entry

    def _fetch(self, user_id: str) -> asyncio.Future[_Entry]:
        return asyncio.shield(self._start(user_id))

    def _start(self, user_id: str) -> asyncio.Task[_Entry]:
        """Asks identity, once however many requests wait for it."""
        task = self._pending.get(user_id)
        if task is None:
            task = self._pending[user_id] = asyncio.ensure_future(self._ask(user_id))
            task.add_done_callback(lambda done: self._asked(user_id, done))
        return task

    def _asked(self, user_id: str, task: asyncio.Task[_Entry]) -> None:
        self._pending.pop(user_id, None)
        self._outdated.discard(user_id)
        if not task.cancelled():
            task.exception()

    async def _ask(self, user_id: str) -> _Entry:
        """Asks again if an event came in between: the answer may be older than the event."""
        for _ in range(TRIES):
            self._outdated.discard(user_id)
            started = self._now()
            principal = await self._resolve(user_id)
            if user_id in self._outdated:
                continue
            if principal is None:
                self._entries.pop(user_id, None)
                raise InvalidToken("The user does not exist.")
            entry = self._entries[user_id] = _Entry(principal, started)
            return entry
        raise Unavailable("The user's rights are changing; repeat.")
