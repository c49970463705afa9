"""Favourites: starred on a record or in a list, at hand in the menu."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.client import Api, eventually

PageAs = Callable[..., Page]


def test_a_record_is_starred_stands_in_the_menu_and_goes_again(page_as: PageAs, staff: dict[str, Api]) -> None:
    rep = staff["sales_rep"]
    name = f"Star {secrets.token_hex(4)}"
    account = rep.post("/v1/accounts", name=name)
    page = page_as("sales_rep")
    page.goto(f"/app/accounts/{account['id']}")
    star = page.get_by_role("button", name=f"Favourite: {name}")
    expect(star).to_have_attribute("aria-pressed", "false")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    menu = page.get_by_role("group", name="Favourites")
    expect(menu.get_by_role("link", name=name)).to_be_visible()
    eventually(lambda: rep.get("/v1/me/favourites", resource="accounts")["favourites"])
    page.goto("/app/leads")
    menu.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.goto(f'/app/accounts?filter=name = "{name}"')
    starred = page.get_by_role("row").filter(has_text=name).get_by_role("button", name=f"Favourite: {name}")
    expect(starred).to_have_attribute("aria-pressed", "true")
    starred.click()
    expect(menu.get_by_role("link", name=name)).to_have_count(0)
    eventually(lambda: not rep.get("/v1/me/favourites", resource="accounts")["favourites"])
