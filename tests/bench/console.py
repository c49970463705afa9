"""What people feel at the console: from an input to what is painted, on a slow computer at a slow line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from deploy.dev import console
from tests import browser
from tests.e2e.client import Api
from tests.e2e.console.kills import lost_in
from tests.e2e.console.pages import Visit

SLOWER, ROUND_TRIP_MS = 4, 40
"""The processor is slowed down so many times; every request takes so many milliseconds more."""
SIZE = {"width": 1360, "height": 860}
FRAMES = 120
KILLS = 200
MOST = {
    "sign-in page can be used": 1500,
    "list painted": 300,
    "list painted again": 100,
    "customer-360 painted": 400,
    "edit painted": 50,
    "palette painted": 50,
    "hit painted after a key": 100,
    "layout shift of customer-360": 0.05,
    "interaction to next paint": 200,
    "longest task": 100,
    "main thread per frame of a scrolled list": 16,
    "main thread per frame of a dragged card": 16,
    "texts lost in 200 ends of a page": 0,
}
"""What it may take: milliseconds; the shift and texts have no unit. Frames are measured at full speed."""

Measured = dict[str, list[float]]


@dataclass
class Feel:
    """What was measured in a browser."""

    loop: float = 0.0
    """Milliseconds of a fixed loop in the slowed page."""
    values: Measured = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        self.values.setdefault(name, []).append(value)

    def p95(self, name: str) -> float:
        found = self.values[name]
        return quantiles(found, n=20, method="inclusive")[-1] if len(found) > 1 else found[0]

    def median(self, name: str) -> float:
        return median(self.values[name])


def measure(gateway_url: str, api: Api, word: str, rounds: int) -> Feel | None:
    """Goes through a day's pages so many times as the user of `api`; None where there is no browser or no console.

    `word` begins the last name of a contact who has a history of everything and whose department is Busy.
    """
    if browser.COMMAND is None or not console.build(print):
        return None
    feel = Feel()
    with sync_playwright() as playwright:
        launched = browser.launch(playwright)
        for _ in range(rounds):
            with _visit(launched, gateway_url) as (page, _):
                page.goto("/app/")
                feel.note("sign-in page can be used", page.evaluate("feel.since_start('form button[type=submit]')"))
            with _visit(launched, gateway_url, api) as (page, _):
                _day(feel, page, word)
        with _visit(launched, gateway_url, api, slower=1) as (page, session):
            _frames(feel, page, session)
        with _visit(launched, gateway_url, api, slower=1) as (page, _):
            ticket = api.post("/v1/tickets", subject=f"Typed about {word}")
            lost = lost_in(page.context, f"/app/tickets/{ticket['id']}", "Text of the answer", KILLS)
            feel.note("texts lost in 200 ends of a page", len(lost))
        launched.close()
    return feel


@contextmanager
def _visit(
    launched: Browser, gateway_url: str, api: Api | None = None, slower: int = SLOWER
) -> Iterator[tuple[Page, CDPSession]]:
    context: BrowserContext = launched.new_context(
        base_url=gateway_url, viewport=SIZE, locale="en-GB", timezone_id="Europe/Berlin"  # type: ignore[arg-type]
    )  # fmt: skip
    context.set_default_timeout(60_000)
    context.add_init_script(path=Path(__file__).with_name("feel.js"))
    if api is not None:
        browser.sign_in(context, api.email, api.password)
    page = context.new_page()
    session = context.new_cdp_session(page)
    line = {"offline": False, "latency": ROUND_TRIP_MS, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", line)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    yield page, session
    context.close()


def _day(feel: Feel, page: Page, word: str) -> None:
    """Home, list, list again, customer, edit, palette."""

    def timed(name: str, act: Callable[[], Any], selector: str, text: str = "") -> None:
        page.evaluate("([selector, text]) => feel.watch(selector, text)", [selector, text])
        act()
        feel.note(name, page.evaluate("feel.watched()"))

    def menu(name: str) -> Callable[[], None]:
        return page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click

    shown = Visit(page)
    shown.load("/")
    feel.loop = page.evaluate("feel.loop()")
    timed("list painted", menu("Contacts"), ".table-row")
    menu("Tasks")()
    page.get_by_role("heading", name="Tasks", level=1).wait_for()
    timed("list painted again", menu("Contacts"), ".table-row")

    shown.load('/contacts?filter=department = "Busy"')
    link = page.locator(".table-row a.title").first
    before = page.evaluate("feel.seen().shift")
    timed("customer-360 painted", link.click, ".mantine-Timeline-item")
    shown.settle()
    feel.note("layout shift of customer-360", page.evaluate("feel.seen().shift") - before)

    page.get_by_role("button", name="Edit Job title", exact=True).click()
    value = f"Title {len(feel.values['list painted'])} of {word}"
    page.get_by_label("Job title").fill(value)
    timed("edit painted", lambda: page.keyboard.press("Enter"), ".record", value)
    shown.settle()

    timed("palette painted", lambda: page.keyboard.press("Control+k"), "input[placeholder^='Search for people']")
    page.keyboard.type(word[:-1])
    shown.settle()
    timed(
        "hit painted after a key",
        lambda: page.keyboard.press(word[-1]),
        "[role=dialog] .mantine-Spotlight-action",
        word,
    )
    seen = page.evaluate("feel.seen()")
    for duration in seen["interactions"]:
        feel.note("interaction to next paint", duration)
    feel.note("longest task", seen["longest"])


def _frames(feel: Feel, page: Page, session: CDPSession) -> None:
    """Scrolls a list and drags a card over the board."""

    def spent() -> float:
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"]) * 1000

    shown = Visit(page)
    shown.load("/contacts")
    page.locator(".table-row").first.wait_for()
    before = spent()
    frames = page.evaluate("([frames, step]) => feel.scroll('.table', frames, step)", [FRAMES, 120])
    feel.note("main thread per frame of a scrolled list", (spent() - before) / frames)

    shown.load("/opportunities?layout=board")
    card = page.locator(".board-cards li").first
    box = card.bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=3)
    before, began = spent(), page.evaluate("feel.frames()")
    for turn in range(4):
        page.mouse.move(box["x"] + (900 if turn % 2 == 0 else 60), box["y"] + 200, steps=FRAMES // 4)
    frames = max(1, page.evaluate("feel.frames()") - began)
    feel.note("main thread per frame of a dragged card", (spent() - before) / frames)
    page.keyboard.press("Escape")
    page.mouse.up()


def lines(feel: Feel) -> list[str]:
    """The part of docs/benchmarks.md about the console."""
    told = [
        "", "## Console", "",
        f"In Chromium, with the processor slowed down {SLOWER} times and {ROUND_TRIP_MS} ms more for every request, from an input until the next frame in which",
        f"the answer is seen. A fixed loop in the same page takes {feel.loop:.0f} ms. Frames are measured at full speed.", "",
        "| what | median | p95 | limit | measured |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for name, most in MOST.items():
        told.append(f"| {name} | {feel.median(name):.3g} | {feel.p95(name):.3g} | {most} | {len(feel.values[name])} |")
    return told
