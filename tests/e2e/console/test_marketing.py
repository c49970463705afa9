"""Marketers build segments, look at mails and send campaigns."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.rest import fetch as call

PageAs = Callable[[str], Page]
HTML = "<p style='color: navy'>Hello {{ contact.first_name | default('you') }}</p><p>{{ unsubscribe_url }}</p>"


def create(page: Page, resource: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = call(page, "POST", f"/v1/{resource}", {"name": f"Test {uuid4()}", **body})
    assert answer.ok, answer.text()
    return answer.json()


@pytest.fixture
def marketer(page_as: PageAs) -> Page:
    return page_as("marketer")


@pytest.fixture
def contacts(marketer: Page) -> list[dict[str, Any]]:
    return call(marketer, "GET", "/v1/contacts?page_size=2&order_by=created_at").json()["contacts"]


@pytest.fixture
def template(marketer: Page) -> dict[str, Any]:
    text = "Hello, there is news. {{ unsubscribe_url }}"
    return create(marketer, "templates", {"subject": "News", "body_text": text, "body_html": HTML})


@pytest.fixture
def campaign(marketer: Page, contacts: list[dict[str, Any]], template: dict[str, Any]) -> dict[str, Any]:
    segment = create(marketer, "segments", {"kind": "STATIC"})
    members = {"contact_ids": [contact["id"] for contact in contacts]}
    assert call(marketer, "POST", f"/v1/segments/{segment['id']}:addMembers", members).ok
    return create(
        marketer,
        "campaigns",
        {
            "channel": "EMAIL",
            "segment_id": segment["id"],
            "template_id": template["id"],
            "from_address": "news@demo.example",
        },
    )


def test_a_marketer_launches_a_campaign_knowing_how_many_get_mail(marketer: Page, campaign: dict[str, Any]) -> None:
    marketer.goto(f"/app/campaigns/{campaign['id']}")
    marketer.get_by_role("button", name="Launch").click()
    dialog = marketer.get_by_role("dialog")
    expect(dialog).to_contain_text("2 people are in the segment")
    assert call(marketer, "GET", f"/v1/campaigns/{campaign['id']}").json()["status"] == "DRAFT"
    dialog.get_by_role("button", name="Launch").click()
    expect(dialog).to_have_count(0)
    expect(marketer.get_by_role("button", name="Launch")).to_have_count(0)
    expect(marketer.get_by_text("All members")).to_be_visible()
    assert call(marketer, "GET", f"/v1/campaigns/{campaign['id']}").json()["counts"]["members"] in (2, "2")


def test_who_may_not_launch_has_neither_button_nor_right(page_as: PageAs, campaign: dict[str, Any]) -> None:
    page = page_as("analyst")
    page.goto(f"/app/campaigns/{campaign['id']}")
    expect(page.get_by_role("heading", name=campaign["name"])).to_be_visible()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    expect(page.get_by_role("button", name="Launch")).to_have_count(0)
    assert call(page, "POST", f"/v1/campaigns/{campaign['id']}:launch", {}).status == 403


def test_a_filter_says_whom_it_matches_before_it_is_saved(marketer: Page) -> None:
    segment = create(marketer, "segments", {"kind": "DYNAMIC", "filter": 'country = "DE"'})
    preview = call(marketer, "POST", "/v1/segments:preview", {"filter": "opportunities_won >= 1"}).json()
    count = int(preview["count"])
    marketer.goto(f"/app/segments/{segment['id']}")
    marketer.get_by_role("button", name=re.compile("^Filter")).click()
    marketer.get_by_role("combobox", name="Field").click()
    marketer.get_by_role("option", name="Won opportunities", exact=True).click()
    marketer.get_by_label("Comparison").first.click()
    marketer.get_by_role("option", name="at least").click()
    marketer.get_by_role("textbox", name="Value").fill("1")
    said = re.compile("^Nobody matches" if count == 0 else rf"^{count:,} (people match|person matches)")
    expect(marketer.get_by_role("status").filter(has_text="match")).to_contain_text(said)
    assert call(marketer, "GET", f"/v1/segments/{segment['id']}").json()["filter"] == 'country = "DE"'

    marketer.get_by_role("button", name="Apply").click()
    with marketer.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        marketer.get_by_role("button", name="Save").click()
    assert saved.value.ok
    expect(marketer.get_by_role("button", name="Save")).to_have_count(0)
    assert call(marketer, "GET", f"/v1/segments/{segment['id']}").json()["filter"] == "opportunities_won >= 1"


def test_a_mail_is_looked_at_in_a_frame_that_can_do_nothing(
    marketer: Page, template: dict[str, Any], contacts: list[dict[str, Any]]
) -> None:
    marketer.goto(f"/app/templates/{template['id']}")
    preview = marketer.get_by_role("region", name="Preview")
    preview.get_by_role("combobox").click()
    marketer.get_by_role("option").first.click()
    preview.get_by_role("button", name="Preview").click()
    frame = preview.locator("iframe")
    expect(frame).to_have_attribute("sandbox", "")
    expect(frame.content_frame.get_by_text(re.compile("^Hello "))).to_be_visible()
    preview.get_by_role("tab", name="Text").click()
    expect(preview.get_by_text("Hello, there is news.")).to_be_visible()
