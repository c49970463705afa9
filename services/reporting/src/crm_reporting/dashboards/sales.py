"""The sales dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from crm_chassis.db.base import Id
from crm_chassis.records.tx import Transaction
from sqlalchemy import Integer, Select, Subquery, case, cast, column, func, select, true
from sqlalchemy.dialects.postgresql import JSONB

from crm_reporting import definitions as d
from crm_reporting.dashboards.panels import Points, counted, gathered, largest_first, money, number, panel, percent
from crm_reporting.deals.queries import (
    MANAGER,
    MONTH,
    OWNER,
    PRODUCT,
    REASON,
    REGION,
    SECTOR,
    TOTAL,
    UNKNOWN,
    Group,
    sums,
    tallies,
)
from crm_reporting.deals.tally import ratio
from crm_reporting.facts.model import Opportunity, Pipeline
from crm_reporting.periods import Period

STALLED_SHOWN = 20
CLOSING_SHOWN = 10


def revenue(groups: Iterable[Group]) -> Points:
    """Won amounts, the largest first, currency by currency."""
    won = (group for group in groups if group.tally.priced)
    ordered = sorted(won, key=lambda group: (group.currency, -group.tally.won_amount, group.label))
    return gathered(money(g.tally.won_amount, g.currency, g.label, g.key) for g in ordered)


def revenue_by_month(groups: Iterable[Group]) -> Points:
    """Won amounts by month, oldest first."""
    won = (group for group in groups if group.tally.priced)
    ordered = sorted(won, key=lambda group: (group.currency, group.key))
    return gathered(money(g.tally.won_amount, g.currency, g.label) for g in ordered)


def counts(groups: Iterable[Group], attribute: str) -> dict[tuple[str, str], int]:
    """How many deals there are by (label, key), whatever their currency; the most first."""
    found: dict[tuple[str, str], int] = {}
    for group in groups:
        where = group.label, group.key
        found[where] = found.get(where, 0) + getattr(group.tally, attribute)
    return dict(sorted(((w, n) for w, n in found.items() if n), key=lambda item: (-item[1], item[0])))


def win_rate(groups: list[Group]) -> float | None:
    """Of all deals, whatever their currency."""
    won, lost = (sum(getattr(group.tally, name) for group in groups) for name in ("won", "lost"))
    return ratio(won, won + lost)


def cycle_days(groups: list[Group]) -> float | None:
    """Of all deals, whatever their currency."""
    return ratio(sum(group.tally.won_days for group in groups), sum(group.tally.won for group in groups))


@panel(
    d.REVENUE, d.REVENUE_BY_MONTH, d.WIN_RATE, d.AVERAGE_DEAL, d.CYCLE, d.VELOCITY, d.REVENUE_BY_REP, d.WON_BY_REP,
    d.WIN_RATE_BY_REP, d.CYCLE_BY_REP, d.REVENUE_BY_MANAGER, d.REVENUE_BY_REGION, d.REVENUE_BY_SECTOR, d.LOSS_REASONS,
    d.REVENUE_BY_PRODUCT,
)  # fmt: skip
def closed_deals(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """Everything that deals closed in the period are counted by."""
    dimensions = (TOTAL, MONTH, OWNER, MANAGER, REGION, SECTOR, REASON, PRODUCT)
    found = tallies(tx, dimensions, period, and_open=True)
    total = sorted(found[TOTAL], key=lambda group: group.currency)
    reps = [
        (label, key, list(groups))
        for (label, key), groups in groupby(
            sorted(found[OWNER], key=lambda g: (g.label, g.key)), key=lambda g: (g.label, g.key)
        )
    ]
    return {
        d.REVENUE: revenue(total),
        d.REVENUE_BY_MONTH: revenue_by_month(found[MONTH]),
        d.WIN_RATE: percent(win_rate(total)),
        d.AVERAGE_DEAL: gathered(money(g.tally.average_deal, g.currency) for g in total),
        d.CYCLE: number(cycle_days(total)),
        d.VELOCITY: gathered(money(g.tally.velocity, g.currency) for g in total),
        d.REVENUE_BY_REP: revenue(found[OWNER]),
        d.WON_BY_REP: counted(counts(found[OWNER], "won")),
        d.WIN_RATE_BY_REP: largest_first(percent(win_rate(groups), label, "", key) for label, key, groups in reps),
        d.CYCLE_BY_REP: largest_first(number(cycle_days(groups), label, "", key) for label, key, groups in reps)[::-1],
        d.REVENUE_BY_MANAGER: revenue(found[MANAGER]),
        d.REVENUE_BY_REGION: revenue(found[REGION]),
        d.REVENUE_BY_SECTOR: revenue(found[SECTOR]),
        d.LOSS_REASONS: counted(counts(found[REASON], "lost")),
        d.REVENUE_BY_PRODUCT: revenue(found[PRODUCT]),
    }


def stages(tx: Transaction) -> Subquery:
    """The stages of the visible pipelines, in their order."""
    each = func.jsonb_array_elements(Pipeline.stages)
    stage = each.table_valued(column("value", JSONB), with_ordinality="position", name="stage").render_derived()
    value = stage.c.value
    return (
        tx.visible(Pipeline, deleted=True)
        .join(stage, true())
        .with_only_columns(
            Pipeline.id.label("pipeline_id"),
            Pipeline.name.label("pipeline"),
            cast(value["id"].astext, Id).label("id"),
            value["name"].astext.label("name"),
            cast(value["max_age_days"].astext, Integer).label("max_age_days"),
            stage.c.position,
        )
        .subquery("stages")
    )


def _stalled(tx: Transaction, stage: Any) -> Select[Any]:
    """The visible open deals of the stage that have been in it for too long."""
    too_long_ago = tx.now - func.make_interval(0, 0, 0, stage.max_age_days)
    return (
        tx.visible(Opportunity)
        .where(Opportunity.status == "OPEN", Opportunity.stage_entered_at < too_long_ago)
        .where(Opportunity.stage_id == stage.id, Opportunity.pipeline_id == stage.pipeline_id)
    )


@panel(d.OPEN_DEALS_BY_STAGE, d.OPEN_AMOUNT_BY_STAGE, d.WEIGHTED_PIPELINE, d.STALLED_BY_STAGE)
def open_deals(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """The pipeline as it is now."""
    open_sums, stage = sums(tx, ["deal"], Period()).c, stages(tx)
    keys = (open_sums.pipeline_id, open_sums.stage_id, open_sums.currency)
    group = (
        select(*keys, *(func.sum(open_sums[name]).label(name) for name in ("deals", "priced", "amount", "weighted")))
        .where(open_sums.status == "OPEN")
        .group_by(*keys)
        .subquery("open_deals")
        .c
    )
    counted_stages = select(
        stage, _stalled(tx, stage.c).with_only_columns(func.count()).correlate(stage).scalar_subquery().label("stalled")
    ).subquery("counted_stages")
    at = counted_stages.c
    query = (
        select(
            at.pipeline, at.name, group.stage_id, group.currency, group.deals, group.priced, group.amount,
            group.weighted, at.stalled,
        )
        .select_from(group.stage_id.table)
        .outerjoin(counted_stages, (at.id == group.stage_id) & (at.pipeline_id == group.pipeline_id))
        .order_by(at.pipeline, at.pipeline_id, at.position, group.currency)
    )  # fmt: skip
    rows = tx.session.execute(query).all()
    several = len({row[0] for row in rows}) > 1
    open_: dict[tuple[str, str], int] = {}
    late: dict[tuple[str, str], int] = {}
    amounts: list[Points] = []
    weighted: dict[str, Decimal] = {}
    for pipeline, name, stage_id, currency, count, priced, amount, weight, behind in rows:
        label = f"{pipeline} / {name}" if several and name else name or UNKNOWN
        where = label, stage_id or ""
        open_[where] = open_.get(where, 0) + int(count)
        late[where] = behind  # of all currencies together
        if priced:
            amounts.append(money(amount, currency, label, stage_id or ""))
            weighted[currency] = weighted.get(currency, Decimal(0)) + weight
    return {
        d.OPEN_DEALS_BY_STAGE: counted(open_),
        d.OPEN_AMOUNT_BY_STAGE: gathered(amounts),
        d.WEIGHTED_PIPELINE: gathered(money(weighted[currency], currency) for currency in sorted(weighted)),
        d.STALLED_BY_STAGE: counted({where: count for where, count in late.items() if count}),
    }


@panel(d.STALLED_DEALS)
def stalled_deals(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """Deals that nothing has happened to for too long."""
    stage = stages(tx).c
    # The longest of each stage, which an index has in this order, and of those the longest of all.
    oldest = (
        _stalled(tx, stage)
        .with_only_columns(Opportunity.id, Opportunity.name, Opportunity.stage_entered_at)
        .order_by(Opportunity.stage_entered_at, Opportunity.id)
        .limit(STALLED_SHOWN)
        .lateral("oldest")
    )
    days = func.extract("epoch", tx.now - oldest.c.stage_entered_at) / 86400
    query = (
        select(oldest.c.id, oldest.c.name, stage.name, days)
        .select_from(stage.id.table.join(oldest, true()))
        .order_by((days - stage.max_age_days).desc(), oldest.c.id)
        .limit(STALLED_SHOWN)
    )
    rows = tx.session.execute(query).all()
    return {d.STALLED_DEALS: gathered(number(float(days), name, stage, id_) for id_, name, stage, days in rows)}


@panel(d.NEXT_CLOSING)
def next_closing(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """What is about to be decided."""
    today = tx.now.date()
    query = (
        tx.visible(Opportunity)
        .where(Opportunity.status == "OPEN", Opportunity.close_date >= today)
        .with_only_columns(Opportunity.id, Opportunity.name, Opportunity.close_date)
        .order_by(Opportunity.close_date, Opportunity.id)
        .limit(CLOSING_SHOWN)
    )
    rows: Any = tx.session.execute(query)
    return {d.NEXT_CLOSING: gathered(number((day - today).days, name, str(day), id_) for id_, name, day in rows)}


@panel(d.FORECAST)
def forecast(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """What the quarter is going to bring, as people judge it."""
    summed = sums(tx, ["deal"], quarter_of(tx.now.date())).c
    category = case((summed.status == "WON", "CLOSED"), else_=summed.forecast_category)
    query = (
        select(category.label("category"), summed.currency, func.sum(summed.amount))
        .where(summed.status != "LOST")
        .group_by("category", summed.currency)
        .having(func.sum(summed.priced) > 0)
    )
    order = ("PIPELINE", "BEST_CASE", "MOST_LIKELY", "COMMIT", "CLOSED")
    found = {(name, currency): amount for name, currency, amount in tx.session.execute(query)}
    wanted = sorted((order.index(name), currency) for name, currency in found if name in order)
    return {d.FORECAST: gathered(money(found[order[i], currency], currency, order[i]) for i, currency in wanted)}


def quarter_of(day: date) -> Period:
    """The calendar quarter of a day."""
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    after = (first + timedelta(days=95)).replace(day=1)
    return Period(first, after - timedelta(days=1))


PANELS = (open_deals, closed_deals, forecast, stalled_deals, next_closing)
