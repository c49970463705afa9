"""Colleagues talk about records."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.client import Api, eventually

PageAs = Callable[..., Page]


@pytest.fixture
def ticket(admin: Api) -> Any:
    return admin.post("/v1/tickets", subject=f"Display stays dark {uuid4()}")


@pytest.fixture
def known(admin: Api, staff: dict[str, Api]) -> str:
    """What the agent is called; support knows by now that the agent may read tickets."""
    agent = staff["support_agent"]
    other = admin.post("/v1/tickets", subject="Other", assignee_id=agent.id)
    said = {"body": f"@[Agent](users/{agent.id})"}
    eventually(lambda: admin.http.post(f"/v1/tickets/{other['id']}/comments", json=said).status_code == 201)
    return str(agent.email)


def comments(page: Page) -> Locator:
    return page.get_by_role("region", name="Comments").get_by_role("listitem")


def test_who_is_mentioned_is_led_to_the_comment(
    page_as: PageAs, ticket: Any, known: str, staff: dict[str, Api], admin: Api
) -> None:
    admin.patch(f"/v1/tickets/{ticket['id']}", assignee_id=staff["support_agent"].id)
    author, agent = page_as("support_manager"), page_as("support_agent")
    author.goto(f"/app/tickets/{ticket['id']}")
    box = author.get_by_label("Write a comment")
    box.press_sequentially(f"Do you know it, @{known.partition('@')[0]}")
    expect(author.get_by_role("option", name=known)).to_have_attribute("data-combobox-selected", "true")
    box.press("Enter")
    expect(box).to_have_value(re.compile(f"Do you know it, @{re.escape(known)} $"))
    box.press_sequentially("or a colleague?")
    box.press("Control+Enter")
    expect(comments(author)).to_contain_text(f"Do you know it, @{known} or a colleague?")
    expect(box).to_have_value("")

    agent.goto("/app/")
    agent.get_by_role("button", name=re.compile("Notifications")).click()
    agent.get_by_role("link", name=re.compile(f"mentioned in a comment on .*{ticket['subject']}")).click()
    expect(comments(agent)).to_be_focused()
    expect(comments(agent)).to_contain_text("or a colleague?")


def test_comments_come_change_and_go_while_somebody_looks(page_as: PageAs, ticket: Any) -> None:
    author, reader = page_as("support_manager"), page_as("admin")
    for page in (author, reader):
        page.goto(f"/app/tickets/{ticket['id']}")
        expect(page.get_by_text("Nobody has said anything yet.")).to_be_visible()
    author.get_by_label("Write a comment").fill("Firts")
    author.get_by_role("button", name="Comment", exact=True).click()
    expect(comments(reader)).to_contain_text("Firts")
    expect(reader.get_by_role("button", name="Edit comment")).to_have_count(0)

    author.get_by_role("button", name="Edit comment").click()
    comments(author).get_by_label("Write a comment").fill("First")
    author.get_by_role("button", name="Save").click()
    expect(comments(reader)).to_contain_text("First")
    expect(comments(reader)).to_contain_text("edited")

    author.get_by_role("button", name="Delete comment").click()
    author.get_by_role("alertdialog").get_by_role("button", name="Delete comment").click()
    expect(comments(reader)).to_have_count(0)


def test_what_was_typed_outlives_a_reload(page_as: PageAs, ticket: Any) -> None:
    page = page_as("support_manager")
    page.goto(f"/app/tickets/{ticket['id']}")
    page.get_by_label("Write a comment").fill("Half a thought")
    page.reload()
    expect(page.get_by_label("Write a comment")).to_have_value("Half a thought")


def test_a_mention_that_leads_nowhere_is_refused_in_words(page_as: PageAs, ticket: Any, staff: dict[str, Api]) -> None:
    page = page_as("support_manager", refused=["422 POST"])
    page.goto(f"/app/tickets/{ticket['id']}")
    name = staff["customer"].email
    box = page.get_by_label("Write a comment")
    box.press_sequentially(f"@{name.partition('@')[0]}")
    page.get_by_role("option", name=name).click()
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_text(f"{name} may not read comments here")).to_be_visible()
    expect(box).to_have_value(f"@{name} ")


@pytest.mark.parametrize(
    ("resource", "fields"),
    [
        ("contacts", {"last_name": "Muster"}),
        ("accounts", {"name": "Acme"}),
        ("leads", {"last_name": "Muster"}),
        ("opportunities", {"name": "Deal"}),
    ],
)
def test_each_kind_of_record_has_them(page_as: PageAs, admin: Api, resource: str, fields: dict[str, str]) -> None:
    record = admin.post(f"/v1/{resource}", **fields)
    page = page_as("admin")
    page.goto(f"/app/{resource}/{record['id']}")
    if resource in ("contacts", "accounts"):
        page.get_by_role("tab", name="Comments").click()
    page.get_by_label("Write a comment").fill("Call them on Monday")
    page.get_by_label("Write a comment").press("Control+Enter")
    expect(comments(page)).to_contain_text("Call them on Monday")
