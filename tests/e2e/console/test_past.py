"""The past of records: what has changed and who did it, values brought back, and the page of a customer as it was."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.client import Api, eventually

PageAs = Callable[..., Page]


@pytest.fixture
def contact(staff: dict[str, Api]) -> dict[str, Any]:
    """Somebody of a seller's who was renamed, and the moment before: a second is what the page tells apart."""
    rep, mark = staff["sales_rep"], secrets.token_hex(4)
    made: dict[str, Any] = rep.post("/v1/contacts", first_name="Ada", last_name=f"Before{mark}", title="Engineer")
    begun = datetime.now(UTC)
    eventually(lambda: (datetime.now(UTC) - begun).total_seconds() > 3)
    moment = datetime.now(UTC)
    eventually(lambda: (datetime.now(UTC) - moment).total_seconds() > 1)
    rep.patch(f"/v1/contacts/{made['id']}", last_name=f"After{mark}", title="Director")
    return made | {"then": moment, "now": f"After{mark}"}


def test_what_has_changed_is_told_and_brought_back(
    page_as: PageAs, staff: dict[str, Api], contact: dict[str, Any]
) -> None:
    rep, address = staff["sales_rep"], f"/v1/contacts/{contact['id']}"
    page = page_as("sales_rep")
    page.goto(f"/app/contacts/{contact['id']}")
    page.get_by_role("tab", name="History").click()
    entries = page.get_by_role("list", name="History").get_by_role("listitem")
    expect(entries).to_have_count(2)
    row = (
        entries.first.get_by_role("row")
        .filter(has_text="Job title")
        .or_(entries.first.get_by_role("row").filter(has_text="Director"))
    )
    expect(row.get_by_role("deletion")).to_have_text("Engineer")
    expect(row.get_by_role("insertion")).to_have_text("Director")

    row.get_by_role("button", name=re.compile("Bring back")).click()
    eventually(lambda: rep.get(address)["title"] == "Engineer")
    assert rep.get(address)["last_name"] == contact["now"]
    expect(entries).to_have_count(3)
    expect(entries.first).to_contain_text("Brought back")

    entries.last.get_by_role("button", name=re.compile("Bring back all values")).click()
    eventually(lambda: rep.get(address)["last_name"] == contact["last_name"])
    expect(page.get_by_role("heading", level=1)).to_contain_text(contact["last_name"])


def test_who_may_not_change_a_record_sees_no_way_back(
    page_as: PageAs, staff: dict[str, Api], contact: dict[str, Any]
) -> None:
    page = page_as("analyst")
    eventually(lambda: staff["analyst"].http.get(f"/v1/contacts/{contact['id']}").status_code == 200)
    page.goto(f"/app/contacts/{contact['id']}")
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("list", name="History").get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_role("button", name=re.compile("Bring back"))).to_have_count(0)


def test_a_field_says_where_its_value_comes_from_to_the_keys_too(
    page_as: PageAs, staff: dict[str, Api], contact: dict[str, Any]
) -> None:
    page = page_as("sales_rep")
    page.goto(f"/app/contacts/{contact['id']}")
    page.locator("dt .origin").first.focus()
    told = page.get_by_role("tooltip")
    expect(told).to_contain_text("Entered")
    page.keyboard.press("Tab")
    page.locator("dt .origin").nth(1).hover()
    expect(told.first).to_be_visible()


def test_the_page_of_a_customer_as_it_was(page_as: PageAs, contact: dict[str, Any]) -> None:
    page = page_as("admin")
    page.goto(f"/app/contacts/{contact['id']}")
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text(contact["now"])
    page.get_by_role("button", name="Look back").click()
    banner = page.get_by_role("status").filter(has_text="As it was on")
    expect(banner).to_be_visible()
    local = contact["then"].astimezone(ZoneInfo("Europe/Berlin"))
    banner.get_by_label("Time").first.fill(f"{local:%Y-%m-%dT%H:%M:%S}")
    expect(title).to_contain_text(contact["last_name"])
    expect(page.get_by_text("Engineer", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Edit "))).to_have_count(0)
    expect(page.get_by_role("button", name="New task")).to_have_count(0)
    expect(page.get_by_text("Nobody knows these figures of that time.")).to_be_visible()
    page.get_by_role("tab", name="Marketing").click()
    expect(page.get_by_text("Nobody knows what this was at that time.")).to_be_visible()
    # The slider goes by keys: to its end is to now.
    page.get_by_role("slider").focus()
    page.keyboard.press("End")
    expect(title).to_contain_text(contact["now"])
    banner.get_by_role("button", name="Back to today").click()
    expect(banner).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Edit ")).first).to_be_attached()
