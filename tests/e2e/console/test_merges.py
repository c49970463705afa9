"""Records that are one: merged from the page of one and from a list, and taken apart again."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.client import eventually
from tests.e2e.console.rest import call


def new_contact(page: Page, **fields: Any) -> dict[str, Any]:
    given = {"first_name": "Ada", "last_name": f"Twin{secrets.token_hex(4)}"}
    return call(page, "POST", "/v1/contacts", given | fields)


def test_a_contact_is_merged_from_its_page_and_taken_apart_again(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_manager")
    survivor, loser = new_contact(page, title="Chief"), new_contact(page, title="Boss", department="Sales")
    page.goto(f"/app/contacts/{survivor['id']}")
    page.get_by_role("button", name="Merge with ...").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Merge with").fill(loser["last_name"])
    page.get_by_role("option", name=loser["display_name"]).click()
    row = dialog.get_by_role("row", name=re.compile("^Job title"))
    expect(row.get_by_role("cell").last).to_contain_text("Chief")
    dialog.get_by_label(f"Job title of {loser['display_name']}").check()
    expect(row.get_by_role("cell").last).to_contain_text("Boss")
    expect(dialog.get_by_role("row", name=re.compile("^Department")).get_by_role("cell").last).to_contain_text("Sales")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("2 records are one now")).to_be_visible()
    expect(page.get_by_text("One other record was merged into this one")).to_be_visible()
    stored = call(page, "GET", f"/v1/contacts/{loser['id']}")
    assert (stored["id"], stored["title"], stored["department"]) == (survivor["id"], "Boss", "Sales")

    page.goto(f"/app/contacts/{loser['id']}")
    expect(page).to_have_url(re.compile(f"/contacts/{survivor['id']}"))

    page.get_by_role("main").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The records are taken apart again")).to_be_visible()
    expect(page.get_by_text("One other record was merged into this one")).to_have_count(0)
    eventually(lambda: call(page, "GET", f"/v1/contacts/{loser['id']}")["id"] == loser["id"])
    assert call(page, "GET", f"/v1/contacts/{survivor['id']}")["title"] == "Chief"


def test_selected_contacts_of_a_list_are_merged_and_the_message_undoes_it(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_manager")
    name = f"Pair{secrets.token_hex(4)}"
    both = [new_contact(page, last_name=name, first_name=first) for first in ("Ada", "Eda")]
    page.goto(f"/app/contacts?q={name}")
    rows = page.get_by_role("row").filter(has_text=name)
    expect(rows).to_have_count(2)
    for row in rows.all():
        row.get_by_role("checkbox").check()
    page.get_by_role("toolbar").get_by_role("button", name="Merge", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(f"Eda {name} stays").check()
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(page).to_have_url(re.compile(f"/contacts/{both[1]['id']}"))
    eventually(lambda: call(page, "GET", f"/v1/contacts/{both[0]['id']}")["id"] == both[1]["id"])
    page.get_by_text("2 records are one now").locator("..").get_by_role("button", name="Undo").click()
    eventually(lambda: call(page, "GET", f"/v1/contacts/{both[0]['id']}")["id"] == both[0]["id"])


def test_who_may_not_merge_has_no_button(page_as: Callable[..., Page]) -> None:
    admin = page_as("admin")
    contact = new_contact(admin)
    page = page_as("marketer")
    page.goto(f"/app/contacts/{contact['id']}")
    expect(page.get_by_role("heading", level=1, name=contact["display_name"])).to_be_visible()
    expect(page.get_by_role("button", name="Merge with ...")).to_have_count(0)
