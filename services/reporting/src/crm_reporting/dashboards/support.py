"""The support dashboard."""

from __future__ import annotations

from typing import Any

from crm_chassis.records.directory import DirectoryUser
from crm_chassis.records.tx import Transaction
from sqlalchemy import Date, Float, and_, cast, func, literal, or_, union_all

from crm_reporting import definitions as d
from crm_reporting.dashboards.panels import Points, gathered, number, panel, percent
from crm_reporting.deals.queries import UNKNOWN
from crm_reporting.deals.tally import ratio
from crm_reporting.facts.model import Reply, Ticket
from crm_reporting.periods import Period
from crm_reporting.tickets.queries import IS_OPEN, RESOLUTION_HOURS, RESPONSE_HOURS, open_by_age

STATUSES = ("NEW", "OPEN", "PENDING_CUSTOMER", "PENDING_INTERNAL", "RESOLVED", "CLOSED")
PRIORITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")


@panel(d.TICKETS_BY_STATUS)
def by_status(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """What came in, and where it stands."""
    query = (
        tx.visible(Ticket)
        .where(period.has_moment(Ticket.created_at))
        .with_only_columns(Ticket.status, Ticket.priority, func.count())
        .group_by(Ticket.status, Ticket.priority)
    )
    found = {(status, priority): count for status, priority, count in tx.session.execute(query)}
    ordered = [(s, p) for s in STATUSES for p in PRIORITIES if (s, p) in found]
    ordered += sorted(found.keys() - set(ordered))
    return {d.TICKETS_BY_STATUS: gathered(number(found[s, p], s or UNKNOWN, p or UNKNOWN) for s, p in ordered)}


@panel(d.OPEN_TICKETS, d.BACKLOG_BY_AGE)
def backlog(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """What is still to be done."""
    found = open_by_age(tx)
    return {
        d.OPEN_TICKETS: number(sum(found.values())),
        d.BACKLOG_BY_AGE: gathered(number(count, age) for age, count in found.items()),
    }


@panel(d.TICKETS_BY_WEEK)
def by_week(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """Whether we keep up."""

    def weekly(series: str, moment: Any) -> Any:
        week = cast(func.date_trunc("week", moment), Date).label("week")
        counted = (
            tx.visible(Ticket)
            .where(period.has_moment(moment))
            .with_only_columns(week, literal(series).label("series"), func.count())
        )
        return counted.group_by("week")

    both = union_all(weekly("created", Ticket.created_at), weekly("resolved", Ticket.resolved_at))
    rows = sorted(tuple(row) for row in tx.session.execute(both))
    return {d.TICKETS_BY_WEEK: gathered(number(count, week.isoformat(), series) for week, series, count in rows)}


def quality_of(tx: Transaction, period: Period) -> Any:
    """One row of figures over the tickets created in the period."""
    replies = (
        tx.visible(Reply)
        .with_only_columns(func.count())
        .where(Reply.ticket_id == Ticket.id)
        .correlate(Ticket)
        .scalar_subquery()
    )
    resolved = Ticket.resolved_at.is_not(None) & ~IS_OPEN
    minutes = Ticket.solution_minutes
    query = (
        tx.visible(Ticket)
        .where(period.has_moment(Ticket.created_at))
        .with_only_columns(
            func.count().label("count"),
            func.count().filter(Ticket.sla_breached).label("breached"),
            func.count().filter(resolved).label("resolved"),
            func.count().filter(or_(resolved, Ticket.reopen_count > 0)).label("ever_resolved"),
            func.count().filter(Ticket.reopen_count > 0).label("reopened"),
            *(func.count().filter(Ticket.satisfaction == n).label(f"rated_{n}") for n in range(1, 6)),
            func.avg(RESPONSE_HOURS).label("response_mean"),
            _median(RESPONSE_HOURS).label("response_median"),
            func.avg(RESOLUTION_HOURS).filter(resolved).label("resolution_mean"),
            _median(RESOLUTION_HOURS).filter(resolved).label("resolution_median"),
            (cast(func.avg(minutes).filter(resolved), Float) / 60).label("working_mean"),
            (_median(cast(minutes, Float)).filter(resolved) / 60).label("working_median"),
            func.count().filter(and_(resolved, Ticket.reopen_count == 0, replies <= 1)).label("at_first"),
        )
    )
    return tx.session.execute(query).one()


def _median(value: Any) -> Any:
    return func.percentile_cont(0.5).within_group(value)


def satisfied(row: Any) -> float | None:
    """The share of ratings of 4 or 5."""
    return ratio(row.rated_4 + row.rated_5, sum(getattr(row, f"rated_{n}") for n in range(1, 6)))


@panel(
    d.FIRST_RESPONSE, d.RESOLUTION, d.SLA_BREACHES, d.SLA_BREACH_RATE, d.REOPEN_RATE, d.FIRST_CONTACT,
    d.SATISFACTION, d.RATINGS,
)  # fmt: skip
def quality(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """How well tickets are answered."""
    row = quality_of(tx, period)
    return {
        d.FIRST_RESPONSE: [*number(row.response_mean, "mean"), *number(row.response_median, "median")],
        d.RESOLUTION: [
            *number(row.resolution_mean, "mean", "calendar time"),
            *number(row.resolution_median, "median", "calendar time"),
            *number(row.working_mean, "mean", "working time"),
            *number(row.working_median, "median", "working time"),
        ],
        d.SLA_BREACHES: number(row.breached),
        d.SLA_BREACH_RATE: percent(ratio(row.breached, row.count)),
        d.REOPEN_RATE: percent(ratio(row.reopened, row.ever_resolved)),
        d.FIRST_CONTACT: percent(ratio(row.at_first, row.resolved)),
        d.SATISFACTION: percent(satisfied(row)),
        d.RATINGS: gathered(number(getattr(row, f"rated_{n}"), str(n)) for n in range(1, 6)),
    }


@panel(d.TICKETS_BY_AGENT, d.RESOLUTION_BY_AGENT)
def agents(tx: Transaction, period: Period) -> dict[d.Metric, Points]:
    """Who does how much, and how fast."""
    resolved = ~IS_OPEN & period.has_moment(Ticket.resolved_at)
    query = (
        tx.visible(Ticket)
        .outerjoin(DirectoryUser, DirectoryUser.id == Ticket.assignee_id)
        .where(or_(IS_OPEN, resolved))
        .with_only_columns(
            Ticket.assignee_id, DirectoryUser.display_name, func.count().filter(IS_OPEN),
            func.count().filter(resolved), func.avg(RESOLUTION_HOURS).filter(resolved),
        )
        .group_by(Ticket.assignee_id, DirectoryUser.display_name)
        .order_by(func.count().desc(), Ticket.assignee_id)
    )  # fmt: skip
    counts, hours = [], []
    for id_, name, open_, done, mean in tx.session.execute(query):
        label = name or id_ or "nobody"
        counts += [number(open_, label, "open", id_ or ""), number(done, label, "resolved", id_ or "")]
        hours.append(number(mean, label, "", id_ or ""))
    return {d.TICKETS_BY_AGENT: gathered(counts), d.RESOLUTION_BY_AGENT: gathered(hours)}


PANELS = (by_status, backlog, by_week, quality, agents)
