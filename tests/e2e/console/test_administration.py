"""Roles: what each allows, and how far."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.client import Api, eventually
from tests.e2e.console.conftest import PHONE

PageAs = Callable[..., Page]


@pytest.fixture
def role(admin: Api) -> dict[str, Any]:
    """A role that reads the tasks of its team."""
    made: dict[str, Any] = admin.post(
        "/v1/roles",
        name=f"helper_{secrets.token_hex(3)}",
        grants=[{"permission": "tasks.read", "scope": "TEAM"}],
    )
    return made


def test_a_role_shows_its_changes_before_they_are_saved(page_as: PageAs, admin: Api, role: dict[str, Any]) -> None:
    page = page_as("admin")
    page.goto(f"/app/roles/{role['id']}")
    expect(page.get_by_label("tasks.read")).to_have_value("TEAM")
    page.get_by_label("tasks.read").select_option("ALL")
    page.get_by_label("leads.convert").select_option("OWN")
    changes = page.get_by_role("region", name="Changes that are not saved yet")
    expect(changes).to_contain_text("tasks.read: Team → All")
    expect(changes.get_by_role("group", name="Changed")).to_contain_text("tasks.read")
    expect(changes.get_by_role("group", name="Added")).to_contain_text("leads.convert: None → Own")
    expect(changes).to_contain_text("nobody is affected")
    assert admin.get(f"/v1/roles/{role['id']}")["grants"] == [{"permission": "tasks.read", "scope": "TEAM"}]
    changes.get_by_role("button", name="Save").click()
    expect(changes).to_have_count(0)
    grants = [{"permission": "leads.convert", "scope": "OWN"}, {"permission": "tasks.read", "scope": "ALL"}]
    eventually(lambda: sorted(admin.get(f"/v1/roles/{role['id']}")["grants"], key=str) == sorted(grants, key=str))


def test_a_change_of_a_role_tells_how_many_it_reaches(
    page_as: PageAs, hire: Callable[..., Api], role: dict[str, Any]
) -> None:
    for _ in range(2):
        hire("helper", role_ids=[role["id"]])
    page = page_as("admin")
    page.goto(f"/app/roles/{role['id']}")
    page.get_by_label("tasks.read").select_option("")
    changes = page.get_by_role("region", name="Changes that are not saved yet")
    expect(changes.get_by_role("group", name="Removed")).to_contain_text("tasks.read: Team → None")
    expect(changes.get_by_role("status")).to_contain_text("2 users have this role")


def test_a_role_of_the_suite_is_read_only(page_as: PageAs, roles: dict[str, str]) -> None:
    page = page_as("admin", viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(f"/app/roles/{roles['sales_rep']}")
    matrix = page.get_by_role("region", name="Permissions")
    expect(matrix.get_by_role("row").filter(has_text="Tasks")).to_be_visible()
    expect(matrix.get_by_text("ships with the suite")).to_be_visible()
    expect(matrix.get_by_role("combobox")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_who_may_not_see_roles_does_not_find_them(page_as: PageAs) -> None:
    page = page_as("sales_rep")
    page.goto("/app")
    expect(page.get_by_role("link", name="Home")).to_be_visible()
    expect(page.get_by_role("link", name="Roles")).to_have_count(0)
