"""Every page is held to WCAG 2.2 AA by axe-core: in both themes, on a desktop and on a phone."""

from __future__ import annotations

import json
import re
import secrets
from typing import Any

import crm_contracts
import pytest
from playwright.sync_api import Page, expect

from deploy.dev.console import FOLDER
from tests.e2e.client import Api
from tests.e2e.console.conftest import DESKTOP, PHONE, Tour
from tests.e2e.console.pages import Visit, make_one_of_each, own_pages, records

AXE = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The choices of a field are scrolled by moving through them with the arrows, from the field, which has the focus.
_RUN = """async rules => {
  const moved = ({ target }) => document.querySelector(target[0])?.closest("[role=listbox]");
  const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.filter(
    node => id !== "scrollable-region-focusable" || !moved(node)).map(({ target, html, any, all }) =>
    `${id}: ${target.join(" ")}: ${[...any, ...all].map(({ message }) => message).join("; ")}: ${html.slice(0, 200)}`));
}"""
BEFORE_SIGN_IN = ("/sign-in", "/setup")
RARE = {"imports"}
"""What cannot be created by a call; its list is examined, and its record where there is one."""


PARTS = 8
"""Tests that the pages are divided among, so that none takes minutes."""
part = pytest.mark.parametrize("part", range(PARTS))


@pytest.fixture(scope="module")
def of_each(admin: Api) -> dict[str, str | None]:
    """Addresses of a record of each kind that a call can create, by resource; None where there is none."""
    make_one_of_each(admin)
    found = dict(records(admin))
    # One of them has values of before, which can be brought back.
    admin.patch(f"/v1{found['teams']}", name=f"North-east {secrets.token_hex(4)}")
    return found


@pytest.fixture(scope="module")
def addresses(of_each: dict[str, str | None]) -> list[str]:
    """Every page: the console's own, and list and record of each resource."""
    own = [path for path in own_pages() if path not in BEFORE_SIGN_IN]
    lists = [f"/{plural}" for plural in of_each]
    return [*own, *lists, *filter(None, of_each.values()), "/opportunities?layout=board"]


def test_there_is_a_record_of_every_kind(of_each: dict[str, str | None]) -> None:
    assert {plural for plural, path in of_each.items() if path is None} <= RARE


def name_of(user: Api) -> str:
    return str(user.get("/v1/me")["display_name"])


def visit(tour: Tour) -> Visit:
    """A page in which axe is at hand, without movement that would be caught half-way."""
    tour.context.add_init_script(path=AXE)
    page = tour.context.new_page()
    page.emulate_media(reduced_motion="reduce")
    return Visit(page)


def examine(page: Page, where: str) -> list[str]:
    """What axe finds on a page as it is, wide and narrow: by all rules in light, by those of colour in dark."""
    found = []
    for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", theme)
            only: dict[str, Any] = {"type": "tag", "values": RULES}
            if theme == "dark":
                only = {"type": "rule", "values": ["color-contrast"]}
            found += [f"{where} ({size}, {theme}): {one}" for one in page.evaluate(_RUN, only)]
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    return found


@part
def test_every_page_can_be_used_by_everybody(browser_of: Any, admin: Api, addresses: list[str], part: int) -> None:
    shown = visit(browser_of(admin))
    shown.load("/")
    found = []
    for path in addresses[part::PARTS]:
        shown.go(path)
        found += examine(shown.page, path)
    assert found == []


def test_what_opens_over_a_page_can_be_used_by_everybody(browser_of: Any, admin: Api) -> None:
    shown = visit(browser_of(admin))
    page, found = shown.page, []
    shown.load("/contacts")
    for button in ("New", "Filter", "Columns", "Export", re.compile("notification", re.I), name_of(admin)):
        page.get_by_role("button", name=button).first.click()
        page.locator("[role=dialog], [role=menu]").first.wait_for()
        shown.settle()
        found += examine(page, f"/contacts with {button}")
        page.keyboard.press("Escape")
        expect(page.locator("[role=dialog], [role=menu]")).to_have_count(0)
    page.keyboard.press("Control+k")
    page.get_by_placeholder(re.compile("Search for people")).fill("quist")
    page.get_by_role("button", name=re.compile("Quist")).first.wait_for()
    found += examine(page, "palette")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=name_of(admin)).first.click()
    page.get_by_role("menuitem", name="Keyboard shortcuts").click()
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()
    shown.settle()
    found += examine(page, "keys")
    assert found == []


