"""The dashboard of those who want to see the whole on one page."""

from __future__ import annotations

from crm_chassis.db.tx import Transaction
from sqlalchemy import func, select

from crm_reporting import definitions as d
from crm_reporting.dashboards.panels import Points, gathered, money, number, panel, percent
from crm_reporting.dashboards.sales import open_or_closed_in, revenue, revenue_by_month, win_rate
from crm_reporting.dashboards.support import backlog
from crm_reporting.deals.queries import MONTH, TOTAL, deals, tallies
from crm_reporting.deals.tally import ratio
from crm_reporting.facts.model import Lead, Opportunity, Ticket
from crm_reporting.periods import Period

ACCOUNTS_SHOWN = 10


@panel(d.REVENUE, d.REVENUE_BY_MONTH, d.OPEN_PIPELINE, d.WIN_RATE)
def sales(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """What was earned and what may be."""
    found = tallies(tx, (TOTAL, MONTH), open_or_closed_in(period))
    total = sorted(found[TOTAL], key=lambda group: group.currency)
    return {
        d.REVENUE: revenue(total),
        d.REVENUE_BY_MONTH: revenue_by_month(found[MONTH]),
        d.OPEN_PIPELINE: gathered(money(g.tally.open_amount, g.currency) for g in total if g.tally.open_amount),
        d.WIN_RATE: percent(win_rate(total)),
    }


@panel(d.NEW_CUSTOMERS)
def new_customers(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """Who bought for the first time."""
    first = (
        tx.visible(Opportunity)
        .where(Opportunity.status == "WON", Opportunity.account_id.is_not(None))
        .with_only_columns(func.min(Opportunity.close_date).label("day"))
        .group_by(Opportunity.account_id)
        .subquery()
    )
    count = tx.session.scalar(select(func.count()).where(period.has_day(first.c.day)))
    return {d.NEW_CUSTOMERS: number(count)}


@panel(d.TOP_ACCOUNTS)
def top_accounts(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """Who bought most, in each currency."""
    deal = deals(tx).subquery("deals").c
    amount = func.sum(deal.amount).label("amount")
    place = func.row_number().over(partition_by=deal.currency, order_by=(amount.desc(), deal.account_id))
    ranked = (
        select(deal.account_id, deal.account, deal.currency, amount, place.label("place"))
        .where(deal.status == "WON", deal.amount.is_not(None), deal.account.is_not(None))
        .where(period.has_day(deal.close_date))
        .group_by(deal.account_id, deal.account, deal.currency)
        .subquery()
    )
    query = select(ranked).where(ranked.c.place <= ACCOUNTS_SHOWN).order_by(ranked.c.currency, ranked.c.place)
    rows = tx.session.execute(query).all()
    return {d.TOP_ACCOUNTS: gathered(money(row.amount, row.currency, row.account, row.account_id) for row in rows)}


@panel(d.SATISFACTION)
def satisfaction(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """Whether customers are content."""
    query = (
        tx.visible(Ticket)
        .where(period.has_moment(Ticket.created_at))
        .with_only_columns(func.count().filter(Ticket.satisfaction >= 4), func.count(Ticket.satisfaction))
    )
    good, all_ = tx.session.execute(query).one()
    return {d.SATISFACTION: percent(ratio(good, all_))}


@panel(d.LEAD_CONVERSION)
def lead_conversion(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """What becomes of interest."""
    query = (
        tx.visible(Lead)
        .where(period.has_moment(Lead.created_at))
        .with_only_columns(func.count().filter(Lead.status == "CONVERTED"), func.count())
    )
    converted, all_ = tx.session.execute(query).one()
    return {d.LEAD_CONVERSION: percent(ratio(converted, all_))}


PANELS = (sales, new_customers, top_accounts, backlog, satisfaction, lead_conversion)
