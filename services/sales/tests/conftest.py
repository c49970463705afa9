"""The service under test, and the records most tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.sales.v1 import opportunities_pb2, pipelines_pb2, products_pb2
from crm_chassis.service import Service
from crm_chassis.testing import unique, user

ADMIN = user()


@pytest.fixture(scope="session")
def service() -> Service:
    from crm_sales.service import service

    return service


@pytest.fixture(scope="session")
def admin() -> Any:
    """A user who may do everything."""
    return ADMIN


@pytest.fixture
def make_pipeline(rpc: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a pipeline: First (OPEN 20 %), Second (OPEN 60 %), Won, Lost unless other stages are given."""

    def make(stages: list[dict[str, Any]] | None = None, **fields: Any) -> Any:
        given = stages or [
            {"name": "First", "type": "OPEN", "probability": 20, "forecast_category": "PIPELINE"},
            {"name": "Second", "type": "OPEN", "probability": 60, "forecast_category": "COMMIT"},
            {"name": "Won", "type": "WON"},
            {"name": "Lost", "type": "LOST"},
        ]
        pipeline = {"name": unique("Pipeline"), "stages": given} | fields
        return rpc("CreatePipeline", pipelines_pb2.CreatePipelineRequest(pipeline=pipeline), as_=ADMIN)

    return make


@pytest.fixture
def make_product(rpc: Callable[..., Any]) -> Callable[..., Any]:
    def make(amount: str = "100.00", currency: str = "USD", **fields: Any) -> Any:
        given = {"name": unique("Product"), "price": {"amount": amount, "currency": currency}} | fields
        return rpc("CreateProduct", products_pb2.CreateProductRequest(product=given), as_=ADMIN)

    return make


@pytest.fixture
def make_opportunity(rpc: Callable[..., Any]) -> Callable[..., Any]:
    def make(as_: Any = ADMIN, **fields: Any) -> Any:
        given = {"name": unique("Deal")} | fields
        return rpc("CreateOpportunity", opportunities_pb2.CreateOpportunityRequest(opportunity=given), as_=as_)

    return make


@pytest.fixture
def patch(rpc: Callable[..., Any]) -> Callable[..., Any]:
    """Changes an opportunity; `clear` names fields that are sent as null."""

    def change(opportunity: Any, *, clear: tuple[str, ...] = (), as_: Any = ADMIN, **fields: Any) -> Any:
        request = opportunities_pb2.UpdateOpportunityRequest(opportunity={"id": opportunity.id} | fields)
        request.update_mask.paths.extend([*(name for name in fields if name != "etag"), *clear])
        return rpc("UpdateOpportunity", request, as_=as_)

    return change


@pytest.fixture
def read(rpc: Callable[..., Any]) -> Callable[..., Any]:
    return lambda opportunity: rpc("GetOpportunity", standard_pb2.GetRequest(id=opportunity.id), as_=ADMIN)


@pytest.fixture
def steps(rpc: Callable[..., Any]) -> Callable[..., Any]:
    """The stage changes of an opportunity as (from, to, seconds)."""

    def listed(opportunity: Any) -> list[tuple[str, str, int]]:
        request = opportunities_pb2.ListStageChangesRequest(opportunity_id=opportunity.id)
        found = rpc("ListStageChanges", request, as_=ADMIN).stage_changes
        return [(one.from_stage_name, one.to_stage_name, one.seconds_in_from_stage) for one in found]

    return listed
