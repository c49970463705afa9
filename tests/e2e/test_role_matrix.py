"""Every route x every built-in role, and every record x whose it is: generated from the contracts.

A new route is in this test the moment it is in a .proto file.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import crm_contracts
import pytest
from crm.common.v1 import types_pb2

from tests.e2e.client import Api, eventually

pytestmark = pytest.mark.slow

NOBODY = "01890000-0000-7000-8000-000000000000"
ROUTES = sorted(
    method.full_name for method in crm_contracts.methods().values() if method.http and not method.policy.internal
)
OWNED = {"accounts": {"name": "x"}, "contacts": {"last_name": "x"}, "leads": {"company": "x"},
         "opportunities": {"name": "x"}, "tasks": {"subject": "x"}, "tickets": {"subject": "x"}}  # fmt: skip


def url(method: crm_contracts.Method) -> str:
    assert method.http
    path = method.http.path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        value = {"{name": "sales", "{resource": "contacts"}.get(path[start:end], NOBODY)
        path = path[:start] + value + path[end + 1 :]
    return path


def scopes(api: Api) -> dict[str, str]:
    return {grant["permission"]: grant["scope"] for grant in api.get("/v1/me")["permissions"]}


def scope_of(granted: dict[str, str], permission: str) -> str | None:
    plural = permission.split(".", 1)[0]
    found = [granted[name] for name in (permission, f"{plural}.*", "*") if name in granted]
    return max(found, key=types_pb2.Scope.Value) if found else None


@pytest.fixture(scope="module")
def grants(staff: dict[str, Api]) -> dict[str, dict[str, str]]:
    """What each role is granted: scopes by permission."""
    return {role: scopes(api) for role, api in staff.items()}


@pytest.fixture(scope="module")
def nobody(suite: Any) -> Api:
    """A client that has not logged in."""
    return Api(suite.gateway_url)


@pytest.mark.parametrize("name", ROUTES)
def test_every_route_asks_for_its_permission(
    name: str, staff: dict[str, Api], grants: dict[str, dict[str, str]], nobody: Api
) -> None:
    """403 exactly without the permission; with it anything but 401, 403 and our own failures."""
    method = crm_contracts.method(name)
    verb, path = method.http.verb, url(method)  # type: ignore[union-attr]
    if not method.policy.public:
        anonymous = nobody.http.request(verb, path, json=None if verb == "GET" else {})
        assert anonymous.status_code == 401, anonymous.text
    for role, api in staff.items():
        if name.endswith((".Logout", ".ChangePassword", ".EnrolTotp")):
            continue
        if method.descriptor.server_streaming:
            with api.http.stream(verb, path) as answer:
                assert answer.status_code == 200, role
            continue
        answer = api.http.request(verb, path, json=None if verb == "GET" else {})
        policy = method.policy
        held = policy.public or policy.authenticated or scope_of(grants[role], policy.permission) is not None
        assert answer.status_code < 500, f"{role} {verb} {path}: {answer.text}"
        if held:
            if answer.status_code == 403:
                # Some methods ask for a second permission; then that one must be lacking.
                named = re.search(r"permission ([a-z_.]+[a-z])", answer.json()["detail"])
                assert named, f"{role} {verb} {path}: {answer.text}"
                assert scope_of(grants[role], named[1]) is None, f"{role} {verb} {path}: {answer.text}"
            assert answer.status_code != 401 or policy.public, f"{role} {verb} {path}: {answer.text}"
        else:
            assert answer.status_code == 403, f"{role} {verb} {path}: {answer.text}"
            assert policy.permission in answer.json()["detail"]


@pytest.fixture(scope="session")
def world(admin: Api, hire: Callable[..., Api]) -> dict[str, Any]:
    """For every role a user with a colleague in the same team, a report below, and a stranger; and a record of each."""
    found: dict[str, Any] = {}
    for role in (
        "sales_manager",
        "sales_rep",
        "marketer",
        "support_manager",
        "support_agent",
        "analyst",
        "integration",
    ):
        team = admin.post("/v1/teams", name=f"team {secrets.token_hex(4)}")["id"]
        me = hire(role, team_ids=[team])
        people = {
            "own": me,
            "team": hire(role, team_ids=[team]),
            "report": hire(role, manager_id=me.id),
            "other": hire(role),
        }
        records = {}
        for plural, fields in OWNED.items():
            owner = "assignee_id" if plural == "tickets" else "owner_id"
            records[plural] = {
                whose: admin.post(f"/v1/{plural}", **fields, **{owner: person.id})["id"]
                for whose, person in people.items()
            }
        found[role] = (me, records)
    return found


REACHED = {
    "OWN": {"own"},
    "TEAM": {"own", "team"},
    "SUBTREE": {"own", "report"},
    "TERRITORY": {"own"},
    "ALL": {"own", "team", "report", "other"},
    None: set(),
}


@pytest.mark.parametrize("plural", sorted(OWNED))
def test_every_role_reaches_exactly_the_records_of_its_scope(plural: str, world: dict[str, Any]) -> None:
    for role, (me, records) in world.items():
        granted = scopes(me)
        readable = REACHED[scope_of(granted, f"{plural}.read")]
        if scope_of(granted, f"{plural}.read") is None:
            continue
        ids = records[plural]
        eventually(lambda: _readable(me, plural, ids) == readable, 60)  # noqa: B023
        listed = {one["id"] for one in _all(me, plural)}
        assert {whose for whose, id_ in ids.items() if id_ in listed} == readable, role
        for action, verb in (("update", "PATCH"), ("delete", "DELETE")):
            writable = REACHED[scope_of(granted, f"{plural}.{action}")]
            for whose, id_ in ids.items():
                body = {"tags": ["seen"]} if plural != "tasks" else {"description": "seen"}
                answer = me.http.request(verb, f"/v1/{plural}/{id_}", json=body if verb == "PATCH" else None)
                if whose not in readable and scope_of(granted, f"{plural}.{action}") is not None:
                    expected = 404
                else:
                    expected = 200 if whose in writable else 403
                assert answer.status_code == expected, f"{role} {action} {plural} of {whose}: {answer.text}"


def _readable(me: Api, plural: str, ids: dict[str, str]) -> set[str]:
    return {whose for whose, id_ in ids.items() if me.http.get(f"/v1/{plural}/{id_}").status_code == 200}


def _all(api: Api, plural: str) -> list[Any]:
    found, token = [], ""
    while True:
        page = api.get(f"/v1/{plural}", page_size=200, page_token=token)
        found += page[plural]
        token = page["next_page_token"]
        if not token:
            return found


def test_fields_need_their_clearance_everywhere(staff: dict[str, Api], admin: Api) -> None:
    """What a role may not read is absent from answers and cannot be filtered, sorted or written."""
    contact = admin.post("/v1/contacts", last_name="Hidden", emails=[{"address": "hidden@test.example"}])
    analyst = staff["analyst"]
    seen = analyst.get(f"/v1/contacts/{contact['id']}")
    assert not {"last_name", "first_name", "email", "display_name"} & seen.keys()
    assert "address" not in seen["emails"][0]
    for query in ({"filter": 'last_name = "Hidden"'}, {"order_by": "last_name"}):
        assert analyst.http.get("/v1/contacts", params=query).status_code == 403
    view = analyst.http.get(f"/v1/contacts/{contact['id']}/customer360")
    assert view.status_code == 200
    assert "Hidden" not in view.text
    assert "hidden@" not in view.text
    opportunity = admin.post("/v1/opportunities", name="Deal", amount={"amount": "987.00", "currency": "EUR"})
    for role, api in staff.items():
        answer = api.http.get(f"/v1/opportunities/{opportunity['id']}")
        if answer.status_code == 200:
            held = scope_of(scopes(api), "fields.financial.read") is not None
            assert ("987.00" in answer.text) == held, role
