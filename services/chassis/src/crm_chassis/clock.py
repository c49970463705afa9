"""The time, as one function that tests may replace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]

_skew = timedelta(0)


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC) + _skew


def set_skew(skew: timedelta) -> None:
    """Makes the clock of this process go wrong by so much, to try what a wrong clock does."""
    global _skew
    _skew = skew
