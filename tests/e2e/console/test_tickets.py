"""Support people work in the queue and answer customers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.rest import fetch as call

PageAs = Callable[..., Page]


@pytest.fixture
def manager(page_as: PageAs) -> Page:
    return page_as("support_manager", refused=["409 POST"])


@pytest.fixture
def ticket(manager: Page) -> dict[str, Any]:
    answer = call(
        manager,
        "POST",
        "/v1/tickets",
        {"subject": f"Display stays dark {uuid4()}", "description": "It worked yesterday.", "priority": "HIGH"},
    )
    assert answer.ok, answer.text()
    return answer.json()


def messages(page: Page, ticket: dict[str, Any]) -> list[dict[str, Any]]:
    return call(page, "GET", f"/v1/tickets/{ticket['id']}/messages").json()["messages"]


def test_an_agent_answers_in_public_and_notes_something_for_colleagues(manager: Page, ticket: dict[str, Any]) -> None:
    manager.goto(f"/app/tickets/{ticket['id']}")
    text = manager.get_by_label("Text of the answer")
    text.fill("Please hold the button for ten seconds.")
    text.press("Control+Enter")
    reply = manager.get_by_role("listitem").filter(has_text="ten seconds")
    expect(reply).to_contain_text("Public reply")
    expect(reply).not_to_contain_text("Internal note")

    manager.get_by_text("Internal note", exact=True).click()
    expect(manager.get_by_text("Only colleagues read this.")).to_be_visible()
    text.fill("The third one this week.")
    manager.get_by_role("button", name="Save note").click()
    note = manager.get_by_role("listitem").filter(has_text="third one this week")
    expect(note).to_contain_text("Internal note")

    assert [(m["body"], m["internal"]) for m in messages(manager, ticket)] == [
        ("Please hold the button for ten seconds.", False),
        ("The third one this week.", True),
    ]


def test_a_reply_is_held_when_somebody_wrote_meanwhile(manager: Page, ticket: dict[str, Any]) -> None:
    manager.goto(f"/app/tickets/{ticket['id']}")
    text = manager.get_by_label("Text of the answer")
    text.fill("Please send the serial number.")
    said = {"body": "The serial number is 4711.", "author": "CUSTOMER"}
    assert call(manager, "POST", f"/v1/tickets/{ticket['id']}/messages", said).ok

    manager.get_by_role("button", name="Send reply").click()
    expect(manager.get_by_text("Your reply was not sent yet.")).to_be_visible()
    expect(manager.get_by_role("listitem").filter(has_text="4711")).to_contain_text("New since you began to write")
    assert [m["author"] for m in messages(manager, ticket)] == ["CUSTOMER"]

    manager.get_by_role("button", name="Look at it").click()
    text.fill("Thank you, a new one is on its way.")
    manager.get_by_role("button", name="Send reply").click()
    expect(manager.get_by_role("listitem").filter(has_text="on its way")).to_contain_text("Public reply")
    assert [m["author"] for m in messages(manager, ticket)] == ["CUSTOMER", "AGENT"]


def test_a_held_reply_goes_out_on_demand(manager: Page, ticket: dict[str, Any]) -> None:
    manager.goto(f"/app/tickets/{ticket['id']}")
    manager.get_by_label("Text of the answer").fill("It is fixed.")
    said = {"body": "Any news?", "author": "CUSTOMER"}
    assert call(manager, "POST", f"/v1/tickets/{ticket['id']}/messages", said).ok
    manager.get_by_role("button", name="Send reply").click()
    manager.get_by_role("button", name="Send anyway").click()
    expect(manager.get_by_role("listitem").filter(has_text="It is fixed.")).to_be_visible()


def test_what_was_typed_outlives_a_reload(manager: Page, ticket: dict[str, Any]) -> None:
    manager.goto(f"/app/tickets/{ticket['id']}")
    manager.get_by_label("Text of the answer").fill("Half an answer")
    manager.reload()
    expect(manager.get_by_label("Text of the answer")).to_have_value("Half an answer")


def test_a_ticket_is_found_in_the_queue_and_taken_over_and_resolved(manager: Page, ticket: dict[str, Any]) -> None:
    manager.goto("/app/tickets?tab=unassigned&sort=-created_at")
    manager.get_by_role("link", name=ticket["subject"]).click()
    manager.get_by_role("button", name="Take over").click()
    expect(manager.get_by_role("button", name="Take over")).to_have_count(0)
    manager.get_by_role("button", name="Resolve").click()
    dialog = manager.get_by_role("dialog")
    dialog.get_by_label("Resolution").fill("A new display.")
    dialog.get_by_role("button", name="Resolve").click()
    expect(manager.get_by_role("button", name="Reopen")).to_be_visible()
    expect(manager.get_by_role("button", name="Resolve")).to_have_count(0)

    manager.goto("/app/tickets?tab=mine")
    expect(manager.get_by_role("radio", name=re.compile("^Mine"))).to_be_checked()
    expect(manager.get_by_role("link", name=ticket["subject"])).to_have_count(0)


def test_who_may_only_read_has_no_box_to_answer_in(page_as: PageAs, ticket: dict[str, Any]) -> None:
    page = page_as("sales_manager")
    page.goto(f"/app/tickets/{ticket['id']}")
    expect(page.get_by_role("region", name="Conversation").get_by_text("It worked yesterday.")).to_be_visible()
    expect(page.get_by_label("Text of the answer")).to_have_count(0)
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)
    answer = call(page, "POST", f"/v1/tickets/{ticket['id']}/messages", {"body": "Let me in"})
    assert answer.status == 403
