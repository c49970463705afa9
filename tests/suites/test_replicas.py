"""Several gateways on one port, before several api processes, are one suite; a killed one costs no call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.dev.catalogue import HOST
from deploy.dev.instance import Instance
from tests.e2e.client import Api, close_all, eventually

GATEWAYS, APIS = ("gateway", "gateway.1"), ("contacts.api", "contacts.api.1")


@pytest.fixture(scope="module")
def several() -> Iterator[Instance]:
    with Instance("replicas") as instance:
        instance.erase()
        instance.start(["identity", "contacts"], replicas={"gateway": 2, "contacts": 2}, mail=False)
        instance.wait_ready(120)
        yield instance
        close_all(instance.gateway_url)
    instance.erase()


def served(suite: Instance, process: str) -> float:
    """Calls that a gateway or an api has answered."""
    port = suite.env_for(process)["CRM_PROBES_PORT"]
    name = "crm_gateway_http_seconds_count" if process in GATEWAYS else "crm_rpc_seconds_count"
    families = text_string_to_metric_families(httpx.get(f"http://{HOST}:{port}/metrics").text)
    return sum(sample.value for family in families for sample in family.samples if sample.name == name)


def over_new_connections(suite: Instance, api: Api, path: str, calls: int = 40) -> set[int]:
    """The statuses of calls, each over a connection of its own, some at once."""
    headers = {"Authorization": api.bearer()}

    def call(_: int) -> int:
        return httpx.get(f"{suite.gateway_url}{path}", headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        return set(pool.map(call, range(calls)))


@pytest.mark.slow
def test_gateways_share_the_port_and_all_apis_are_called(several: Instance) -> None:
    api = Api(several.gateway_url, *several.admin)
    before = {one: served(several, one) for one in (*GATEWAYS, *APIS)}
    assert over_new_connections(several, api, "/v1/contacts") == {200}
    idle = [one for one in before if served(several, one) == before[one]]
    assert idle == []


@pytest.mark.slow
def test_a_killed_gateway_is_replaced_and_the_other_one_goes_on(several: Instance) -> None:
    api = Api(several.gateway_url, *several.admin)
    held = several.pid("gateway")
    several.hold("gateway")
    eventually(lambda: not psutil.pid_exists(held))
    try:
        assert over_new_connections(several, api, "/v1/contacts") == {200}
    finally:
        several.release("gateway")
    eventually(both_answer(several, api), 60)


def both_answer(suite: Instance, api: Api) -> Callable[[], bool]:
    before = dict.fromkeys(GATEWAYS, 0.0)

    def check() -> bool:
        assert over_new_connections(suite, api, "/v1/me", calls=8) == {200}
        return all(served(suite, one) > before[one] for one in GATEWAYS)

    return check


@pytest.mark.slow
def test_what_one_gateway_was_told_holds_at_the_other(several: Instance) -> None:
    """A session that was ended is over at every gateway, and a write is repeated by its key wherever it arrives."""
    api, key = Api(several.gateway_url, *several.admin), {"Idempotency-Key": "over-two-gateways"}

    def write(_: int) -> httpx.Response:
        url, headers = f"{several.gateway_url}/v1/contacts", {"Authorization": api.bearer()} | key
        return httpx.post(url, headers=headers, json={"last_name": "Replica"})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(write, range(8)))
    taken = [one for one in answers if one.status_code != 409]  # a call that met the first one under way
    assert {one.status_code for one in taken} <= {200, 201}, [one.text for one in answers]
    assert len({one.json()["id"] for one in taken}) == 1
    other = Api(several.gateway_url, *several.admin)
    refused = {"refresh_token": other.session.tokens["refresh_token"]}
    assert httpx.post(f"{several.gateway_url}/v1/auth/logout", json=refused).is_success
    assert httpx.post(f"{several.gateway_url}/v1/auth/refresh", json=refused).status_code == 401


@pytest.mark.slow
def test_who_is_at_a_record_is_known_at_every_gateway(several: Instance) -> None:
    admin = Api(several.gateway_url, *several.admin)
    fields = {"email": "other@replicas.example", "display_name": "Other", "password": "a long password"}
    admin_role = next(role for role in admin.get("/v1/roles", page_size=200)["roles"] if role["name"] == "admin")
    admin.post("/v1/users", **fields, role_ids=[admin_role["id"]])
    other = Api(several.gateway_url, fields["email"], fields["password"])
    contact = admin.post("/v1/contacts", last_name="Presence")
    presence = {"kind": "crm.contacts.contact", "id": contact["id"]}

    def everywhere() -> bool:
        """Each call has a connection of its own, and the system deals them out to both gateways."""
        httpx.post(
            f"{several.gateway_url}/v1/presence",
            headers={"Authorization": other.bearer()},
            json=presence | {"state": "VIEWING"},
        ).raise_for_status()
        headers = {"Authorization": admin.bearer()}
        answers = [httpx.get(f"{several.gateway_url}/v1/presence", params=presence, headers=headers) for _ in range(12)]
        return all([one["user_id"] for one in answer.json()["people"]] == [other.id] for answer in answers)

    eventually(everywhere)
