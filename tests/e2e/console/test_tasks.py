"""Tasks as people see them: a calendar in which they are made, done and put off."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from tests.e2e.console.conftest import PHONE
from tests.e2e.console.rest import call

PageAs = Callable[..., Page]


BERLIN = ZoneInfo("Europe/Berlin")
"""Where the browsers of these tests are, and so the people, whose preferences name no time zone."""


def today() -> date:
    return datetime.now(BERLIN).date()


def new_task(page: Page, due: date, **fields: Any) -> dict[str, Any]:
    """A task of the person of the page."""
    return call(
        page, "POST", "/v1/tasks", {"subject": f"Task {secrets.token_hex(4)}", "due_date": due.isoformat(), **fields}
    )


def stored(page: Page, task: dict[str, Any]) -> Any:
    return call(page, "GET", f"/v1/tasks/{task['id']}")


def show(page: Page, day: date, view: str = "month", **search: str) -> None:
    more = "".join(f"&{name}={value}" for name, value in search.items())
    page.goto(f"/app/tasks?layout=calendar&view={view}&day={day.isoformat()}{more}")


def on(page: Page, day: date) -> Locator:
    """What the calendar shows of a day."""
    return page.locator(f'[data-day="{day.isoformat()}"]')


def item(within: Page | Locator, task: dict[str, Any]) -> Locator:
    return within.get_by_role("listitem").filter(has_text=task["subject"])


def a_change(response: Response) -> bool:
    return response.request.method == "PATCH" and "/v1/tasks/" in response.url


@pytest.fixture
def day() -> date:
    """A day of a month far away, which no other test looks at, with a day after it in the same week."""
    return date(2035, 3, 13) + timedelta(weeks=4 * secrets.randbelow(200))


def test_a_click_on_a_day_makes_a_task_on_it_and_a_tap_completes_it(page_as: PageAs, day: date) -> None:
    page = page_as("sales_rep")
    show(page, day)
    subject = f"Task {secrets.token_hex(4)}"
    cell = on(page, day)
    box = cell.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 12)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Subject").fill(subject)
    dialog.locator("button[type=submit]").click()
    line = cell.get_by_role("listitem").filter(has_text=subject)
    expect(line).to_be_visible()
    (made,) = (one for one in call(page, "GET", "/v1/tasks?page_size=200")["tasks"] if one["subject"] == subject)
    assert (made["due_date"], made["owner_id"]) == (day.isoformat(), call(page, "GET", "/v1/me")["id"])

    line.get_by_role("checkbox", name=f"Complete {subject}").click()
    expect(line).to_have_attribute("data-done", "true")
    expect(page.get_by_text(f"“{subject}” is done")).to_be_visible()
    assert stored(page, made)["status"] == "DONE"
    page.get_by_role("button", name="Undo").click()
    expect(line).not_to_have_attribute("data-done", "true")
    assert stored(page, made)["status"] == "OPEN"


def test_a_task_is_dragged_to_another_day_and_back(page_as: PageAs, day: date) -> None:
    page = page_as("sales_rep")
    task, later = new_task(page, day), day + timedelta(days=1)
    show(page, day)
    # Near the edge of the window the page would scroll under the card while it is dragged.
    on(page, later).evaluate("one => one.scrollIntoView({ block: 'center' })")
    source, target = item(on(page, day), task).bounding_box(), on(page, later).bounding_box()
    assert source
    assert target
    page.mouse.move(source["x"] + source["width"] / 2, source["y"] + source["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] / 2, steps=8)
    expect(on(page, later)).to_have_attribute("data-over", "true")
    with page.expect_response(a_change) as response:
        page.mouse.up()
    assert response.value.ok
    expect(item(on(page, later), task)).to_be_visible()
    expect(item(on(page, day), task)).to_have_count(0)
    assert stored(page, task)["due_date"] == later.isoformat()
    with page.expect_response(a_change):
        page.get_by_role("button", name="Undo").click()
    expect(item(on(page, day), task)).to_be_visible()


def test_keys_and_the_menu_put_a_task_off(page_as: PageAs, day: date) -> None:
    page = page_as("sales_rep")
    task = new_task(page, day)
    show(page, day)
    said = page.locator("[role=status][aria-live=assertive]")
    item(page, task).get_by_role("button", name=f"Drag {task['subject']}").focus()
    page.keyboard.press("Enter")
    # What is told next, over which day it is, may come before anybody looks.
    expect(said).to_contain_text(task["subject"])
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text(f"{(day + timedelta(days=1)).day} ")
    page.keyboard.press("ArrowDown")
    expect(on(page, day + timedelta(days=8))).to_have_attribute("data-over", "true")
    with page.expect_response(a_change):
        page.keyboard.press("Enter")
    expect(item(on(page, day + timedelta(days=8)), task)).to_be_visible()
    assert stored(page, task)["due_date"] == (day + timedelta(days=8)).isoformat()

    item(page, task).hover()
    page.get_by_role("button", name=f"Move {task['subject']}").click()
    page.get_by_role("menuitem", name="Another day").click()
    page.get_by_role("dialog").get_by_label("Day").fill(day.isoformat())
    with page.expect_response(a_change):
        page.get_by_role("dialog").get_by_role("button", name="Move").click()
    expect(item(on(page, day), task)).to_be_visible()


def test_a_task_of_an_hour_keeps_it_on_another_day(page_as: PageAs, day: date) -> None:
    page = page_as("sales_rep")
    at = datetime.combine(day, time(9, 30), BERLIN)
    task = new_task(page, day, due_date=None, due_at=at.isoformat())
    show(page, day, "week")
    expect(item(on(page, day), task)).to_contain_text("9:30")
    item(page, task).hover()
    page.get_by_role("button", name=f"Move {task['subject']}").click()
    with page.expect_response(a_change):
        page.get_by_role("menuitem", name="Tomorrow").click()
    moved = stored(page, task)
    tomorrow = datetime.combine(today() + timedelta(days=1), time(9, 30), BERLIN)
    assert (datetime.fromisoformat(moved["due_at"]), moved["due_date"]) == (tomorrow, "")


def test_what_is_overdue_stands_beside_every_month_and_goes_when_it_is_done(page_as: PageAs, day: date) -> None:
    page = page_as("sales_rep")
    task = new_task(page, today() - timedelta(days=3650 + secrets.randbelow(100)), priority="HIGH")
    show(page, day)
    overdue = page.get_by_role("region", name="Overdue")
    line = item(overdue, task)
    expect(line).to_be_visible()
    line.get_by_role("checkbox").click()
    expect(line).to_have_count(0)
    assert stored(page, task)["status"] == "DONE"


def test_the_tasks_of_the_team_are_shown_to_who_leads_it(
    page_as: PageAs, hire: Any, browser_of: Any, day: date
) -> None:
    manager = hire("sales_manager")
    seller = hire("sales_rep", manager_id=manager.id)
    page, theirs = browser_of(manager).context.new_page(), browser_of(seller).context.new_page()
    task, own = new_task(theirs, day), new_task(page, day)
    show(page, day)
    expect(item(page, own)).to_be_visible()
    expect(item(page, task)).to_have_count(0)
    page.get_by_text("My team", exact=True).click()
    expect(item(page, task)).to_be_visible()
    expect(item(page, own)).to_be_visible()
    show(theirs, day)
    expect(item(theirs, task)).to_be_visible()
    expect(theirs.get_by_text("My team", exact=True)).to_have_count(0)


def test_another_person_s_change_appears_in_the_calendar(page_as: PageAs, day: date) -> None:
    page = page_as("admin")
    task = new_task(page, day)
    show(page, day)
    expect(item(on(page, day), task)).to_be_visible()
    later = day + timedelta(days=2)
    call(page_as("admin"), "PATCH", f"/v1/tasks/{task['id']}", {"due_date": later.isoformat()})
    expect(item(on(page, later), task)).to_be_visible()


def test_the_calendar_is_usable_on_a_phone(page_as: PageAs, day: date) -> None:
    page = page_as("sales_rep", viewport=PHONE, has_touch=True, is_mobile=True)
    task, later = new_task(page, day), day + timedelta(days=1)
    show(page, day - timedelta(days=1))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="1 open task", exact=False).tap()
    agenda = page.locator(f'section[data-day="{day.isoformat()}"]')
    line = item(agenda, task)
    expect(line).to_be_visible()
    page.get_by_role("button", name=f"Move {task['subject']}").tap()
    page.get_by_role("menuitem", name="Another day").tap()
    page.get_by_role("dialog").get_by_label("Day").fill(later.isoformat())
    with page.expect_response(a_change):
        page.get_by_role("dialog").get_by_role("button", name="Move").tap()
    expect(line).to_have_count(0)
    page.locator(f'button[data-day="{later.isoformat()}"]').tap()
    line = item(page.locator(f'section[data-day="{later.isoformat()}"]'), task)
    box = line.bounding_box()
    assert box
    assert box["height"] >= 40
    line.get_by_role("checkbox").tap()
    expect(line).to_have_attribute("data-done", "true")
    subject = f"Task {secrets.token_hex(4)}"
    page.get_by_role("button", name=re.compile("New task on")).tap()
    page.get_by_role("dialog").get_by_label("Subject").fill(subject)
    page.get_by_role("dialog").locator("button[type=submit]").tap()
    expect(page.get_by_role("listitem").filter(has_text=subject)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_calendar_speaks_german(hire: Any, browser_of: Any, day: date) -> None:
    page = browser_of(hire("sales_rep"), locale="de-DE").context.new_page()
    call(page, "PATCH", "/v1/me/preferences", {"language": "de"})
    task = new_task(page, day)
    show(page, day)
    expect(page.get_by_role("heading", name=re.compile(r"^[A-ZÄ][a-zä]+ \d{4}$"))).to_be_visible()
    expect(page.get_by_role("region", name="Überfällig")).to_contain_text("Nichts ist überfällig.")
    item(page, task).hover()
    page.get_by_role("button", name=f"{task['subject']} verschieben").click()
    with page.expect_response(a_change):
        page.get_by_role("menuitem", name="Morgen").click()
    expect(page.get_by_text(f"„{task['subject']}“ ist am")).to_be_visible()


def test_who_may_only_read_changes_nothing(page_as: PageAs, day: date) -> None:
    writer, reader = page_as("admin"), page_as("analyst")
    task = new_task(writer, day)
    show(reader, day, tab="all")
    line = item(reader, task)
    expect(line).to_be_visible()
    expect(line.get_by_role("button")).to_have_count(0)
    expect(line.get_by_role("checkbox")).to_be_disabled()
    expect(reader.get_by_role("button", name=re.compile("New task"))).to_have_count(0)


def test_a_support_agent_has_tasks_about_tickets(page_as: PageAs, day: date) -> None:
    page = page_as("support_agent")
    ticket = call(page, "POST", "/v1/tickets", {"subject": f"Ticket {secrets.token_hex(4)}"})
    task = new_task(page, day, ticket_id=ticket["id"])
    show(page, day)
    item(on(page, day), task).get_by_role("link").click()
    expect(page.get_by_text(ticket["subject"])).to_be_visible()
