"""Everything that people do all day is done with the keys alone, and one always sees where one is."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.client import Api, eventually

MOST_PRESSES = 60
_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  return { visible: one.matches(":focus-visible"), ringed: outlineStyle !== "none" && outlineWidth !== "0px",
           field: one.matches("input, textarea"), html: one.outerHTML.slice(0, 160) };
}"""


def reach(page: Page, target: Locator, key: str = "Tab") -> None:
    """Presses a key until the target has the focus; where the focus is can be seen all the way."""
    target.wait_for()
    for _ in range(MOST_PRESSES):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press(key)
        focus = page.evaluate(_FOCUS)
        if focus is None:
            continue
        assert focus["visible"], focus
        assert focus["ringed"] or focus["field"], focus
    raise AssertionError(f"{target} is not reached by {MOST_PRESSES} presses of {key}")


def test_a_day_with_the_keys_alone(browser_of: Any, staff: dict[str, Api]) -> None:
    rep, name = staff["sales_rep"], f"Keys{secrets.token_hex(4)}"
    page = browser_of().context.new_page()
    page.goto("/app/contacts")
    page.get_by_label("E-mail").wait_for()
    page.keyboard.type(rep.email)
    page.keyboard.press("Tab")
    page.keyboard.type(rep.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Contacts", level=1)).to_be_visible()

    page.get_by_role("button", name="New").wait_for()
    reach(page, page.locator("a.skip"))
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reach(page, page.get_by_role("button", name="New"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    reach(page, dialog.get_by_label("Last name"))
    page.keyboard.type(name)
    reach(page, dialog.get_by_role("button", name="Create"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_visible()

    reach(page, page.get_by_role("button", name="Edit Job title", exact=True))
    page.keyboard.press("Enter")
    page.keyboard.type("Clerk")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Clerk", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Edit Job title", exact=True)).to_be_focused()

    page.keyboard.press("Control+k")
    page.get_by_placeholder(re.compile("Search for people")).wait_for()
    page.keyboard.type("Activit")
    expect(page.get_by_role("button", name="Activities")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Activities", level=1)).to_be_visible()

    reach(page, page.locator("header [aria-haspopup=menu]"))
    page.keyboard.press("Enter")
    expect(page.locator("[role=menu]:focus, [role=menu] :focus")).to_have_count(1)
    reach(page, page.get_by_role("menuitem", name="Sign out"), "ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("E-mail")).to_be_visible()


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", name=name, level=1)


@pytest.fixture
def clerk(staff: dict[str, Api], known_everywhere: Callable[[Api], None]) -> dict[str, Any]:
    """A contact of a sales rep."""
    known_everywhere(staff["sales_rep"])
    return staff["sales_rep"].post("/v1/contacts", last_name=f"Keys{secrets.token_hex(4)}")


def test_keys_lead_to_pages_and_do_what_a_page_offers(page_as: Callable[..., Page], clerk: dict[str, Any]) -> None:
    page = page_as("sales_rep")
    page.goto("/app/leads")
    expect(heading(page, "Leads")).to_be_visible()
    page.locator("header [aria-haspopup=menu]").first.wait_for()
    shown = page.get_by_role("dialog", name="Keyboard shortcuts")

    def list_keys() -> bool:
        page.keyboard.press("?")
        return shown.is_visible()

    # Keys are listened to once the page has nothing else to do.
    eventually(list_keys)
    for name in ("Contacts", "Home", "Edit the first field"):
        expect(shown.get_by_text(name, exact=True)).to_be_visible()
    expect(shown.get_by_text("Campaigns", exact=True)).to_have_count(0)
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)

    for keys, name in (("ga", "Accounts"), ("go", "Opportunities"), ("gc", "Contacts")):
        page.keyboard.type(keys)
        expect(heading(page, name)).to_be_visible()
    search = page.get_by_role("searchbox", name="Search")
    search.wait_for()
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type(clerk["last_name"])
    expect(search).to_have_value(clerk["last_name"])
    page.get_by_role("link", name=clerk["last_name"]).click()
    expect(heading(page, clerk["last_name"])).to_be_visible()

    first_name = page.get_by_role("button", name="Edit First name", exact=True)
    first_name.wait_for()
    page.keyboard.press("e")
    field = page.locator("dd input").first
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    page.keyboard.type("Negar")
    page.keyboard.press("Enter")
    expect(heading(page, f"Negar {clerk['last_name']}")).to_be_visible()

    expect(first_name).to_be_focused()
    page.keyboard.type("gc")
    page.get_by_role("button", name="New").wait_for()
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Last name")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_keys_can_be_switched_off(page_as: Callable[..., Page], staff: dict[str, Api]) -> None:
    """Who speaks to the browser, or whose hand trembles, does not open things by accident (WCAG 2.1.4)."""
    page = page_as("sales_rep")
    page.goto("/app/contacts")
    page.get_by_role("button", name=re.compile(re.escape(staff["sales_rep"].email))).click()
    page.get_by_role("menuitem", name="Keyboard shortcuts").click()
    shown = page.get_by_role("dialog", name="Keyboard shortcuts")
    shown.get_by_role("switch").click()
    expect(shown.get_by_role("switch")).not_to_be_checked()
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    page.keyboard.press("n")
    page.keyboard.type("ga")
    expect(heading(page, "Contacts")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_placeholder(re.compile("Search for people")).fill("keyboard")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    shown.get_by_role("switch").click()
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    page.keyboard.type("ga")
    expect(heading(page, "Accounts")).to_be_visible()
