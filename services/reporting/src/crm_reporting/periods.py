"""The stretch of time figures are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from crm_chassis.errors import InvalidInput
from sqlalchemy import ColumnElement, and_, or_, true

DEFAULT_DAYS = 365
LONGEST_DAYS = 3653
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both inclusive, in UTC. An absent end is open."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def of(cls, from_date: str, to_date: str) -> Period:
        """What a request names, days as "2026-01-31" or "". Raises InvalidInput if the days make no period."""
        period = cls(_day("from_date", from_date), _day("to_date", to_date))
        if period.first and period.last:
            if period.first > period.last:
                raise InvalidInput.of("from_date", "must not be after to_date")
            if (period.last - period.first).days > LONGEST_DAYS:
                raise InvalidInput.of("from_date", "must be at most ten years before to_date")
        return period

    @classmethod
    def or_last_year(cls, from_date: str, to_date: str, today: date) -> Period:
        """The same, closed: up to today if no end is named, and the 365 days up to the end if no beginning is."""
        asked = cls.of(from_date, to_date)
        last = asked.last or max(today, asked.first or today)
        first = asked.first or last - timedelta(days=DEFAULT_DAYS - 1)
        return cls.of(first.isoformat(), last.isoformat())

    def has_day(self, column: Any) -> ColumnElement[bool]:
        """Rows whose DATE lies in the period."""
        conditions = [true()]
        if self.first:
            conditions.append(column >= self.first)
        if self.last:
            conditions.append(column <= self.last)
        return and_(*conditions)

    def covers(self, grain: Any, day: Any) -> ColumnElement[bool]:
        """Sums by MONTH of the whole months in the period, and by DAY of what is left of it at both ends."""
        begin = self.first and _month(self.first, 0 if self.first.day == 1 else 1)
        end = self.last and _month(self.last + timedelta(days=1))
        if begin and end and begin >= end:
            return and_(grain == "DAY", self.has_day(day))
        months, ends = [grain == "MONTH"], []
        if self.first and begin:
            months.append(day >= begin)
            ends.append(and_(day >= self.first, day < begin))
        if self.last and end:
            months.append(day < end)
            ends.append(and_(day >= end, day <= self.last))
        return or_(and_(*months), *(and_(grain == "DAY", rest) for rest in ends))

    def has_moment(self, column: Any) -> ColumnElement[bool]:
        """Rows whose time lies in the period."""
        conditions = [true()]
        if self.first:
            conditions.append(column >= datetime.combine(self.first, time(), UTC))
        if self.last:
            conditions.append(column < datetime.combine(self.last + timedelta(days=1), time(), UTC))
        return and_(*conditions)


def _month(day: date, later: int = 0) -> date:
    """The first of the month of a day, or of the one so many months later."""
    years, month = divmod(day.month - 1 + later, 12)
    return date(day.year + years, month + 1, 1)


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    day = date.fromisoformat(text)
    if not EARLIEST <= day <= LATEST:
        raise InvalidInput.of(field, f"must lie between {EARLIEST} and {LATEST}")
    return day
