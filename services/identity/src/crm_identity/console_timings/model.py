"""What consoles have measured, as counts in classes of length: a histogram for each day, version, page and measure.

Kept are counts alone, so nothing grows with how much is measured, and nothing can be told of anybody.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from crm.identity.v1 import console_timings_pb2 as messages
from crm_chassis.records.model import Personal
from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from crm_identity.base import Base

DAYS_KEPT = 90
DAYS_SHOWN = 14
MOST_VERSIONS = 8
"""Versions told apart within a day. A client says itself which it is, and may say anything."""
OTHER = "other"
UP_TO = (
    8, 16, 25, 35, 50, 75, 100, 125, 150, 200, 250, 300, 400, 500, 650, 800, 1000, 1500, 2000, 3000, 5000, 8000, 15000,
    60000,
)  # fmt: skip
"""The classes, by the longest that is in them, in milliseconds."""

BUDGETS: dict[tuple[int, int | None], int] = {
    (messages.PAINTED, messages.LIST): 300,
    (messages.PAINTED, messages.CUSTOMER): 400,
    (messages.PAINTED, messages.RECORD): 400,
    (messages.SEARCH, None): 100,
    (messages.INTERACTION, None): 200,
}
"""What three quarters should stay within, by measure and page; None stands for every page."""


class ConsoleTimingCount(Base):
    """How many of one class there were."""

    __tablename__ = "console_timings"
    personal: ClassVar[Personal | None] = None

    day: Mapped[date] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(Integer, primary_key=True)
    measure: Mapped[int] = mapped_column(Integer, primary_key=True)
    up_to: Mapped[int] = mapped_column(Integer, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


def class_of(milliseconds: int) -> int:
    """The class that a length falls into; what is longer than all of them into the last."""
    return UP_TO[min(bisect_left(UP_TO, milliseconds), len(UP_TO) - 1)]


def budget_of(measure: int, page: int) -> int:
    """What three quarters should stay within, 0 if nothing is set."""
    return BUDGETS.get((measure, page), BUDGETS.get((measure, None), 0))


def quantile(counts: Mapping[int, int], share: float) -> int:
    """The length that `share` of all stay within, in milliseconds: within its class as if all lengths were as frequent.

    0 where nothing was measured.
    """
    wanted, seen = sum(counts.values()) * share, 0
    for place, up_to in enumerate(UP_TO):
        count = counts.get(up_to, 0)
        if count and seen + count >= wanted:
            least = UP_TO[place - 1] if place else 0
            return round(least + (up_to - least) * (wanted - seen) / count)
        seen += count
    return 0
