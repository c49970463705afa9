"""The arithmetic of sales figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_FINEST = Decimal("0.0001")
"""What no currency goes below; whoever shows a figure rounds it to its currency."""

LEAST_CYCLE_DAYS = 1.0
"""Deals that are won faster say nothing of what a day brings."""


@dataclass(frozen=True)
class Tally:
    """What a group of deals comes to, in one currency. Tallies of the same currency may be added."""

    won: int = 0
    lost: int = 0
    open: int = 0
    priced: int = 0
    """Won deals that have an amount."""
    won_amount: Decimal = Decimal(0)
    open_amount: Decimal = Decimal(0)
    won_days: float = 0.0
    """Days from creation to winning, of all won deals together."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.won + other.won,
            self.lost + other.lost,
            self.open + other.open,
            self.priced + other.priced,
            self.won_amount + other.won_amount,
            self.open_amount + other.open_amount,
            self.won_days + other.won_days,
        )

    @property
    def deals(self) -> int:
        """All of them."""
        return self.won + self.lost + self.open

    @property
    def win_rate(self) -> float | None:
        """won / (won + lost); None without closed deals."""
        return ratio(self.won, self.won + self.lost)

    @property
    def average_deal(self) -> Decimal | None:
        """Mean amount of the won deals that have one, rounded half up to ten-thousandths."""
        return (self.won_amount / self.priced).quantize(_FINEST, ROUND_HALF_UP) if self.priced else None

    @property
    def cycle_days(self) -> float | None:
        """Mean days from creation to winning; None without won deals."""
        return ratio(self.won_days, self.won)

    @property
    def velocity(self) -> Decimal | None:
        """open deals x win rate x average deal / cycle days: the money per day that the open deals promise.

        None where a factor is unknown or deals are won within a day. The formula is the usual one of sales velocity.
        """
        if self.win_rate is None or not self.priced or (days := self.cycle_days or 0) < LEAST_CYCLE_DAYS:
            return None
        factor = self.open * self.win_rate / days
        return (self.won_amount / self.priced * Decimal(factor)).quantize(_FINEST, ROUND_HALF_UP)


def ratio(part: float, whole: float) -> float | None:
    """part / whole; None if there is no whole."""
    return part / whole if whole else None
