"""What the API says of itself holds for generated input, with three roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from tests.e2e.client import Api

pytestmark = pytest.mark.slow

DOCUMENT = Path(__file__).resolve().parents[2] / "proto" / "docs" / "openapi.json"
# It ends with the token only.
ENDLESS = ("/v1/stream",)
# They end the session of whoever calls them; each has its own tests.
ENDING = ("/v1/auth/logout", "/v1/me:changePassword", "/v1/me:enrolTotp", "/v1/me:confirmTotp")

schema = schemathesis.openapi.from_path(DOCUMENT)
ROLES = ("admin", "sales_rep", "analyst")


def test_the_gateway_serves_the_document(suite: Any) -> None:
    assert Api(suite.gateway_url).http.get("/openapi.json").content == DOCUMENT.read_bytes()


@pytest.fixture(scope="module")
def connection() -> Iterator[requests.Session]:
    """Kept between the calls."""
    with requests.Session() as session:
        yield session


@pytest.fixture(scope="module")
def callers(hire: Callable[[str], Api]) -> dict[str, Api]:
    """Users of their own, because what is sent changes their names and languages too."""
    return {role: hire(role) for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
@schema.exclude(path=[*ENDING, *ENDLESS]).parametrize()
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],
)
def test_every_operation_keeps_the_contract(
    case: Any, role: str, callers: dict[str, Api], suite: Any, connection: requests.Session
) -> None:
    case.call_and_validate(
        session=connection,
        base_url=suite.gateway_url,
        headers={"Authorization": callers[role].bearer()},
        checks=[
            schemathesis.checks.CHECKS.get_one("not_a_server_error"),
            schemathesis.checks.CHECKS.get_one("response_schema_conformance"),
        ],
    )
