"""Browsers in which people of every role are signed in at the running suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    expect,
    sync_playwright,
)

from deploy.dev import console
from deploy.dev.instance import Instance
from tests import browser
from tests.e2e.client import Api, eventually
from tests.e2e.console.pages import PATIENCE_MS

DESKTOP = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 844}


def person(page: Page) -> Locator:
    """The button of the menu of who is signed in, which comes after the rest of the bar."""
    return page.get_by_role("banner").locator("[aria-haspopup=menu]")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A browser, and the console built."""
    if browser.COMMAND is None:
        pytest.skip("there is no Chromium here")
    if not console.build(print):
        pytest.skip("the console was not built: there is no Node.js here")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = browser.launch(playwright)
        yield launched
        launched.close()


@pytest.fixture(scope="session", autouse=True)
def business(admin: Api, staff: dict[str, Api], known_everywhere: Callable[[Api], None]) -> None:
    """What a company has that works: people, a deal, a ticket, and figures of them."""
    manager, agents, marketer = staff["sales_manager"], staff["support_manager"], staff["marketer"]
    for user in (manager, agents, marketer):
        known_everywhere(user)
    people = [
        admin.post("/v1/contacts", first_name=name, last_name="Quist", emails=[{"address": f"{name}@quist.example"}])
        for name in ("Ada", "Ben")
    ]
    manager.post("/v1/opportunities", name="Deal of the business", amount={"amount": "100.00", "currency": "EUR"})
    agents.post("/v1/tickets", subject="Ticket of the business", contact_id=people[0]["id"])

    def figures(api: Api, name: str, widget: str) -> bool:
        return any(w["name"] == widget and w["points"] for w in api.get(f"/v1/dashboards/{name}")["widgets"])

    eventually(lambda: figures(manager, "sales", "open_deals_by_stage"))
    eventually(lambda: figures(agents, "support", "tickets_by_status"))
    last_name = {"filter": 'last_name = "Quist"'}
    eventually(lambda: int(marketer.post("/v1/segments:preview", **last_name)["count"]) == len(people))


class Tour:
    """A person at a browser, and what went wrong there: scripts that failed and requests that were refused."""

    def __init__(self, context: BrowserContext, refused: Sequence[str] = ()) -> None:
        """`refused` are answers that the test expects: "412 PATCH"."""
        self.context = context
        self._refused = tuple(refused)
        self.problems: list[str] = []
        context.on("console", self._said)
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        context.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    def _answered(self, response: Response) -> None:
        answer = f"{response.status} {response.request.method} {response.url}"
        if response.status >= 400 and not answer.startswith(self._refused):
            self.problems.append(answer)


@pytest.fixture
def browser_of(suite: Instance, chromium: Browser) -> Iterator[Callable[..., Tour]]:
    """`browser_of(api)` signs the user of an Api in at a browser of its own: `.context.new_page()`.

    At the end of the test nothing may have gone wrong there but what the test has taken out of `problems`.
    """
    tours: list[Tour] = []

    def make(api: Api | None = None, refused: Sequence[str] = (), **options: Any) -> Tour:
        context = chromium.new_context(
            **({"base_url": suite.gateway_url, "viewport": DESKTOP, "locale": "en-GB", "timezone_id": "Europe/Berlin"}
               | options)
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        tour = Tour(context, refused)
        tours.append(tour)
        if api is not None:
            browser.sign_in(context, api.email, api.password)
        return tour

    yield make
    problems = [problem for tour in tours for problem in tour.problems]
    for tour in tours:
        tour.context.close()
    assert problems == []


@pytest.fixture
def page_as(browser_of: Callable[..., Tour], staff: dict[str, Api]) -> Callable[..., Page]:
    """`page_as("sales_rep")`: a page at which somebody of that role is signed in; options are those of `browser_of`."""
    return lambda role, **options: browser_of(staff[role], **options).context.new_page()
