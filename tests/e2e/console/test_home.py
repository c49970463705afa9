"""Where the day begins: what waits for somebody, by what he does; and what was looked at last."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.client import Api
from tests.e2e.console.conftest import Tour

PageAs = Callable[..., Page]


def part(page: Page, title: str) -> Locator:
    return page.locator("section").filter(has=page.get_by_role("heading", name=title, exact=True))


@pytest.fixture(scope="module", autouse=True)
def deals(staff: dict[str, Api], known_everywhere: Callable[[Api], None]) -> None:
    """One that should have been closed long ago, and one that closes before all others."""
    rep = staff["sales_rep"]
    known_everywhere(rep)
    soon = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    for name, day in (("Overdue Oboes", "2001-02-01"), ("Timely Trumpets", soon)):
        rep.post("/v1/opportunities", name=name, close_date=day, amount={"amount": "10.00", "currency": "EUR"})


def test_a_seller_sees_own_deals_and_those_that_stall(page_as: PageAs) -> None:
    page = page_as("sales_rep")
    page.goto("/app/")
    expect(part(page, "My open deals")).to_contain_text("Timely Trumpets")
    expect(part(page, "Deals that stall")).to_contain_text("Overdue Oboes")
    expect(part(page, "Deals that stall")).not_to_contain_text("Timely Trumpets")
    expect(part(page, "Campaigns")).to_have_count(0)

    part(page, "Deals that stall").get_by_role("link", name="Overdue Oboes").click()
    expect(page.get_by_role("heading", name="Overdue Oboes")).to_be_visible()
    page.get_by_role("link", name="Home").click()
    expect(part(page, "Looked at last").get_by_role("link").first).to_have_text("Overdue Oboes")


def test_who_leads_sees_the_deals_and_tickets_of_others(
    page_as: PageAs, browser_of: Callable[..., Tour], admin: Api
) -> None:
    page = browser_of(admin).context.new_page()
    page.goto("/app/")
    expect(part(page, "Deals that close next")).to_contain_text("Timely Trumpets")
    expect(part(page, "Deals that stall")).to_contain_text("Overdue Oboes")
    page = page_as("support_manager")
    page.goto("/app/")
    expect(part(page, "Tickets at risk")).to_be_visible()
    expect(part(page, "Deals that stall")).to_have_count(0)


IDLE = """async () => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  return new Promise(done => { requestIdleCallback(() => done(true)); setTimeout(() => done(false), 20_000); });
}"""
"""Whether the browser comes to have nothing to do."""


def test_a_page_that_waits_for_its_script_leaves_the_browser_free(page_as: PageAs) -> None:
    """Although what the first page has asked for comes meanwhile."""
    page = page_as("sales_rep")
    figures: list[Route] = []
    scripts: list[Route] = []
    page.route(re.compile(r"/v1/dashboards/"), lambda route: figures.append(route))
    with page.expect_request(re.compile(r"/v1/dashboards/")):
        page.goto("/app/")
    link = page.get_by_role("navigation").get_by_role("link", name="Dashboards")
    link.wait_for()
    page.route(re.compile(r"/assets/"), lambda route: scripts.append(route))
    link.click()

    with page.expect_response(re.compile(r"/v1/dashboards/")):
        figures.pop().continue_()

    assert scripts
    assert page.evaluate(IDLE)
    page.unroute(re.compile(r"/assets/"))
    for script in scripts:
        script.continue_()
    expect(page.get_by_role("heading", name="Dashboards")).to_be_visible()
