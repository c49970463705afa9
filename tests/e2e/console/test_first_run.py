"""The page that an installation begins with."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect


def test_a_suite_that_is_set_up_sends_to_the_sign_in(browser_of: Any) -> None:
    page = browser_of().context.new_page()
    page.goto("/app/setup")
    expect(page.get_by_text("The suite is set up already.")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_label("E-mail")).to_be_visible()


def test_a_code_that_is_worth_nothing_is_refused(browser_of: Any) -> None:
    tour = browser_of()
    page = tour.context.new_page()
    # The state from before the set-up, in which the page offers its form; the answer to the form is the suite's own.
    page.route(
        "**/v1/setup",
        lambda route: route.fulfill(json={"needed": True}) if route.request.method == "GET" else route.continue_(),
    )
    page.goto("/app/setup")
    page.get_by_label("Set-up code").fill("NOT-THE-CODE")
    page.get_by_label("Organisation").fill("Quillon Works")
    page.get_by_label("Your name").fill("Zaida Quillon")
    page.get_by_label("Your e-mail address").fill("zaida@quillon.example")
    page.get_by_label("Your password").fill("quartz-lantern-7")
    page.get_by_role("button", name="Set up and sign in").click()
    expect(page.get_by_role("alert").or_(page.locator("[aria-invalid=true]")).first).to_be_visible()
    expect(page.get_by_role("heading", name="Set up the suite")).to_be_visible()
    assert [problem.split()[1] for problem in tour.problems] == ["POST"]
    tour.problems.clear()
