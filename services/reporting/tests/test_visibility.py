"""Every figure is over the records its reader may see, and money is for those who may see money."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2
from crm.reporting.v1 import dashboards_pb2, reports_pb2
from crm.sales.v1 import pipelines_pb2, products_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, SUBTREE, TERRITORY, user
from crm_reporting import definitions

from .records import NOW, deal, member, money, ticket

By = reports_pb2.GetSalesReportRequest.Dimension
METRICS = {one.name: one for one in vars(definitions).values() if isinstance(one, definitions.Metric)}


def dashboard(rpc: Any, as_: Any, name: str = "sales") -> dict[str, Any]:
    return {w.name: w for w in rpc("GetDashboard", dashboards_pb2.GetDashboardRequest(name=name), as_=as_).widgets}


def report(rpc: Any, as_: Any, by: Any = By.TOTAL) -> Any:
    return rpc("GetSalesReport", reports_pb2.GetSalesReportRequest(group_by=by), as_=as_).rows


@pytest.fixture
def team(deliver_all: Any, clock: Any) -> Any:
    """A manager with two reps, and a stranger; each has won a deal."""
    clock.now = NOW
    manager, one, two, stranger = (uuid7() for _ in range(4))
    deliver_all(
        [member(manager, name="Manager"), member(one, manager, "One"), member(two, manager, "Two"),
         member(stranger, name="Stranger"), deal(one, "WON", "10.00"), deal(two, "WON", "100.00"),
         deal(stranger, "WON", "1000.00")]
    )  # fmt: skip
    return manager, one, two, stranger


def test_a_rep_sees_own_figures_only(rpc: Any, team: Any) -> None:
    rep = user({"*": OWN}, id_=team[1])

    assert [row.won_amount.amount for row in report(rpc, rep)] == ["10.00"]
    assert [(p.label, p.value) for p in dashboard(rpc, rep)["revenue_by_rep"].points] == [("One", "10.00")]
    assert [p.value for p in dashboard(rpc, rep, "executive")["revenue"].points] == ["10.00"]


def test_a_manager_sees_the_people_below(rpc: Any, team: Any) -> None:
    manager = user({"*": SUBTREE}, id_=team[0])

    points = dashboard(rpc, manager)["revenue_by_rep"].points
    assert [(p.label, p.value, p.record_id) for p in points] == [("Two", "100.00", team[2]), ("One", "10.00", team[1])]
    assert [(row.label, row.won_amount.amount) for row in report(rpc, manager, By.MANAGER)] == [("Manager", "110.00")]


def test_a_territory_limits_too(rpc: Any, deliver_all: Any) -> None:
    here, there, seller = uuid7(), uuid7(), uuid7()
    deliver_all(
        [member(seller, territory_ids=[here]), deal(uuid7(), "WON", "7.00", territory_id=here),
         deal(uuid7(), "WON", "8.00", territory_id=there)]
    )  # fmt: skip

    (row,) = report(rpc, user({"*": TERRITORY}, id_=seller))

    assert row.won_amount.amount == "7.00"


def test_without_the_right_to_read_records_their_widgets_are_left_out(rpc: Any, team: Any) -> None:
    grants = {"dashboards.read": ALL, "opportunities.read": OWN, "fields.financial.read": ALL}

    shown = dashboard(rpc, user(grants, id_=team[1]))

    assert {"revenue", "win_rate", "revenue_by_rep", "next_closing_deals"} <= shown.keys()
    assert not {"revenue_by_sector", "revenue_by_product", "open_deals_by_stage", "stalled_deals"} & shown.keys()
    assert dashboard(rpc, user(grants), "support") == {}


@pytest.mark.parametrize("name", ["sales", "marketing", "support", "executive"])
def test_a_widget_needs_the_right_to_read_what_it_is_made_of(rpc: Any, name: str) -> None:
    everything = dashboard(rpc, user({"*": OWN}), name)
    plurals = {plural for widget in everything for plural in METRICS[widget].reads}
    for missing in plurals:
        grants = {f"{plural}.read": OWN for plural in plurals - {missing}}
        shown = dashboard(rpc, user({**grants, "dashboards.read": ALL, "fields.financial.read": ALL}), name)
        assert shown.keys() == {widget for widget in everything if missing not in METRICS[widget].reads}


@pytest.mark.parametrize("name", ["sales", "marketing", "executive"])
def test_without_financial_clearance_there_is_no_money(rpc: Any, team: Any, name: str) -> None:
    grants = {f"{plural}.read": OWN for plural in ("opportunities", "accounts", "products", "pipelines", "dashboards",
              "campaigns", "campaign_members", "leads", "tickets")}  # fmt: skip

    shown = dashboard(rpc, user(grants, id_=team[1]), name)

    assert shown
    for widget in shown.values():
        assert widget.unit in ("count", "percent", "days")
        assert not METRICS[widget.name].financial
        assert all("10.00" not in point.value for point in widget.points)


def test_a_report_without_financial_clearance_has_no_money_and_no_order_of_money(rpc: Any, team: Any) -> None:
    blind = user({"reports.read": ALL, "opportunities.read": SUBTREE}, id_=team[0])

    rows = report(rpc, blind, By.OWNER)

    assert [row.label for row in rows] == ["One", "Two"]
    assert [row.won_count for row in rows] == [1, 1]
    for row in rows:
        assert not any(row.HasField(f) for f in ("won_amount", "open_amount", "average_deal", "velocity_per_day"))


def test_a_report_needs_the_right_to_read_what_it_counts(rpc: Any) -> None:
    nobody = user({"reports.read": ALL, "opportunities.read": ALL})

    for name, request in (
        ("GetSalesReport", reports_pb2.GetSalesReportRequest(group_by=By.SECTOR)),
        ("GetLeadSourceReport", reports_pb2.GetLeadSourceReportRequest()),
        ("GetTicketReport", reports_pb2.GetTicketReportRequest()),
    ):
        with pytest.raises(DomainError) as refused:
            rpc(name, request, as_=nobody)
        assert refused.value.status == 403


def test_what_one_may_not_see_of_an_account_is_not_told_by_a_sum(rpc: Any, deliver_all: Any) -> None:
    rep, mine, theirs = uuid7(), uuid7(), uuid7()
    deliver_all(
        [accounts_pb2.AccountCreated(account={"id": mine, "name": "Mine", "industry": "retail", "owner_id": rep}),
         accounts_pb2.AccountCreated(account={"id": theirs, "name": "Secret", "industry": "arms",
                                                 "owner_id": uuid7()}),
         deal(rep, "WON", "1.00", account_id=mine), deal(rep, "WON", "2.00", account_id=theirs)]
    )  # fmt: skip
    actor = user({"*": OWN}, id_=rep)

    rows = {row.label: row.won_amount.amount for row in report(rpc, actor, By.SECTOR)}

    assert rows == {"retail": "1.00", "unknown": "2.00"}


def test_currencies_are_never_added(rpc: Any, deliver_all: Any, clock: Any) -> None:
    clock.now = NOW
    rep = uuid7()
    deliver_all([deal(rep, "WON", "10.00"), deal(rep, "WON", "5.00", "EUR"), deal(rep, "OPEN", "7.00", "EUR")])
    actor = user({"*": OWN}, id_=rep)

    rows = report(rpc, actor)
    shown = dashboard(rpc, actor)

    assert sorted((row.currency, row.won_amount.amount, row.open_count) for row in rows) == [
        ("EUR", "5.00", 1), ("USD", "10.00", 0)
    ]  # fmt: skip
    assert [(p.series, p.value) for p in shown["revenue"].points] == [("EUR", "5.00"), ("USD", "10.00")]
    assert shown["revenue"].unit == "currency"
    assert shown["win_rate"].points[0].value == "100.0"


def test_a_deal_without_amount_has_the_currency_of_its_pipeline(rpc: Any, deliver_all: Any) -> None:
    rep, pipeline = uuid7(), uuid7()
    deliver_all(
        [pipelines_pb2.PipelineCreated(pipeline={"id": pipeline, "name": "P", "currency": "EUR"}),
         deal(rep, "WON", "10.00"), deal(rep, "WON", "5.00", "EUR"), deal(rep, pipeline_id=pipeline)]
    )  # fmt: skip

    rows = report(rpc, user({"*": OWN}, id_=rep))

    assert {row.currency: row.open_count for row in rows} == {"EUR": 1, "USD": 0}


def test_a_closed_deal_keeps_its_amount_when_the_product_gets_dearer(rpc: Any, deliver: Any) -> None:
    rep, product = uuid7(), uuid7()
    deliver(products_pb2.ProductCreated(product={"id": product, "name": "Lamp", "price": money("10.00")}))
    deliver(deal(rep, "WON", "10.00", lines=[{"product_id": product, "total": money("10.00")}]))

    dearer = {"id": product, "name": "Lamp", "price": money("99.00")}
    deliver(products_pb2.ProductUpdated(product=dearer), version=2)

    rows = report(rpc, user({"*": OWN}, id_=rep), By.PRODUCT)
    assert [(row.label, row.won_amount.amount) for row in rows] == [("Lamp", "10.00")]


def test_a_ticket_is_seen_by_its_assignee(rpc: Any, deliver: Any, clock: Any) -> None:
    clock.now = NOW
    agent = uuid7()
    deliver(ticket(agent))
    deliver(ticket(uuid7()))

    assert dashboard(rpc, user({"*": OWN}, id_=agent), "support")["open_tickets"].points[0].value == "1"
