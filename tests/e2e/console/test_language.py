"""Numbers and explanations in the language of the person."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from deploy.dev.console import FOLDER
from tests.e2e.client import Api

FEATURES = FOLDER / "src/features"
SHOWN_IDS = """
globalThis.shown = [];
new MutationObserver(changes => {
  for (const { target, addedNodes } of changes) for (const node of [target, ...addedNodes]) {
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text = texts.currentNode; text; text = texts.nextNode())
      if (ids.has(text.nodeValue)) shown.push(text.nodeValue);
  }
}).observe(document, { childList: true, subtree: true, characterData: true });
"""
"""Keeps every id of a text that has been on the page instead of the text."""


@pytest.fixture
def german(hire: Callable[..., Api], browser_of: Callable[..., Any]) -> tuple[Api, Page]:
    """A sales manager who works in German, and the page of that person."""
    manager = hire("sales_manager", language="de")
    page: Page = browser_of(manager, locale="de-DE").context.new_page()
    return manager, page


def test_amounts_are_typed_and_shown_with_the_decimal_sign_of_the_language(german: tuple[Api, Page]) -> None:
    manager, page = german
    name = f"Handel {secrets.token_hex(4)}"
    page.goto("/app/opportunities?layout=table")
    page.get_by_role("button", name="Neu").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name", exact=False).first.fill(name)
    amount = form.get_by_role("textbox", name="Betrag")
    amount.press_sequentially("1234,5")
    expect(amount).to_have_value("1.234,5")
    form.get_by_role("button", name="Anlegen").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    (deal,) = manager.get("/v1/opportunities", filter=f'name = "{name}"')["opportunities"]
    assert float(deal["amount"]["amount"]) == 1234.5
    page.get_by_role("button", name="Betrag bearbeiten").click()
    expect(page.get_by_role("textbox", name="Betrag")).to_have_value("1.234,50")


def test_what_a_figure_means_is_told_in_the_language(german: tuple[Api, Page]) -> None:
    page = german[1]
    page.goto("/app/dashboards")
    lost = page.get_by_role("region", name="Verlustgründe")
    meaning = "Bedeutung: Im Zeitraum verlorene Verkaufschancen, nach ihrem Grund. (Version 1)"
    expect(lost.get_by_role("button", name=meaning)).to_be_visible()


def test_a_page_that_is_there_before_its_texts_waits_for_them_and_shows_no_ids(
    hire: Callable[..., Api], browser_of: Callable[..., Any]
) -> None:
    page = browser_of(hire("admin", language="de"), locale="de-DE").context.new_page()
    ids = [id_ for file in FEATURES.glob("*/messages.json") for id_ in json.loads(file.read_text())["en"]]
    page.add_init_script(f"const ids = new Set({json.dumps(ids)}); {SHOWN_IDS}")
    texts: list[Route] = []
    page.route(re.compile(r"/assets/administration-[^/]*\.js$"), lambda route: texts.append(route))
    page.goto("/app/")
    with page.expect_event("requestfinished", lambda request: "/assets/organisation-" in request.url):
        page.get_by_role("navigation").get_by_role("link", name="Organisation").click()
    page.evaluate("() => new Promise(done => requestIdleCallback(done))")
    expect(page.get_by_role("main").locator(".mantine-Loader-root")).to_be_visible()
    (held,) = texts
    held.continue_()
    expect(page.get_by_role("heading", name="Organisation")).to_be_visible()
    assert page.evaluate("shown") == []


def test_what_is_wrong_with_a_field_is_told_at_it_in_the_language(
    hire: Callable[..., Api], browser_of: Callable[..., Any]
) -> None:
    manager = hire("sales_manager", language="de")
    page = browser_of(manager, refused=["400 POST"], locale="de-DE").context.new_page()
    page.goto("/app/leads")
    page.get_by_role("button", name="Neu").click()
    form = page.get_by_role("dialog")
    name, website = form.get_by_label("Nachname"), form.get_by_label("Website")
    # A browser that lets longer texts be typed than the contract allows.
    name.evaluate("input => input.removeAttribute('maxlength')")
    name.fill("Q" * 200)
    website.fill("kein Ort")
    form.get_by_role("button", name="Anlegen").click()
    expect(name).to_have_accessible_description("Höchstens 100 Zeichen.")
    expect(website).to_have_accessible_description("Geben Sie eine Adresse ein, die mit http:// oder https:// beginnt.")
    expect(form.get_by_role("alert")).to_have_count(0)
