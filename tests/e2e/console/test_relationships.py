"""What accounts are to each other, on their pages."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.console.rest import call


def new_account(page: Page) -> dict[str, Any]:
    return call(page, "POST", "/v1/accounts", {"name": f"Mill {secrets.token_hex(4)}"})


def relationships(page: Page, account: dict[str, Any], tab: str = "Relationships") -> Locator:
    page.goto(f"/app/accounts/{account['id']}")
    page.get_by_role("tab", name=tab).click()
    return page.get_by_role("tabpanel")


def test_accounts_are_related_and_say_it_from_both_ends(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_manager")
    one, other = new_account(page), new_account(page)
    panel = relationships(page, one)
    panel.get_by_label("Relationship").fill("Suppl")
    page.get_by_role("option", name="Supplier of").click()
    panel.get_by_label("Other account").fill(other["name"])
    page.get_by_role("option", name=other["name"]).click()
    panel.get_by_label("Note").fill("by a frame contract")
    panel.get_by_role("button", name="Add").click()
    line = panel.locator(".line")
    expect(line).to_contain_text(f"Supplier of {other['name']}")
    expect(line).to_contain_text("by a frame contract")

    line.get_by_role("link", name=other["name"]).click()
    page.get_by_role("tab", name="Relationships").click()
    line = page.get_by_role("tabpanel").locator(".line")
    expect(line).to_contain_text(f"Customer of {one['name']}")

    line.get_by_role("button", name=f"End: Customer of {one['name']}").click()
    expect(line).to_have_count(0)
    filter_ = f"from_account_id%20%3D%20%22{one['id']}%22"
    assert call(page, "GET", f"/v1/account_relationships?filter={filter_}")["account_relationships"] == []


def test_they_are_said_in_german(hire: Callable[..., Any], browser_of: Callable[..., Any]) -> None:
    page = browser_of(hire("sales_manager", language="de"), locale="de-DE").context.new_page()
    one, other = new_account(page), new_account(page)
    given = {"from_account_id": one["id"], "kind": "RESELLER", "to_account_id": other["id"]}
    call(page, "POST", "/v1/account_relationships", given)
    expect(relationships(page, one, "Beziehungen").locator(".line")).to_contain_text("Wiederverkäufer von")
    expect(relationships(page, other, "Beziehungen").locator(".line")).to_contain_text("Verkauft über")
