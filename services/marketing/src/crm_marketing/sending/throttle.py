"""How fast one domain of recipients is written to."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import LRUCache


class Throttle:
    """A token bucket per domain: `rate` messages per second, and as many at once after a pause."""

    def __init__(self, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._now = now
        self._buckets: LRUCache[str, tuple[float, float]] = LRUCache(maxsize=10_000)

    def wait(self, domain: str) -> float:
        """Seconds until the next message to the domain may go; 0 if one may go now, which is then taken as sent."""
        now = self._now()
        tokens, at = self._buckets.get(domain, (self._rate, now))
        tokens = min(self._rate, tokens + (now - at) * self._rate)
        if tokens < 1:
            self._buckets[domain] = tokens, now
            return (1 - tokens) / self._rate
        self._buckets[domain] = tokens - 1, now
        return 0.0
