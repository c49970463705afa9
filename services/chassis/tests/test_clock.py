"""The clock of a process can be made wrong, in development only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from crm_chassis.clock import set_skew, system_clock
from crm_chassis.records.mapping import timestamp
from crm_chassis.settings import Settings, SettingsError


@pytest.fixture
def skew() -> Iterator[None]:
    yield
    set_skew(timedelta(0))


def test_a_skewed_clock_is_ahead_by_the_setting(monkeypatch: pytest.MonkeyPatch, skew: None) -> None:
    monkeypatch.setenv("CRM_CLOCK_SKEW_SECONDS", "-300")
    set_skew(Settings("sales").clock_skew)
    assert abs((datetime.now(UTC) - system_clock()).total_seconds() - 300) < 1


def test_the_clock_is_right_unless_asked() -> None:
    assert Settings("sales").clock_skew == timedelta(0)


def test_a_skewed_clock_is_refused_outside_development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_ENV", "production")
    monkeypatch.setenv("CRM_CLOCK_SKEW_SECONDS", "1")
    with pytest.raises(SettingsError, match="CRM_CLOCK_SKEW_SECONDS"):
        _ = Settings("sales").clock_skew


def test_the_last_moment_that_there_is_is_written_as_it_is() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert (timestamp(last).ToDatetime(UTC), timestamp(last).nanos) == (last, 999_999_000)
