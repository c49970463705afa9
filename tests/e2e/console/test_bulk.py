"""Many records at once: changed, tagged, taken back, exported, deleted and restored."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.client import Api, eventually

PageAs = Callable[..., Page]


@pytest.fixture
def leads(staff: dict[str, Api]) -> list[dict[str, Any]]:
    """Three leads of a company that no other test knows."""
    company = f"Bulk {uuid.uuid4().hex[:12]}"
    rep = staff["sales_rep"]
    return [
        rep.post("/v1/leads", last_name=f"Person{number}", company=company, title="=1+1", tags=["old"])
        for number in range(3)
    ]


def open_selected(page: Page, leads: list[dict[str, Any]]) -> None:
    page.goto(f'/app/leads?filter=company = "{leads[0]["company"]}"')
    expect(page.get_by_role("link", name="Person0")).to_be_visible()
    page.get_by_label("Select all that are shown").check()
    expect(page.get_by_text("3 selected")).to_be_visible()


def change(page: Page, item: str) -> None:
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_role("menuitem", name=item).click()


def stored(api: Api, leads: list[dict[str, Any]], field: str) -> list[Any]:
    return [api.get(f"/v1/leads/{lead['id']}")[field] for lead in leads]


def test_a_field_is_set_in_all_and_taken_back(
    page_as: PageAs, staff: dict[str, Api], leads: list[dict[str, Any]]
) -> None:
    rep = staff["sales_rep"]
    page = page_as("sales_rep")
    open_selected(page, leads)
    change(page, "Set a field")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Field").click()
    page.get_by_role("option", name="Job title", exact=True).click()
    dialog.get_by_label("Job title").fill("Buyer")
    dialog.get_by_role("button", name="Change 3 records").click()
    expect(page.get_by_text("3 records changed")).to_be_visible()
    assert stored(rep, leads, "title") == ["Buyer"] * 3
    page.get_by_role("button", name="Undo").click()
    eventually(lambda: stored(rep, leads, "title") == ["=1+1"] * 3)


def test_a_tag_is_added_to_those_that_are_there(
    page_as: PageAs, staff: dict[str, Api], leads: list[dict[str, Any]]
) -> None:
    page = page_as("sales_rep")
    open_selected(page, leads)
    change(page, "Add tags")
    page.get_by_role("dialog").get_by_label("Tags").fill("fair")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Change 3 records").click()
    expect(page.get_by_text("3 records changed")).to_be_visible()
    assert stored(staff["sales_rep"], leads, "tags") == [["old", "fair"]] * 3


def test_what_is_refused_is_told_by_its_title(
    browser_of: Any, staff: dict[str, Api], leads: list[dict[str, Any]]
) -> None:
    rep = staff["sales_rep"]
    page = browser_of(rep).context.new_page()
    open_selected(page, leads)
    change(page, "Set a field")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Field").click()
    page.get_by_role("option", name="Website", exact=True).click()
    dialog.get_by_label("Website").fill("no address")
    dialog.get_by_role("button", name="Change 3 records").click()
    expect(page.get_by_text("3 of 3 were refused")).to_be_visible()
    expect(page.get_by_role("alert").get_by_text("Person1")).to_be_visible()


def test_the_list_is_exported_without_formulas(page_as: PageAs, leads: list[dict[str, Any]]) -> None:
    page = page_as("sales_rep")
    page.goto(f'/app/leads?sort=last_name&filter=company = "{leads[0]["company"]}"')
    expect(page.get_by_role("link", name="Person0")).to_be_visible()
    page.get_by_label("Columns").click()
    page.get_by_role("dialog").get_by_label("Job title").check()
    page.keyboard.press("Escape")
    page.get_by_label("Export as CSV").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Display name"] for row in rows] == ["Person0", "Person1", "Person2"]
    assert {row["Job title"] for row in rows} == {"'=1+1"}


def test_the_deleted_are_shown_and_restored(
    page_as: PageAs, staff: dict[str, Api], leads: list[dict[str, Any]]
) -> None:
    rep = staff["sales_rep"]
    page = page_as("sales_rep")
    open_selected(page, leads)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("3 deleted")).to_be_visible()
    expect(page.get_by_role("link", name="Person0")).to_have_count(0)
    page.get_by_label("Show deleted").check()
    expect(page.get_by_role("link", name="Person0")).to_be_visible()
    page.get_by_label("Select all that are shown").check()
    page.get_by_role("button", name="Undelete").click()
    expect(page.get_by_text("3 records restored")).to_be_visible()
    assert stored(rep, leads, "deleted_at") == [None] * 3


def test_who_may_not_change_sees_nothing_of_it(page_as: PageAs, leads: list[dict[str, Any]]) -> None:
    page = page_as("analyst")
    page.goto("/app/leads")
    page.get_by_label("Select", exact=True).first.check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^(Change|Delete)$"))).to_have_count(0)
    expect(page.get_by_label("Show deleted")).to_have_count(0)
