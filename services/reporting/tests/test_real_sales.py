"""8,800 real deals: what the service says is what the file says, computed here without it.

The deals belong to agents under one made-up head of sales, so that the figures are that person's subtree and the
other tests' deals stay out.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2
from crm.identity.v1 import territories_pb2, users_pb2
from crm.reporting.v1 import dashboards_pb2, reports_pb2
from crm.sales.v1 import opportunities_pb2, pipelines_pb2, products_pb2
from crm_chassis.ids import uuid7
from crm_chassis.records.mapping import timestamp
from crm_chassis.testing import SUBTREE, user
from sqlalchemy import Engine, text

from .records import deal

DATA = Path(__file__).parents[4] / "shared" / "data" / "crm_sales"
By = reports_pb2.GetSalesReportRequest.Dimension

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real sales data are not at {DATA}")


class Ids(defaultdict[str, str]):
    """An id for every name."""

    def __init__(self) -> None:
        super().__init__(uuid7)


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def moment(day: str) -> Any:
    return timestamp(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)) if day else None


@pytest.fixture(scope="module")
def company() -> Any:
    """The file with ids for everything in it."""
    deals = [row | {"product": row["product"].replace("GTXPro", "GTX Pro")} for row in rows_of("sales_pipeline")]
    return SimpleNamespace(
        deals=deals,
        team={row["sales_agent"]: row for row in rows_of("sales_teams")},
        sector={row["account"]: row["sector"] for row in rows_of("accounts")},
        products=[row["product"] for row in rows_of("products")],
        users=Ids(), offices=Ids(), accounts=Ids(), product_ids=Ids(), stages=Ids(), head=uuid7(), pipeline=uuid7(),
        loaded=[],
    )  # fmt: skip


@pytest.fixture
def head(company: Any, deliver_all: Any, owner_engine: Engine) -> Any:
    """The head of sales, once everything has been delivered.

    The statistics of the database are of the time before, when nobody had more than one deal: whoever fills a table
    at once cannot choose when it is analysed, and no figure may take long because of that.
    """
    if not company.loaded:
        deliver_all(_surroundings(company))
        deliver_all(deal(uuid7(), "WON", "1.00") for _ in range(200))
        with owner_engine.begin() as connection:
            connection.execute(text("ALTER TABLE opportunities SET (autovacuum_enabled = off)"))
            connection.execute(text("ANALYZE"))
        deliver_all(_deals(company))
        company.loaded.append(True)
    return user({"*": SUBTREE}, id_=company.head)


def _surroundings(company: Any) -> Iterator[Any]:
    yield users_pb2.UserCreated(user={"id": company.head, "display_name": "Head of sales", "status": "ACTIVE"})
    for manager in {row["manager"] for row in company.team.values()}:
        found = {"id": company.users[manager], "display_name": manager, "manager_id": company.head, "status": "ACTIVE"}
        yield users_pb2.UserCreated(user=found)
    for agent, row in company.team.items():
        yield users_pb2.UserCreated(
            user={
                "id": company.users[agent], "display_name": agent, "manager_id": company.users[row["manager"]],
                "territory_ids": [company.offices[row["regional_office"]]], "status": "ACTIVE",
            }
        )  # fmt: skip
    for office, id_ in company.offices.items():
        yield territories_pb2.TerritoryCreated(territory={"id": id_, "name": office})
    for name, sector in company.sector.items():
        owner = company.users["Moses Frase"]
        account = {"id": company.accounts[name], "name": name, "industry": sector, "owner_id": owner}
        yield accounts_pb2.AccountCreated(account=account)
    for name in company.products:
        yield products_pb2.ProductCreated(product={"id": company.product_ids[name], "name": name})
    types = {"Prospecting": "OPEN", "Engaging": "OPEN", "Won": "WON", "Lost": "LOST"}
    stages = [{"id": company.stages[name], "name": name, "type": type_} for name, type_ in types.items()]
    pipeline = {"id": company.pipeline, "name": "Hardware", "currency": "USD", "stages": stages}
    yield pipelines_pb2.PipelineCreated(pipeline=pipeline)


def _deals(company: Any) -> Iterator[Any]:
    for row in company.deals:
        status = {"Won": "WON", "Lost": "LOST"}.get(row["deal_stage"], "OPEN")
        price = {"amount": row["close_value"] or "1", "currency": "USD"}
        yield opportunities_pb2.OpportunityCreated(
            opportunity={
                "id": uuid7(), "name": row["opportunity_id"], "status": status, "pipeline_id": company.pipeline,
                "stage_id": company.stages[row["deal_stage"]], "owner_id": company.users[row["sales_agent"]],
                "account_id": company.accounts[row["account"]] if row["account"] else None,
                "amount": price if row["close_value"] else None,
                "lines": [{"product_id": company.product_ids[row["product"]], "total": price}],
                "close_date": row["close_date"], "closed_at": moment(row["close_date"]),
                "created_at": moment(row["engage_date"] or "2017-12-31"),
                "stage_entered_at": moment(row["engage_date"] or "2017-12-31"),
            }
        )  # fmt: skip


def by_hand(company: Any, key: Any) -> dict[str, dict[str, float]]:
    """Won, lost, open, revenue and days by a key of the file's rows."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in company.deals:
        group = found[key(row)]
        if row["deal_stage"] == "Won":
            group["won"] += 1
            group["revenue"] += float(row["close_value"])
            group["days"] += (date.fromisoformat(row["close_date"]) - date.fromisoformat(row["engage_date"])).days
        else:
            group["lost" if row["deal_stage"] == "Lost" else "open"] += 1
    return found


