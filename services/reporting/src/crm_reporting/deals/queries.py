"""Deals grouped: the one select behind every sales figure, so that a figure means the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_chassis.db.base import Id
from crm_chassis.records.directory import DirectoryTerritory, DirectoryUser, DirectoryUserTerritory
from crm_chassis.records.tx import Transaction
from crm_chassis.records.visibility import predicate
from sqlalchemy import (
    Float,
    Integer,
    Select,
    String,
    Subquery,
    case,
    cast,
    column,
    exists,
    func,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import aliased

from crm_reporting.deals.model import DealSum, SectorSum
from crm_reporting.deals.tally import Tally
from crm_reporting.facts.model import Account, Campaign, Opportunity, Pipeline, Product
from crm_reporting.periods import Period

UNKNOWN = "unknown"
_ALL_COUNTED = "deals_counted"
_FIGURES = ("won", "lost", "open", "priced", "won_amount", "open_amount", "won_days")


@dataclass(frozen=True)
class Dimension:
    """What a group of deals has in common: the columns that identify it and that name it.

    `of` is the dimension of the sums that it is read from; outside of "deal" their value identifies the group.
    """

    key: str
    label: str
    of: str = "deal"


OWNER = Dimension("owner_id", "owner")
MANAGER = Dimension("manager_id", "manager")
REGION = Dimension("region_id", "region")
MONTH = Dimension("month", "month")
TOTAL = Dimension("", "")
PRODUCT = Dimension("value", "label", "product")
SECTOR = Dimension("value", "label", "sector")
SOURCE = Dimension("value", "label", "source")
CAMPAIGN = Dimension("value", "label", "campaign")
REASON = Dimension("value", "label", "lost_reason")


@dataclass(frozen=True)
class Group:
    """The deals of one currency that share one value of a dimension."""

    key: str
    label: str
    currency: str
    tally: Tally


def sums(tx: Transaction, dimensions: Collection[str], period: Period, *, and_open: bool = False) -> Subquery:
    """The sums of the visible deals whose close date lies in the period, in these dimensions of sums (DealSum).

    With `and_open` also of all that are open. The currency of deals without an amount is that of their pipeline. A
    sector is "" if the caller may not see the account. While the deals that were there before there were sums are being
    counted, it is made of the deals themselves.
    """
    rows = (tx.visible(DealSum) if _all_counted(tx) else _parts(tx)).subquery("part")
    part, of_sector = (aliased(model, rows, adapt_on_names=True) for model in (DealSum, SectorSum))
    pipeline = tx.visible(Pipeline, deleted=True).subquery("pipelines").c
    told = or_(part.dimension != "sector", predicate(tx, of_sector, f"{Account.plural}.read"))
    wanted = period.covers(part.grain, part.day)
    if and_open:
        # By the month alone: an open deal that closes at an end of the period has a sum of its day too.
        wanted = case((part.status == "OPEN", part.grain == "MONTH"), else_=wanted)
    return (
        select(
            part.dimension,
            case((told, part.value), else_="").label("value"),
            part.status,
            part.owner_id,
            part.territory_id,
            part.pipeline_id,
            part.stage_id,
            part.forecast_category,
            func.coalesce(func.nullif(part.currency, ""), pipeline.currency, "").label("currency"),
            func.to_char(part.day, "YYYY-MM").label("month"),
            part.deals,
            part.priced,
            part.amount,
            part.weighted,
            part.seconds,
        )
        .outerjoin(pipeline.id.table, pipeline.id == part.pipeline_id)
        .where(part.dimension.in_(dimensions), wanted)
        .subquery("sums")
    )


def _all_counted(tx: Transaction) -> bool:
    """Whether every deal is counted in the sums; once true it stays so."""
    known: bool | None = tx.session.info.get(_ALL_COUNTED)
    if known is None:
        known = not tx.session.scalar(select(exists().where(Opportunity.counted_in == 0)))
        tx.session.info[_ALL_COUNTED] = known
    return known


def _parts(tx: Transaction) -> Select[Any]:
    """What the visible deals add to the sums, each by itself."""
    names = [column(each.name, each.type) for each in DealSum.__table__.columns]
    whole = (model.__table__.table_valued() for model in (Opportunity, Account))  # type: ignore[attr-defined]
    part = func.deal_parts(*whole).table_valued(*names, name="part").lateral()
    return (
        tx.visible(Opportunity)
        .outerjoin(Account, Account.id == Opportunity.account_id)
        .join(part, true())
        .with_only_columns(*part.c)
    )


def tallies(
    tx: Transaction, dimensions: Sequence[Dimension], period: Period, *, and_open: bool = False
) -> dict[Dimension, list[Group]]:
    """Tallies of the deals whose close date lies in the period, by each of the dimensions; with `and_open` also of all
    that are open.

    Where all amounts are in one currency, deals without any count with them. A region is the territory of the deal, or
    else the owner's (the first, if there are several).
    """
    of_deals = [dimension for dimension in dimensions if dimension.of == "deal"]
    of_values = {dimension.of: dimension for dimension in dimensions if dimension.of != "deal"}
    groups: dict[Dimension, list[Group]] = {dimension: [] for dimension in dimensions}
    if of_deals:
        split = [dimension for dimension in of_deals if dimension is not TOTAL]
        for absent, currency, *rest in tx.session.execute(_by_people(tx, of_deals, split, period, and_open)):
            present = [i for i in range(len(split)) if not (absent or 0) >> (len(split) - 1 - i) & 1]
            tally, names = Tally(*rest[: len(_FIGURES)]), rest[len(_FIGURES) :]
            if present:
                (i,) = present
                key, label = names[2 * i], names[2 * i + 1]
                groups[split[i]].append(Group(str(key or ""), label or str(key or UNKNOWN), currency, tally))
            else:
                groups[TOTAL].append(Group("", "", currency, tally))
    if of_values:
        for of, key, label, currency, *figures in tx.session.execute(_by_value(tx, of_values, period, and_open)):
            groups[of_values[of]].append(Group(key, label or key or UNKNOWN, currency, Tally(*figures)))
    return _in_one_currency(groups)


def _by_people(
    tx: Transaction, dimensions: Sequence[Dimension], split: Sequence[Dimension], period: Period, and_open: bool
) -> Select[Any]:
    """One row per group of each dimension; `split` are those that have more than one."""
    summed = sums(tx, ["deal"], period, and_open=and_open).c
    keys = (summed.owner_id, summed.territory_id, summed.month, summed.currency)
    # Summed before names are joined to it: there are far fewer owners and months than days and pipelines.
    few = select(*keys, *_figures(summed)).group_by(*keys).subquery("few").c
    owner, manager = aliased(DirectoryUser), aliased(DirectoryUser)
    first = cast(func.min(cast(DirectoryUserTerritory.territory_id, String)), Id).label("territory_id")
    home = select(DirectoryUserTerritory.user_id, first).group_by(DirectoryUserTerritory.user_id).subquery("home")
    region_id = func.coalesce(few.territory_id, home.c.territory_id)
    named = (
        select(
            *few,
            owner.display_name.label("owner"),
            owner.manager_id,
            manager.display_name.label("manager"),
            region_id.label("region_id"),
            DirectoryTerritory.name.label("region"),
        )
        .outerjoin(owner, owner.id == few.owner_id)
        .outerjoin(manager, manager.id == owner.manager_id)
        .outerjoin(home, home.c.user_id == few.owner_id)
        .outerjoin(DirectoryTerritory, DirectoryTerritory.id == region_id)
        .subquery("named")
        .c
    )
    sets = [
        tuple_(named[d.key], named[d.label], named.currency) if d is not TOTAL else tuple_(named.currency)
        for d in dimensions
    ]
    return select(
        (func.grouping(*(named[d.key] for d in split)) if split else null()).label("absent"),
        named.currency,
        *(func.sum(named[figure]) for figure in _FIGURES[:-1]),
        cast(func.sum(named.won_days), Float),
        *(part for d in split for part in (named[d.key], named[d.label])),
    ).group_by(func.grouping_sets(*sets))


def _by_value(tx: Transaction, dimensions: Collection[str], period: Period, and_open: bool) -> Select[Any]:
    """One row per dimension, value and currency."""
    summed = sums(tx, dimensions, period, and_open=and_open).c
    keys = (summed.dimension, summed.value, summed.currency)
    group = select(*keys, *_figures(summed)).group_by(*keys).subquery("few").c
    product, campaign = (
        tx.visible(model, deleted=True).subquery(model.__tablename__).c for model in (Product, Campaign)
    )
    label = case(
        (group.dimension == PRODUCT.of, product.name),
        (group.dimension == CAMPAIGN.of, campaign.name),
        else_=group.value,
    )
    return (
        select(
            group.dimension,
            group.value,
            label,
            group.currency,
            *(group[figure] for figure in _FIGURES[:-1]),
            cast(group.won_days, Float),
        )
        .outerjoin(product.id.table, (group.dimension == PRODUCT.of) & (cast(product.id, String) == group.value))
        .outerjoin(campaign.id.table, (group.dimension == CAMPAIGN.of) & (cast(campaign.id, String) == group.value))
    )


def _figures(summed: Any) -> list[Any]:
    """What a Tally is made of, over a group of sums."""

    def of(status: str, column: Any) -> Any:
        return func.coalesce(func.sum(column).filter(summed.status == status), 0)

    return [
        cast(of("WON", summed.deals), Integer).label("won"),
        cast(of("LOST", summed.deals), Integer).label("lost"),
        cast(of("OPEN", summed.deals), Integer).label("open"),
        cast(of("WON", summed.priced), Integer).label("priced"),
        of("WON", summed.amount).label("won_amount"),
        of("OPEN", summed.amount).label("open_amount"),
        (of("WON", summed.seconds) / 86400).label("won_days"),
    ]


def _in_one_currency(groups: dict[Dimension, list[Group]]) -> dict[Dimension, list[Group]]:
    currencies = {group.currency for found in groups.values() for group in found} - {""}
    if len(currencies) != 1:
        return groups
    (only,) = currencies
    merged: dict[Dimension, list[Group]] = {}
    for dimension, found in groups.items():
        by_key: dict[str, Group] = {}
        for group in found:
            known = by_key.get(group.key)
            tally = group.tally if known is None else known.tally + group.tally
            by_key[group.key] = replace(group, currency=only, tally=tally)
        merged[dimension] = list(by_key.values())
    return merged
