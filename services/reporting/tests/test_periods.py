"""The stretch of time figures are about."""

from __future__ import annotations

from datetime import date

import pytest
from crm_chassis.errors import InvalidInput
from crm_reporting.dashboards.sales import quarter_of
from crm_reporting.periods import Period

TODAY = date(2026, 5, 20)


def test_the_last_365_days_are_the_default() -> None:
    assert Period.or_last_year("", "", TODAY) == Period(date(2025, 5, 21), TODAY)


def test_a_named_end_stays() -> None:
    assert Period.or_last_year("2026-01-01", "", TODAY) == Period(date(2026, 1, 1), TODAY)
    assert Period.or_last_year("", "2025-12-31", TODAY) == Period(date(2025, 1, 1), date(2025, 12, 31))
    assert Period.or_last_year("2027-01-01", "", TODAY) == Period(date(2027, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-02-01", "2026-01-31"), ("2010-01-01", "2026-01-01"), ("0001-01-01", ""), ("", "9999-12-31")],
)
def test_what_is_no_period_is_refused(first: str, last: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Period.of(first, last)

    assert refused.value.errors


def test_ten_years_are_allowed() -> None:
    assert Period.of("2016-01-01", "2025-12-31").first == date(2016, 1, 1)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [("2026-05-20", "2026-04-01", "2026-06-30"), ("2026-12-31", "2026-10-01", "2026-12-31"),
     ("2026-01-01", "2026-01-01", "2026-03-31")],
)  # fmt: skip
def test_a_quarter_is_one_of_the_calendar(day: str, first: str, last: str) -> None:
    found = quarter_of(date.fromisoformat(day))

    assert found == Period(date.fromisoformat(first), date.fromisoformat(last))
