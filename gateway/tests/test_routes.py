"""Every routed method can be reached, and what arrives is what was sent."""

from __future__ import annotations

from typing import Any

import crm_contracts
import pytest
from crm_chassis.ids import uuid7
from crm_gateway.routes import Table, parameters, routed, template
from gateway_harness import Client, Suite
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.timestamp_pb2 import Timestamp

TRANSCODED = [(m, http) for m, http in routed() if m.domain != "gateway"]


def _url(http: crm_contracts.Http) -> tuple[str, dict[str, str]]:
    path, values = http.path, {}
    for name in parameters(http.path):
        values[name] = {"service": "sales", "resource": "tickets"}.get(name) or uuid7()
        path = path.replace("{" + name + "}", values[name])
    return path, values


def _value(field: FieldDescriptor) -> tuple[Any, Any]:
    """A value as it stands in a query and as it arrives."""
    if field.type == FieldDescriptor.TYPE_BOOL:
        return "true", True
    if field.message_type is not None:
        return "2026-01-31T09:00:00Z", Timestamp(seconds=1769850000)
    if field.enum_type is not None:
        return field.enum_type.values[1].name.lower(), field.enum_type.values[1].number
    if field.type == FieldDescriptor.TYPE_STRING:
        return "words & more", "words & more"
    return "7", 7


@pytest.mark.parametrize(("method", "http"), TRANSCODED, ids=lambda one: getattr(one, "name", None))
def test_every_method_is_reached(
    suite: Suite, admin: Client, method: crm_contracts.Method, http: crm_contracts.Http
) -> None:
    path, values = _url(http)
    fields = method.request.DESCRIPTOR.fields_by_name
    query: dict[str, str] = {}
    expected: dict[str, Any] = {}
    if http.body != "*":
        for name, field in fields.items():
            if name not in (*parameters(http.path), http.body, "update_mask", "etag", "page_token"):
                query[name], expected[name] = _value(field)
    body = {"json": {}} if http.body else {}
    answer = admin.request(http.verb, path, params=query, **body)
    assert answer.status_code == (201 if method.name.startswith("Create") else 200), answer.text
    (call,) = suite.services[method.name]
    assert call.path == method.path
    for name, value in expected.items():
        assert getattr(call.message, name) == value
    for name, value in values.items():
        target = call.message
        for part in name.split("."):
            target = getattr(target, part)
        assert target == value
    if http.body and http.body != "*":
        assert call.message.HasField(http.body)


def test_every_answer_is_whole_json(suite: Suite, admin: Client) -> None:
    for method, http in TRANSCODED:
        answer = admin.request(http.verb, _url(http)[0], **({"json": {}} if http.body else {}))
        fields = method.response.DESCRIPTOR.fields
        names = {f.name for f in fields if crm_contracts.INPUT_ONLY not in crm_contracts.behavior_of(f)}
        assert set(answer.json()) == names, method.full_name


def test_table_has_no_two_routes_for_one_address() -> None:
    addresses = [(http.verb, template(http.path)) for _, http in routed()]
    assert len(addresses) == len(set(addresses))


def test_what_stands_for_any_resource_comes_after_what_a_resource_has_itself(suite: Suite, admin: Client) -> None:
    id_ = uuid7()
    for path, method in (
        (f"accounts/{id_}/shares", "GetShares"), (f"accounts/{id_}/comments", "ListAccountComments"),
        (f"opportunities/{id_}:access?user_id={id_}", "ExplainAccess"), (f"tickets/{id_}", "GetTicket"),
    ):  # fmt: skip
        assert admin.request("GET", f"/v1/{path}").status_code == 200, path
        assert len(suite.services[method]) == 1, path
    for resource in ("users", "affiliations", "saved_views"):
        assert admin.request("GET", f"/v1/{resource}/{id_}/shares").status_code == 404
    assert admin.request("PATCH", f"/v1/accounts/{id_}/shares", json={}).status_code == 405


def test_internal_methods_have_no_route(suite: Suite) -> None:
    names = {route.method.name for route in suite.gateway.table.routes}
    assert "ResolvePrincipals" not in names
    assert names == {method.name for method, _ in routed()}
    assert isinstance(suite.gateway.table, Table)


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/", "/v1/nothing", "/v1/contacts/", "/v1/contacts/a/b", "/v1/contacts//customer360", "/V1/contacts",
     "/v1/leads/x:explode", "/v1/leads/:convert", "/docs/../v1", "/v1/contacts/%00/x"],
)  # fmt: skip
def test_unknown_address(admin: Client, path: str) -> None:
    answer = admin.get(path)
    assert answer.status_code == 404
    assert answer.json()["reason"] == "ROUTE_NOT_FOUND"
    assert answer.headers["content-type"] == "application/problem+json"


def test_custom_verbs_need_post(admin: Client) -> None:
    answer = admin.get(f"/v1/leads/{uuid7()}:convert")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("verb", ["PUT", "TRACE", "CONNECT", "BREW", "POST"])
def test_wrong_verb(admin: Client, verb: str) -> None:
    answer = admin.request(verb, f"/v1/contacts/{uuid7()}")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
    assert answer.json()["reason"] == "METHOD_NOT_ALLOWED"


def test_head_and_options(admin: Client) -> None:
    path = f"/v1/contacts/{uuid7()}"
    head, get = admin.request("HEAD", path), admin.get(path)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == get.headers["content-length"]
    options = admin.request("OPTIONS", path)
    assert options.status_code == 204
    assert options.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
    assert admin.request("OPTIONS", "/v1/nothing").status_code == 404
