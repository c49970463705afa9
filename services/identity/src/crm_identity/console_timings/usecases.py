"""What consoles tell of how fast they are, and what administrators are told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from cachetools import TTLCache
from crm.identity.v1 import console_timings_pb2
from crm_chassis.errors import InvalidInput
from crm_chassis.records.tx import Transaction
from crm_chassis.remembered import remembers
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from crm_identity.console_timings.model import (
    DAYS_KEPT,
    DAYS_SHOWN,
    MOST_VERSIONS,
    OTHER,
    ConsoleTimingCount,
    budget_of,
    class_of,
    quantile,
)
from crm_identity.organisation.queries import the_organisation

HOUR = 3600.0
MOST_PER_HOUR = 1_000
"""What is taken of one user; nobody opens so many pages. One who sends more does not bend the figures of all."""
MOST_USERS = 10_000

_PAGES = frozenset(console_timings_pb2.ConsolePage.values())
_MEASURES = frozenset(console_timings_pb2.ConsoleMeasure.values())

remembers(__name__, "how much users have measured within the hour", seconds=HOUR)
_sent: TTLCache[str, int] = TTLCache(MOST_USERS, HOUR)


def note_console_timings(
    tx: Transaction, request: console_timings_pb2.NoteConsoleTimingsRequest
) -> console_timings_pb2.NoteConsoleTimingsResponse:
    """Counts what was measured; nothing if the organisation does not want it, or beyond what is taken of one user.

    Raises InvalidInput for pages and measures that there are not.
    """
    if any(timing.page not in _PAGES or timing.measure not in _MEASURES for timing in request.timings):
        raise InvalidInput.of("timings", "names a page or a measure that there is not")
    before = _sent.get(tx.actor.id, 0)
    taken = request.timings[: max(0, MOST_PER_HOUR - before)]
    if not taken or not the_organisation(tx.session).measures_console:
        return console_timings_pb2.NoteConsoleTimingsResponse()
    _sent[tx.actor.id] = before + len(taken)
    today = tx.now.date()
    version = _version_counted(tx, request.version)
    counts = Counter((timing.page, timing.measure, class_of(timing.milliseconds)) for timing in taken)
    rows = [
        {"day": today, "version": version, "page": page, "measure": measure, "up_to": up_to, "count": count}
        # In one order, so that no two calls wait for each other in a circle.
        for (page, measure, up_to), count in sorted(counts.items())
    ]
    query = insert(ConsoleTimingCount).values(rows)
    added = ConsoleTimingCount.count + query.excluded.count
    tx.session.execute(
        query.on_conflict_do_update(
            index_elements=["day", "version", "page", "measure", "up_to"], set_={"count": added}
        )
    )
    return console_timings_pb2.NoteConsoleTimingsResponse(taken=len(taken))


def _version_counted(tx: Transaction, version: str) -> str:
    """The version, or `other` if that of today are too many."""
    of_today = select(ConsoleTimingCount.version).where(ConsoleTimingCount.day == tx.now.date()).distinct()
    known = set(tx.session.scalars(of_today))
    return version if version in known or len(known - {OTHER}) < MOST_VERSIONS else OTHER


def get_console_timings(
    tx: Transaction, request: console_timings_pb2.GetConsoleTimingsRequest
) -> console_timings_pb2.ConsoleTimings:
    """How long it took within the days that are asked for: by version, and day by day."""
    first = tx.now.date() - timedelta(days=(request.days or DAYS_SHOWN) - 1)
    row = ConsoleTimingCount
    total = func.sum(row.count)
    by_version = (
        select(row.page, row.measure, row.version, row.up_to, total)
        .where(row.day >= first)
        .group_by(row.page, row.measure, row.version, row.up_to)
    )
    by_day = (
        select(row.page, row.measure, row.day, row.up_to, total)
        .where(row.day >= first)
        .group_by(row.page, row.measure, row.day, row.up_to)
    )
    return console_timings_pb2.ConsoleTimings(
        figures=_figures(tx.session.execute(by_version), "version"),
        days=_figures(tx.session.execute(by_day), "date"),
    )


def _figures(
    rows: Iterable[tuple[int, int, object, int, int]], name: str
) -> list[console_timings_pb2.ConsoleTimingFigures]:
    found: dict[tuple[int, int, str], Counter[int]] = {}
    for page, measure, what, up_to, count in rows:
        found.setdefault((page, measure, str(what)), Counter())[up_to] += int(count)
    return [
        console_timings_pb2.ConsoleTimingFigures(
            page=console_timings_pb2.ConsolePage.Name(page),
            measure=console_timings_pb2.ConsoleMeasure.Name(measure),
            count=sum(counts.values()),
            p50=quantile(counts, 0.5),
            p75=quantile(counts, 0.75),
            p95=quantile(counts, 0.95),
            limit=budget_of(measure, page),
            **{name: what},
        )
        for (page, measure, what), counts in sorted(found.items())
    ]


def forget_old_timings(tx: Transaction) -> None:
    """Removes the counts of days long ago."""
    tx.session.execute(
        delete(ConsoleTimingCount)
        .where(ConsoleTimingCount.day <= tx.now.date() - timedelta(days=DAYS_KEPT))
        .execution_options(synchronize_session=False)
    )
