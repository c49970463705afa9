"""Working time: deadline and elapsed time are inverse, whatever the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from crm_support.calendars.model import HORIZON, WorkingTime, working_time
from hypothesis import assume, given, settings
from hypothesis import strategies as st

OFFICE = [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(1, 6)]
ALWAYS = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(1, 8)]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def office(zone: str = "UTC", holidays: tuple[str, ...] = ()) -> WorkingTime:
    return working_time(zone, OFFICE, holidays)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-07T15:00", 60, "2026-03-09T10:00"),  # Saturday: Monday 10:00, not 16:00
        ("2026-03-06T16:30", 60, "2026-03-09T09:30"),
        ("2026-03-06T16:00", 60, "2026-03-06T17:00"),
        ("2026-03-09T03:00", 480, "2026-03-09T17:00"),
        ("2026-03-09T09:00", 481, "2026-03-10T09:01"),
        ("2026-03-09T09:00", 2400, "2026-03-13T17:00"),
        ("2026-03-07T15:00", 0, "2026-03-07T15:00"),
    ],
)
def test_deadlines_of_office_hours(start: str, minutes: int, due: str) -> None:
    assert office().add_working(at(start), minutes * MINUTE) == at(due)


def test_a_holiday_is_passed_over() -> None:
    hours = office(holidays=("2026-03-09",))

    assert hours.add_working(at("2026-03-07T15:00"), HOUR) == at("2026-03-10T10:00")
    assert hours.working_between(at("2026-03-09T00:00"), at("2026-03-10T00:00")) == timedelta()


def test_split_shifts_have_a_break_between_them() -> None:
    split = [{"weekday": 1, "start": "13:00", "end": "17:00"}, {"weekday": 1, "start": "08:00", "end": "12:00"}]
    hours = working_time("UTC", split, ())

    assert hours.add_working(at("2026-03-09T11:30"), HOUR) == at("2026-03-09T13:30")
    assert hours.working_between(at("2026-03-09T11:30"), at("2026-03-09T13:30")) == HOUR


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Havana", "Africa/Cairo", "America/Santiago"])
def test_round_the_clock_has_no_gap_at_midnight_nor_when_clocks_change(zone: str) -> None:
    hours, start = working_time(zone, ALWAYS, ()), at("2026-01-01T11:17")

    assert hours.working_between(start, start + 365 * 24 * HOUR) == 365 * 24 * HOUR
    assert hours.add_working(start, 300 * 24 * HOUR) == start + 300 * 24 * HOUR


@pytest.mark.parametrize(
    ("day", "hours_long"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 30), 24)]
)
def test_a_day_is_as_long_as_it_really_is(day: date, hours_long: int) -> None:
    berlin = working_time("Europe/Berlin", [{"weekday": day.isoweekday(), "start": "00:00", "end": "24:00"}], ())
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

    assert berlin.working_between(noon - 36 * HOUR, noon + 36 * HOUR) == hours_long * HOUR


def test_a_shift_that_begins_in_the_hour_that_does_not_exist_begins_at_the_jump() -> None:
    berlin = working_time("Europe/Berlin", [{"weekday": 7, "start": "02:30", "end": "05:00"}], ())

    assert berlin.working_between(at("2026-03-29T00:00"), at("2026-03-29T12:00")) == 2 * HOUR
    assert berlin.add_working(at("2026-03-29T00:00"), HOUR) == at("2026-03-29T02:00")


def test_office_hours_follow_the_clocks_of_their_zone() -> None:
    new_york = office("America/New_York")

    assert new_york.add_working(at("2026-03-06T00:00"), MINUTE) == at("2026-03-06T14:01")
    assert new_york.add_working(at("2026-03-09T00:00"), MINUTE) == at("2026-03-09T13:01")


def test_a_deadline_beyond_the_horizon_is_cut_off() -> None:
    rare = working_time("UTC", [{"weekday": 1, "start": "09:00", "end": "09:01"}], ())
    start = at("2026-03-09T00:00")

    assert rare.add_working(start, 1000 * HOUR) == start + HORIZON


def test_time_does_not_run_backwards() -> None:
    assert office().working_between(at("2026-03-10T12:00"), at("2026-03-09T12:00")) == timedelta()


ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Asia/Kolkata",
    "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca", "Asia/Tehran", "Africa/Cairo",
]  # fmt: skip


@st.composite
def calendars(draw: Any) -> WorkingTime:
    hours = []
    for weekday in draw(st.sets(st.integers(1, 7), min_size=1)):
        cuts = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=8)))
        pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
        touching = draw(st.booleans())
        pairs += list(zip(cuts[1::2], cuts[2::2], strict=False)) if touching else []
        hours += [
            {"weekday": weekday, "start": f"{a // 60:02}:{a % 60:02}", "end": f"{b // 60:02}:{b % 60:02}"}
            for a, b in pairs
        ]
    days = draw(st.sets(st.dates(date(2010, 1, 1), date(2013, 12, 31)), max_size=20))
    return working_time(draw(st.sampled_from(ZONES)), hours, [day.isoformat() for day in days])


moments = st.datetimes(datetime(2010, 1, 1), datetime(2013, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.timedeltas(timedelta(), timedelta(hours=20))


@given(calendars(), moments, amounts)
@settings(max_examples=200)
def test_elapsed_time_until_a_deadline_is_what_was_added(
    hours: WorkingTime, start: datetime, amount: timedelta
) -> None:
    due = hours.add_working(start, amount)
    assume(due < start + HORIZON)

    assert hours.working_between(start, due) == amount
    assert amount == timedelta() or hours.working_between(start, due - timedelta(microseconds=1)) < amount


@given(calendars(), moments, amounts, st.timedeltas(timedelta(), timedelta(days=40)))
@settings(max_examples=100)
def test_a_moment_of_work_is_the_deadline_of_the_time_worked_until_then(
    hours: WorkingTime, start: datetime, amount: timedelta, before: timedelta
) -> None:
    end = hours.add_working(start, amount + timedelta(microseconds=1))
    assume(end < start + HORIZON)

    earlier = start - before
    assert hours.add_working(earlier, hours.working_between(earlier, end)) == end


@given(calendars(), moments, st.lists(st.timedeltas(timedelta(), timedelta(days=9)), min_size=2, max_size=2))
@settings(max_examples=100)
def test_the_parts_add_up(hours: WorkingTime, start: datetime, lengths: list[timedelta]) -> None:
    middle, end = start + lengths[0], start + lengths[0] + lengths[1]

    parts = hours.working_between(start, middle) + hours.working_between(middle, end)
    assert parts == hours.working_between(start, end)


@given(calendars(), moments, st.timedeltas(timedelta(), timedelta(days=5)))
@settings(max_examples=40)
def test_working_time_is_what_a_clock_on_the_wall_says(hours: WorkingTime, start: datetime, length: timedelta) -> None:
    """Against the slow definition: sample every 15 minutes of a stretch without a change of the clocks."""
    start = start.replace(minute=0, second=0, microsecond=0)
    steps = length // timedelta(minutes=15)
    walls = [(start + i * timedelta(minutes=15)).astimezone(hours.zone) for i in range(steps + 1)]
    assume(len({wall.utcoffset() for wall in walls}) == 1)

    slow = timedelta()
    for wall, after in pairwise(walls):
        for minute in range(15):
            now = wall + minute * MINUTE
            of_day = now.hour * 60 + now.minute
            working = any(a <= of_day < b for a, b in hours.week.get(now.isoweekday(), ()))
            slow += MINUTE * (working and now.date() not in hours.holidays)
        assert after - wall == timedelta(minutes=15)

    assert hours.working_between(start, start + steps * timedelta(minutes=15)) == slow
