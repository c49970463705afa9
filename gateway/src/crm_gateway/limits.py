"""Rate limits: a token bucket per user and per client address for each class of calls."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cachetools import TTLCache
from crm_chassis.contracts.formats import address_key
from crm_chassis.remembered import remembers

from crm_gateway.errors import TooManyRequests

BUCKET_SECONDS = 60.0
"""After so long a bucket that nobody draws from is full again."""
remembers(__name__, "addresses of clients, and whom they tried to log in as", seconds=BUCKET_SECONDS)


CREDENTIAL = "CREDENTIAL"
READ = "READ"
MAX_BUCKETS = 50_000
# Many users may share an address.
ADDRESS_FACTOR = 4
CREDENTIALS_PER_ADDRESS = 6


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit: calls, of how many in how many seconds, and seconds until it is whole again."""

    name: str
    quota: int
    window: int
    left: int
    reset: int

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """As clients see it (IETF draft ratelimit-headers)."""
        return [
            (b"ratelimit-policy", f'"{self.name}";q={self.quota};w={self.window}'.encode()),
            (b"ratelimit", f'"{self.name}";r={self.left};t={self.reset}'.encode()),
        ]


class Limits:
    """The buckets. With `rates` None nothing is limited.

    A bucket holds one period's worth of calls and refills steadily; the period is a second, for CREDENTIAL a
    minute.
    """

    def __init__(self, rates: Mapping[str, int] | None, now: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._now = now
        self._buckets: TTLCache[tuple[str, str], tuple[float, float]] = TTLCache(MAX_BUCKETS, BUCKET_SECONDS, now)

    def address(self, rate: str, address: str) -> None:
        """Counts a call from a client address. Raises TooManyRequests."""
        factor = CREDENTIALS_PER_ADDRESS if rate == CREDENTIAL else ADDRESS_FACTOR
        self._take(rate, "@" + address, factor)

    def user(self, rate: str, user_id: str) -> None:
        """Counts a call of a user. Raises TooManyRequests."""
        self._take(rate, user_id, 1)

    def allowance(self, rate: str, user_id: str) -> Allowance | None:
        """What a user has left; None where nothing is limited."""
        if self._rates is None:
            return None
        size = self._rates[rate]
        level, _ = self._buckets.get((rate, user_id), (float(size), 0.0))
        window = self._window(rate)
        return Allowance(rate.lower(), size, window, int(level), math.ceil((size - level) * window / size))

    def credential(self, address: str, email: str) -> None:
        """Counts an attempt to log in as somebody, or to have a new password sent. Raises TooManyRequests."""
        self._take(CREDENTIAL, f"{address} {address_key(email[:254])}", 1)

    @staticmethod
    def _window(rate: str) -> int:
        return int(BUCKET_SECONDS) if rate == CREDENTIAL else 1

    def _take(self, rate: str, key: str, factor: int) -> None:
        if self._rates is None:
            return
        size = float(self._rates[rate] * factor)
        per_second = size / self._window(rate)
        now = self._now()
        level, at = self._buckets.get((rate, key), (size, now))
        level = min(size, level + (now - at) * per_second)
        if level < 1:
            self._buckets[rate, key] = (level, now)
            raise TooManyRequests((1 - level) / per_second)
        self._buckets[rate, key] = (level - 1, now)
