"""The marketing dashboard."""

from __future__ import annotations

from crm_chassis.records.tx import Transaction
from sqlalchemy import Date, String, cast, func, select

from crm_reporting import definitions as d
from crm_reporting.dashboards.panels import Points, counted, gathered, money, number, panel, percent
from crm_reporting.dashboards.sales import counts, revenue
from crm_reporting.deals.queries import CAMPAIGN, SOURCE, UNKNOWN, sums, tallies
from crm_reporting.deals.tally import ratio
from crm_reporting.facts.model import Campaign, CampaignMember, Contact, Lead
from crm_reporting.periods import Period

CAMPAIGNS_SHOWN = 20


@panel(d.LEADS_BY_SOURCE, d.CONVERSION_BY_SOURCE, d.LEAD_CONVERSION)
def leads(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """Where leads come from and what becomes of them."""
    query = (
        tx.visible(Lead)
        .where(period.has_moment(Lead.created_at))
        .with_only_columns(
            func.mode().within_group(Lead.source), func.count(), func.count().filter(Lead.status == "CONVERTED")
        )
        .group_by(func.lower(Lead.source))
        .order_by(func.count().desc(), func.lower(Lead.source))
    )
    rows = [(source or UNKNOWN, count, converted) for source, count, converted in tx.session.execute(query)]
    whole = ratio(sum(converted for *_, converted in rows), sum(count for _, count, _ in rows))
    return {
        d.LEADS_BY_SOURCE: gathered(number(count, source) for source, count, _ in rows),
        d.CONVERSION_BY_SOURCE: gathered(percent(ratio(converted, count), source) for source, count, converted in rows),
        d.LEAD_CONVERSION: percent(whole),
    }


@panel(d.CAMPAIGN_RESULTS, d.RESPONSE_RATE, d.COST_PER_RESPONSE, d.CAMPAIGN_RETURN)
def campaigns(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """What campaigns brought."""
    member = tx.visible(CampaignMember).subquery("member").c
    won = sums(tx, [CAMPAIGN.of], Period()).c
    earned = (
        select(won.value, won.currency, func.sum(won.amount).label("amount"))
        .where(won.status == "WON")
        .group_by(won.value, won.currency)
        .subquery("earned")
    )
    started = func.coalesce(Campaign.start_date, cast(func.coalesce(Campaign.launched_at, Campaign.created_at), Date))
    query = (
        tx.visible(Campaign)
        .where(period.has_day(started))
        .outerjoin(member.id.table, member.campaign_id == Campaign.id)
        .outerjoin(
            earned,
            (earned.c.value == cast(Campaign.id, String)) & (earned.c.currency == Campaign.cost_currency),
        )
        .with_only_columns(
            Campaign.id,
            Campaign.name,
            Campaign.cost,
            Campaign.cost_currency,
            func.coalesce(earned.c.amount, 0),
            func.count(member.id).label("members"),
            func.count(member.id).filter(member.send_state == "SENT"),
            func.count(member.id).filter(member.responded),
            func.count(member.id).filter(member.send_state == "SKIPPED"),
            func.count(member.id).filter(member.send_state == "FAILED"),
        )
        .group_by(Campaign.id, earned.c.amount)
        .order_by(func.count(member.id).desc(), Campaign.name, Campaign.id)
        .limit(CAMPAIGNS_SHOWN)
    )
    results, rates, costs, returns = [], [], [], []
    for id_, name, cost, currency, won, members, sent, responded, skipped, failed in tx.session.execute(query):
        shown = {"members": members, "sent": sent, "responded": responded, "skipped": skipped, "failed": failed}
        results += [number(count, name, series, id_) for series, count in shown.items()]
        rates.append(percent(ratio(responded, sent or members), name, "", id_))
        if cost is not None and responded:
            costs.append(money(cost / responded, currency, name, id_))
        if cost:
            returns.append(percent(float((won - cost) / cost), name, "", id_))
    return {
        d.CAMPAIGN_RESULTS: gathered(results),
        d.RESPONSE_RATE: gathered(rates),
        d.COST_PER_RESPONSE: gathered(costs),
        d.CAMPAIGN_RETURN: gathered(returns),
    }


@panel(d.NEW_CONTACTS)
def new_contacts(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """How the address book grows."""
    month = func.to_char(Contact.created_at, "YYYY-MM")
    query = (
        tx.visible(Contact)
        .where(period.has_moment(Contact.created_at))
        .with_only_columns(month.label("month"), func.count())
        .group_by("month")
        .order_by("month")
    )
    return {d.NEW_CONTACTS: gathered(number(count, label) for label, count in tx.session.execute(query))}


@panel(d.DEALS_BY_CAMPAIGN, d.REVENUE_BY_CAMPAIGN, d.DEALS_BY_SOURCE, d.REVENUE_BY_SOURCE)
def deals_by_origin(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """What marketing brought to sales."""
    found = tallies(tx, (CAMPAIGN, SOURCE), period, and_open=True)
    named = [group for group in found[CAMPAIGN] if group.key]
    return {
        d.DEALS_BY_CAMPAIGN: counted(counts(named, "deals")),
        d.REVENUE_BY_CAMPAIGN: revenue(named),
        d.DEALS_BY_SOURCE: counted(counts(found[SOURCE], "deals")),
        d.REVENUE_BY_SOURCE: revenue(found[SOURCE]),
    }


PANELS = (leads, campaigns, new_contacts, deals_by_origin)
