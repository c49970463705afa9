"""Fills a running suite with the demo company, through the public API only.

`company.py` makes the rows, `words.py` holds what they are made of.
"""

import json
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

from deploy.dev.demo.company import (
    AS_OF,
    KEY_ACCOUNT,
    KEY_CONTACT,
    REP,
    ROLES,
    Conversion,
    Row,
    generate,
    role_email,
    to_csv,
)
from deploy.dev.demo.samples import load_samples
from deploy.dev.demo.words import PROPOSALS, TASKS
from deploy.dev.load.client import Client, Record

# Columns that hold what the suite knows by an id of its own.
REFERENCES = (
    "owner", "owner_id", "assignee_id", "team_id", "territory_id", "campaign_id", "segment_id", "template_id",
)  # fmt: skip


def load(
    gateway_url: str, admin_email: str, admin_password: str, run_dir: Path, progress: Callable[[str], None]
) -> dict[str, str]:
    """Load the demo company and return the passwords of its users by e-mail address.

    A second call creates nothing twice: it finds what is there by external id, keeps the day the company was made
    for, and gives the demo users new passwords. Raises LauncherError if the suite cannot be used.
    """
    with Client(gateway_url, admin_email, admin_password) as client:
        return _Load(client, progress).run(gateway_url, admin_email, admin_password, run_dir)


