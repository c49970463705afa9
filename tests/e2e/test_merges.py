"""Two contacts that are one: every service says so under both ids, and each has its own again afterwards."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

import pytest

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

pytestmark = pytest.mark.slow

Found = dict[str, Any]


def person(api: Api, **fields: Any) -> Found:
    token = secrets.token_hex(4)
    given = {"first_name": "Ada", "last_name": token, "emails": [{"address": f"ada@{token}.example"}]}
    return dict(api.post("/v1/contacts", **given | fields))


def belongings(api: Api, contact: Found, campaign: str) -> dict[str, str]:
    """What somebody leaves behind in every service, by path."""
    id_, email = contact["id"], contact["email"]
    deal = {"amount": {"amount": "100.00", "currency": "EUR"}, "contact_roles": [{"contact_id": id_, "role": "Buyer"}]}
    # Not known everywhere in the first moment: the gateway asks the owner.
    return {
        "opportunities": api.post("/v1/opportunities", name="Deal", contact_id=id_, **deal)["id"],
        "tickets": api.post("/v1/tickets", subject="It squeaks", contact_id=id_)["id"],
        "tasks": api.post("/v1/tasks", subject="Call back", contact_id=id_)["id"],
        "activities": api.post("/v1/activities", type="CALL", subject="Talked", contact_id=id_)["id"],
        "campaign_members": api.post("/v1/campaign_members", campaign_id=campaign, contact_id=id_)["id"],
        "opt_outs": eventually(lambda: opt_out(api, email, id_)),
    }


def opt_out(api: Api, email: str, contact_id: str) -> str:
    """A wish, once marketing knows whose address it is."""
    known = api.http.post("/v1/opt_outs", json={"email": email, "reach": "ADDRESS"})
    assert known.status_code in (200, 201, 409), known.text
    listed = api.get("/v1/opt_outs", filter=f'contact_id = "{contact_id}"')["opt_outs"]
    if not listed and known.status_code < 300:
        api.http.delete(f"/v1/opt_outs/{known.json()['id']}")
    return str(listed[0]["id"])


def owned(api: Api, contact_id: str, resources: dict[str, str]) -> dict[str, set[str]]:
    """What each service says that somebody has."""
    filter_ = f'contact_id = "{contact_id}"'
    return {name: {one["id"] for one in api.get(f"/v1/{name}", filter=filter_)[name]} for name in resources}


def is_owned(api: Api, contact_id: str, expected: dict[str, set[str]]) -> bool:
    found = owned(api, contact_id, dict.fromkeys(expected, ""))
    assert found == expected
    return True


def won(api: Api, contact_id: str) -> dict[str, Any]:
    page = api.get(f"/v1/contacts/{contact_id}/customer360")
    return {"id": page["customer"]["id"], "tickets": page["sections"]["metrics"]["data"]["open_ticket_count"]}


def has_won(api: Api, contact_id: str, id_: str, tickets: int) -> bool:
    return won(api, contact_id) == {"id": id_, "tickets": tickets}


def test_a_merge_reaches_every_service_even_one_that_was_down_and_can_be_undone(suite: Instance, admin: Api) -> None:
    campaigns = [admin.post("/v1/campaigns", name=secrets.token_hex(4), channel="OFFLINE")["id"] for _ in "ab"]
    survivor, loser = person(admin), person(admin)
    mine, theirs = belongings(admin, survivor, campaigns[0]), belongings(admin, loser, campaigns[1])
    separate = {
        id_: {name: {one} for name, one in things.items()}
        for id_, things in ((survivor["id"], mine), (loser["id"], theirs))
    }
    together = {name: {mine[name], theirs[name]} for name in mine}
    for id_, expected in separate.items():
        eventually(partial(is_owned, admin, id_, expected))
    eventually(lambda: won(admin, loser["id"])["tickets"] == 1)

    suite.hold("sales.worker")
    try:
        merged = admin.post(f"/v1/contacts/{survivor['id']}:merge", loser_ids=[loser["id"]])["merge"]
        others = {name: ids for name, ids in together.items() if name not in ("opportunities", "tasks")}
        eventually(lambda: is_owned(admin, survivor["id"], others), 60)
    finally:
        suite.release("sales.worker")

    for id_ in (survivor["id"], loser["id"]):
        eventually(partial(is_owned, admin, id_, together), 60)
        eventually(partial(has_won, admin, id_, survivor["id"], 2))
        assert admin.get(f"/v1/contacts/{id_}")["id"] == survivor["id"]
        timeline = admin.get(f"/v1/contacts/{id_}/timeline", page_size=200)["entries"]
        assert {mine["activities"], theirs["activities"]} <= {entry["record_id"] for entry in timeline}
    roles = admin.get(f"/v1/opportunities/{theirs['opportunities']}")["contact_roles"]
    assert [(one["contact_id"], one["role"]) for one in roles] == [(survivor["id"], "Buyer")]
    later = admin.post("/v1/tasks", subject="Later", contact_id=loser["id"])
    assert later["contact_id"] == survivor["id"]

    undone = admin.post(f"/v1/merges/{merged['id']}:undo")

    assert undone["state"] == "UNDONE"
    separate[survivor["id"]]["tasks"].add(later["id"])
    for id_, expected in separate.items():
        eventually(partial(is_owned, admin, id_, expected), 60)
        eventually(partial(has_won, admin, id_, id_, 1))
        assert admin.get(f"/v1/contacts/{id_}")["id"] == id_
