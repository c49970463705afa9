"""Deals grouped: the one select behind every sales figure, so that a figure means the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_chassis.access.directory import DirectoryTerritory, DirectoryUser, DirectoryUserTerritory
from crm_chassis.db.model import Id
from crm_chassis.db.tx import Transaction
from sqlalchemy import Float, String, case, cast, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from crm_reporting.deals.tally import Tally
from crm_reporting.facts.model import Account, Campaign, Opportunity, Pipeline, Product

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Dimension:
    """What a group of deals has in common: the columns that identify it and that name it."""

    key: str
    label: str


OWNER = Dimension("owner_id", "owner")
MANAGER = Dimension("manager_id", "manager")
REGION = Dimension("region_id", "region")
PRODUCT = Dimension("product_id", "product")
SECTOR = Dimension("sector", "sector")
SOURCE = Dimension("source", "source")
MONTH = Dimension("month", "month")
CAMPAIGN = Dimension("campaign_id", "campaign")
REASON = Dimension("lost_reason", "lost_reason")
TOTAL = Dimension("", "")


@dataclass(frozen=True)
class Group:
    """The deals of one currency that share one value of a dimension."""

    key: str
    label: str
    currency: str
    tally: Tally


def deals(tx: Transaction, *, by_product: bool = False) -> Any:
    """Visible deals with everything they are grouped by; with `by_product`, one row per deal and product.

    A deal without an amount has the currency of its pipeline. A deal of several products gives each the part of
    its amount that its lines have. A region is the territory of the deal, or else the owner's (the first, if
    there are several). Accounts, products and campaigns that the caller may not see stay unknown. The database
    leaves out the joins that a query does not use.
    """
    owner, manager = aliased(DirectoryUser), aliased(DirectoryUser)
    account, campaign, pipeline, product = (
        tx.visible(model).subquery(model.__tablename__) for model in (Account, Campaign, Pipeline, Product)
    )
    first = cast(func.min(cast(DirectoryUserTerritory.territory_id, String)), Id).label("territory_id")
    home = select(DirectoryUserTerritory.user_id, first).group_by(DirectoryUserTerritory.user_id).subquery("home")
    region_id = func.coalesce(Opportunity.territory_id, home.c.territory_id)
    amount: Any = Opportunity.amount
    product_columns: list[Any] = []
    query = tx.visible(Opportunity)
    if by_product:
        lines = (
            tx.visible(Opportunity)
            .with_only_columns(
                Opportunity.id.label("deal_id"),
                func.unnest(Opportunity.product_ids).label("product_id"),
                func.unnest(Opportunity.product_shares).label("share"),
            )
            .subquery("lines")
        )
        query = query.outerjoin(lines, lines.c.deal_id == Opportunity.id)
        query = query.outerjoin(product, product.c.id == lines.c.product_id)
        amount = amount * func.coalesce(lines.c.share, 1)
        product_columns = [lines.c.product_id, product.c.name.label("product")]
    grouped: Any = (
        query.outerjoin(account, account.c.id == Opportunity.account_id)
        .outerjoin(campaign, campaign.c.id == Opportunity.campaign_id)
        .outerjoin(pipeline, pipeline.c.id == Opportunity.pipeline_id)
        .outerjoin(owner, owner.id == Opportunity.owner_id)
        .outerjoin(manager, manager.id == owner.manager_id)
        .outerjoin(home, home.c.user_id == Opportunity.owner_id)
        .outerjoin(DirectoryTerritory, DirectoryTerritory.id == region_id)
        .with_only_columns(
            Opportunity.id,
            Opportunity.name,
            Opportunity.status,
            Opportunity.stage_id,
            Opportunity.pipeline_id,
            Opportunity.stage_entered_at,
            Opportunity.probability,
            Opportunity.forecast_category,
            Opportunity.close_date,
            Opportunity.account_id,
            Opportunity.lost_reason,
            Opportunity.source,
            Opportunity.campaign_id,
            Opportunity.owner_id,
            amount.label("amount"),
            func.coalesce(Opportunity.amount_currency, pipeline.c.currency, "").label("currency"),
            func.to_char(Opportunity.close_date, "YYYY-MM").label("month"),
            _cycle_days().label("cycle_days"),
            account.c.name.label("account"),
            account.c.industry.label("sector"),
            campaign.c.name.label("campaign"),
            owner.display_name.label("owner"),
            owner.manager_id,
            manager.display_name.label("manager"),
            region_id.label("region_id"),
            DirectoryTerritory.name.label("region"),
            *product_columns,
        )
    )
    return grouped


def _cycle_days() -> Any:
    """Days from creation to closing. The moment of closing counts if it lies on the day the deal closed; if not,
    the deal was recorded later, and the day counts."""
    on_the_day = cast(Opportunity.closed_at, Opportunity.close_date.type) == Opportunity.close_date
    closed = case((on_the_day, Opportunity.closed_at), else_=cast(Opportunity.close_date, Opportunity.closed_at.type))
    return func.greatest(0, func.extract("epoch", closed - Opportunity.created_at) / 86400)


def tallies(
    tx: Transaction, dimensions: Sequence[Dimension], where: Callable[[Any], Any]
) -> dict[Dimension, list[Group]]:
    """Tallies of the deals for which `where` holds, by each of the dimensions, in one pass over them.

    Where all amounts are in one currency, deals without any count with them.
    """
    found = deals(tx, by_product=PRODUCT in dimensions).subquery("deals")
    columns, split = found.c, [dimension for dimension in dimensions if dimension is not TOTAL]
    won, open_ = columns.status == "WON", columns.status == "OPEN"
    sets = [
        tuple_(columns[d.key], columns[d.label], columns.currency) if d is not TOTAL else tuple_(columns.currency)
        for d in dimensions
    ]
    query = (
        select(
            func.grouping(*(columns[d.key] for d in split)).label("absent") if split else literal(0).label("absent"),
            columns.currency,
            func.count().filter(won),
            func.count().filter(columns.status == "LOST"),
            func.count().filter(open_),
            func.count(columns.amount).filter(won),
            func.coalesce(func.sum(columns.amount).filter(won), 0),
            func.coalesce(func.sum(columns.amount).filter(open_), 0),
            func.coalesce(func.sum(cast(columns.cycle_days, Float)).filter(won), 0),
            *(part for d in split for part in (columns[d.key], columns[d.label])),
        )
        .where(where(columns))
        .group_by(func.grouping_sets(*sets))
    )
    groups: dict[Dimension, list[Group]] = {dimension: [] for dimension in dimensions}
    for absent, currency, *rest in tx.session.execute(query):
        present = [i for i in range(len(split)) if not absent >> (len(split) - 1 - i) & 1]
        tally, names = Tally(*rest[:7]), rest[7:]
        if present:
            (i,) = present
            key, label = names[2 * i], names[2 * i + 1]
            groups[split[i]].append(Group(str(key or ""), label or str(key or UNKNOWN), currency, tally))
        else:
            groups[TOTAL].append(Group("", "", currency, tally))
    return _in_one_currency(groups)


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
