"""How fast the console is: counts of what is measured, nothing of whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from crm.identity.v1 import console_timings_pb2 as messages
from crm.identity.v1 import organisation_pb2
from crm_chassis.access.actor import ALL, Actor
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from crm_identity.console_timings import usecases
from crm_identity.console_timings.model import (
    DAYS_KEPT,
    MOST_VERSIONS,
    OTHER,
    UP_TO,
    ConsoleTimingCount,
    budget_of,
    class_of,
    quantile,
)
from sqlalchemy import select

ADMIN = user({"console_timings.read": ALL, "organisation.update": ALL})
PERSON = user({})


@pytest.fixture
def note(rpc: Any) -> Any:
    def run(version: str, *milliseconds: int, as_: Actor | None = None, **timing: Any) -> int:
        timing = {"page": messages.LIST, "measure": messages.PAINTED} | timing
        request = messages.NoteConsoleTimingsRequest(
            version=version, timings=[{**timing, "milliseconds": each} for each in milliseconds]
        )
        taken: int = rpc("NoteConsoleTimings", request, as_=as_ or user({})).taken
        return taken

    return run


@pytest.fixture
def figures(rpc: Any) -> Any:
    def run(version: str, **request: Any) -> list[messages.ConsoleTimingFigures]:
        answer = rpc("GetConsoleTimings", messages.GetConsoleTimingsRequest(**request), as_=ADMIN)
        return [one for one in answer.figures if one.version == version]

    return run


def test_figures_are_told_by_version_page_and_measure(note: Any, figures: Any) -> None:
    version = unique("1.0.0+")
    assert note(version, *range(10, 410, 4)) == 100
    assert note(version, 90, 90, 90, measure=messages.INTERACTION, page=messages.BOARD) == 3
    painted, interaction = figures(version)
    assert (painted.page, painted.measure, painted.count) == (messages.LIST, messages.PAINTED, 100)
    assert painted.p50 == pytest.approx(210, abs=10)
    assert painted.p75 == pytest.approx(310, abs=10)
    assert painted.p95 == pytest.approx(390, abs=10)
    assert painted.limit == 300
    assert (interaction.page, interaction.count, interaction.limit) == (messages.BOARD, 3, 200)


def test_each_day_has_its_figures(note: Any, rpc: Any, clock: Any) -> None:
    def on(day: Any) -> int:
        answer = rpc("GetConsoleTimings", messages.GetConsoleTimingsRequest(days=90), as_=ADMIN)
        mine = (one for one in answer.days if one.date == str(day) and one.page == messages.CALENDAR)
        return sum(one.count for one in mine)

    version, today = unique("1.0.0+"), clock().date()
    before = on(today), on(today + timedelta(days=1))
    note(version, 20, page=messages.CALENDAR)
    clock.advance(days=1)
    note(version, 20, 20, page=messages.CALENDAR)
    assert (on(today), on(today + timedelta(days=1))) == (before[0] + 1, before[1] + 2)


def test_only_who_has_the_right_is_told(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        rpc("GetConsoleTimings", messages.GetConsoleTimingsRequest(), as_=PERSON)
    assert refused.value.status == 403


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("version", {"version": "", "timings": [{"page": 1, "measure": 1}]}),
        ("version", {"version": "a b", "timings": [{"page": 1, "measure": 1}]}),
        ("version", {"version": "1" * 41, "timings": [{"page": 1, "measure": 1}]}),
        ("timings", {"version": "1", "timings": []}),
        ("timings", {"version": "1", "timings": [{"page": 1, "measure": 1}] * 101}),
        ("timings[0].page", {"version": "1", "timings": [{"measure": 1}]}),
        ("timings[0].page", {"version": "1", "timings": [{"page": 99, "measure": 1}]}),
        ("timings[0].measure", {"version": "1", "timings": [{"page": 1}]}),
        ("timings[0].milliseconds", {"version": "1", "timings": [{"page": 1, "measure": 1, "milliseconds": -1}]}),
        ("timings[0].milliseconds", {"version": "1", "timings": [{"page": 1, "measure": 1, "milliseconds": 60_001}]}),
    ],
)
def test_nonsense_is_refused(rpc: Any, field: str, request_: dict[str, Any]) -> None:
    with pytest.raises(DomainError) as refused:
        rpc("NoteConsoleTimings", messages.NoteConsoleTimingsRequest(**request_), as_=PERSON)
    assert refused.value.status == 400
    assert any(name.startswith(field.partition("[")[0]) for name in refused.value.errors), refused.value.errors


def test_versions_of_a_day_are_bounded(note: Any, figures: Any, clock: Any) -> None:
    """A client says itself which version it is: it cannot fill the table with them."""
    clock.advance(days=400)
    versions = [unique("v") for _ in range(MOST_VERSIONS + 2)]
    for version in (*versions, versions[0]):
        note(version, 20)
    counted = {version: figures(version, days=1) for version in (*versions, OTHER)}
    assert [sum(one.count for one in counted[version]) for version in versions] == [2] + [1] * (MOST_VERSIONS - 1) + [
        0,
        0,
    ]
    assert sum(one.count for one in counted[OTHER]) == 2


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usecases, "MOST_PER_HOUR", 5)


@pytest.mark.usefixtures("little")
def test_one_person_cannot_bend_the_figures_of_all(note: Any, figures: Any) -> None:
    version, person = unique("v"), user({})
    assert [note(version, 20, 20, 20, as_=person) for _ in range(3)] == [3, 2, 0]
    assert note(version, 20) == 1
    assert [one.count for one in figures(version)] == [6]


@pytest.fixture
def measuring(rpc: Any) -> Iterator[Callable[[bool], None]]:
    def put(wanted: bool) -> None:
        request = organisation_pb2.UpdateOrganisationRequest(organisation={"measures_console": wanted})
        request.update_mask.paths.append("measures_console")
        rpc("UpdateOrganisation", request, as_=ADMIN)

    yield put
    put(True)


def test_nothing_is_taken_if_the_organisation_does_not_want_it(
    note: Any, figures: Any, measuring: Callable[[bool], None]
) -> None:
    version = unique("v")
    measuring(False)
    assert note(version, 20) == 0
    measuring(True)
    assert figures(version) == []
    assert note(version, 20) == 1


def test_old_days_are_forgotten(note: Any, engine: Any, tick: Any, clock: Any) -> None:
    version = unique("v")
    note(version, 20)
    first = clock().date()
    clock.advance(days=DAYS_KEPT - 1)
    note(version, 20)
    kept = select(ConsoleTimingCount.day).where(ConsoleTimingCount.version == version)
    tick("console_timings")
    with engine.begin() as connection:
        assert set(connection.scalars(kept)) == {first, clock().date()}
    clock.advance(days=1)
    tick("console_timings")
    with engine.begin() as connection:
        assert set(connection.scalars(kept)) == {first + timedelta(days=DAYS_KEPT - 1)}


def test_nothing_is_kept_of_whom() -> None:
    assert {column.name for column in ConsoleTimingCount.__table__.columns} == {
        "day", "version", "page", "measure", "up_to", "count",
    }  # fmt: skip


@pytest.mark.parametrize(("milliseconds", "expected"), [(0, 8), (8, 8), (9, 16), (60_000, 60_000), (99_999, 60_000)])
def test_classes(milliseconds: int, expected: int) -> None:
    assert class_of(milliseconds) == expected


def test_quantiles_are_within_the_class_of_the_exact_ones() -> None:
    lengths = sorted((n * 7919) % 5000 for n in range(997))
    counts = Counter(map(class_of, lengths))
    for share in (0.5, 0.75, 0.95):
        exact = class_of(lengths[int(len(lengths) * share)])
        least = UP_TO[UP_TO.index(exact) - 1]
        assert least <= quantile(counts, share) <= exact
    assert quantile({}, 0.5) == 0
    assert quantile({8: 4}, 1) == 8


def test_budgets_hold_for_pages_or_for_all() -> None:
    assert budget_of(messages.PAINTED, messages.CUSTOMER) == 400
    assert budget_of(messages.INTERACTION, messages.OTHER) == 200
    assert budget_of(messages.PAINTED, messages.OTHER) == 0
