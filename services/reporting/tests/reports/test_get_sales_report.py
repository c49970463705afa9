"""Sales by one dimension; what the real data say is in test_real_sales.py, who sees what in test_visibility.py."""

from __future__ import annotations

from typing import Any

import pytest
from crm.identity.v1 import territories_pb2
from crm.reporting.v1 import reports_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import OWN, user

from ..records import deal, member

By = reports_pb2.GetSalesReportRequest.Dimension


def rows(rpc: Any, owner: str, by: Any, **period: str) -> Any:
    request = reports_pb2.GetSalesReportRequest(group_by=by, **period)
    return rpc("GetSalesReport", request, as_=user({"*": OWN}, id_=owner)).rows


def test_months_are_in_order_and_open_deals_count_where_they_expect_to_close(rpc: Any, deliver_all: Any) -> None:
    rep = uuid7()
    deliver_all(
        [deal(rep, "WON", "1.00", close_date="2026-02-03"), deal(rep, "WON", "9.00", close_date="2026-01-03"),
         deal(rep, "OPEN", "2.00", close_date="2026-02-28"), deal(rep, "OPEN", "3.00")]
    )  # fmt: skip

    everything = [(row.key, row.won_count, row.open_count) for row in rows(rpc, rep, By.MONTH)]
    february = rows(rpc, rep, By.MONTH, from_date="2026-02-01", to_date="2026-02-28")

    assert everything == [("2026-01", 1, 0), ("2026-02", 1, 1), ("", 0, 1)]
    assert [(row.key, row.open_amount.amount) for row in february] == [("2026-02", "2.00")]


def test_sources_without_closed_deals_have_no_rate(rpc: Any, deliver: Any) -> None:
    rep = uuid7()
    deliver(deal(rep, "OPEN", "1.00", source="fair"))

    (row,) = rows(rpc, rep, By.SOURCE)

    assert (row.key, row.label, row.currency) == ("fair", "fair", "USD")
    assert not any(row.HasField(name) for name in ("win_rate", "cycle_days", "average_deal", "velocity_per_day"))


def test_deals_without_amount_count_with_the_only_currency_in_use(rpc: Any, deliver_all: Any) -> None:
    rep = uuid7()
    deliver_all([deal(rep, "WON", "1.00", "EUR"), deal(rep), deal(rep, "LOST")])

    (row,) = rows(rpc, rep, By.TOTAL)

    assert (row.currency, row.won_count, row.lost_count, row.open_count) == ("EUR", 1, 1, 1)


def test_the_territory_of_the_deal_goes_before_that_of_its_owner(rpc: Any, deliver_all: Any) -> None:
    rep, north, south = uuid7(), uuid7(), uuid7()
    deliver_all(
        [territories_pb2.TerritoryCreated(territory={"id": north, "name": "North"}),
         territories_pb2.TerritoryCreated(territory={"id": south, "name": "South"}),
         member(rep, territory_ids=[north]), deal(rep, "WON", "2.00"),
         deal(rep, "WON", "1.00", territory_id=south)]
    )  # fmt: skip

    found = [(row.key, row.label, row.won_amount.amount) for row in rows(rpc, rep, By.REGION)]

    assert found == [(north, "North", "2.00"), (south, "South", "1.00")]


def test_an_unknown_dimension_is_refused(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        rows(rpc, uuid7(), By.DIMENSION_UNSPECIFIED)

    assert refused.value.status == 400
