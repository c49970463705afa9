"""Finished customer-360 answers, kept for whom they were made until something in them changes.

A page is kept under the customer and everything the caller may do, so it never crosses callers. It is known by the
ids it names: an event or a write through this gateway that speaks of one of them ends it. Other services learn of
an event a moment later than this gateway does, so a page made in that moment could hold what is outdated: what an
event speaks of is forgotten a second time soon after. While events are not followed, nothing is kept; and a frozen
service shows within the few seconds that a page lives.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable

from cachetools import TTLCache

from crm_gateway.metrics import PAGES

SECONDS = 5.0
BYTES = 64 * 1024 * 1024
AGAIN_SECONDS = 2.0
MAKING_SECONDS = 30.0
"""No page is in the making for longer than this."""
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Who did or owns something appears in many pages and changes none of them.
_NAMED = re.compile(rb'"((?:[a-z_]+_)?ids?|subject)":(?:"(' + _ID.pattern + rb')"|\[([^\]]*)\])')
_PEOPLE = frozenset((b"owner_id", b"assignee_id", b"actor_id", b"user_id", b"manager_id", b"team_id", b"territory_id"))

Key = tuple[str, ...]


def ids_named(document: bytes) -> set[str]:
    """The ids of records that a JSON document of ours speaks of."""
    found: set[str] = set()
    for name, one, many in _NAMED.findall(document):
        if name not in _PEOPLE:
            found.update(id_.decode() for id_ in ([one] if one else _ID.findall(many)))
    return found


class Pages:
    """Keeps pages; used in the event loop only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pages: TTLCache[Key, bytes] = TTLCache(BYTES, SECONDS, clock, getsizeof=lambda page: 500 + 2 * len(page))
        self._naming: dict[str, set[Key]] = {}
        self._forgotten: TTLCache[str, float] = TTLCache(float("inf"), MAKING_SECONDS, clock)
        self._again: deque[tuple[float, frozenset[str]]] = deque()
        self._since = float("inf")
        self._hits, self._misses = PAGES.labels("hit"), PAGES.labels("miss")

    def followed(self, running: bool) -> None:
        """Whether events are followed from now on."""
        self.clear()
        self._since = self._clock() if running else float("inf")

    def get(self, key: Key) -> bytes | None:
        """The page, if it is still true."""
        self._forget_again()
        page: bytes | None = self._pages.get(key)
        (self._misses if page is None else self._hits).inc()
        return page

    def put(self, key: Key, page: bytes, asked_at: float) -> None:
        """Keeps a page whose services were asked at that time of the clock, unless something changed since."""
        self._forget_again()
        names = ids_named(page)
        if asked_at < self._since or any(self._forgotten.get(one, 0.0) >= asked_at for one in names):
            return
        try:
            self._pages[key] = page
        except ValueError:
            return  # larger than all the room
        for one in names:
            self._naming.setdefault(one, set()).add(key)
        if len(self._naming) > 4 * max(1000, 50 * len(self._pages)):
            self._tidy()

    def forget(self, ids: Iterable[str]) -> None:
        """Something happened to these records."""
        self._forget_again()
        wanted = frozenset(ids)
        self._again.append((self._clock() + AGAIN_SECONDS, wanted))
        self._drop(wanted)

    def clear(self) -> None:
        """Forgets everything: what somebody may see has changed."""
        self._pages.clear()
        self._naming.clear()
        self._since = max(self._since, self._clock())

    def _forget_again(self) -> None:
        now = self._clock()
        while self._again and self._again[0][0] <= now:
            self._drop(self._again.popleft()[1])

    def _drop(self, ids: frozenset[str]) -> None:
        now = self._clock()
        for one in ids:
            self._forgotten[one] = now
            for key in self._naming.pop(one, ()):
                self._pages.pop(key, None)

    def _tidy(self) -> None:
        kept = {one: {key for key in keys if key in self._pages} for one, keys in self._naming.items()}
        self._naming = {one: keys for one, keys in kept.items() if keys}
