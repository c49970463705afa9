"""Attacks on the running suite: each is refused, leaves every record as it was, and is in the audit trail."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import crm_contracts
import pytest
from crm_contracts.resources import Resource, resources

from tests.e2e.client import Api, eventually

pytestmark = pytest.mark.slow

TAKEN_OVER = ("id", "etag", "external_id")
"""They name the record, or its version, and are not among what is written."""
INJECTED = (
    "id; DROP TABLE contacts", "id,(SELECT 1)", "created_at DESC NULLS LAST", "id) UNION SELECT password FROM users --",
    "pg_sleep(5)", "created_at'", 'created_at"', "__class__", "id\x00", "owner_id->>'x'", "1", "*",
)  # fmt: skip


@pytest.fixture(scope="module")
def victim(admin: Api) -> dict[str, Any]:
    """Records of the administrator, by plural."""
    contact = admin.post("/v1/contacts", last_name="Victim", tags=["mine"])
    found = {
        "accounts": admin.post("/v1/accounts", name="Victim"),
        "contacts": contact,
        "leads": admin.post("/v1/leads", company="Victim", last_name="Victim"),
        "opportunities": admin.post("/v1/opportunities", name="Victim"),
        "tasks": admin.post("/v1/tasks", subject="Victim", contact_id=contact["id"]),
        "tickets": admin.post("/v1/tickets", subject="Victim", assignee_id=admin.id),
        "activities": admin.post("/v1/activities", type="NOTE", subject="Victim", contact_id=contact["id"]),
        "campaigns": admin.post("/v1/campaigns", name="Victim", channel="OFFLINE"),
        "products": admin.post("/v1/products", name="Victim", price={"amount": "1", "currency": "EUR"}),
        "segments": admin.post("/v1/segments", name=f"Victim {secrets.token_hex(3)}", kind="STATIC"),
        "templates": admin.post("/v1/templates", name=f"Victim {secrets.token_hex(3)}", subject="x", body_text="x"),
        "roles": admin.post("/v1/roles", name=f"victim_{secrets.token_hex(3)}", grants=[]),
        "teams": admin.post("/v1/teams", name=f"Victim {secrets.token_hex(3)}"),
        "users": admin.get(f"/v1/users/{admin.id}"),
    }
    return {plural: admin.get(f"/v1/{plural}/{record['id']}") for plural, record in found.items()}


@pytest.fixture
def untouched(admin: Api, victim: dict[str, Any]) -> Callable[[], None]:
    """Says that every record is what it was."""

    def check() -> None:
        for plural, record in victim.items():
            assert admin.get(f"/v1/{plural}/{record['id']}") == record, plural

    return check


def refused(admin: Api, actor: Api) -> set[str]:
    """The methods of which the audit trail says that the actor was refused."""
    trail = admin.get("/v1/audit_entries", filter=f'actor_id = "{actor.id}"', page_size=200)
    changes = [entry["changes"] for entry in trail["audit_entries"] if entry["action"] == "refused"]
    return {one["new_value"] for entry in changes for one in entry if one["field"] == "method"}


def test_what_belongs_to_others_is_neither_changed_nor_taken(
    admin: Api, hire: Any, victim: dict[str, Any], untouched: Callable[[], None]
) -> None:
    """BOLA over single calls, actions, batches and external ids; and the way by giving oneself rights."""
    attacker: Api = hire("sales_rep")
    ids = {plural: record["id"] for plural, record in victim.items()}
    calls: list[tuple[str, str, dict[str, Any] | None]] = []
    for plural in ("accounts", "contacts", "leads", "opportunities", "tasks", "activities"):
        title = {"leads": "company", "contacts": "last_name", "tasks": "subject", "activities": "subject"}
        name = title.get(plural, "name")
        calls += [
            ("PATCH", f"/v1/{plural}/{ids[plural]}", {name: "Taken"}),
            ("PATCH", f"/v1/{plural}/{ids[plural]}", {"owner_id": attacker.id}),
            ("DELETE", f"/v1/{plural}/{ids[plural]}", None),
            ("POST", f"/v1/{plural}/{ids[plural]}:undelete", {}),
        ]
    calls += [
        ("POST", f"/v1/leads/{ids['leads']}:convert", {}),
        ("POST", f"/v1/opportunities/{ids['opportunities']}:win", {}),
        ("POST", f"/v1/opportunities/{ids['opportunities']}:lose", {"reason": "x"}),
        ("POST", f"/v1/tasks/{ids['tasks']}:complete", {}),
        ("POST", f"/v1/tickets/{ids['tickets']}:assign", {"assignee_id": attacker.id}),
        ("POST", f"/v1/tickets/{ids['tickets']}:resolve", {"resolution": "x"}),
        ("PATCH", f"/v1/users/{attacker.id}", {"role_ids": victim["users"]["role_ids"]}),
        ("PATCH", f"/v1/users/{admin.id}", {"password": secrets.token_urlsafe(16)}),
        ("POST", f"/v1/users/{admin.id}:deactivate", {}),
        ("PATCH", f"/v1/roles/{ids['roles']}", {"grants": [{"permission": "*", "scope": "ALL"}]}),
        ("PATCH", f"/v1/teams/{ids['teams']}", {"name": "Taken"}),
        ("PATCH", f"/v1/campaigns/{ids['campaigns']}", {"name": "Taken"}),
        ("POST", f"/v1/campaigns/{ids['campaigns']}:launch", {}),
        ("PATCH", f"/v1/products/{ids['products']}", {"name": "Taken"}),
        ("PATCH", f"/v1/templates/{ids['templates']}", {"name": "Taken"}),
        ("POST", f"/v1/segments/{ids['segments']}:addMembers", {"contact_ids": [ids["contacts"]]}),
    ]
    for verb, path, body in calls:
        answer = attacker.http.request(verb, path, json=body)
        assert answer.status_code in (403, 404), f"{verb} {path}: {answer.status_code} {answer.text}"
    for plural in ("accounts", "contacts", "leads", "opportunities", "tasks", "activities"):
        answer = attacker.http.post(
            f"/v1/{plural}:batchUpdate", json={plural: [{"id": ids[plural], "owner_id": attacker.id}]}
        )
        assert answer.json()["results"][0]["problem"]["status"] in (403, 404), answer.text
    untouched()
    assert attacker.get("/v1/me")["roles"] == ["sales_rep"]
    wanted = {"UpdateUser", "DeactivateUser", "UpdateRole", "LaunchCampaign", "UpdateProduct", "AddSegmentMembers"}
    eventually(lambda: wanted <= refused(admin, attacker))


def assignable() -> list[tuple[Resource, str]]:
    """Every field that only the suite writes, of what can be changed."""
    return [
        (resource, field.name)
        for resource in resources(crm_contracts.methods().values()).values()
        if any(action.name == "update" for action in resource.actions)
        for field in resource.fields
        if crm_contracts.OUTPUT_ONLY in crm_contracts.behavior_of(field) and field.name not in TAKEN_OVER
    ]


def test_what_only_the_suite_writes_is_not_assigned(
    admin: Api, victim: dict[str, Any], untouched: Callable[[], None]
) -> None:
    """Not even by an administrator: scores, states, numbers, creators, times and versions."""
    tried = 0
    for resource, name in assignable():
        record = victim.get(resource.plural)
        if record is None or resource.plural == "users":
            continue
        held = record[name]
        values = {str: "2019-01-01T00:00:00Z" if name.endswith("_at") else secrets.token_hex(8), bool: not held}
        values |= {int: 987654, float: 9.5, list: [secrets.token_hex(8)], dict: {"amount": "9.50", "currency": "EUR"}}
        values[type(None)] = values[str]
        answer = admin.http.patch(f"/v1/{resource.plural}/{record['id']}", json={name: values[type(held)]})
        # What is computed for each reader is passed over.
        passed_over = answer.status_code == 200 and answer.json() == record
        assert passed_over or answer.status_code in (400, 422), f"{resource.plural} {name}: {answer.text}"
        assert name in answer.text
        tried += 1
    assert tried > 60
    untouched()


@pytest.mark.parametrize("text", INJECTED)
def test_no_text_of_a_query_becomes_sql(admin: Api, text: str, untouched: Callable[[], None]) -> None:
    """Each part of a query names something that the contract knows, or is refused before anything is asked."""
    for method in crm_contracts.methods().values():
        if method.http is None or method.policy.internal or method.http.verb != "GET" or "{" in method.http.path:
            continue
        for name in {"order_by", "by", "sum", "group_by", "filter"} & set(method.request.DESCRIPTOR.fields_by_name):
            query = {name: text} if name != "sum" else {"by": "owner_id", "sum": text}
            answer = admin.http.get(method.http.path, params=query)
            assert answer.status_code == 400, f"{method.http.path} {query}: {answer.status_code} {answer.text}"
    untouched()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-User-Id": "{admin}", "X-User-Roles": "admin", "X-Forwarded-User": "{admin}"},
        {"X-Actor-Token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ7YWRtaW59In0.", "X-Internal-Token": "1"},
        {"X-Forwarded-For": "127.0.0.1", "X-Real-Ip": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
        {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"},
        {"X-Original-Url": "/v1/users", "X-Rewrite-Url": "/v1/users"},
    ],
)
def test_what_a_client_says_of_itself_is_not_believed(
    headers: dict[str, str], suite: Any, admin: Api, hire: Any, victim: dict[str, Any], untouched: Callable[[], None]
) -> None:
    """Neither who it is, nor where it comes from, nor another verb or address."""
    said = {name: value.format(admin=admin.id) for name, value in headers.items()}
    path = f"/v1/users/{admin.id}"
    assert Api(suite.gateway_url).http.get(path, headers=said).status_code == 401
    customer: Api = hire("customer")
    assert customer.http.get(path, headers=said).status_code == 403
    assert customer.http.get("/v1/me", headers=said).json()["id"] == customer.id
    assert admin.http.get(f"/v1/contacts/{victim['contacts']['id']}", headers=said).status_code == 200
    override = admin.http.post(f"/v1/contacts/{victim['contacts']['id']}", headers=said, json={})
    assert override.status_code == 405
    untouched()


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("TRACE", "/v1/contacts", 405),
        ("CONNECT", "/v1/contacts", 405),
        ("GET", "/metrics", 404),
        ("GET", "/debug/pprof", 404),
        ("GET", "/actuator/env", 404),
        ("GET", "/.env", 404),
        ("GET", "/.git/config", 404),
        ("GET", "/v1/../internal", 404),
        ("GET", "/app/../../etc/passwd", 404),
        ("GET", "/v1/contacts/%2e%2e/users", 404),
        ("POST", "/crm.identity.v1.UserService/ListUsers", 404),
        ("POST", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", 404),
    ],
)
def test_there_is_nothing_but_what_the_document_says(verb: str, path: str, status: int, admin: Api, suite: Any) -> None:
    answer = admin.http.request(verb, path)
    # The HTTP client resolves dots itself; what remains is an address that there is not.
    assert answer.status_code in (status, 404, 405), answer.text
    assert "root:" not in answer.text
