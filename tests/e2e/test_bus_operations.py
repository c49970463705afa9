"""Operators see what the bus holds back, try it again or pass it over, and give a subscription the past again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from deploy.dev.catalogue import catalogue
from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

pytestmark = pytest.mark.slow

FACTS = (
    "accounts", "activities", "campaign_members", "campaigns", "contacts", "leads", "opportunities", "pipelines",
    "products", "replies", "tickets",
)  # fmt: skip
SUMS = "deal_sums"
"""What is counted from the facts is emptied with them: TRUNCATE deletes no rows that a trigger would see."""


@pytest.fixture(scope="module")
def database(suite: Instance) -> Iterator[psycopg.Connection[Any]]:
    """The database of reporting, as its owner."""
    url = suite.database_owner_url(catalogue().services["reporting"]).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def facts(database: psycopg.Connection[Any]) -> dict[str, str]:
    """A fingerprint of every table of facts."""
    found = {}
    for table in FACTS:
        rows = f"SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY id)), '') FROM {table} t"
        found[table] = database.execute(rows).fetchone()[0]  # type: ignore[index]
    return found


def subscription(admin: Api, name: str = "facts") -> dict[str, Any]:
    (found,) = [one for one in admin.get("/v1/bus/reporting")["subscriptions"] if one["name"] == name]
    return dict(found)


def settled(admin: Api) -> bool:
    """Whether nothing is on its way to reporting."""
    states = [admin.get(f"/v1/bus/{service}") for service in catalogue().services]
    return not any(state["outgoing_waiting"] for state in states) and not subscription(admin)["replay_id"]


def command(suite: Instance, *arguments: str) -> list[dict[str, Any]]:
    """What an operator's command prints."""
    done = subprocess.run(
        suite.command("crm-reporting", *arguments),
        env=suite.setup_environment(catalogue().services["reporting"]),
        capture_output=True,
        check=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_replay_builds_the_same_facts_while_the_world_goes_on(
    suite: Instance, admin: Api, database: psycopg.Connection[Any]
) -> None:
    contact = admin.post("/v1/contacts", last_name="Before")
    admin.patch(f"/v1/contacts/{contact['id']}", title="Chief")
    eventually(lambda: settled(admin), 60)
    before = eventually(lambda: found if (found := facts(database)) == facts(database) else None, 30)
    for table in (*FACTS, SUMS):
        database.execute(f"TRUNCATE {table}")
    assert facts(database) != before

    started = admin.post("/v1/bus/reporting/subscriptions/facts:replay")
    assert "contacts" in started["awaited_publishers"]
    during = admin.post("/v1/contacts", last_name="During")
    admin.patch(f"/v1/contacts/{contact['id']}", title="Chief of all")
    eventually(lambda: settled(admin), 60)

    def titles() -> bool:
        query = "SELECT id FROM contacts WHERE id = ANY(%s)"
        return len(database.execute(query, [[contact["id"], during["id"]]]).fetchall()) == 2

    eventually(titles, 30)
    after = facts(database)
    assert {table: after[table] for table in FACTS if table != "contacts"} == {
        table: before[table] for table in FACTS if table != "contacts"
    }
    assert int(after["contacts"].split()[0]) == int(before["contacts"].split()[0]) + 1
    eventually(lambda: not admin.get("/v1/bus/reporting")["incoming_waiting"], 30)
    assert not admin.get("/v1/bus/reporting")["incoming_dead"]


def test_a_subscription_that_came_later_is_like_one_that_was_always_there(
    suite: Instance, admin: Api, database: psycopg.Connection[Any]
) -> None:
    eventually(lambda: settled(admin), 60)
    before = facts(database)
    suite.hold("reporting.worker")
    try:
        for table in (*FACTS, SUMS, "inbox", "inbox_positions", "parked", "bus_subscriptions"):
            database.execute(f"TRUNCATE {table}")
        command(suite, "setup")
    finally:
        suite.release("reporting.worker")
    eventually(lambda: settled(admin), 60)
    eventually(lambda: facts(database) == before, 30)


def test_an_event_that_fails_is_shown_tried_again_and_passed_over(suite: Instance, admin: Api, poison: Any) -> None:
    path = f"/v1/bus/reporting/held_events/{poison['id']}"
    assert poison["subscription"] == "facts"
    assert poison["attempts"] >= 1
    assert "never" in poison["error"]
    assert admin.get(path)["event"]["data"]["account"]["name"].startswith("Poison ")
    assert admin.get(path)["event"]["correlationid"] == poison["request_id"]
    assert [one["id"] for one in command(suite, "inbox", "list")] == [poison["id"]]
    assert command(suite, "inbox", "show", poison["id"])[0]["event"]["subject"] == poison["record_id"]

    assert admin.post(f"{path}:retry")["attempts"] == 0
    eventually(lambda: admin.get(path)["attempts"] >= 1, 20)
    assert admin.http.post(f"{path}:drop", json={}).status_code == 400
    admin.post(f"{path}:drop", reason="it was never true")

    assert admin.http.get(path).status_code == 404
    entries = admin.get("/v1/audit_entries", filter=f'record_id = "{poison["event_id"]}"')["audit_entries"]
    assert {entry["action"] for entry in entries} >= {"retried", "dropped"}
    (dropped,) = [entry for entry in entries if entry["action"] == "dropped"]
    assert "it was never true" in [change["new_value"] for change in dropped["changes"]]


def test_only_operators_may(staff: dict[str, Api], poison: Any, admin: Api) -> None:
    path = f"/v1/bus/reporting/held_events/{poison['id']}"
    for role, api in staff.items():
        if role != "admin":
            assert api.http.get("/v1/bus/reporting").status_code == 403, role
            assert api.http.get(path).status_code == 403, role
            assert api.http.post(f"{path}:drop", json={"reason": "why not"}).status_code == 403, role
            assert api.http.post("/v1/bus/reporting/subscriptions/facts:replay", json={}).status_code == 403, role


def test_what_is_not_there_is_said(admin: Api) -> None:
    assert admin.http.get("/v1/bus/payroll").status_code == 404
    assert admin.http.get("/v1/bus/gateway").status_code == 404
    assert admin.http.get("/v1/bus/sales/held_events/in-99999999999999999999").status_code == 404
    refused = admin.http.post("/v1/bus/sales/subscriptions/nothing:replay", json={})
    assert refused.status_code == 404
    assert "people" in refused.json()["detail"]
