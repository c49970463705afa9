"""The console tells its own gateway how long people waited, and administrators see it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.client import Api, eventually

PageAs = Callable[..., Page]


def sent_by(page: Page) -> list[dict[str, Any]]:
    """What the page tells, as it is told."""
    found: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/console_timings") and request.method == "POST":
            found.append(json.loads(request.post_data or "{}"))

    page.context.on("request", note)
    return found


def work(page: Page, name: str) -> None:
    """Opens a list and a customer, looks for somebody, and goes away."""
    with page.expect_request("**/v1/organisation"):
        page.goto("/app/")
    page.get_by_role("navigation").get_by_role("link", name="Contacts", exact=True).click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("tab", name="Timeline")).to_be_visible()
    expect(page.get_by_role("tabpanel")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Search for people").fill(name)
    expect(page.get_by_role("dialog").get_by_text(name).first).to_be_visible()
    # As the browser does when another tab is shown: the last moment at which it is sure to do something.
    page.evaluate("""() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }""")
    page.evaluate("fetch('/healthz').then((answer) => answer.status)")


@pytest.fixture
def somebody(staff: dict[str, Api]) -> str:
    """The name of a contact of the sales manager."""
    name = f"Waited{secrets.token_hex(4)}"
    staff["sales_manager"].post("/v1/contacts", last_name=name)
    return name


def test_what_people_waited_for_is_told_and_shown(page_as: PageAs, admin: Api, somebody: str) -> None:
    page = page_as("sales_manager")
    sent = sent_by(page)
    work(page, somebody)

    def known() -> bool:
        figures = admin.get("/v1/console_timings")["figures"]
        found = {(one["page"], one["measure"]) for one in figures if one["version"].startswith("0.1.0+")}
        return found >= {("LIST", "PAINTED"), ("CUSTOMER", "PAINTED"), ("CUSTOMER", "SEARCH")}

    # What was painted only after that is sent within a minute.
    eventually(known, 90)
    assert sent
    for batch in sent:
        assert set(batch) == {"version", "timings"}
        for timing in batch["timings"]:
            assert set(timing) == {"page", "measure", "milliseconds"}, "nothing is told of whom or of which record"

    shown = page_as("admin")
    shown.goto("/app/speed")
    section = shown.get_by_role("region", name="Opening a page: lists")
    expect(section).to_contain_text("ms")
    expect(section).to_contain_text("0.1.0+")


@pytest.fixture
def unmeasured(admin: Api) -> Iterator[None]:
    """An organisation that does not want it."""
    admin.patch("/v1/organisation", measures_console=False)
    yield
    admin.patch("/v1/organisation", measures_console=True)


@pytest.mark.usefixtures("unmeasured")
def test_an_organisation_can_switch_it_off(page_as: PageAs, somebody: str) -> None:
    page = page_as("sales_manager")
    sent = sent_by(page)
    work(page, somebody)
    assert sent == []


def test_the_switch_is_on_the_page_of_the_organisation(page_as: PageAs, admin: Api) -> None:
    page = page_as("admin")
    page.goto("/app/organisation")
    switch = page.get_by_role("switch", name="Measure how fast the console is")
    expect(switch).to_be_checked()
    switch.click()
    page.get_by_role("button", name="Save").click()
    try:
        eventually(lambda: admin.get("/v1/organisation")["measures_console"] is False)
    finally:
        admin.patch("/v1/organisation", measures_console=True)
