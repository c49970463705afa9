"""One POST is one trace: the gateway's request, its call of contacts, the publication, the handler in sales."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from crm_chassis.testing import unique
from crm_chassis.testing.collector import Collector, Step

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

CREATE = "crm.contacts.v1.AccountService/CreateAccount"
CREATED = "crm.contacts.account.created.v1"
TRACE = "a" * 32
CLIENT = "b" * 16


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as found:
        yield found


@pytest.fixture(scope="module")
def suite(collector: Collector) -> Iterator[Instance]:
    """The services that the request and its event pass through, with a collector of spans."""
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    with Instance("traces") as instance:
        instance.erase()
        instance.start(["identity", "contacts", "sales"], mail=False, env=env)
        instance.wait_ready(120)
        yield instance
    instance.erase()


@pytest.mark.slow
def test_one_request_is_one_trace_to_the_last_handler(suite: Instance, collector: Collector) -> None:
    api = Api(suite.gateway_url, *suite.admin)
    name = unique("Traced")
    given = {"traceparent": f"00-{TRACE}-{CLIENT}-01", "x-request-id": "traced.1"}
    answer = api.http.post("/v1/accounts", json={"name": name}, headers=given)
    assert answer.status_code == 201, answer.text

    def trace() -> dict[tuple[str, str], Step]:
        return {(one.service, one.kind): one for one in collector.steps if one.trace_id == TRACE}

    # Others hear of the account too, and each process hands its spans in when it likes.
    steps = {("crm-gateway", "server"), ("crm-gateway", "client"), ("crm-contacts", "server"),
             ("crm-contacts", "producer"), ("crm-sales", "consumer")}  # fmt: skip
    eventually(lambda: steps <= trace().keys())
    found = trace()
    request, call = found["crm-gateway", "server"], found["crm-gateway", "client"]
    served, sent = found["crm-contacts", "server"], found["crm-contacts", "producer"]
    handled = found["crm-sales", "consumer"]
    chain = [request, call, served, sent, handled]
    assert [one.name for one in chain] == [
        "POST /v1/accounts", CREATE, CREATE, f"publish {CREATED}", f"process {CREATED}",
    ]  # fmt: skip
    assert [one.parent_id for one in chain] == [CLIENT, *(one.span_id for one in chain[:-1])]
    assert [one.error for one in chain] == [None] * 5
    assert {one.attributes["request_id"] for one in chain} == {"traced.1"}
    assert request.attributes["http.route"] == "/v1/accounts"
    assert request.attributes["http.response.status_code"] == 201
    assert served.attributes["rpc.method"] == call.attributes["rpc.method"] == CREATE
    assert sent.attributes["messaging.message.id"] == handled.attributes["messaging.message.id"]
    assert sent.attributes["crm.record_id"] == handled.attributes["crm.record_id"] == answer.json()["id"]
    assert not any(name in str(one) for one in collector.steps)


@pytest.mark.slow
def test_a_refusal_is_the_mistake_of_the_client(suite: Instance, collector: Collector) -> None:
    api = Api(suite.gateway_url, *suite.admin)
    answer = api.http.post("/v1/accounts", json={}, headers={"x-request-id": "traced.2"})
    assert answer.status_code == 400

    def steps() -> dict[tuple[str, str], str | None]:
        mine = [one for one in collector.steps if one.attributes.get("request_id") == "traced.2"]
        return {(one.service, one.kind): one.error for one in mine}

    wanted = {
        ("crm-gateway", "server"): None,
        ("crm-gateway", "client"): "INVALID_INPUT",
        ("crm-contacts", "server"): None,
    }
    eventually(lambda: steps() == wanted)


@pytest.mark.slow
def test_a_process_that_stops_exports_what_is_left(suite: Instance, collector: Collector) -> None:
    suite.adjust("contacts.api", OTEL_BSP_SCHEDULE_DELAY="3600000")
    suite.wait_ready(60)
    api = Api(suite.gateway_url, *suite.admin)
    answer = api.http.get("/v1/accounts", headers={"x-request-id": "traced.3"})
    assert answer.status_code == 200, answer.text

    def served() -> list[Step]:
        mine = [one for one in collector.steps if one.attributes.get("request_id") == "traced.3"]
        return [one for one in mine if one.service == "crm-contacts"]

    assert served() == []
    suite.hold("contacts.api")
    try:
        assert len(served()) == 1
    finally:
        suite.adjust("contacts.api", OTEL_BSP_SCHEDULE_DELAY="200")
        suite.release("contacts.api")
        suite.wait_ready(60)
        eventually(lambda: api.http.get("/v1/accounts").status_code == 200)
