"""The audit trail: who changed what, from what to what."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.client import Api

PageAs = Callable[..., Page]


@pytest.fixture
def team(admin: Api) -> dict[str, str]:
    """A team that was renamed."""
    mark = secrets.token_hex(4)
    made: dict[str, str] = admin.post("/v1/teams", name=f"Audited at first {mark}")
    return made | {"last": str(admin.patch(f"/v1/teams/{made['id']}", name=f"Audited at last {mark}")["name"])}


def test_an_entry_shows_old_and_new_and_leads_to_the_record(page_as: PageAs, team: dict[str, str]) -> None:
    page = page_as("admin")
    page.goto("/app/audit")
    page.get_by_label("Id of the record").fill(team["id"])
    entries = page.get_by_role("list", name="Audit trail").get_by_role("listitem")
    expect(entries).to_have_count(2)
    row = entries.filter(has_text="Changed").get_by_role("row").filter(has_text="Audited at first")
    expect(row.get_by_role("deletion")).to_have_text(team["name"])
    expect(row.get_by_role("insertion")).to_have_text(team["last"])
    page.get_by_role("combobox", name="Action").click()
    page.get_by_role("option", name="Created").click()
    expect(entries).to_have_count(1)
    entries.get_by_role("link", name="Team").click()
    expect(page).to_have_url(re.compile(f"/app/teams/{team['id']}"))


def test_earlier_entries_come_when_one_gets_there(page_as: PageAs, admin: Api, team: dict[str, str]) -> None:
    for number in range(60):
        admin.patch(f"/v1/teams/{team['id']}", name=f"{team['name']} {number}")
    page = page_as("admin")
    page.goto("/app/audit")
    page.get_by_label("Id of the record").fill(team["id"])
    page.get_by_role("combobox", name="Action").click()
    page.get_by_role("option", name="Changed").click()
    entries = page.get_by_role("list", name="Audit trail").get_by_role("listitem")
    expect(entries.filter(has_text=f"{team['name']} 59")).to_have_count(1)
    entries.last.scroll_into_view_if_needed()
    expect(entries.filter(has_text=team["last"]).filter(has_text=f"{team['name']} 0")).to_have_count(1)


def test_who_may_not_read_it_does_not_find_it(page_as: PageAs) -> None:
    page = page_as("sales_rep")
    page.goto("/app")
    expect(page.get_by_role("link", name="Home")).to_be_visible()
    expect(page.get_by_role("link", name="Audit trail")).to_have_count(0)
