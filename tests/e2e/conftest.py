"""The whole suite, running: six services, the gateway, a broker and a database of their own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2
from crm_chassis.bus.topology import EVENTS, connect, routing_key
from crm_chassis.envelope import CONTENT_TYPE, Occurrence, seal
from crm_chassis.ids import partition_of, uuid7

from deploy.dev.instance import Instance
from tests.e2e.client import Api, close_all, eventually

BUILT_IN = (
    "admin", "sales_manager", "sales_rep", "marketer", "support_manager", "support_agent", "analyst", "integration",
    "customer",
)  # fmt: skip


LAST = ("test_demo_company.py", "test_load_real_data.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole companies are loaded last: the figures of the other tests are about a suite with little to do."""
    items.sort(key=lambda item: LAST.index(item.path.name) if item.path.name in LAST else -1)


@pytest.fixture(scope="session")
def suite() -> Iterator[Instance]:
    """A running copy of the suite with an empty database."""
    with Instance("e2e") as instance:
        instance.erase()
        instance.start(replicas={"contacts": 2}, env={"CRM_RATE_LIMITS": "off"})
        instance.wait_ready(120)
        yield instance
        close_all(instance.gateway_url)
    instance.erase()


@pytest.fixture(scope="session")
def admin(suite: Instance) -> Api:
    """The first administrator."""
    return Api(suite.gateway_url, *suite.admin)


@pytest.fixture(scope="session")
def roles(admin: Api) -> dict[str, str]:
    """Ids of the built-in roles by name."""
    return {role["name"]: role["id"] for role in admin.get("/v1/roles", page_size=200)["roles"]}


@pytest.fixture(scope="session")
def hire(suite: Instance, admin: Api, roles: dict[str, str]) -> Callable[..., Api]:
    """Makes a user of a role and logs in: `hire("sales_rep", manager_id=...)`, or `role_ids` of other roles."""

    def make(role: str, **fields: Any) -> Api:
        email, password = f"{role}-{secrets.token_hex(4)}@test.example", secrets.token_urlsafe(16)
        role_ids = [roles[role]] if role in roles else []
        given = {"email": email, "display_name": email, "password": password, "role_ids": role_ids} | fields
        admin.post("/v1/users", **given)
        return Api(suite.gateway_url, email, password)

    return make


@pytest.fixture(scope="session")
def staff(hire: Callable[..., Api]) -> dict[str, Api]:
    """One user of every built-in role."""
    return {role: hire(role) for role in BUILT_IN}


@pytest.fixture(scope="session")
def known_everywhere(admin: Api) -> Callable[[Api], None]:
    """Waits until every service has heard of a user, by reading a record that was made after the user."""

    def wait(user: Api) -> None:
        record = admin.post("/v1/accounts", name=f"of {user.id}", owner_id=user.id)
        eventually(lambda: user.http.get(f"/v1/accounts/{record['id']}").status_code in (200, 403))

    return wait


@pytest.fixture
def poison(suite: Instance, admin: Api) -> Iterator[dict[str, Any]]:
    """An event of an account that reporting cannot apply, as reporting holds it; gone when the test is over."""
    record_id = uuid7()
    occurrence = Occurrence(uuid7(), record_id, 1, datetime.now(UTC), "", uuid7(), "", "")
    name = f"Poison {secrets.token_hex(4)}"
    envelope = json.loads(seal(accounts_pb2.AccountCreated(account={"id": record_id, "name": name}), occurrence))
    envelope["data"]["account"]["created_at"] = "never"
    with connect(suite.amqp_url) as connection:
        connection.Producer().publish(
            json.dumps(envelope).encode(),
            exchange=EVENTS.name,
            routing_key=routing_key(envelope["type"], partition_of(record_id)),
            content_type=CONTENT_TYPE,
            content_encoding="binary",
        )

    def held() -> dict[str, Any] | None:
        rows = admin.get("/v1/bus/reporting/held_events", direction="INCOMING")["held_events"]
        return next((row for row in rows if row["record_id"] == record_id), None)

    found = eventually(held, 20)
    yield found
    admin.http.post(f"/v1/bus/reporting/held_events/{found['id']}:drop", json={"reason": "the test is over"})
