"""How a dashboard is made: of panels, each of which reads once and answers with the points of some metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from crm.reporting.v1 import dashboards_pb2
from crm_chassis.records.mapping import money_text
from crm_chassis.records.tx import Transaction
from crm_kit.money import payable

from crm_reporting.definitions import MONEY, Metric
from crm_reporting.periods import Period

Point = dashboards_pb2.DataPoint
Points = list[Point]
Read = Callable[[Transaction, Period], Mapping[Metric, Points]]


@dataclass(frozen=True)
class Panel:
    """Metrics that one statement answers."""

    metrics: tuple[Metric, ...]
    read: Read

    def widgets(self, tx: Transaction, period: Period) -> Iterable[dashboards_pb2.Widget]:
        """The widgets the caller may see; nothing is read for a caller who may see none."""
        shown = [metric for metric in self.metrics if metric.shown_to(tx.actor)]
        if not shown:
            return
        points = self.read(tx, period)
        for metric in shown:
            yield dashboards_pb2.Widget(
                name=metric.name,
                title=metric.title,
                kind=metric.kind,
                definition=metric.definition,
                unit=_unit(metric, points[metric]),
                points=points[metric],
            )


def panel(*metrics: Metric) -> Callable[[Read], Panel]:
    """Makes a function that reads the points of the metrics a panel."""
    return lambda read: Panel(metrics, read)


def _unit(metric: Metric, points: Points) -> str:
    """For money the currency, or "currency" where points are in several; their series tells which."""
    if metric.unit != MONEY:
        return metric.unit
    currencies = {point.series for point in points}
    return currencies.pop() if len(currencies) == 1 else "currency"


def money(amount: Decimal | None, currency: str, label: str = "", record_id: str = "") -> Points:
    """A point in a currency, in whole minor units; none where there is no amount."""
    if amount is None:
        return []
    return [Point(label=label, series=currency, value=money_text(payable(amount, currency)), record_id=record_id)]


def number(value: float | None, label: str = "", series: str = "", record_id: str = "") -> Points:
    """A point with one digit after the decimal point, none for whole numbers; none where there is no value."""
    if value is None:
        return []
    text = str(value) if isinstance(value, int) else f"{value:.1f}"
    return [Point(label=label, series=series, value=text, record_id=record_id)]


def percent(value: float | None, label: str = "", series: str = "", record_id: str = "") -> Points:
    """A ratio as a point in percent."""
    return number(None if value is None else value * 100.0, label, series, record_id)


def gathered(found: Iterable[Points]) -> Points:
    """All the points in one list."""
    return list(chain.from_iterable(found))


def counted(found: Mapping[tuple[str, str], int]) -> Points:
    """Counts by label and record, as they come."""
    return gathered(number(count, label, "", key) for (label, key), count in found.items())


def largest_first(found: Iterable[Points]) -> Points:
    """All the points, sorted by value."""
    return sorted(gathered(found), key=lambda point: float(point.value), reverse=True)
