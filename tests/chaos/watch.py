"""Clients that only read while the faults go on: customer-360, a seller who may see next to nothing, two replicas."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from tests.chaos.client import Client
from tests.chaos.load import MARK


@dataclass
class Sample:
    """One answer: when it was asked for (wall clock), seconds it took, status 0 for none, and what was wrong."""

    at: float
    seconds: float
    status: int
    wrong: str = ""


class Watcher(threading.Thread):
    """Asks something again and again, `pause` seconds apart."""

    def __init__(self, client: Client, name: str, pause: float, ask: Callable[[Client], tuple[int, str]]) -> None:
        super().__init__(name=name, daemon=True)
        self._client = client
        self._pause = pause
        self._ask = ask
        self._halt = threading.Event()
        self.samples: list[Sample] = []

    def stop(self) -> None:
        self._halt.set()

    def run(self) -> None:
        while not self._halt.wait(self._pause):
            self._client.sign_in()
            at, began = time.time(), time.perf_counter()
            try:
                status, wrong = self._ask(self._client)
            except Exception as error:
                status, wrong = 0, repr(error)
            self.samples.append(Sample(at, time.perf_counter() - began, status, wrong))


@dataclass
class Customer:
    """A customer nobody changes during the run: one open opportunity, one open ticket."""

    contact: str
    account: str
    name: str
    complete: bool = field(default=False)


def known_customers(client: Client, count: int) -> list[Customer]:
    """Makes the customers and waits until customer-360 shows all of each."""
    until = time.monotonic() + 60

    def make(collection: str, body: dict[str, Any]) -> str:
        """The id of a new record; refused until the service has heard of the contact."""
        while not (made := client.write("watched", "POST", collection, body, collection=collection)):
            if time.monotonic() > until:
                raise TimeoutError(f"{collection} refuses {body}")
            time.sleep(0.2)
        return str(made["id"])

    found = []
    for number in range(count):
        name = f"{MARK} watched {number}"
        of = {"account_id": make("/v1/accounts", {"name": name})}
        of["contact_id"] = make("/v1/contacts", {"last_name": name} | of)
        make("/v1/opportunities", {"name": name, "amount": {"amount": "10.00", "currency": "EUR"}} | of)
        make("/v1/tickets", {"subject": name} | of)
        found.append(Customer(of["contact_id"], of["account_id"], name))
    for customer in found:
        while any(_wrong(customer, (client.get(path) or {}), complete=True) for path in _paths(customer)):
            if time.monotonic() > until:
                raise TimeoutError(f"customer-360 of {customer} does not become complete")
            time.sleep(0.2)
    return found


def _paths(customer: Customer) -> tuple[str, str]:
    return f"/v1/contacts/{customer.contact}/customer360", f"/v1/accounts/{customer.account}/customer360"


def customer360(client: Client, customers: list[Customer]) -> Watcher:
    """Reads the 360 of each customer in turn and finds what is falsely empty."""
    calls = cycle([(customer, path) for customer in customers for path in _paths(customer)])

    def ask(client: Client) -> tuple[int, str]:
        customer, path = next(calls)
        answer = client.request("GET", path, headers={"X-Watch": "360"})
        if answer.status_code != 200:
            return answer.status_code, answer.text[:200]
        return 200, _wrong(customer, answer.json())

    return Watcher(client, "customer-360", 0.1, ask)


def _wrong(customer: Customer, answer: dict[str, Any], complete: bool = False) -> str:
    """What a section says that is not so; a section that admits that it knows nothing is fine unless `complete`."""
    sections = answer.get("sections", {})
    told = {name: section["data"] or {} for name, section in sections.items() if section["state"] in ("OK", "STALE")}
    if complete and {section["state"] for section in sections.values()} != {"OK"}:
        return "incomplete"
    if "profile" in told and answer["customer"]["name"] != customer.name:
        return f"profile names {answer['customer']['name']!r}"
    for name, figure in (("opportunities", "open_count"), ("tickets", "open_count"), ("metrics", "open_ticket_count")):
        if name in told and told[name].get(figure) != 1:
            return f"{name}.{figure} is {told[name].get(figure)}"
    return ""


def stranger(client: Client, customers: list[Customer]) -> Watcher:
    """A seller without team who owns nothing that bears the mark, and must never see it."""
    one = customers[0]
    calls = cycle(
        [
            "/v1/contacts?page_size=200", "/v1/accounts?page_size=200", "/v1/leads?page_size=200",
            "/v1/opportunities?page_size=200", f"/v1/search?query={MARK}", f"/v1/contacts/{one.contact}",
            f"/v1/accounts/{one.account}", *_paths(one), "/v1/opportunities?order_by=-created_at",
        ]
    )  # fmt: skip

    def ask(client: Client) -> tuple[int, str]:
        path = next(calls)
        answer = client.request("GET", path)
        seen = MARK in answer.text.replace(path, "")
        return answer.status_code, f"{path} showed {answer.text[:300]}" if seen else ""

    return Watcher(client, "stranger", 0.2, ask)


def reader(client: Client, customers: list[Customer]) -> Watcher:
    """Reads one contact as fast as it is answered, 50 times a second at most."""

    def ask(client: Client) -> tuple[int, str]:
        answer = client.request("GET", f"/v1/contacts/{customers[0].contact}")
        return answer.status_code, "" if answer.status_code == 200 else answer.text[:200]

    return Watcher(client, "reader", 0.02, ask)
