"""`uv sync --package crm-sales` brings exactly what sales needs, and sales runs with it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from crm.common.v1 import standard_pb2
from crm.sales.v1 import products_pb2
from crm_chassis.access.tokens import Issuer
from crm_chassis.rpc.client import Client
from crm_chassis.testing import unique, user
from packaging.requirements import Requirement

from deploy.dev.catalogue import REPOSITORY, catalogue
from deploy.dev.instance import Instance
from tests.copies import must, surroundings, uv
from tests.e2e.client import eventually

INSTALLED = """
import importlib.metadata as m, json
print(json.dumps({one.name: one.requires or [] for one in m.distributions()}))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with what one team ships: the package, not its sources."""
    folder = tmp_path_factory.mktemp("sales") / "venv"
    options = ("--quiet", "--frozen", "--no-dev", "--no-default-groups", "--no-editable", "--package", "crm-sales")
    must(uv(), "sync", *options, cwd=REPOSITORY, env=surroundings() | {"UV_PROJECT_ENVIRONMENT": str(folder)})
    return folder


@pytest.fixture(scope="module")
def alone(environment: Path) -> Iterator[Instance]:
    """The servers and sales, whose set-up, api and worker run in that environment."""

    class Alone(Instance):
        def command(self, package: str, *arguments: str) -> list[str]:
            return [str(environment / "bin" / package), *arguments]

    with Alone("alone") as instance:
        instance.erase()
        instance.start(["sales"], gateway=False, mail=False)
        instance.wait_ready(60)
        yield instance
    instance.erase()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(requirements: dict[str, list[str]], name: str, extras: frozenset[str]) -> set[tuple[str, frozenset[str]]]:
    """What a package needs here, with the extras it asks for."""
    found = set()
    for one in map(Requirement, requirements[name]):
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras | {""}):
            found.add((canonical(one.name), frozenset(one.extras)))
    return found


@pytest.mark.slow
def test_the_environment_holds_what_sales_needs_and_nothing_else(environment: Path) -> None:
    listed = json.loads(must(str(environment / "bin" / "python"), "-c", INSTALLED, cwd=environment))
    requirements = {canonical(name): requires for name, requires in listed.items()}
    reached, waiting = set(), {("crm-sales", frozenset[str]())}
    while waiting:
        reached |= waiting
        waiting = {one for name, extras in waiting for one in needed(requirements, name, extras)} - reached
    assert set(requirements) == {name for name, _ in reached}
    ours = {name for name in requirements if name.startswith("crm-")}
    assert ours == {"crm-sales", "crm-kit", "crm-chassis", "crm-contracts"}
    # Both kinds of process are there; what the gateway, the launcher and the tests stand on is not.
    assert {"nameko", "eventlet", "kombu", "grpcio", "sqlalchemy", "psycopg"} <= set(requirements)
    assert not {"uvicorn", "httptools", "grpcio-tools", "pytest", "psutil", "aiosmtpd"} & set(requirements)


@pytest.mark.slow
def test_sales_runs_alone(alone: Instance, environment: Path) -> None:
    for role in ("api", "worker"):
        assert str(environment).encode() in Path(f"/proc/{alone.pid(f'sales.{role}')}/cmdline").read_bytes()
    seed = base64.b64decode(alone.secrets["CRM_ACTOR_PRIVATE_KEY"])
    address = f"127.0.0.1:{alone.env_for('sales.api')['CRM_GRPC_PORT']}"
    client = Client(address, Issuer(seed).issue(user(), "sales"))
    product = {"name": unique("Alone"), "price": {"amount": "1.50", "currency": "EUR"}}
    made = client.call("crm.sales.v1.ProductService.CreateProduct", products_pb2.CreateProductRequest(product=product))
    assert client.call("crm.sales.v1.ProductService.GetProduct", standard_pb2.GetRequest(id=made.id)) == made
    client.close()

    def published() -> bool:
        url = alone.database_url(catalogue().services["sales"]).replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            query = "SELECT count(published_at) FROM outbox WHERE record_id = %s"
            return connection.execute(query, [made.id]).fetchone() == (1,)

    eventually(published)
