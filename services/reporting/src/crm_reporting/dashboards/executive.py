"""The dashboard of those who want to see the whole on one page."""

from __future__ import annotations

from crm_chassis.records.tx import Transaction
from sqlalchemy import exists, func, select

from crm_reporting import definitions as d
from crm_reporting.dashboards.panels import Points, gathered, money, number, panel, percent
from crm_reporting.dashboards.sales import revenue, revenue_by_month, win_rate
from crm_reporting.dashboards.support import backlog
from crm_reporting.deals.queries import MONTH, TOTAL, tallies
from crm_reporting.deals.tally import ratio
from crm_reporting.facts.model import Account, Lead, Opportunity, Ticket
from crm_reporting.periods import Period

ACCOUNTS_SHOWN = 10


@panel(d.REVENUE, d.REVENUE_BY_MONTH, d.OPEN_PIPELINE, d.WIN_RATE)
def sales(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """What was earned and what may be."""
    found = tallies(tx, (TOTAL, MONTH), period, and_open=True)
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
    won = tx.visible(Opportunity).where(Opportunity.status == "WON", Opportunity.account_id.is_not(None))
    before = won.where(Opportunity.close_date < period.first).subquery("before")
    query = won.where(
        period.has_day(Opportunity.close_date), ~exists().where(before.c.account_id == Opportunity.account_id)
    ).with_only_columns(func.count(Opportunity.account_id.distinct()))
    count = tx.session.scalar(query)
    return {d.NEW_CUSTOMERS: number(count)}


@panel(d.TOP_ACCOUNTS)
def top_accounts(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """Who bought most, in each currency."""
    won = (
        tx.visible(Opportunity)
        .where(Opportunity.status == "WON", Opportunity.amount.is_not(None), period.has_day(Opportunity.close_date))
        .with_only_columns(
            Opportunity.account_id,
            Opportunity.amount_currency.label("currency"),
            func.sum(Opportunity.amount).label("amount"),
        )
        .group_by(Opportunity.account_id, Opportunity.amount_currency)
        .subquery("won")
        .c
    )
    account = tx.visible(Account, deleted=True).subquery("accounts").c
    place = func.row_number().over(partition_by=won.currency, order_by=(won.amount.desc(), won.account_id))
    ranked = (
        select(won.account_id, account.name.label("account"), won.currency, won.amount, place.label("place"))
        .join(account.id.table, account.id == won.account_id)
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
