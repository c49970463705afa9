"""The business calendar, and the arithmetic of working time.

Working time is computed on instants in UTC. A wall-clock time stands for the first instant at which the clocks of
the zone show it or a later time, so a shift over a change of the clocks is as long as it really is, shifts that
touch stay together, and 24:00 is the same instant as 00:00 of the next day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from crm.support.v1 import business_calendars_pb2
from crm_chassis.remembered import remembers
from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_support.base import Record

remembers(__name__)  # hours


HORIZON = timedelta(days=3653)
"""No deadline is further away than ten years: there it is cut off."""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingTime:
    """Working hours in a time zone: by ISO weekday, stretches as minutes of the day in order; and holidays."""

    zone: ZoneInfo
    week: Mapping[int, tuple[tuple[int, int], ...]]
    holidays: frozenset[date]

    def add_working(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant at which `amount` of working time has passed since `start`."""
        if amount <= timedelta():
            return start
        for begin, end in self._shifts(start):
            if end - begin >= amount:
                return begin + amount
            amount -= end - begin
        return start + HORIZON

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; nothing if `end` is not after `start`."""
        found = timedelta()
        if end <= start:
            return found
        for shift_begin, shift_end in self._shifts(start, end - start):
            if shift_begin >= end:
                break
            found += min(shift_end, end) - shift_begin
        return found

    def _shifts(self, start: datetime, reach: timedelta = HORIZON) -> Iterator[tuple[datetime, datetime]]:
        """Stretches of work after `start`, the first one cut to begin there, until `reach` after it."""
        start = start.astimezone(UTC)
        first = start.astimezone(self.zone).date() - _DAY
        for offset in range(reach // _DAY + 4):
            day = first + offset * _DAY
            if day in self.holidays:
                continue
            for opening, closing in self.week.get(day.isoweekday(), ()):
                begin, end = _instant(self.zone, day, opening), _instant(self.zone, day, closing)
                if end > start:
                    yield max(begin, start), end


@lru_cache(maxsize=16384)
def _instant(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """The first instant at which the clocks of the zone show that time of that day or a later time."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    # The clocks jump over this time: the jump itself is between the two ways to read it.
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), found
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // timedelta(seconds=2) * timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def minute_of_day(text: str) -> int:
    """Minutes since midnight of a time HH:MM; 24:00 is 1440."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def working_time(time_zone: str, working_hours: Iterable[Mapping[str, Any]], holidays: Iterable[str]) -> WorkingTime:
    """Working time as a calendar's fields describe it."""
    week: dict[int, list[tuple[int, int]]] = {}
    for one in working_hours:
        stretch = minute_of_day(one["start"]), minute_of_day(one["end"])
        week.setdefault(one["weekday"], []).append(stretch)
    return WorkingTime(
        ZoneInfo(time_zone),
        {weekday: tuple(sorted(stretches)) for weekday, stretches in week.items()},
        frozenset(date.fromisoformat(one) for one in holidays),
    )


class BusinessCalendar(Record):
    """When we work."""

    __tablename__ = "business_calendars"
    __table_args__ = (
        Index("business_calendars_created", "created_at", "id"),
        Index("business_calendars_updated", "updated_at", "id"),
        Index("business_calendars_name", "name", "id"),
        Index("business_calendars_default", "is_default", unique=True, postgresql_where="is_default"),
    )
    message = business_calendars_pb2.BusinessCalendar

    name: Mapped[str]
    time_zone: Mapped[str] = mapped_column(String)
    working_hours: Mapped[list[dict[str, Any]]]
    holidays: Mapped[list[str]] = mapped_column(default=list)
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)

    @property
    def hours(self) -> WorkingTime:
        """The calendar as arithmetic."""
        return working_time(self.time_zone, self.working_hours, self.holidays or ())
