"""Sharing a record with a colleague, who sees it come and go, and may do with it what was said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.client import Api, eventually


@pytest.fixture
def people(hire: Callable[..., Api], known_everywhere: Callable[[Api], None]) -> tuple[Api, Api]:
    """Two sellers who do not see each other's leads."""
    seller, colleague = hire("sales_rep"), hire("sales_rep")
    known_everywhere(colleague)
    return seller, colleague


@pytest.fixture
def lead(people: tuple[Api, Api]) -> Any:
    return people[0].post("/v1/leads", company=f"Shared works {uuid4()}", last_name="Berg")


def choose(page: Page, label: str, typed: str) -> None:
    page.get_by_role("combobox", name=label).first.fill(typed)
    page.get_by_role("option", name=re.compile(re.escape(typed))).first.click()


def share(page: Page, colleague: Api, level: str, role: str = "") -> None:
    page.get_by_role("button", name=re.compile("^Share")).first.click()
    dialog = page.get_by_role("dialog")
    choose(page, "Person", colleague.email)
    dialog.get_by_role("combobox", name="Access").click()
    page.get_by_role("option", name=level).click()
    if role:
        dialog.get_by_label("Role on the team").fill(role)
    dialog.get_by_label("Reason").fill("holiday cover")
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_role("listitem").filter(has_text=colleague.email)).to_contain_text(level)


def test_a_record_comes_into_sight_and_goes_again(browser_of: Any, people: tuple[Api, Api], lead: Any) -> None:
    seller, colleague = people
    # The page that is open when the share ends asks for what is not there any more.
    theirs = browser_of(colleague, refused=["404 GET"]).context.new_page()
    theirs.goto("/app/leads")
    row = theirs.get_by_role("row").filter(has_text=lead["company"])
    expect(theirs.get_by_role("heading", level=1)).to_be_visible()
    expect(row).to_have_count(0)

    mine = browser_of(seller).context.new_page()
    mine.goto(f"/app/leads/{lead['id']}")
    share(mine, colleague, "May read")
    expect(row).to_have_count(1)

    row.get_by_role("link").first.click()
    expect(theirs.get_by_role("heading", level=1)).to_be_visible()
    expect(theirs.get_by_text("Berg").first).to_be_visible()
    expect(theirs.get_by_role("button", name=re.compile("^Edit "))).to_have_count(0)
    refused = colleague.http.patch(f"/v1/leads/{lead['id']}", json={"company": "Mine"})
    assert (refused.status_code, refused.json()["reason"]) == (403, "PERMISSION_DENIED")

    dialog = mine.get_by_role("dialog")
    dialog.get_by_role("button", name=f"Stop sharing with {colleague.email}").click()
    expect(dialog.get_by_text("Nobody. Whoever sees it")).to_be_visible()
    theirs.goto("/app/leads")
    expect(row).to_have_count(0)
    assert colleague.http.get(f"/v1/leads/{lead['id']}").status_code == 404


def test_who_may_edit_it_can(browser_of: Any, people: tuple[Api, Api], lead: Any) -> None:
    seller, colleague = people
    mine = browser_of(seller).context.new_page()
    mine.goto(f"/app/leads/{lead['id']}")
    share(mine, colleague, "May edit", role="Solution engineer")
    mine.keyboard.press("Escape")
    expect(mine.get_by_text(f"Team: {colleague.email} (Solution engineer)")).to_be_visible()

    theirs = browser_of(colleague).context.new_page()
    theirs.goto(f"/app/leads/{lead['id']}")
    theirs.get_by_role("button", name="Edit Company").click()
    theirs.get_by_role("textbox", name="Company").fill("Edited works")
    theirs.get_by_role("button", name="Save").click()
    eventually(lambda: seller.get(f"/v1/leads/{lead['id']}")["company"] == "Edited works")


def test_it_says_why_somebody_sees_it(browser_of: Any, people: tuple[Api, Api], lead: Any) -> None:
    seller, colleague = people
    page = browser_of(seller).context.new_page()
    page.goto(f"/app/leads/{lead['id']}")
    page.get_by_role("button", name=re.compile("^Share")).first.click()
    dialog = page.get_by_role("dialog")
    asked = dialog.get_by_role("combobox", name="Person").last
    asked.fill(colleague.email)
    page.get_by_role("option", name=re.compile(re.escape(colleague.email))).first.click()
    expect(dialog.get_by_role("listitem").filter(has_text="Read: no")).to_contain_text("roles do not reach this record")
    asked.fill(seller.email)
    page.get_by_role("option", name=re.compile(re.escape(seller.email))).first.click()
    expect(dialog.get_by_role("listitem").filter(has_text="Read: yes")).to_contain_text("owns it")


def test_in_german(browser_of: Any, people: tuple[Api, Api], lead: Any) -> None:
    page = browser_of(people[0], locale="de-DE").context.new_page()
    page.goto(f"/app/leads/{lead['id']}")
    page.get_by_role("button", name="Teilen").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Wer sieht es, und warum?")