class _Load:
    def __init__(self, client: Client, progress: Callable[[str], None]) -> None:
        self._client = client
        self._progress = progress
        self._tables = (company := generate(self._day())).tables
        self._conversions = company.conversions
        self._ids: dict[str, str] = {}

    def run(self, gateway_url: str, admin_email: str, admin_password: str, run_dir: Path) -> dict[str, str]:
        """Everything, in an order in which every row finds what it refers to.

        Imports of one service wait for each other; those of different services do not.
        """
        passwords = self._organisation(admin_email) | {admin_email: admin_password}
        self._import("accounts")
        self._import("account_relationships")
        self._import("contacts")
        for told in load_samples(self._client):
            self._progress(told)
        with ThreadPoolExecutor(4, thread_name_prefix="demo") as pool:
            list(pool.map(lambda step: step(), (self._products, self._campaigns)))
            history = (self._leads, self._opportunities, self._tickets, self._campaign_members)
            list(pool.map(lambda step: step(), history))
        self._segments()
        self._twin()
        self._proposals(gateway_url, passwords)
        state = {
            "account_id": self._id_of("accounts", KEY_ACCOUNT),
            "contact_id": self._id_of("contacts", KEY_CONTACT),
            "loaded_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        (run_dir / "demo-state.json").write_text(json.dumps(state, indent=2) + "\n")
        return passwords

    def _day(self) -> date:
        """The day the company is made for: today, or the day of the company that is there."""
        team = self._client.find("teams", "external_id", "demo:team:marketing")
        known = (team or {}).get("description", "").removeprefix(AS_OF).strip()
        return date.fromisoformat(known) if known else datetime.now(UTC).date()

    def _organisation(self, admin_email: str) -> dict[str, str]:
        """Territories, teams and users; the passwords of the demo users."""
        self._import("territories")
        self._import("teams")
        wanted = {role_email(role) for role in ROLES} - {admin_email}
        passwords = {email: secrets.token_urlsafe(9) for email in sorted(wanted)}
        there = {user["email"]: user for user in self._client.list("users")}
        rows = [
            row | {"password": "" if row["email"] in there else passwords.get(row["email"], "")}
            for row in self._tables["users"]
            if row["email"] != admin_email
        ]
        self._import("users", rows)
        for email in wanted & there.keys():
            self._client.patch(f"/v1/users/{there[email]['id']}", {"password": passwords[email]})
        for resource in ("territories", "teams", "users"):
            self._remember(resource)
        return passwords

    def _products(self) -> None:
        self._import("products")

    def _campaigns(self) -> None:
        self._import("campaigns", [row for row in self._tables["campaigns"] if not row["segment_id"]])
        self._remember("campaigns")

    def _leads(self) -> None:
        """Leads, some of which become customers, and what was said to customers."""
        gone = {lead["external_id"] for lead in self._client.list("leads", 'tags : "demo" AND status = "CONVERTED"')}
        self._import("leads", [row for row in self._tables["leads"] if row["external_id"] not in gone])
        wanted = [one for one in self._conversions if one.lead not in gone]
        qualified = self._client.list("leads", 'tags : "demo" AND status = "QUALIFIED"')
        ids = {lead["external_id"]: lead["id"] for lead in qualified}
        began = time.monotonic()
        with ThreadPoolExecutor(4, thread_name_prefix="convert") as pool:
            list(pool.map(lambda one: self._convert(one, ids[one.lead]), wanted))
        self._progress(f"{len(wanted):,} leads converted in {time.monotonic() - began:.1f} s")
        self._import("activities")

    def _convert(self, one: Conversion, id_: str) -> None:
        body: Record = {"allow_duplicates": True}
        if one.opportunity:
            amount = {"amount": one.amount, "currency": "USD"}
            body["opportunity"] = {"name": one.opportunity, "amount": amount, "close_date": one.close_date}
        self._client.post(f"/v1/leads/{id_}:convert", body, f"demo:convert:{id_}")

    def _opportunities(self) -> None:
        """Opportunities, and tasks of the demo seller for the open ones."""
        self._import("opportunities")
        owner = f'owner_id = "{self._ids[REP]}"'
        if self._client.count("tasks", owner):
            return
        page = self._client.get("/v1/opportunities", filter=f'{owner} AND status = "OPEN"', page_size=16)
        for number, deal in enumerate(page["opportunities"]):
            body = {"subject": TASKS[number % len(TASKS)], "owner_id": self._ids[REP], "opportunity_id": deal["id"]}
            if deal.get("close_date"):
                body["due_date"] = deal["close_date"]
            self._client.post("/v1/tasks", body, f"demo:task:{deal['id']}")

    def _tickets(self) -> None:
        self._import("tickets")

    def _campaign_members(self) -> None:
        self._import("campaign_members")

    def _segments(self) -> None:
        """Segments, last so that they are evaluated once, and a campaign that is ready to be launched to one."""
        self._ids |= {template["name"]: template["id"] for template in self._client.list("templates")}
        self._import("segments")
        self._ids |= {segment["name"]: segment["id"] for segment in self._client.list("segments")}
        self._import("campaigns", [row for row in self._tables["campaigns"] if row["segment_id"]])

    def _twin(self) -> None:
        """The best known contact was there twice, with another address and a call, until the two were merged."""
        contact = self._client.find("contacts", "external_id", KEY_CONTACT)
        if contact is None or self._client.find("merges", "survivor_id", contact["id"]):
            return
        names = {name: contact[name] for name in ("first_name", "last_name", "account_id", "owner_id")}
        given = names | {"emails": [{"address": "private@customers.example", "type": "home"}], "tags": ["demo"]}
        twin = self._client.post("/v1/contacts", given, "demo:twin")
        call = {"type": "CALL", "subject": "Asked for the price list", "contact_id": twin["id"], "done": True}
        self._client.post("/v1/activities", call, "demo:twin:call")
        self._client.post(f"/v1/contacts/{contact['id']}:merge", {"loser_ids": [twin["id"]]}, "demo:twin:merge")

    def _proposals(self, gateway_url: str, passwords: dict[str, str]) -> None:
        """What the marketer knows of customers better than those who may change them: one waits, one was declined."""
        account = self._client.find("accounts", "external_id", KEY_ACCOUNT)
        email = role_email("marketer")
        if account is None or email not in passwords:
            return
        with Client(gateway_url, email, passwords[email]) as marketer:
            if marketer.get("/v1/proposals", mine=True)["proposals"]:
                return
            made = [
                marketer.post(
                    "/v1/proposals",
                    {"commands": [{"resource": "accounts", "id": account["id"], "fields": fields}], "reason": reason},
                    f"demo:proposal:{number}",
                )
                for number, (fields, reason) in enumerate(PROPOSALS)
            ]
        declined = {"terms_hash": made[0]["terms_hash"], "reason": "That is their holding."}
        self._client.post(f"/v1/proposals/{made[0]['id']}:decline", declined, "demo:proposal:declined")

    def _import(self, kind: str, rows: list[Row] | None = None) -> None:
        """Loads a table, or some rows of it, and waits for it; says so if a row was refused."""
        began = time.monotonic()
        content = to_csv([self._resolved(row) for row in (self._tables[kind] if rows is None else rows)])
        sent = self._client.start_import(kind, f"{kind}.csv", lambda: iter([content]))
        done = self._client.wait_import(sent.id, lambda _: None)
        seconds = time.monotonic() - began
        self._progress(f"{done.read:,} {kind.replace('_', ' ')} in {seconds:.1f} s ({done.read / seconds:,.0f} rows/s)")
        if done.failed:
            error = next(self._client.import_errors(done.id))
            self._progress(f"{done.failed} {kind} were refused; the first: {error.get('field', '')} {error['message']}")

    def _resolved(self, row: Row) -> Row:
        """The row with the ids the suite gave to what the row refers to."""
        return {
            name: self._ids[value] if name in REFERENCES and value in self._ids else value
            for name, value in row.items()
        }

    def _remember(self, resource: str) -> None:
        for record in self._client.list(resource):
            if record.get("external_id", "").startswith("demo:"):
                self._ids[record["external_id"]] = record["id"]

    def _id_of(self, resource: str, external_id: str) -> str:
        record = self._client.find(resource, "external_id", external_id)
        return str(record["id"]) if record else ""
