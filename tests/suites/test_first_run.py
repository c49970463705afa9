"""The first run of an installation in a browser: who has the code that set-up printed becomes its administrator."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from deploy.dev import console
from deploy.dev.instance import Instance
from tests import browser

PATIENCE_MS = 60_000
"""A page on a busy machine."""


@pytest.fixture(scope="module")
def fresh() -> Iterator[Instance]:
    """An installation in which there is nobody: who signs in and what people open first need no other service."""
    if not console.build(print):
        pytest.skip("the console was not built: there is no Node.js here")
    with Instance("fresh") as suite:
        suite.erase()
        suite.start(["identity"], mail=False, env={"CRM_BOOTSTRAP_ADMIN_EMAIL": "", "CRM_RATE_LIMITS": "off"})
        suite.wait_ready(120)
        yield suite
    suite.erase()


@pytest.fixture
def page(fresh: Instance) -> Iterator[Page]:
    """A browser at the address that the launcher prints."""
    if browser.COMMAND is None:
        pytest.skip("there is no Chromium here")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = browser.launch(playwright)
        context = launched.new_context(base_url=fresh.gateway_url, locale="en-GB", timezone_id="Europe/Berlin")
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()
        launched.close()


def code_of(suite: Instance) -> str:
    """The code that set-up has printed."""
    found = re.findall(
        r"Set-up code, for the first administrator, once: (\S+)", suite.log("identity.setup").read_text()
    )
    assert len(found) == 1
    return str(found[0])


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_first_administrator_is_made_and_signed_in(fresh: Instance, page: Page) -> None:
    page.goto("/app/setup")
    expect(page.get_by_role("heading", name="Set up the suite")).to_be_visible()
    page.get_by_label("Set-up code").fill(code_of(fresh))
    page.get_by_label("Organisation").fill("Quillon Works")
    page.get_by_label("Your name").fill("Zaida Quillon")
    page.get_by_label("Your e-mail address").fill("zaida@quillon.example")
    page.get_by_label("Your password").fill("quartz-lantern-7")
    page.get_by_role("button", name="Set up and sign in").click()
    expect(page).to_have_url(re.compile("/app/?$"))
    expect(page.get_by_role("link", name="Users")).to_be_visible()
    page.get_by_role("button", name="Zaida Quillon").click()
    expect(page.get_by_text("zaida@quillon.example")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto("/app/organisation")
    expect(page.get_by_label("Name")).to_have_value("Quillon Works")
    expect(page.get_by_role("combobox", name="Time zone")).to_have_value("Europe/Berlin")
    page.goto("/app/setup")
    expect(page.get_by_text("The suite is set up already.")).to_be_visible()
