"""Lead sources compared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crm.reporting.v1 import reports_pb2
from crm_chassis.ids import uuid7
from crm_chassis.records.mapping import timestamp
from crm_chassis.testing import OWN, user

from ..records import at, deal, lead


def ask(rpc: Any, actor: Any, **period: str) -> Any:
    return rpc("GetLeadSourceReport", reports_pb2.GetLeadSourceReportRequest(**period), as_=actor).rows


def test_follows_leads_to_the_deals_they_became(rpc: Any, deliver_all: Any) -> None:
    rep = uuid7()
    dollars, euros, lost = deal(rep, "WON", "10.00"), deal(rep, "WON", "3.00", "EUR"), deal(rep, "LOST", "9.00")
    converted = [
        lead(rep, source="web", status="CONVERTED", converted_opportunity_id=made.opportunity.id)
        for made in (dollars, euros, lost)
    ]
    deliver_all([dollars, euros, lost, *converted, lead(rep, source="Web"), lead(rep, source="fair"),
                 lead(rep, source="web", created_at=at(500))])  # fmt: skip
    actor = user({"*": OWN}, id_=rep)

    web, fair = ask(rpc, actor, from_date="2026-05-01", to_date="2026-05-31")

    assert (web.source, web.leads, web.converted, web.won_count) == ("web", 4, 3, 2)
    assert web.conversion_rate == 0.75
    assert sorted((m.currency, m.amount) for m in web.won_amount) == [("EUR", "3.00"), ("USD", "10.00")]
    assert (fair.source, fair.leads, fair.conversion_rate) == ("fair", 1, 0.0)
    assert ask(rpc, actor)[0].leads == 5


def test_a_period_ends_before_midnight_of_the_day_after(rpc: Any, deliver_all: Any) -> None:
    rep, first, after = uuid7(), datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    moments = {
        "before": first - timedelta(microseconds=1), "begin": first, "end": after - timedelta(microseconds=1),
        "after": after,
    }  # fmt: skip
    deliver_all(lead(rep, source=name, created_at=timestamp(moment)) for name, moment in moments.items())

    rows = ask(rpc, user({"*": OWN}, id_=rep), from_date="2026-05-01", to_date="2026-05-31")

    assert {row.source for row in rows} == {"begin", "end"}


def test_without_financial_clearance_there_is_no_money(rpc: Any, deliver_all: Any) -> None:
    rep = uuid7()
    won = deal(rep, "WON", "10.00")
    deliver_all([won, lead(rep, status="CONVERTED", converted_opportunity_id=won.opportunity.id)])

    (row,) = ask(rpc, user({"reports.read": OWN, "leads.read": OWN, "opportunities.read": OWN}, id_=rep))

    assert (row.source, row.won_count, list(row.won_amount)) == ("unknown", 1, [])


def test_who_may_not_read_deals_still_sees_the_leads(rpc: Any, deliver_all: Any) -> None:
    rep = uuid7()
    won = deal(rep, "WON", "10.00")
    deliver_all([won, lead(rep, status="CONVERTED", converted_opportunity_id=won.opportunity.id)])
    grants = {"reports.read": OWN, "leads.read": OWN, "fields.financial.read": OWN}

    (row,) = ask(rpc, user(grants, id_=rep))

    assert (row.leads, row.converted, row.won_count, list(row.won_amount)) == (1, 1, 0, [])
