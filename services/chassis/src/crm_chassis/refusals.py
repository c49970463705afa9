"""Attempts that were refused, for the audit trail: the first of each actor and method in a minute."""

from __future__ import annotations

import threading

from cachetools import TTLCache

from crm_chassis.remembered import remembers

remembers(__name__)  # ids of users


NOTED = 5
SECONDS = 60.0


class Refusals:
    """Says which refusals are noted, so that nobody can flood the audit trail with them."""

    def __init__(self) -> None:
        self._counts: TTLCache[tuple[str, str], int] = TTLCache(maxsize=10_000, ttl=SECONDS)
        self._lock = threading.Lock()

    def is_noted(self, actor_id: str, method: str) -> bool:
        """Counts a refusal; whether it is one of the first."""
        key = actor_id, method
        with self._lock:
            count = self._counts.get(key, 0) + 1
            if count <= NOTED:  # the minute begins with the first and ends with the last that is noted
                self._counts[key] = count
        return count <= NOTED
