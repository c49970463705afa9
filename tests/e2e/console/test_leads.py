"""Leads as people see them: their status so far, and what a conversion makes of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.console.rest import call, without_news


def new_lead(page: Page, **fields: Any) -> dict[str, Any]:
    token = secrets.token_hex(4)
    lead = {
        "first_name": "Ada",
        "last_name": f"Lead{token}",
        "company": f"Company {token}",
        "email": f"ada@{token}.example",
    }
    return call(page, "POST", "/v1/leads", lead | fields)


def test_a_lead_becomes_a_customer_with_a_deal_as_the_preview_said(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep")
    lead = new_lead(page)
    page.goto(f"/app/leads/{lead['id']}")
    page.get_by_role("button", name="Convert", exact=True).click()
    dialog = page.get_by_role("dialog")
    outcome = dialog.get_by_role("list", name="What becomes of the lead")
    expect(outcome).to_contain_text(f"A new company: {lead['company']}")
    expect(outcome).to_contain_text(f"A new contact: Ada {lead['last_name']}")
    expect(outcome).to_contain_text("No deal")
    dialog.get_by_label("Open a deal as well").check()
    expect(outcome).to_contain_text("A new deal")
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("link", name=lead["company"]).first).to_be_visible()
    expect(page.get_by_text("less than a day New")).to_be_visible()
    expect(page.get_by_role("button", name="Convert", exact=True)).to_have_count(0)
    stored = call(page, "GET", f"/v1/leads/{lead['id']}")
    assert stored["status"] == "CONVERTED"
    assert stored["converted_opportunity_id"]


def test_who_looks_the_same_is_offered_before_anything_is_made(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep")
    lead = new_lead(page)
    # Without a mail of the company's domain only the name says that it is the same one.
    account = call(page, "POST", "/v1/accounts", {"name": lead["company"]})
    page.goto(f"/app/leads/{lead['id']}")
    page.get_by_role("button", name="Convert", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Choose one of the records above")).to_be_visible()
    submit = dialog.locator("button[type=submit]")
    expect(submit).to_be_disabled()
    dialog.get_by_role("button", name=f"Use {account['name']}").click()
    expect(dialog.get_by_text("Joins a company that is there")).to_be_visible()
    submit.click()
    expect(dialog).to_have_count(0)
    assert call(page, "GET", f"/v1/leads/{lead['id']}")["converted_account_id"] == account["id"]


def test_a_conversion_that_somebody_else_made_meanwhile_is_refused(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep", refused=["409 POST", "412 POST"])
    without_news(page)
    lead = new_lead(page)
    page.goto(f"/app/leads/{lead['id']}")
    page.get_by_role("button", name="Convert", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("A new company")).to_be_visible()
    call(page, "POST", f"/v1/leads/{lead['id']}:convert", {})
    with page.expect_response(lambda response: response.url.endswith(":convert")) as response:
        dialog.locator("button[type=submit]").click()
    assert response.value.status in (409, 412)
    expect(page.get_by_role("alert").first).to_be_visible()


def test_who_may_only_read_cannot_convert(page_as: Callable[..., Page]) -> None:
    writer, reader = page_as("admin"), page_as("analyst")
    lead = new_lead(writer)
    reader.goto(f"/app/leads/{lead['id']}")
    expect(reader.get_by_role("heading", name="Status so far")).to_be_visible()
    expect(reader.get_by_role("button", name="Convert", exact=True)).to_have_count(0)
