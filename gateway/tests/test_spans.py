"""A request and the calls it needs are spans of the client's trace."""

from __future__ import annotations

import pytest
from crm.contacts.v1 import contacts_pb2
from crm_chassis import tracing
from crm_chassis.errors import NotFound
from crm_chassis.testing.collector import Collector
from gateway_harness import Client, Suite

GIVEN = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
ID = "01890000-0000-7000-8000-000000000001"
GET = "crm.contacts.v1.ContactService/GetContact"


def test_spans_of_requests(suite: Suite, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.services.answers["GetContact"] = contacts_pb2.Contact(id=ID)
    with Collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        tracing.start("gateway")
        try:
            headers = {"traceparent": GIVEN, "x-request-id": "r.1"}
            assert admin.get(f"/v1/contacts/{ID}", headers=headers).status_code == 200
            assert admin.get("/healthz", headers=headers).status_code == 200
            suite.services.answers["GetContact"] = NotFound("secret words")
            assert admin.get(f"/v1/contacts/{ID}", headers=headers).status_code == 404
            suite.services.dead.add("contacts")
            assert admin.get(f"/v1/contacts/{ID}", headers=headers).status_code == 503
        finally:
            tracing.stop()
    told = suite.services["GetContact"][0].metadata["traceparent"]
    steps = [step for step in collector.steps if step.attributes.get("request_id") == "r.1"]
    assert [(step.kind, step.name, step.error) for step in steps] == [
        ("client", GET, None), ("server", "GET /v1/contacts/{id}", None),
        ("client", GET, "NOT_FOUND"), ("server", "GET /v1/contacts/{id}", None),
        ("client", GET, "UNAVAILABLE"), ("server", "GET /v1/contacts/{id}", "503"),
    ]  # fmt: skip
    call, request = steps[:2]
    assert (request.trace_id, request.parent_id) == ("a" * 32, "b" * 16)
    assert (call.trace_id, call.parent_id) == ("a" * 32, request.span_id)
    assert told == f"00-{'a' * 32}-{call.span_id}-01"
    assert request.attributes == {
        "request_id": "r.1", "http.request.method": "GET", "http.route": "/v1/contacts/{id}",
        "http.response.status_code": 200,
    }  # fmt: skip
    assert call.attributes == {"request_id": "r.1", "rpc.method": GET, "peer.service": "contacts"}