def report(rpc: Any, head: Any, by: Any, **period: str) -> Any:
    return rpc("GetSalesReport", reports_pb2.GetSalesReportRequest(group_by=by, **period), as_=head)


def dashboard(rpc: Any, head: Any, name: str = "sales") -> dict[str, Any]:
    request = dashboards_pb2.GetDashboardRequest(name=name, from_date="2017-01-01", to_date="2017-12-31")
    return {widget.name: widget for widget in rpc("GetDashboard", request, as_=head).widgets}


def test_the_total_is_what_the_file_says(rpc: Any, company: Any, head: Any) -> None:
    (row,) = report(rpc, head, By.TOTAL).rows

    assert (row.won_count, row.lost_count, row.open_count, row.currency) == (4238, 2473, 2089, "USD")
    assert float(row.won_amount.amount) == 10005534
    assert row.win_rate == pytest.approx(4238 / (4238 + 2473))
    assert float(row.average_deal.amount) == pytest.approx(10005534 / 4238, abs=0.01)
    days = by_hand(company, lambda row: "")[""]["days"] / 4238
    assert row.cycle_days == pytest.approx(days)
    velocity = 2089 * (4238 / 6711) * (10005534 / 4238) / days
    assert float(row.velocity_per_day.amount) == pytest.approx(velocity, abs=0.01)


@pytest.mark.parametrize(
    ("by", "key"),
    [
        (By.OWNER, lambda company, row: row["sales_agent"]),
        (By.MANAGER, lambda company, row: company.team[row["sales_agent"]]["manager"]),
        (By.REGION, lambda company, row: company.team[row["sales_agent"]]["regional_office"]),
        (By.PRODUCT, lambda company, row: row["product"]),
        (By.SECTOR, lambda company, row: company.sector[row["account"]] if row["account"] else "unknown"),
        (By.MONTH, lambda company, row: row["close_date"][:7] or "unknown"),
    ],
    ids=["owner", "manager", "region", "product", "sector", "month"],
)
def test_every_breakdown_is_what_the_file_says(rpc: Any, company: Any, head: Any, by: Any, key: Any) -> None:
    expected = by_hand(company, lambda row: key(company, row))

    rows = report(rpc, head, by).rows

    assert {row.label for row in rows} == set(expected)
    for row in rows:
        wanted = expected[row.label]
        assert (row.won_count, row.lost_count, row.open_count) == (wanted["won"], wanted["lost"], wanted["open"])
        assert float(row.won_amount.amount) == wanted["revenue"]
        assert row.win_rate == pytest.approx(wanted["won"] / ((wanted["won"] + wanted["lost"]) or 1))
        assert row.cycle_days == pytest.approx(wanted["days"] / (wanted["won"] or 1))


def test_a_period_counts_by_close_date(rpc: Any, company: Any, head: Any) -> None:
    (row,) = report(rpc, head, By.TOTAL, from_date="2017-03-01", to_date="2017-03-31").rows

    won = [r for r in company.deals if r["deal_stage"] == "Won" and r["close_date"].startswith("2017-03")]
    assert row.won_count == len(won)
    assert float(row.won_amount.amount) == sum(float(r["close_value"]) for r in won)
    assert row.open_count == 0


def test_the_dashboard_says_the_same(rpc: Any, company: Any, head: Any) -> None:
    shown = dashboard(rpc, head)

    (revenue,) = shown["revenue"].points
    assert (float(revenue.value), revenue.series, shown["revenue"].unit) == (10005534, "USD", "USD")
    assert shown["win_rate"].points[0].value == "63.2"
    months = by_hand(company, lambda row: row["close_date"][:7])
    assert {p.label: float(p.value) for p in shown["revenue_by_month"].points} == {
        month: found["revenue"] for month, found in months.items() if found["revenue"]
    }
    for name, key in (
        ("rep", lambda row: row["sales_agent"]),
        ("manager", lambda row: company.team[row["sales_agent"]]["manager"]),
        ("region", lambda row: company.team[row["sales_agent"]]["regional_office"]),
        ("product", lambda row: row["product"]),
        ("sector", lambda row: company.sector.get(row["account"])),
    ):
        wanted = {label: found["revenue"] for label, found in by_hand(company, key).items() if found["revenue"]}
        assert {p.label: float(p.value) for p in shown[f"revenue_by_{name}"].points} == wanted
    assert {p.label: p.value for p in shown["open_deals_by_stage"].points} == {"Prospecting": "500", "Engaging": "1589"}
    fastest = min(
        by_hand(company, lambda row: row["sales_agent"]).items(),
        key=lambda item: item[1]["days"] / item[1]["won"] if item[1]["won"] else 1e9,
    )
    assert shown["sales_cycle_by_rep"].points[0].label == fastest[0]


def test_the_executive_sees_customers_and_the_largest_of_them(rpc: Any, company: Any, head: Any) -> None:
    shown = dashboard(rpc, head, "executive")

    won = by_hand(company, lambda row: row["account"])
    assert shown["new_customers"].points[0].value == str(sum(1 for found in won.values() if found["won"]))
    top = sorted(((found["revenue"], name) for name, found in won.items()), reverse=True)[:10]
    assert [(float(p.value), p.label) for p in shown["top_accounts"].points] == top


def test_a_manager_sees_the_agents_below_and_no_others(rpc: Any, company: Any, head: Any) -> None:
    manager = user({"*": SUBTREE}, id_=company.users["Dustin Brinkmann"])

    (row,) = report(rpc, manager, By.TOTAL).rows

    wanted = by_hand(company, lambda row: company.team[row["sales_agent"]]["manager"])["Dustin Brinkmann"]
    assert (row.won_count, float(row.won_amount.amount)) == (wanted["won"], wanted["revenue"])
