"""The demo company: always the same, of the promised shape, and alive once it is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.dev.catalogue import REPOSITORY
from deploy.dev.demo import company, load
from deploy.dev.instance import Instance
from deploy.dev.load.client import Client
from tests.e2e.client import Api, eventually

TODAY = date(2026, 3, 14)
SIZES = {
    "territories": 3, "accounts": 100, "contacts": 600, "leads": 2000, "opportunities": 3000, "tickets": 1500,
    "products": 12, "activities": 2050, "campaigns": 7, "segments": 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def made() -> company.Company:
    return company.generate(TODAY)


def test_the_same_seed_and_day_make_the_same_bytes(made: company.Company) -> None:
    digests = (
        "import hashlib; from datetime import date; from deploy.dev.demo.company import generate; "
        "made = generate(date(2026, 3, 14)); "
        "print(hashlib.sha256(b''.join(made.csv(kind) for kind in made.tables)).hexdigest())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", digests],
            cwd=REPOSITORY,
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert company.generate(TODAY, seed=company.SEED + 1).csv("leads") != made.csv("leads")


def test_it_has_the_promised_sizes(made: company.Company) -> None:
    assert {kind: len(made.tables[kind]) for kind in SIZES} == SIZES
    assert 40 <= len(made.tables["users"]) <= 50
    assert len(made.conversions) == 60
    assert len(made.tables["campaign_members"]) >= 700


def test_there_is_one_demo_user_per_role(made: company.Company) -> None:
    demo = [user for user in made.tables["users"] if user["email"].endswith("@demo.example")]
    assert {user["email"]: user["roles"] for user in demo} == {f"{role}@demo.example": role for role in company.ROLES}
    names = [user["display_name"] for user in made.tables["users"]]
    assert len(set(names)) == len(names)


def test_every_reference_names_a_row(made: company.Company) -> None:
    known = {row["external_id"] for rows in made.tables.values() for row in rows if "external_id" in row}
    known |= {row["email"].lower() for row in made.tables["contacts"]}
    columns = ("parent", "account", "contact", "owner_id", "owner", "assignee_id", "team_id", "territory_id", "manager")
    for rows in made.tables.values():
        assert {row[column] for row in rows for column in columns if row.get(column)} <= known


def test_external_ids_and_names_of_accounts_are_unique(made: company.Company) -> None:
    for kind, rows in made.tables.items():
        keys = [row.get("external_id") or row.get("source_id") or json.dumps(row) for row in rows]
        assert len(set(keys)) == len(keys), kind
    assert len({row["name"] for row in made.tables["accounts"]}) == company.ACCOUNTS


def test_its_past_is_plausible(made: company.Company) -> None:
    deals = made.tables["opportunities"]
    stages = Counter(row["stage"] for row in deals)
    assert 0.4 < stages["Won"] / (stages["Won"] + stages["Lost"]) < 0.55
    assert all(stages[stage] >= 20 for stage in ("Prospecting", "Engaging", "Proposal", "Negotiation"))
    for row in deals:
        begun = datetime.fromisoformat(row["created_at"]).date()
        assert begun < TODAY
        if row["stage"] in ("Won", "Lost"):
            assert begun < date.fromisoformat(row["close_date"]) < TODAY
        assert bool(row.get("lost_reason")) == (row["stage"] == "Lost")
    theirs = sum(row["owner"] == company.REP for row in deals)
    assert 0.04 < theirs / len(deals) < 0.2
    for row in made.tables["tickets"]:
        times = [row[name] for name in ("created_at", "first_responded_at", "resolved_at") if row.get(name)]
        assert times == sorted(times)
        assert datetime.fromisoformat(times[-1]).date() <= TODAY


def test_it_is_as_dirty_as_real_files(made: company.Company) -> None:
    leads, contacts = made.tables["leads"], made.tables["contacts"]
    sources = {row["source"] for row in leads}
    assert {"Web", "web"} <= sources
    addresses = Counter(row["email"].lower() for row in leads if row["email"])
    assert sum(count > 1 for count in addresses.values()) >= 30
    assert any(not row["email"] for row in contacts)
    assert any(row["last_name"].isupper() for row in contacts)
    assert any(not row["account"] for row in made.tables["opportunities"])
    order = {row["external_id"]: number for number, row in enumerate(made.tables["accounts"])}
    assert any(row["parent"] and order[row["parent"]] > order[row["external_id"]] for row in made.tables["accounts"])


@pytest.fixture(scope="module")
def loaded(suite: Instance, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The company in the running suite: passwords, state, what was said."""
    run_dir, said = tmp_path_factory.mktemp("demo"), list[str]()
    users = load(suite.gateway_url, *suite.admin, run_dir, said.append)
    return {"users": users, "run_dir": run_dir, "said": said, **_state(run_dir)}


