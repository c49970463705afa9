"""Pages that somebody may not open: neither in the menu nor by their address."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

PageAs = Callable[..., Page]


@pytest.mark.parametrize(
    ("role", "path", "entry", "permission"),
    [
        ("sales_rep", "/system", "System status", "held_events.read"),
        ("sales_rep", "/audit", "Audit trail", "audit_entries.read"),
        ("support_agent", "/dashboards", "Dashboards", "dashboards.read"),
        ("sales_manager", "/organisation", "Organisation", "organisation.update"),
        ("sales_rep", "/imports/new", "Imports", "imports.create"),
        ("marketer", "/roles", "Roles", "roles.read"),
        ("support_agent", "/opportunities/01a225c1-98fa-7f21-a2e1-33c2fe7cbbfc", "Opportunities", "opportunities.read"),
    ],
)
def test_an_address_without_the_right_says_what_it_needs(
    page_as: PageAs, role: str, path: str, entry: str, permission: str
) -> None:
    page = page_as(role)
    page.goto(f"/app{path}")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("You may not open this page")
    expect(told).to_contain_text(permission)
    expect(page.get_by_role("navigation").get_by_role("link", name=entry, exact=True)).to_have_count(0)
    told.get_by_role("link", name="To the home page").click()
    expect(page.get_by_role("alert")).to_have_count(0)
