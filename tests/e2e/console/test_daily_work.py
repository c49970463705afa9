"""What everybody does all day: sign in, look through a list, open a customer, change and create something."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually
from tests.e2e.console.conftest import PHONE, person

PageAs = Callable[..., Page]


@pytest.fixture(scope="module")
def rep(staff: dict[str, Api]) -> Api:
    return staff["sales_rep"]


@pytest.fixture(scope="module")
def company(rep: Api, known_everywhere: Callable[[Api], None]) -> dict[str, Any]:
    """A customer with somebody there."""
    known_everywhere(rep)
    account: dict[str, Any] = rep.post("/v1/accounts", name="Quillon Works", industry="machines", country="DE")
    rep.post(
        "/v1/contacts", first_name="Zaida", last_name="Quillon", account_id=account["id"],
        emails=[{"address": "zaida@quillon.example"}],
    )  # fmt: skip
    return account


def test_signing_in_leads_to_where_one_wanted_to_go(browser_of: Any, rep: Api, company: dict[str, Any]) -> None:
    tour = browser_of()
    page = tour.context.new_page()
    page.goto(f"/app/accounts/{company['id']}")
    expect(page).to_have_url(re.compile(r"/app/sign-in\?to="))
    page.get_by_label("E-mail").fill(rep.email)
    page.get_by_label("Password").first.fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("E-mail or password is wrong.")
    assert tour.problems == [f"401 POST {page.url.split('/app')[0]}/v1/browser_session"]
    tour.problems.clear()

    page.get_by_label("Password").first.fill(rep.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Quillon Works")).to_be_visible()
    for secret in ("localStorage", "sessionStorage"):
        assert "eyJ" not in page.evaluate(f"JSON.stringify({secret})"), "tokens stay in memory"
    assert "crm_session" not in page.evaluate("document.cookie")


def test_signing_out_ends_every_tab(browser_of: Any, rep: Api, company: dict[str, Any]) -> None:
    tour = browser_of(rep)
    first, second = tour.context.new_page(), tour.context.new_page()
    for page in (first, second):
        page.goto("/app/accounts")
        expect(page.get_by_role("link", name="Quillon Works")).to_be_visible()
    person(first).click()
    first.get_by_role("menuitem", name="Sign out").click()
    for page in (first, second):
        expect(page.get_by_label("E-mail")).to_be_visible()


def test_a_list_is_searched_and_filtered_and_its_address_keeps_that(page_as: PageAs, company: dict[str, Any]) -> None:
    page = page_as("sales_rep")
    page.goto("/app/accounts")
    page.get_by_role("searchbox", name="Search").fill("quill")
    expect(page).to_have_url(re.compile(r"q=quill"))
    expect(page.get_by_role("link", name="Quillon Works")).to_be_visible()
    page.reload()
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("quill")
    page.get_by_role("searchbox", name="Search").fill("nobody is called so")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()


def test_a_field_is_changed_where_it_stands(page_as: PageAs, rep: Api, company: dict[str, Any]) -> None:
    page = page_as("sales_rep")
    page.goto(f"/app/accounts/{company['id']}")
    page.get_by_role("button", name="Edit Industry").click()
    page.get_by_label("Industry").fill("tools")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Edit Industry")).to_be_visible()
    eventually(lambda: rep.get(f"/v1/accounts/{company['id']}")["industry"] == "tools")


def test_a_form_tells_at_the_field_what_is_wrong(browser_of: Any, rep: Api, company: dict[str, Any]) -> None:
    tour = browser_of(rep)
    page = tour.context.new_page()
    page.goto("/app/accounts")
    page.get_by_role("button", name="New").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Website").fill("no address")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_label("Name", exact=False).first).to_have_attribute("aria-invalid", "true")
    assert [problem.split()[0] for problem in tour.problems] == ["400"]
    tour.problems.clear()

    page.reload()
    page.get_by_role("button", name="New").click()
    expect(dialog.get_by_label("Website")).to_have_value("no address")
    dialog.get_by_label("Website").fill("https://brisk.example")
    dialog.get_by_label("Name", exact=False).first.fill("Brisk Brothers")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Brisk Brothers")).to_be_visible()


def test_deleting_can_be_taken_back(page_as: PageAs, rep: Api) -> None:
    account = rep.post("/v1/accounts", name="Gone And Back")
    page = page_as("sales_rep")
    page.goto(f"/app/accounts/{account['id']}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: rep.get(f"/v1/accounts/{account['id']}")["deleted_at"] is None)


def test_the_palette_finds_people(page_as: PageAs, company: dict[str, Any]) -> None:
    page = page_as("sales_rep")
    page.goto("/app")
    expect(page.get_by_role("heading", name=re.compile("Good to see you"))).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_placeholder(re.compile("Search for people")).fill("zaida")
    page.get_by_role("button", name=re.compile("Zaida Quillon")).click()
    expect(page.get_by_role("heading", name="Zaida Quillon")).to_be_visible()


def test_who_may_not_change_sees_no_button(page_as: PageAs, company: dict[str, Any], staff: dict[str, Api]) -> None:
    page = page_as("analyst")
    page.goto(f"/app/accounts/{company['id']}")
    expect(page.get_by_role("heading", name="Quillon Works")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Edit "))).to_have_count(0)
    page.goto("/app/accounts")
    expect(page.get_by_role("link", name="Quillon Works")).to_be_visible()
    expect(page.get_by_role("button", name="New")).to_have_count(0)


def test_in_german_nothing_stays_english(page_as: PageAs, company: dict[str, Any]) -> None:
    page = page_as("sales_rep", locale="de-DE")
    page.goto(f"/app/accounts/{company['id']}")
    expect(page.get_by_text("Branche")).to_be_visible()
    expect(page.get_by_role("tab", name="Verlauf")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "de"


def test_a_phone_shows_all_of_it(page_as: PageAs, company: dict[str, Any]) -> None:
    page = page_as("sales_rep", viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/app/accounts")
    expect(page.get_by_role("link", name="Quillon Works")).to_be_visible()
    page.get_by_role("link", name="Quillon Works").tap()
    expect(page.get_by_role("heading", name="Quillon Works")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_suite_is_told_by_its_own_address(suite: Instance, page_as: PageAs) -> None:
    page = page_as("admin")
    page.goto("/")
    expect(page).to_have_url(re.compile("/app/?$"))
    page.goto("/docs")
    expect(page.get_by_role("link", name="openapi.json", exact=True)).to_be_visible()
