"""What the dashboards show."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2
from crm.reporting.v1 import dashboards_pb2
from crm.sales.v1 import pipelines_pb2, products_pb2
from crm.support.v1 import messages_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, user
from crm_reporting.dashboards.usecases import DASHBOARDS
from sqlalchemy import event

from ..records import NOW, at, deal, lead, member, money, ticket


@pytest.fixture
def shown(rpc: Any, clock: Any) -> Any:
    """The points of a dashboard of a user, by widget: (label, series, value)."""
    clock.now = NOW

    def show(owner: str, name: str, **period: str) -> dict[str, list[tuple[str, str, str]]]:
        request = dashboards_pb2.GetDashboardRequest(name=name, **period)
        widgets = rpc("GetDashboard", request, as_=user({"*": OWN}, id_=owner)).widgets
        return {w.name: [(p.label, p.series, p.value) for p in w.points] for w in widgets}

    return show


def stage(name: str, type_: str = "OPEN", **fields: Any) -> dict[str, Any]:
    return {"id": uuid7(), "name": name, "type": type_} | fields


def test_a_dashboard_names_its_period_and_defines_every_figure(rpc: Any, clock: Any) -> None:
    clock.now = NOW
    for name in DASHBOARDS:
        answer = rpc("GetDashboard", dashboards_pb2.GetDashboardRequest(name=name), as_=user({"*": OWN}))

        assert (answer.name, answer.from_date, answer.to_date) == (name, "2025-05-21", "2026-05-20")
        names = [widget.name for widget in answer.widgets]
        assert len(names) == len(set(names)) > 0
        for widget in answer.widgets:
            assert widget.title
            assert widget.kind in ("number", "bar", "line", "table")
            assert "(version " in widget.definition


@pytest.mark.parametrize("period", [{"from_date": "2026-02-01", "to_date": "2026-01-01"}, {"from_date": "2010-01-01"}])
def test_a_wrong_period_is_refused(rpc: Any, clock: Any, period: dict[str, str]) -> None:
    clock.now = NOW
    with pytest.raises(DomainError) as refused:
        rpc("GetDashboard", dashboards_pb2.GetDashboardRequest(name="sales", **period), as_=user())

    assert (refused.value.status, list(refused.value.errors)) == (400, ["from_date"])


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_a_dashboard_takes_few_statements(rpc: Any, engine: Any, name: str) -> None:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        rpc("GetDashboard", dashboards_pb2.GetDashboardRequest(name=name), as_=user())
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert 0 < len(statements) <= 8


def test_sales_shows_the_pipeline_as_it_is_now(shown: Any, deliver_all: Any) -> None:
    rep, pipeline = uuid7(), uuid7()
    new, offer = stage("New"), stage("Offer", max_age_days=10)
    given = {"id": pipeline, "name": "Direct", "currency": "USD", "stages": [new, offer, stage("Won", "WON")]}
    inside = {"pipeline_id": pipeline, "probability": 50.0}
    deliver_all(
        [pipelines_pb2.PipelineCreated(pipeline=given),
         deal(rep, "OPEN", "10.00", stage_id=new["id"], stage_entered_at=at(100), **inside),
         deal(rep, "OPEN", "20.00", stage_id=offer["id"], stage_entered_at=at(12), name="Stuck", **inside),
         deal(rep, "OPEN", None, stage_id=offer["id"], stage_entered_at=at(9), **inside),
         deal(rep, "WON", "99.00", stage_id=given["stages"][2]["id"], **inside)]
    )  # fmt: skip

    found = shown(rep, "sales")

    assert found["open_deals_by_stage"] == [("New", "", "1"), ("Offer", "", "2")]
    assert found["open_amount_by_stage"] == [("New", "USD", "10.00"), ("Offer", "USD", "20.00")]
    assert found["weighted_pipeline"] == [("", "USD", "15.00")]
    assert found["stalled_by_stage"] == [("Offer", "", "1")]
    assert found["stalled_deals"] == [("Stuck", "Offer", "12.0")]


def test_amounts_are_what_the_currency_can_pay(shown: Any, deliver_all: Any) -> None:
    rep, pipeline, new = uuid7(), uuid7(), stage("New")
    given = {"id": pipeline, "name": "Direct", "currency": "USD", "stages": [new]}
    inside = {"pipeline_id": pipeline, "stage_id": new["id"], "probability": 33.0}
    amounts = [("1000.55", "JPY"), ("1.2345", "USD"), ("2.0005", "KWD")]
    deliver_all(
        [pipelines_pb2.PipelineCreated(pipeline=given),
         *(deal(rep, "OPEN", amount, currency, **inside) for amount, currency in amounts)]
    )  # fmt: skip

    found = shown(rep, "sales")

    def paid(widget: str) -> dict[str, Decimal]:
        return {currency: Decimal(value) for _, currency, value in found[widget]}

    assert paid("open_amount_by_stage") == {"JPY": Decimal(1001), "KWD": Decimal("2.001"), "USD": Decimal("1.23")}
    assert paid("weighted_pipeline") == {"JPY": Decimal(330), "KWD": Decimal("0.66"), "USD": Decimal("0.41")}


def test_sales_measures_what_was_closed_in_the_period(shown: Any, deliver_all: Any) -> None:
    rep = uuid7()
    deliver_all(
        [member(rep, name="Rita"), deal(rep, "WON", "100.00"), deal(rep, "WON", "300.00"),
         deal(rep, "LOST", "50.00", lost_reason="price"), deal(rep, "LOST", lost_reason="price"),
         deal(rep, "LOST", lost_reason="timing"), deal(rep, "OPEN", "10.00"),
         deal(rep, "WON", "7.00", close_date="2020-01-01")]
    )  # fmt: skip

    found = shown(rep, "sales")

    assert found["revenue"] == [("", "USD", "400.00")]
    assert found["revenue_by_month"] == [("2026-05", "USD", "400.00")]
    assert found["win_rate"] == [("", "", "40.0")]
    assert found["average_deal"] == [("", "USD", "200.00")]
    assert found["sales_cycle"] == [("", "", "20.0")]
    assert found["velocity"] == [("", "USD", "4.00")]  # 1 x 0.4 x 200 / 20
    assert found["won_deals_by_rep"] == [("Rita", "", "2")]
    assert found["win_rate_by_rep"] == [("Rita", "", "40.0")]
    assert found["loss_reasons"] == [("price", "", "2"), ("timing", "", "1")]


def test_the_day_a_deal_closed_counts_if_it_was_recorded_later(shown: Any, deliver: Any) -> None:
    rep = uuid7()
    deliver(deal(rep, "WON", "1.00", created_at=at(20.5), close_date="2026-05-10", closed_at=at(0)))

    # From 2026-04-30T00:00 to 2026-05-10T00:00; it was recorded on 2026-05-20.
    assert shown(rep, "sales")["sales_cycle"] == [("", "", "10.0")]


def test_sales_forecasts_the_quarter_and_names_what_closes_next(shown: Any, deliver_all: Any) -> None:
    rep = uuid7()
    deliver_all(
        [deal(rep, "OPEN", "1.00", forecast_category="COMMIT", close_date="2026-06-30", name="Late"),
         deal(rep, "OPEN", "2.00", forecast_category="BEST_CASE", close_date="2026-05-21", name="Soon"),
         deal(rep, "OPEN", "4.00", forecast_category="OMITTED", close_date="2026-05-19", name="Overdue"),
         deal(rep, "OPEN", "8.00", forecast_category="COMMIT", close_date="2026-07-01", name="Next quarter"),
         deal(rep, "WON", "16.00", forecast_category="CLOSED"), deal(rep, "LOST", "32.00")]
    )  # fmt: skip

    found = shown(rep, "sales")

    assert found["forecast_by_category"] == [
        ("BEST_CASE", "USD", "2.00"), ("COMMIT", "USD", "1.00"), ("CLOSED", "USD", "16.00")
    ]  # fmt: skip
    assert found["next_closing_deals"] == [
        ("Soon", "2026-05-21", "1"), ("Late", "2026-06-30", "41"), ("Next quarter", "2026-07-01", "42")
    ]  # fmt: skip


def test_the_amount_of_a_deal_is_shared_among_its_products(shown: Any, deliver_all: Any) -> None:
    rep, lamp, desk = uuid7(), uuid7(), uuid7()
    lines = [{"product_id": lamp, "total": money("30.00")}, {"product_id": desk, "total": money("90.00")}]
    deliver_all(
        [products_pb2.ProductCreated(product={"id": lamp, "name": "Lamp"}),
         products_pb2.ProductCreated(product={"id": desk, "name": "Desk"}),
         deal(rep, "WON", "100.00", lines=lines), deal(rep, "WON", "5.00")]
    )  # fmt: skip

    assert shown(rep, "sales")["revenue_by_product"] == [
        ("Desk", "USD", "75.00"), ("Lamp", "USD", "25.00"), ("unknown", "USD", "5.00")
    ]  # fmt: skip


def test_marketing_shows_sources_campaigns_and_what_they_brought(shown: Any, deliver_all: Any) -> None:
    one, campaign, empty = uuid7(), uuid7(), uuid7()

    def joined(state: str, responded: bool = False) -> Any:
        given = {"id": uuid7(), "campaign_id": campaign, "contact_id": uuid7(), "send_state": state}
        return campaign_members_pb2.CampaignMemberCreated(campaign_member=given | {"responded": responded})

    spring = {"id": campaign, "name": "Spring", "owner_id": one, "created_at": at(3), "cost": money("50.00")}
    gone = {"id": empty, "name": "Gone", "owner_id": one, "created_at": at(3), "deleted_at": at(1)}
    deliver_all(
        [lead(one, source="Google"), lead(one, source="Google"), lead(one, source="google", status="CONVERTED"),
         lead(one), lead(one, created_at=at(1000)),
         campaigns_pb2.CampaignCreated(campaign=spring), campaigns_pb2.CampaignDeleted(campaign=gone),
         joined("SENT", True), joined("SENT"), joined("SKIPPED"), joined("FAILED"),
         contacts_pb2.ContactCreated(contact={"id": uuid7(), "owner_id": one, "created_at": at(30)}),
         contacts_pb2.ContactCreated(contact={"id": uuid7(), "owner_id": one, "created_at": at(2)}),
         deal(one, "WON", "200.00", campaign_id=campaign, source="web"), deal(one, "OPEN", campaign_id=campaign),
         deal(one, "WON", "5.00", "EUR", campaign_id=campaign, source="web")]
    )  # fmt: skip

    found = shown(one, "marketing")

    assert found["leads_by_source"] == [("Google", "", "3"), ("unknown", "", "1")]
    assert found["lead_conversion_by_source"] == [("Google", "", "33.3"), ("unknown", "", "0.0")]
    assert found["lead_conversion"] == [("", "", "25.0")]
    assert found["campaign_results"] == [
        ("Spring", "members", "4"), ("Spring", "sent", "2"), ("Spring", "responded", "1"),
        ("Spring", "skipped", "1"), ("Spring", "failed", "1"),
    ]  # fmt: skip
    assert found["campaign_response_rate"] == [("Spring", "", "50.0")]
    assert found["cost_per_response"] == [("Spring", "USD", "50.00")]
    assert found["campaign_return"] == [("Spring", "", "300.0")]
    assert found["new_contacts_by_month"] == [("2026-04", "", "1"), ("2026-05", "", "1")]
    assert found["deals_by_campaign"] == [("Spring", "", "3")]
    assert found["revenue_by_campaign"] == [("Spring", "EUR", "5.00"), ("Spring", "USD", "200.00")]
    assert found["revenue_by_source"] == [("web", "EUR", "5.00"), ("web", "USD", "200.00")]


def test_support_shows_load_speed_and_satisfaction(shown: Any, deliver_all: Any) -> None:
    agent = uuid7()
    clock = {"kind": "SOLUTION", "state": "MET", "elapsed_minutes": 90}
    done = {"status": "RESOLVED", "priority": "LOW", "created_at": at(10), "first_responded_at": at(9.5)}
    quick = ticket(agent, **done, resolved_at=at(9), satisfaction=5, sla_clocks=[clock])
    slow = ticket(agent, **done, resolved_at=at(3), satisfaction=2, sla_breached=True)
    again = ticket(agent, **done, resolved_at=at(8), reopen_count=1)

    def answer(to: Any, **fields: Any) -> Any:
        given = {"id": uuid7(), "ticket_id": to.ticket.id, "body": "x", "author": "AGENT"} | fields
        return messages_pb2.MessageCreated(message=given)

    deliver_all(
        [member(agent, name="Ann"), quick, slow, again, ticket(agent), ticket(agent, created_at=at(40)),
         answer(quick), answer(quick, internal=True), answer(quick, author="AUTOMATION"),
         answer(slow), answer(slow)]
    )  # fmt: skip

    found = shown(agent, "support")

    assert found["tickets_by_status"] == [("OPEN", "HIGH", "2"), ("RESOLVED", "LOW", "3")]
    assert found["open_tickets"] == [("", "", "2")]
    assert [value for *_, value in found["backlog_by_age"]] == ["0", "1", "0", "0", "1"]
    assert found["tickets_by_week"] == [
        ("2026-04-06", "created", "1"), ("2026-05-04", "created", "3"), ("2026-05-11", "resolved", "3"),
        ("2026-05-18", "created", "1"),
    ]  # fmt: skip
    assert found["first_response_time"] == [("mean", "", "12.0"), ("median", "", "12.0")]
    assert found["resolution_time"] == [
        ("mean", "calendar time", "80.0"), ("median", "calendar time", "48.0"),
        ("mean", "working time", "1.5"), ("median", "working time", "1.5"),
    ]  # fmt: skip
    assert found["sla_breaches"] == [("", "", "1")]
    assert found["sla_breach_rate"] == [("", "", "20.0")]
    assert found["reopen_rate"] == [("", "", "33.3")]
    assert found["first_contact_resolution"] == [("", "", "33.3")]
    assert found["satisfaction"] == [("", "", "50.0")]
    assert [value for *_, value in found["satisfaction_ratings"]] == ["0", "1", "0", "0", "1"]
    assert found["tickets_by_agent"] == [("Ann", "open", "2"), ("Ann", "resolved", "3")]
    assert found["resolution_time_by_agent"] == [("Ann", "", "80.0")]


@pytest.mark.parametrize("close_date", ["", "2025-05-25", "2026-01-15", "2026-05-19", "2027-01-01"])
def test_an_open_deal_counts_once_whenever_it_closes(shown: Any, deliver_all: Any, close_date: str) -> None:
    boss = uuid7()
    deliver_all([deal(boss, amount="100.00", close_date=close_date)])
    assert shown(boss, "executive")["open_pipeline"] == [("", "USD", "100.00")]
    assert shown(boss, "sales")["weighted_pipeline"] in ([], [("", "USD", "0.00")])


def test_the_executive_sees_the_whole_on_one_page(shown: Any, deliver_all: Any) -> None:
    boss, old, new = uuid7(), uuid7(), uuid7()
    deliver_all(
        [accounts_pb2.AccountCreated(account={"id": old, "name": "Old", "owner_id": boss}),
         accounts_pb2.AccountCreated(account={"id": new, "name": "New", "owner_id": boss}),
         deal(boss, "WON", "1.00", account_id=old, close_date="2020-01-01"),
         deal(boss, "WON", "20.00", account_id=old), deal(boss, "WON", "30.00", account_id=new),
         deal(boss, "OPEN", "5.00", account_id=new), deal(boss, "LOST"),
         lead(boss), lead(boss, status="CONVERTED"), ticket(boss), ticket(boss, status="CLOSED", satisfaction=4)]
    )  # fmt: skip

    found = shown(boss, "executive")

    assert found["revenue"] == [("", "USD", "50.00")]
    assert found["open_pipeline"] == [("", "USD", "5.00")]
    assert found["win_rate"] == [("", "", "66.7")]
    assert found["new_customers"] == [("", "", "1")]
    assert found["top_accounts"] == [("New", "USD", "30.00"), ("Old", "USD", "20.00")]
    assert found["open_tickets"] == [("", "", "1")]
    assert found["satisfaction"] == [("", "", "100.0")]
    assert found["lead_conversion"] == [("", "", "50.0")]
