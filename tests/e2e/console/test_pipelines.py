"""Pipelines: their stages are arranged, added, changed and removed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.client import Api, eventually
from tests.e2e.console.conftest import PHONE

PageAs = Callable[..., Page]
STAGES = [
    {"name": "First", "type": "OPEN", "probability": 10},
    {"name": "Second", "type": "OPEN", "probability": 50},
    {"name": "Won", "type": "WON"},
    {"name": "Lost", "type": "LOST"},
]


@pytest.fixture
def pipeline(admin: Api) -> dict[str, Any]:
    """A pipeline of two open stages, with a deal in the first."""
    made: dict[str, Any] = admin.post("/v1/pipelines", name=f"Way {secrets.token_hex(4)}", stages=STAGES)
    money = {"amount": "1.00", "currency": "EUR"}
    admin.post("/v1/opportunities", name="Deal", stage_id=made["stages"][0]["id"], amount=money)
    return made


def names(admin: Api, pipeline: dict[str, Any]) -> list[str]:
    return [stage["name"] for stage in admin.get(f"/v1/pipelines/{pipeline['id']}")["stages"]]


def stages(page: Page) -> Any:
    return page.get_by_role("region", name="Stages").get_by_role("listitem")


def drag(page: Page, source: Locator, target: Locator) -> None:
    start, end = source.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + start["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    expect(target).to_have_attribute("data-over", "true")
    page.mouse.up()


def test_a_stage_is_moved_by_keys_by_menu_and_by_mouse(page_as: PageAs, admin: Api, pipeline: dict[str, Any]) -> None:
    page = page_as("admin")
    page.goto(f"/app/pipelines/{pipeline['id']}")
    expect(stages(page)).to_have_count(4)
    page.get_by_role("button", name="Move First").press("ArrowDown")
    expect(page.get_by_text("First is at place 2 of 4.")).to_have_count(1)
    expect(stages(page).first.get_by_label("Name")).to_have_value("Second")
    expect(page.get_by_role("button", name="Move First")).to_be_focused()
    page.get_by_role("button", name="More about First").click()
    page.get_by_role("menuitem", name="Move up").click()
    expect(stages(page).first.get_by_label("Name")).to_have_value("First")
    expect(page.get_by_role("region", name="Changes that are not saved yet")).to_have_count(0)
    drag(page, page.get_by_role("button", name="Move First"), stages(page).nth(1))
    expect(stages(page).first.get_by_label("Name")).to_have_value("Second")
    assert names(admin, pipeline) == ["First", "Second", "Won", "Lost"]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The stages were saved.")).to_be_visible()
    assert names(admin, pipeline) == ["Second", "First", "Won", "Lost"]


def test_a_stage_is_added_and_changed(page_as: PageAs, admin: Api, pipeline: dict[str, Any]) -> None:
    page = page_as("admin")
    page.goto(f"/app/pipelines/{pipeline['id']}")
    page.get_by_role("button", name="Add a stage").click()
    new = stages(page).nth(2)
    new.get_by_label("Name").fill("Third")
    new.get_by_label("Probability").fill("70")
    new.get_by_label("Longest stay (days)").fill("14")
    new.get_by_role("combobox", name="Required fields").fill("close")
    page.get_by_role("option", name="Close date").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The stages were saved.")).to_be_visible()
    third = admin.get(f"/v1/pipelines/{pipeline['id']}")["stages"][2]
    told = third["name"], third["probability"], third["max_age_days"], third["required_fields"]
    assert told == ("Third", 70, 14, ["close_date"])


def test_the_deals_of_a_removed_stage_move_to_the_one_that_is_named(
    page_as: PageAs, admin: Api, pipeline: dict[str, Any]
) -> None:
    page = page_as("admin")
    page.goto(f"/app/pipelines/{pipeline['id']}")
    expect(stages(page).first).to_contain_text("1 deal")
    page.get_by_role("button", name="More about First").click()
    page.get_by_role("menuitem", name="Remove").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("1 deal is in this stage.")
    expect(dialog.get_by_role("button", name="Remove")).to_be_disabled()
    dialog.get_by_role("combobox", name="Where its deals go").click()
    page.get_by_role("option", name="Second").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("First is removed; 1 deal moves to Second.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The stages were saved.")).to_be_visible()
    assert names(admin, pipeline) == ["Second", "Won", "Lost"]
    second = pipeline["stages"][1]["id"]
    eventually(lambda: admin.get("/v1/opportunities", filter=f'stage_id = "{second}"')["opportunities"])


def test_what_the_api_refuses_is_told_with_its_reason_and_stays_as_it_was_typed(
    page_as: PageAs, admin: Api, pipeline: dict[str, Any]
) -> None:
    page = page_as("admin", refused=["422 PATCH"])
    page.goto(f"/app/pipelines/{pipeline['id']}")
    first = stages(page).first
    first.get_by_role("combobox", name="Type").click()
    page.get_by_role("option", name="Won").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("its type cannot change")
    expect(first.get_by_role("combobox", name="Type")).to_have_value("Won")
    page.get_by_role("button", name="Cancel").click()
    expect(first.get_by_role("combobox", name="Type")).to_have_value("Open")
    page.get_by_role("button", name="More about Won").click()
    expect(page.get_by_role("menuitem", name="the only one of its type")).to_be_disabled()


def test_a_new_pipeline_has_stages_at_once_and_who_may_not_change_it_sees_it(
    page_as: PageAs, admin: Api, pipeline: dict[str, Any]
) -> None:
    page = page_as("admin")
    page.goto("/app/pipelines")
    page.get_by_role("button", name="New").click()
    name = f"Fresh {secrets.token_hex(4)}"
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(stages(page)).to_have_count(3)
    seller = page_as("sales_rep", viewport=PHONE, has_touch=True, is_mobile=True)
    seller.goto(f"/app/pipelines/{pipeline['id']}")
    expect(stages(seller)).to_have_count(4)
    for button in ("Move First", "Add a stage", "More about First"):
        expect(seller.get_by_role("button", name=button)).to_have_count(0)
    assert seller.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
