"""One customer's way through the whole suite, as the people who serve the customer see it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

pytestmark = pytest.mark.slow


@pytest.fixture
def caught_up(admin: Api) -> None:
    """The services have applied what earlier tests left them to do, such as the events of whole imports."""
    deals = []
    for _ in range(6):
        contact = admin.post("/v1/contacts", last_name="Probe")["id"]
        deal = admin.post(
            "/v1/opportunities", name="Probe", contact_id=contact, amount={"amount": "1", "currency": "EUR"}
        )
        admin.post(f"/v1/opportunities/{deal['id']}:win")
        deals.append(contact)
    for contact in deals:
        eventually(partial(deals_won, admin, contact), 300)


def deals_won(api: Api, contact_id: str) -> int:
    """How many won deals customer-360 counts for a contact."""
    return int(sections(api, f"/v1/contacts/{contact_id}/customer360")["metrics"]["data"]["won_count"])


@pytest.fixture
def customer(admin: Api, caught_up: None) -> dict[str, Any]:
    """A lead that became a customer with a won opportunity and a ticket."""
    name = secrets.token_hex(4)
    lead = admin.post(
        "/v1/leads",
        first_name="Ada",
        last_name=name,
        company=f"Engines {name}",
        email=f"ada@{name}.example",
        source="web",
    )
    made = admin.post(
        f"/v1/leads/{lead['id']}:convert",
        opportunity={"name": f"Engine for {name}", "amount": {"amount": "1250.00", "currency": "EUR"}},
    )
    eventually(lambda: admin.get(f"/v1/opportunities/{made['opportunity_id']}"))
    won = admin.post(f"/v1/opportunities/{made['opportunity_id']}:win")
    assert won["status"] == "WON"
    ticket = admin.post(
        "/v1/tickets", subject="It squeaks", contact_id=made["contact_id"], account_id=made["account_id"]
    )
    return made | {"ticket_id": ticket["id"], "name": name}


def sections(api: Api, path: str) -> dict[str, Any]:
    return dict(api.get(path)["sections"])


def complete(api: Api, path: str, customer: dict[str, Any]) -> dict[str, Any] | None:
    """The sections, once they show everything that happened."""
    found = sections(api, path)
    if {section["state"] for section in found.values()} != {"OK"}:
        return None
    won = found["opportunities"]["data"]["recently_closed"]
    tickets = found["tickets"]["data"]["open_tickets"]
    value = found["metrics"]["data"]["lifetime_value"]
    kinds = {entry["service"] for entry in found["timeline"]["data"]["entries"]}
    seen = (
        [one["id"] for one in won] == [customer["opportunity_id"]]
        and [one["id"] for one in tickets] == [customer["ticket_id"]]
        and value == [{"amount": "1250.00", "currency": "EUR"}]
        and {"sales", "support"} <= kinds
    )
    return found if seen else None


def test_lead_to_customer_360(admin: Api, customer: dict[str, Any]) -> None:
    for path in (f"/v1/contacts/{customer['contact_id']}", f"/v1/accounts/{customer['account_id']}"):
        eventually(lambda path=path: complete(admin, f"{path}/customer360", customer))  # type: ignore[misc]


def test_deals_are_found_by_the_names_of_what_they_refer_to(admin: Api, customer: dict[str, Any]) -> None:
    path, engines = "/v1/opportunities", f'account_id.name = "Engines {customer["name"]}"'
    won = admin.get(path, filter=f'{engines} stage_id.type = WON owner_id.email = "{admin.email}"', expand="stage_id")
    assert [one["id"] for one in won["opportunities"]] == [customer["opportunity_id"]]
    assert won["names"][won["opportunities"][0]["stage_id"]]
    assert admin.get(path, filter=f"{engines} stage_id.type = LOST")["opportunities"] == []


def test_a_dead_service_leaves_the_rest(admin: Api, customer: dict[str, Any], suite: Instance) -> None:
    path = f"/v1/contacts/{customer['contact_id']}/customer360"
    eventually(lambda: complete(admin, path, customer))
    suite.hold("support.api")
    try:
        answer = admin.get(path)
        assert answer["partial"]
        assert answer["sections"]["tickets"]["state"] in ("STALE", "UNAVAILABLE")
        assert {answer["sections"][name]["state"] for name in ("profile", "opportunities", "metrics")} == {"OK"}
        refused = admin.http.get(f"/v1/tickets/{customer['ticket_id']}")
        assert (refused.status_code, refused.json()["service"]) == (503, "support")
    finally:
        suite.release("support.api")
        suite.wait_ready(30)
    eventually(lambda: complete(admin, path, customer))


def test_nothing_acknowledged_is_lost_when_processes_die(admin: Api, suite: Instance) -> None:
    acknowledged = []
    for number in range(60):
        if number % 15 == 5:
            suite.kill(("contacts.api", "contacts.worker", "sales.worker", "reporting.worker")[number // 15])
        name = f"survivor-{secrets.token_hex(6)}"
        answer = admin.http.post("/v1/accounts", json={"name": name}, headers={"Idempotency-Key": name})
        if answer.status_code == 201:
            acknowledged.append(answer.json())
    assert len(acknowledged) > 50
    suite.wait_ready(30)
    for account in acknowledged:
        assert admin.get(f"/v1/accounts/{account['id']}")["name"] == account["name"]


def test_who_is_deactivated_is_out_within_a_second(hire: Callable[..., Api], admin: Api) -> None:
    rep = hire("sales_rep")
    refresh = rep.session.tokens["refresh_token"]
    assert rep.http.get("/v1/me").status_code == 200
    admin.post(f"/v1/users/{rep.id}:deactivate")
    eventually(lambda: rep.http.get("/v1/me").status_code == 401, 5)
    assert rep.http.post("/v1/auth/refresh", json={"refresh_token": refresh}).status_code == 401
    admin.post(f"/v1/users/{rep.id}:reactivate")
    assert rep.http.get("/v1/me").status_code == 401


def test_a_changed_role_counts_within_five_seconds(hire: Callable[..., Api], admin: Api, roles: dict[str, str]) -> None:
    analyst = hire("analyst")
    assert analyst.http.post("/v1/accounts", json={"name": "x"}).status_code == 403
    admin.patch(f"/v1/users/{analyst.id}", role_ids=[roles["sales_manager"]])
    eventually(lambda: analyst.http.post("/v1/accounts", json={"name": "x"}).status_code == 201, 5)
