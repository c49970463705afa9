"""What support promises: working hours, holidays, and how fast tickets are answered."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.client import Api
from tests.e2e.console.conftest import PHONE

PageAs = Callable[..., Page]


@pytest.fixture
def calendar(admin: Api) -> dict[str, Any]:
    hours = [{"weekday": 1, "start": "08:00", "end": "12:00"}]
    made: dict[str, Any] = admin.post(
        "/v1/business_calendars", name=f"Hours {secrets.token_hex(4)}", time_zone="Europe/Berlin", working_hours=hours
    )
    return made


@pytest.fixture
def policy(admin: Api, calendar: dict[str, Any]) -> dict[str, Any]:
    targets = [{"kind": "FIRST_RESPONSE", "priority": "CRITICAL", "minutes": 90}]
    made: dict[str, Any] = admin.post(
        "/v1/sla_policies",
        name=f"Promise {secrets.token_hex(4)}",
        rank=9000,
        calendar_id=calendar["id"],
        condition='channel = "EMAIL"',
        targets=targets,
    )
    return made


def test_hours_and_holidays_are_changed_together(page_as: PageAs, admin: Api, calendar: dict[str, Any]) -> None:
    page = page_as("support_manager")
    page.goto(f"/app/business_calendars/{calendar['id']}")
    page.get_by_role("button", name="Add hours on Monday").click()
    page.get_by_label("Monday, until").last.fill("00:00")
    page.get_by_role("button", name="Monday to Friday like Monday").click()
    expect(page.get_by_text("80 h a week")).to_be_visible()
    page.get_by_role("button", name="Add hours on Sunday").click()
    page.get_by_role("button", name="Remove Sunday, 09:00–17:00").click()
    page.get_by_label("Day", exact=True).fill("2027-01-01")
    page.get_by_role("button", name="Add a holiday").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    stored = admin.get(f"/v1/business_calendars/{calendar['id']}")
    assert stored["holidays"] == ["2027-01-01"]
    assert {one["weekday"] for one in stored["working_hours"]} == {1, 2, 3, 4, 5}
    assert {(one["start"], one["end"]) for one in stored["working_hours"]} == {("08:00", "12:00"), ("12:00", "24:00")}


def test_hours_that_cannot_be_are_refused_with_the_reason(
    page_as: PageAs, admin: Api, calendar: dict[str, Any]
) -> None:
    page = page_as("support_manager", refused=["422 PATCH", "400 PATCH"])
    page.goto(f"/app/business_calendars/{calendar['id']}")
    page.get_by_label("Monday, until").fill("07:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("must be after start")
    expect(page.get_by_label("Monday, until")).to_have_value("07:00")
    assert admin.get(f"/v1/business_calendars/{calendar['id']}")["working_hours"][0]["end"] == "12:00"


def test_promises_are_typed_as_people_write_times(page_as: PageAs, admin: Api, policy: dict[str, Any]) -> None:
    page = page_as("support_manager")
    page.goto(f"/app/sla_policies/{policy['id']}")
    first = page.get_by_label("First response, Critical")
    expect(first).to_have_value("1 h 30 min")
    first.fill("soon")
    first.blur()
    expect(page.get_by_text("Such as 4 h 30 min")).to_be_visible()
    first.fill("45 min")
    first.blur()
    solution = page.get_by_label("Solution, High")
    solution.fill("16h")
    solution.blur()
    expect(solution).to_have_value("16 h")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    targets = admin.get(f"/v1/sla_policies/{policy['id']}")["targets"]
    told = {(one["kind"], one["priority"]): one["minutes"] for one in targets}
    assert told == {("FIRST_RESPONSE", "CRITICAL"): 45, ("SOLUTION", "HIGH"): 960}


def test_for_which_tickets_it_holds_is_built_of_their_fields(
    page_as: PageAs, admin: Api, policy: dict[str, Any]
) -> None:
    page = page_as("support_manager")
    page.goto(f"/app/sla_policies/{policy['id']}")
    tickets = page.get_by_role("region", name="For which tickets")
    expect(tickets).to_contain_text('channel = "EMAIL"')
    tickets.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Clear").click()
    expect(tickets).to_contain_text("For every ticket.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert admin.get(f"/v1/sla_policies/{policy['id']}")["condition"] == ""


def test_new_ones_begin_with_something_sensible(page_as: PageAs, admin: Api) -> None:
    page = page_as("support_manager")
    page.goto("/app/business_calendars")
    page.get_by_role("button", name="New").click()
    name = f"Desk {secrets.token_hex(4)}"
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text("40 h a week")).to_be_visible()
    expect(page.locator("dl").get_by_text("Europe/Berlin")).to_be_visible()


def test_who_may_not_change_them_reads_them(page_as: PageAs, calendar: dict[str, Any], policy: dict[str, Any]) -> None:
    page = page_as("support_agent", viewport=PHONE, has_touch=True, is_mobile=True)
    for path in (f"business_calendars/{calendar['id']}", f"sla_policies/{policy['id']}"):
        page.goto(f"/app/{path}")
        expect(page.get_by_text("may look at this but not change it")).to_be_visible()
        expect(page.get_by_role("button", name="Save")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_text("1 h 30 min")).to_be_visible()
