"""Every kind of record can be read and written by the hundred."""

from __future__ import annotations

from typing import Any

from crm.sales.v1 import opportunities_pb2, pipelines_pb2, products_pb2, tasks_pb2
from crm_chassis.testing import unique
from crm_chassis.testing.batches import check_batches

STAGES = [
    {"name": "First", "type": "OPEN", "probability": 20, "forecast_category": "PIPELINE"},
    {"name": "Won", "type": "WON"},
    {"name": "Lost", "type": "LOST"},
]


def test_opportunities(rpc: Any) -> None:
    check_batches(rpc, opportunities_pb2.Opportunity, lambda: {"name": unique("Deal")}, {"description": "big"})


def test_pipelines(rpc: Any) -> None:
    def new() -> dict[str, Any]:
        return {"name": unique("Pipeline"), "stages": STAGES}

    check_batches(rpc, pipelines_pb2.Pipeline, new, {"currency": "EUR"})


def test_products(rpc: Any) -> None:
    price = {"amount": "100.00", "currency": "USD"}
    check_batches(rpc, products_pb2.Product, lambda: {"name": unique(), "price": price}, {"description": "new"})


def test_tasks(rpc: Any) -> None:
    check_batches(rpc, tasks_pb2.Task, lambda: {"subject": unique("Call")}, {"description": "soon"})