def test_who_is_not_signed_in_meets_no_obstacle(browser_of: Any) -> None:
    tour = browser_of(refused=["401 POST"])
    shown = visit(tour)
    page, found = shown.page, []
    for path in BEFORE_SIGN_IN:
        shown.load(path)
        found += examine(page, path)
    page.route("**/v1/setup", lambda route: route.fulfill(json={"needed": True}))
    shown.load("/setup")
    found += examine(page, "/setup of a new suite")
    shown.load("/sign-in")
    page.get_by_label("E-mail").fill("nobody@test.example")
    page.get_by_label("Password").first.fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    found += examine(page, "/sign-in refused")
    assert found == []


MAIN = ("/", "/contacts", "/tickets", "/opportunities?layout=board", "/dashboards", "/imports/new", "/profile")


def test_at_twice_the_size_nothing_has_to_be_scrolled_sideways(
    browser_of: Any, admin: Api, of_each: dict[str, str | None]
) -> None:
    """A window of 1360 pixels zoomed to 200 %; boards and tables scroll in themselves."""
    shown = visit(browser_of(admin, viewport={"width": 680, "height": 430}))
    shown.load("/")
    for path in [*MAIN, *(of_each[plural] for plural in ("contacts", "opportunities", "tickets", "campaigns"))]:
        shown.go(str(path))
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= 680, path


def test_nothing_moves_for_who_wants_no_movement(browser_of: Any, admin: Api) -> None:
    shown = visit(browser_of(admin))
    page = shown.page
    page.add_init_script("""globalThis.moved = [];
        for (const kind of ["animationstart", "transitionrun"])
          addEventListener(kind, event => moved.push(`${kind} ${event.target.className}`), true);""")
    shown.load("/contacts")
    page.get_by_role("button", name="New").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name=name_of(admin)).click()
    page.get_by_role("menu").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_placeholder(re.compile("Search for people")).wait_for()
    assert page.evaluate("moved") == []


@part
def test_in_german_every_page_is_german(
    browser_of: Any, admin: Api, of_each: dict[str, str | None], addresses: list[str], part: int
) -> None:
    """No text of the English catalogue that the German one says otherwise, and no id of a text."""
    english, ids = untranslated()
    shown = visit(browser_of(admin, locale="de-DE"))
    shown.load("/")
    found = []
    for path in addresses[part::PARTS]:
        shown.go(path)
        texts = set(shown.page.evaluate(_TEXTS)) - (stored(admin, path) if path in of_each.values() else set())
        found += [f"{path}: {text}" for text in sorted(texts & english | {one for one in texts if ids.search(one)})]
    assert found == []


def stored(admin: Api, path: str) -> set[str]:
    """The texts of a record, which are as somebody has written them, in whatever language."""
    open_: list[Any] = [admin.get(f"/v1{path}")]
    texts = set()
    while open_:
        value = open_.pop()
        if isinstance(value, str):
            texts.add(value)
        elif isinstance(value, (dict, list)):
            open_ += value.values() if isinstance(value, dict) else value
    return texts


_TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode.data.trim());
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name).trim());
  return texts;
}"""


def untranslated() -> tuple[set[str], re.Pattern[str]]:
    """English texts that no German one is like, and what an id looks like. A single word may stand in a record."""
    catalogues = [json.loads(file.read_text()) for file in (FOLDER / "src").rglob("messages.json")]
    german = {text for one in catalogues for text in one["de"].values()}
    english = {text for one in catalogues for text in one["en"].values() if " " in text} - german
    named = {id_ for one in catalogues for id_ in one["en"]} - set(crm_contracts.permissions())
    ids = "|".join(sorted((re.escape(id_) for id_ in named), key=len, reverse=True))
    return english, re.compile(f"^(?:{ids})$")
