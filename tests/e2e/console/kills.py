"""Pages that end while somebody types: what was typed has to be there again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import BrowserContext, Error, Page


def _reload(page: Page) -> Page:
    page.reload()
    return page


def _close(page: Page) -> Page:
    again = page.context.new_page()
    address = page.url
    page.close()
    again.goto(address)
    return again


def _crash(page: Page) -> Page:
    """Kills the process that draws the page, which can save nothing any more."""
    again = page.context.new_page()
    address = page.url
    with suppress(Error):
        page.goto("chrome://crash")
    page.close()
    again.goto(address)
    return again


KILLS: tuple[Callable[[Page], Page], ...] = (_crash, _reload, _close)


def lost_in(context: BrowserContext, path: str, label: str, rounds: int) -> list[str]:
    """Types into an input and ends the page in the middle, again and again; what was not there afterwards, and how."""
    page = context.new_page()
    page.goto(path)
    typed, lost = "", []
    for number in range(rounds + 1):
        found = page.get_by_label(label).input_value()
        if found != typed:
            lost.append(f"{KILLS[(number - 1) % len(KILLS)].__name__}: {typed[len(found) :]!r} of {typed!r}")
            typed = found
        if number == rounds:
            break
        word = f"word {number}, "
        page.get_by_label(label).focus()
        page.keyboard.press("Control+End")
        page.keyboard.type(word)
        typed += word
        page = KILLS[number % len(KILLS)](page)
    page.get_by_label(label).fill("")
    page.close()
    return lost
