"""The reports. They need the right to read the records they are about, not only the right to read reports."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crm.common.v1 import types_pb2
from crm.reporting.v1 import dashboards_pb2, reports_pb2
from crm_chassis.errors import InvalidInput, PermissionDenied
from crm_chassis.events.freshness import freshness
from crm_chassis.records.mapping import money_text
from crm_chassis.records.tx import Transaction
from crm_kit.money import payable
from sqlalchemy import Float, cast, func

from crm_reporting.deals import queries
from crm_reporting.deals.queries import UNKNOWN, Group, tallies
from crm_reporting.facts.model import Lead, Opportunity, Ticket
from crm_reporting.facts.subscribers import FACTS
from crm_reporting.periods import Period
from crm_reporting.tickets.queries import RESOLUTION_HOURS, RESPONSE_HOURS, open_by_age

_By = reports_pb2.GetSalesReportRequest.Dimension
_DIMENSIONS = {
    _By.OWNER: (queries.OWNER, ("opportunities",)),
    _By.MANAGER: (queries.MANAGER, ("opportunities",)),
    _By.REGION: (queries.REGION, ("opportunities",)),
    _By.PRODUCT: (queries.PRODUCT, ("opportunities", "products")),
    _By.SECTOR: (queries.SECTOR, ("opportunities", "accounts")),
    _By.SOURCE: (queries.SOURCE, ("opportunities",)),
    _By.MONTH: (queries.MONTH, ("opportunities",)),
    _By.TOTAL: (queries.TOTAL, ("opportunities",)),
}


def get_sales_report(tx: Transaction, request: reports_pb2.GetSalesReportRequest) -> reports_pb2.SalesReport:
    """Deals by one dimension, one row per group and currency.

    A period is one of close dates; it leaves out open deals that expect to close outside of it or have no close
    date. Rows are in order of revenue, or of their labels for a caller who may not read money, and by month in
    order of time. Raises InvalidInput if the days make no period or the dimension is not known, PermissionDenied
    without the right to read what is counted.
    """
    if request.group_by not in _DIMENSIONS:
        raise InvalidInput.of("group_by", "must be one of the dimensions")
    dimension, plurals = _DIMENSIONS[request.group_by]
    _need(tx, *plurals)
    period = Period.of(request.from_date, request.to_date)
    groups = tallies(tx, (dimension,), period)[dimension]
    financial = tx.actor.may("fields.financial.read")
    if financial and request.group_by != _By.MONTH:
        groups.sort(key=lambda group: (-group.tally.won_amount, group.label, group.key, group.currency))
    else:
        groups.sort(key=lambda group: (group.label, group.key, group.currency))
    state = freshness(tx, FACTS.name)
    return reports_pb2.SalesReport(
        rows=[_sales_row(group, financial) for group in groups], as_of=state.as_of, lag_seconds=state.lag_seconds
    )


def _sales_row(group: Group, financial: bool) -> reports_pb2.SalesRow:
    tally = group.tally
    row = reports_pb2.SalesRow(
        key=group.key,
        label=group.label,
        currency=group.currency,
        won_count=tally.won,
        lost_count=tally.lost,
        open_count=tally.open,
        win_rate=tally.win_rate,
        cycle_days=tally.cycle_days,
    )
    if financial and group.currency:
        for name, amount in (
            ("won_amount", tally.won_amount),
            ("open_amount", tally.open_amount),
            ("average_deal", tally.average_deal),
            ("velocity_per_day", tally.velocity),
        ):
            if amount is not None:
                getattr(row, name).CopyFrom(_money(amount, group.currency))
    return row


def get_lead_source_report(
    tx: Transaction, request: reports_pb2.GetLeadSourceReportRequest
) -> reports_pb2.LeadSourceReport:
    """Leads by source with what became of them: converted, and won as the opportunity the conversion opened.

    Upper and lower case are the same source. For a caller who may not read opportunities none are won. Raises
    InvalidInput if the days make no period, PermissionDenied without the right to read leads.
    """
    _need(tx, "leads")
    period = Period.of(request.from_date, request.to_date)
    won = tx.visible(Opportunity).where(Opportunity.status == "WON").subquery("won").c
    query = (
        tx.visible(Lead)
        .where(period.has_moment(Lead.created_at))
        .outerjoin(won.id.table, won.id == Lead.converted_opportunity_id)
        .with_only_columns(
            func.lower(Lead.source).label("key"),
            won.amount_currency,
            func.mode().within_group(Lead.source),
            func.count(),
            func.count().filter(Lead.status == "CONVERTED"),
            func.count(won.id),
            func.sum(won.amount),
        )
        .group_by("key", won.amount_currency)
        .order_by("key", won.amount_currency)
    )
    rows: dict[str, Any] = {}
    for key, currency, source, leads, converted, won_count, amount in tx.session.execute(query):
        row: Any = rows.setdefault(key, reports_pb2.LeadSourceRow(source=source or UNKNOWN))
        row.leads += leads
        row.converted += converted
        row.won_count += won_count
        if amount is not None and tx.actor.may("fields.financial.read"):
            row.won_amount.append(_money(amount, currency))
    largest = sorted(rows.values(), key=lambda row: (-row.leads, row.source))
    for row in largest:
        row.conversion_rate = row.converted / row.leads
    state = freshness(tx, FACTS.name)
    return reports_pb2.LeadSourceReport(
        rows=largest,
        as_of=state.as_of,
        lag_seconds=state.lag_seconds,
    )


def get_ticket_report(tx: Transaction, request: reports_pb2.GetTicketReportRequest) -> reports_pb2.TicketReport:
    """Tickets by status and priority, times in hours of the calendar, and the open ones by age.

    The period is one of creation; the ages are of all open tickets. Raises InvalidInput if the days make no
    period, PermissionDenied without the right to read tickets.
    """
    _need(tx, "tickets")
    period = Period.of(request.from_date, request.to_date)
    query = (
        tx.visible(Ticket)
        .where(period.has_moment(Ticket.created_at))
        .with_only_columns(
            Ticket.status,
            Ticket.priority,
            func.count(),
            func.count().filter(Ticket.sla_breached),
            func.avg(RESPONSE_HOURS),
            func.avg(RESOLUTION_HOURS),
            cast(func.avg(Ticket.satisfaction), Float),
        )
        .group_by(Ticket.status, Ticket.priority)
        .order_by(Ticket.status, Ticket.priority)
    )
    names = (
        "status", "priority", "count", "breached", "mean_first_response_hours", "mean_resolution_hours",
        "mean_satisfaction",
    )  # fmt: skip
    rows = [reports_pb2.TicketRow(**dict(zip(names, row, strict=True))) for row in tx.session.execute(query)]
    ages = [dashboards_pb2.DataPoint(label=age, value=str(count)) for age, count in open_by_age(tx).items()]
    state = freshness(tx, FACTS.name)
    return reports_pb2.TicketReport(rows=rows, ages=ages, as_of=state.as_of, lag_seconds=state.lag_seconds)


def _need(tx: Transaction, *plurals: str) -> None:
    for plural in plurals:
        if not tx.actor.may(f"{plural}.read"):
            raise PermissionDenied(f"This report needs the permission {plural}.read.")


def _money(amount: Decimal, currency: str) -> types_pb2.Money:
    return types_pb2.Money(amount=money_text(payable(amount, currency)), currency=currency)
