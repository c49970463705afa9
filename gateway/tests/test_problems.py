"""Whatever goes wrong, the client gets a problem document with the request's id and nothing it should not see."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import grpc
import httpx
import pytest
from crm.support.v1 import messages_pb2
from crm_chassis.access.actor import ALL
from crm_chassis.errors import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    DomainError,
    EtagMismatch,
    IdempotencyKeyReused,
    Internal,
    InvalidInput,
    NotFound,
    PermissionDenied,
    RateLimited,
    RuleViolated,
    Unavailable,
)
from crm_chassis.ids import uuid7
from gateway_harness import Client, Suite

ID = uuid7()


@pytest.mark.parametrize(
    "error",
    [InvalidInput("a"), PermissionDenied("b"), NotFound(), AlreadyExists("c"), Conflict(), IdempotencyKeyReused(),
     EtagMismatch(), RuleViolated("d \u00e9"), RateLimited(), Internal(), Unavailable("db"), DeadlineExceeded()],
    ids=lambda error: error.reason,
)  # fmt: skip
def test_errors_of_services(suite: Suite, admin: Client, error: DomainError) -> None:
    suite.services.answers["UpdateContact"] = error
    answer = admin.patch(f"/v1/contacts/{ID}", json={})
    found = answer.json()
    assert answer.status_code == error.status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (found["reason"], found["detail"], found["status"]) == (error.reason, error.detail, error.status)
    assert found["request_id"] == answer.headers["x-request-id"]
    assert found["title"]
    assert found["type"].startswith("urn:")
    if error.status == 503:
        assert (found["service"], answer.headers["retry-after"]) == ("contacts", "1")


def test_a_record_that_stands_in_the_way_is_told_as_far_as_it_may_be_read(suite: Suite) -> None:
    newer = messages_pb2.Message(id=ID, body="The serial number is 4711.", author="CUSTOMER")
    suite.services.answers["CreateMessage"] = AlreadyExists("Newer.", record=newer)
    path, said = f"/v1/tickets/{uuid7()}/messages", {"body": "Hello"}

    found = suite.client({"*": ALL}).post(path, json=said).json()
    assert found["record_kind"] == "crm.support.message"
    assert (found["record"]["id"], found["record"]["body"]) == (ID, newer.body)
    found = suite.client({"messages.create": ALL}).post(path, json=said).json()
    assert (found["record"]["id"], found["record"].get("body")) == (ID, None)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (grpc.StatusCode.UNAVAILABLE, 503), (grpc.StatusCode.DEADLINE_EXCEEDED, 504),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 503), (grpc.StatusCode.UNIMPLEMENTED, 503),
        (grpc.StatusCode.UNKNOWN, 503),
    ],
)  # fmt: skip
def test_errors_of_the_transport(suite: Suite, admin: Client, code: grpc.StatusCode, status: int) -> None:
    suite.services.answers["UpdateContact"] = code
    answer = admin.patch(f"/v1/contacts/{ID}", json={})
    assert answer.status_code == status
    assert answer.json()["service"] == "contacts"
    assert "10.0.0.1" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)


def test_unexpected_exceptions(suite: Suite, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    route, _ = suite.gateway.table.find("GET", f"/v1/contacts/{ID}")

    async def handler(*_: Any) -> Any:
        raise ZeroDivisionError("secret inside")

    monkeypatch.setitem(route.__dict__, "handler", handler)
    answer = admin.get(f"/v1/contacts/{ID}")
    assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")
    assert "secret" not in answer.text


def test_large_headers(admin: Client) -> None:
    answer = admin.get("/v1/me", headers={"x-filler": "x" * 17_000})
    assert (answer.status_code, answer.json()["reason"]) == (431, "HEADERS_TOO_LARGE")


def test_security_headers_are_everywhere(suite: Suite, admin: Client) -> None:
    for path in ("/v1/me", "/v1/nothing", "/healthz", "/docs", "/", "/openapi.json"):
        for client in (admin, suite.stranger()):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in headers["content-security-policy"]
            assert headers["referrer-policy"] == "no-referrer"
            assert "x-request-id" in headers
            assert "set-cookie" not in headers
    assert admin.get("/v1/me").headers["cache-control"] == "no-store"


def test_no_cors_unless_asked_for(admin: Client, make_suite: Callable[..., Suite]) -> None:
    origin = {"origin": "https://app.example"}
    assert "access-control-allow-origin" not in admin.get("/v1/me", headers=origin).headers
    open_suite = make_suite(cors_origins=frozenset({"https://app.example"}))
    answer = open_suite.stranger().request("OPTIONS", "/v1/me", headers=origin)
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    other = open_suite.stranger().get("/v1/me", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


def test_overload(make_suite: Callable[..., Suite]) -> None:
    suite = make_suite(max_in_flight=0)
    answer = suite.client().get("/v1/me")
    assert (answer.status_code, answer.json()["reason"]) == (503, "OVERLOADED")
    assert answer.headers["retry-after"] == "1"
    assert suite.stranger().get("/healthz").status_code == 200
    assert suite.stranger().get("/openapi.json").status_code == 503


def test_documents_are_read_at_a_rate_and_probes_always(make_suite: Callable[..., Suite]) -> None:
    stranger = make_suite(rates={"READ": 1, "WRITE": 1, "HEAVY": 1, "CREDENTIAL": 2}).stranger()
    assert {stranger.get("/asyncapi.yaml").status_code for _ in range(20)} == {200, 429}
    assert {stranger.get("/healthz").status_code for _ in range(20)} == {200}


PAGES = ["/", "/app", "/app/contacts/1", "/app/manifest.webmanifest", "/docs", "/assets/index-1.js"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_read_at_a_rate(make_suite: Callable[..., Suite], path: str) -> None:
    stranger = make_suite(rates={"READ": 1, "WRITE": 1, "HEAVY": 1, "CREDENTIAL": 2}).stranger()
    answers = [stranger.get(path) for _ in range(20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 0 < len(refused) < 20
    assert (refused[0].json()["reason"], refused[0].headers["retry-after"]) == ("RATE_LIMITED", "1")
    assert refused[0].headers["x-request-id"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_count_among_the_requests_in_flight(make_suite: Callable[..., Suite], path: str) -> None:
    answer = make_suite(max_in_flight=0).stranger().get(path)
    assert (answer.status_code, answer.json()["reason"]) == (503, "OVERLOADED")


def test_rate_limits(make_suite: Callable[..., Suite]) -> None:
    suite = make_suite(rates={"READ": 1, "WRITE": 1, "HEAVY": 1, "CREDENTIAL": 2})
    one, other = suite.client(), suite.client()
    assert one.get("/v1/me").status_code == 200
    answer = one.get("/v1/me")
    assert (answer.status_code, answer.json()["reason"]) == (429, "RATE_LIMITED")
    assert answer.headers["retry-after"] == "1"
    assert other.get("/v1/me").status_code == 200
    assert one.post("/v1/contacts", json={}).status_code == 201
    login = {"email": "A@b.example", "password": "x"}
    statuses = [suite.stranger().post("/v1/auth/login", json=login).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    login["email"] = "other@b.example"
    assert suite.stranger().post("/v1/auth/login", json=login).status_code == 200


def test_the_address_of_the_client(make_suite: Callable[..., Suite]) -> None:

    forwarded = {"x-forwarded-for": "6.6.6.6, 9.9.9.9, 10.0.0.2"}
    plain = make_suite()
    plain.client().get("/v1/me", headers=forwarded)
    assert plain.services["GetMe"][0].metadata["x-client-address"] == "127.0.0.1"
    behind = make_suite(trusted_proxies=(ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")))
    behind.client().get("/v1/me", headers=forwarded)
    behind.client().get("/v1/me", headers={"x-forwarded-for": "nonsense"})
    addresses = [call.metadata["x-client-address"] for call in behind.services["GetMe"]]
    assert addresses == ["9.9.9.9", "127.0.0.1"]


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "9999999999"])
def test_odd_request_timeouts(admin: Client, value: str) -> None:
    assert admin.get("/v1/me", headers={"x-request-timeout": value}).status_code == 400


def test_the_client_may_wait_less(suite: Suite, admin: Client) -> None:
    suite.services.delays["GetMe"] = 0.3
    answer = admin.get("/v1/me", headers={"x-request-timeout": "50"})
    assert (answer.status_code, answer.json()["service"]) == (504, "identity")


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", '"iso-8859-1"'])
def test_other_charsets_are_refused(suite: Suite, admin: Client, charset: str) -> None:
    headers = {"content-type": f"application/json; charset={charset}"}
    answer = admin.post("/v1/contacts", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert not suite.services["CreateContact"]


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "us-ascii"])
def test_utf_8_may_be_named(admin: Client, charset: str) -> None:
    headers = {"content-type": f"application/json; charset={charset}"}
    assert admin.post("/v1/contacts", content=b"{}", headers=headers).status_code == 201


def test_encrypted_once_is_encrypted_always(make_suite: Callable[..., Suite]) -> None:
    name, secure = "strict-transport-security", {"x-forwarded-proto": "https"}
    plain = make_suite()
    assert name not in plain.client().get("/v1/me").headers
    assert name not in plain.client().get("/v1/me", headers=secure).headers, "whoever says so"
    behind = make_suite(trusted_proxies=(ip_network("127.0.0.0/8"),))
    assert name not in behind.client().get("/v1/me", headers={"x-forwarded-proto": "http"}).headers
    for path in ("/v1/me", "/docs", "/v1/nothing"):
        assert behind.client().get(path, headers=secure).headers[name].startswith("max-age=")
    transport = httpx.ASGITransport(app=plain.gateway)
    with_tls = httpx.AsyncClient(transport=transport, base_url="https://gateway")
    assert name in plain.run(with_tls.get("/healthz")).headers
    plain.run(with_tls.aclose())
