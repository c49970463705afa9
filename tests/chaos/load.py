"""The work of a sales and support team, over and over: every journey is one customer from lead to resolved ticket."""

from __future__ import annotations

import random
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.client import Client, Session
from tests.chaos.history import History

MARK = "chaos"  # in the names of all records, so that a probe sees one that it must not see
FOLLOWS = 45.0  # seconds a client waits for a record that another service makes of an event


@dataclass
class Scene:
    """What all journeys share: the stages of the default pipeline and a campaign."""

    stages: list[str]
    campaign: str
    customers: list[str] = field(default_factory=list)
    """Accounts whose journey came to its end."""


def set_the_scene(client: Client) -> Scene:
    """Reads the pipeline and makes the campaign."""
    pipelines = client.get("/v1/pipelines")
    assert pipelines
    stages = [stage["id"] for stage in pipelines["pipelines"][0]["stages"] if stage["type"] == "OPEN"]
    campaign = client.write(
        "create campaign", "POST", "/v1/campaigns", {"name": f"{MARK} campaign", "channel": "EMAIL"},
        collection="/v1/campaigns",
    )  # fmt: skip
    assert campaign
    return Scene(stages, campaign["id"])


class Worker(threading.Thread):
    """One client: journeys until told to stop, at most `rate` writes per second."""

    def __init__(self, url: str, session: Session, history: History, scene: Scene, seed: str, rate: float) -> None:
        super().__init__(name=f"client {seed}", daemon=True)
        self._client = Client(url, session, history)
        self._scene = scene
        self._random = random.Random(seed)
        self._pause = 1 / rate
        self._next = 0.0
        self._halt = threading.Event()
        self._known: list[dict[str, str]] = []
        self.error: BaseException | None = None

    def stop(self) -> None:
        """Lets the write in hand find its outcome."""
        self._halt.set()

    def run(self) -> None:
        try:
            while not self._halt.is_set():
                self._journey()
        except _Halted:
            pass
        except BaseException as error:
            self.error = error
        finally:
            self._client.close()

    def _write(self, kind: str, verb: str, path: str, body: dict[str, Any], **more: Any) -> dict[str, Any] | None:
        if self._halt.wait(max(0.0, self._next - time.monotonic())):
            raise _Halted
        self._next = max(self._next + self._pause, time.monotonic())
        return self._client.write(kind, verb, path, body, **more)

    def _create(self, noun: str, collection: str, mark: str, **body: Any) -> dict[str, Any] | None:
        return self._write(f"create {noun}", "POST", collection, body, collection=collection, mark=mark)

    def _change(self, kind: str, path: str, body: dict[str, Any], before: dict[str, Any]) -> dict[str, Any] | None:
        return self._write(kind, "PATCH", path, body, record=path, before=before)

    def _journey(self) -> None:
        mark = f"{MARK}-{secrets.token_hex(6)}"
        account = self._create("account", "/v1/accounts", f"{mark}-a", name=f"{mark}-a", industry="Engines")
        if account is None:
            return
        contact = self._create(
            "contact", "/v1/contacts", f"{mark}-c", first_name="Ada", last_name=f"{mark}-c", account_id=account["id"],
            title="", department="",
        )  # fmt: skip
        self._change(
            "update account", f"/v1/accounts/{account['id']}", {"industry": mark, "description": mark},
            {"industry": "Engines", "description": ""},
        )  # fmt: skip
        if contact is not None:
            path = f"/v1/contacts/{contact['id']}"
            self._change(
                "update contact", path, {"title": mark, "department": mark}, {"title": "", "department": ""}
            )  # fmt: skip
        self._convert(mark)
        self._help(mark)
        if contact is not None:
            self._known.append({"account": account["id"], "contact": contact["id"]})
            self._invite()

    def _convert(self, mark: str) -> None:
        """A lead becomes a customer with an opportunity, which moves a stage and is won."""
        lead = self._create(
            "lead", "/v1/leads", f"{mark}-l", first_name="Charles", last_name=f"{mark}-l", company=f"{mark}-lc"
        )
        if lead is None:
            return
        path = f"/v1/leads/{lead['id']}"
        deal = {"name": f"{mark}-o", "amount": {"amount": "1250.00", "currency": "EUR"}}
        made = self._write(
            "convert lead", "POST", f"{path}:convert", {"opportunity": deal}, record=path,
            sets={"status": "CONVERTED"}, before={"status": "NEW"},
        )  # fmt: skip
        if made is None:
            return
        opportunity = f"/v1/opportunities/{made['opportunity_id']}"
        until = time.monotonic() + FOLLOWS
        while self._client.get(opportunity) is None:
            if time.monotonic() > until or self._halt.wait(0.1):
                return
        stage = self._random.choice(self._scene.stages[1:])
        moved = self._change(
            "move stage", opportunity, {"stage_id": stage, "next_step": mark},
            {"stage_id": self._scene.stages[0], "next_step": ""},
        )  # fmt: skip
        if moved is None:
            return
        won = self._write(
            "win opportunity", "POST", f"{opportunity}:win", {}, record=opportunity,
            sets={"status": "WON", "stage_id": None}, before={"status": "OPEN", "stage_id": stage},
        )  # fmt: skip
        if won is not None:
            self._scene.customers.append(made["account_id"])

    def _help(self, mark: str) -> None:
        """A ticket about an earlier customer is opened and, mostly, resolved."""
        about = self._random.choice(self._known) if self._known else {}
        of = {"contact_id": about["contact"], "account_id": about["account"]} if about else {}
        ticket = self._create("ticket", "/v1/tickets", f"{mark}-t", subject=f"{mark}-t", external_id=f"{mark}-t", **of)
        if ticket is None or self._random.random() < 0.3:
            return
        path = f"/v1/tickets/{ticket['id']}"
        self._write(
            "resolve ticket", "POST", f"{path}:resolve", {"resolution": mark}, record=path,
            sets={"status": "RESOLVED", "resolution": mark}, before={"status": ticket["status"], "resolution": ""},
        )  # fmt: skip

    def _invite(self) -> None:
        """An earlier contact joins the campaign; marketing may not have heard of him yet, and then refuses."""
        if len(self._known) > 5:
            contact = self._known.pop(0)["contact"]
            self._create(
                "add campaign member", "/v1/campaign_members", "",
                campaign_id=self._scene.campaign, contact_id=contact, status=MARK,
            )  # fmt: skip


class _Halted(Exception):
    """The worker was told to stop between two writes."""
