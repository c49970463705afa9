"""Rate limits: a token bucket per user and per client address for each class of calls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from cachetools import LRUCache

from crm_gateway.errors import TooManyRequests

MAX_BUCKETS = 50_000
# Many users may share an address.
ADDRESS_FACTOR = 4
CREDENTIALS_PER_ADDRESS = 6


class Limits:
    """The buckets. With `rates` None nothing is limited.

    A bucket holds one period's worth of calls and refills steadily; the period is a second, for CREDENTIAL a
    minute.
    """

    def __init__(self, rates: Mapping[str, int] | None, now: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._now = now
        self._buckets: LRUCache[tuple[str, str], tuple[float, float]] = LRUCache(maxsize=MAX_BUCKETS)

    def address(self, rate: str, address: str) -> None:
        """Counts a call from a client address. Raises TooManyRequests."""
        factor = CREDENTIALS_PER_ADDRESS if rate == "CREDENTIAL" else ADDRESS_FACTOR
        self._take(rate, "@" + address, factor)

    def user(self, rate: str, user_id: str) -> None:
        """Counts a call of a user. Raises TooManyRequests."""
        self._take(rate, user_id, 1)

    def credential(self, address: str, email: str) -> None:
        """Counts an attempt to log in as somebody. Raises TooManyRequests."""
        self._take("CREDENTIAL", f"{address} {email.strip().lower()[:254]}", 1)

    def _take(self, rate: str, key: str, factor: int) -> None:
        if self._rates is None:
            return
        size = float(self._rates[rate] * factor)
        per_second = size / 60 if rate == "CREDENTIAL" else size
        now = self._now()
        level, at = self._buckets.get((rate, key), (size, now))
        level = min(size, level + (now - at) * per_second)
        if level < 1:
            self._buckets[rate, key] = (level, now)
            raise TooManyRequests((1 - level) / per_second)
        self._buckets[rate, key] = (level - 1, now)