def _state(run_dir: Path) -> dict[str, str]:
    return dict(json.loads((run_dir / "demo-state.json").read_text()))


def _counts(admin: Api) -> dict[str, int]:
    query = {"page_size": 1, "exact_total_size": "true"}
    kinds = ("users", "accounts", "contacts", "leads", "opportunities", "tickets", "activities", "campaigns", "tasks",
             "account_relationships")  # fmt: skip
    found = {kind: int(admin.get(f"/v1/{kind}", **query)["total_size"]) for kind in kinds}
    return found | {"templates": len(admin.get("/v1/templates")["templates"])}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_is_loaded_whole_and_only_once(suite: Instance, admin: Api, loaded: dict[str, Any]) -> None:
    assert not [line for line in loaded["said"] if "refused" in line]
    for kind in ("leads", "opportunities", "tickets"):
        tagged = admin.get(f"/v1/{kind}", filter='tags : "demo"', page_size=1, exact_total_size="true")
        assert int(tagged["total_size"]) == SIZES[kind]
    eventually(lambda: _converted_deals(admin) >= 30, 30)
    before = _counts(admin)
    said: list[str] = []
    again = load(suite.gateway_url, *suite.admin, loaded["run_dir"], said.append)
    assert not [line for line in said if "refused" in line]
    assert _counts(admin) == before
    assert {key: _state(loaded["run_dir"])[key] for key in ("account_id", "contact_id")} == {
        key: loaded[key] for key in ("account_id", "contact_id")
    }
    loaded["users"] |= again


def _converted_deals(admin: Api) -> int:
    converted = admin.get("/v1/leads", filter='tags : "demo" AND status = "CONVERTED"', page_size=200)["leads"]
    deals = [lead["converted_opportunity_id"] for lead in converted if lead.get("converted_opportunity_id")]
    return sum(admin.http.get(f"/v1/opportunities/{id_}").status_code == 200 for id_ in deals)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_demo_user_can_log_in(suite: Instance, loaded: dict[str, Any]) -> None:
    demo = {email: password for email, password in loaded["users"].items() if email.endswith("@demo.example")}
    assert set(demo) == {company.role_email(role) for role in company.ROLES}
    for email, password in demo.items():
        with Client(suite.gateway_url, email, password) as user:
            assert user.get("/v1/me")["roles"] == [email.partition("@")[0]]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_key_account_is_alive(suite: Instance, loaded: dict[str, Any]) -> None:
    email = company.role_email("sales_manager")
    with Client(suite.gateway_url, email, loaded["users"][email]) as manager:

        def alive() -> bool:
            sections = manager.get(f"/v1/accounts/{loaded['account_id']}/customer360")["sections"]
            if not sections["opportunities"]["state"] == sections["timeline"]["state"] == "OK":
                return False
            deals, timeline = sections["opportunities"]["data"], sections["timeline"]["data"]
            return bool(deals["open_opportunities"] and deals["recently_closed"] and len(timeline["entries"]) >= 10)

        assert eventually(alive, 60)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_dashboards_have_figures(admin: Api, loaded: dict[str, Any]) -> None:
    for name in ("sales", "marketing", "support", "executive"):

        def lively(name: str = name) -> bool:
            widgets = admin.get(f"/v1/dashboards/{name}")["widgets"]
            return bool(widgets) and sum(bool(widget.get("points")) for widget in widgets) >= len(widgets) / 2

        assert eventually(lively, 60)
