"""People see who else is at a record: two of them, each at a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.client import Api, eventually

Hire = Callable[..., Api]
BrowserOf = Callable[..., Any]


@pytest.fixture
def colleagues(
    hire: Hire, known_everywhere: Callable[[Api], None], browser_of: BrowserOf
) -> dict[str, tuple[Api, Page]]:
    """Ada and Ben, who answer all tickets."""
    found = {}
    for name in ("Ada", "Ben"):
        api = hire("support_manager", display_name=f"{name} Quist")
        known_everywhere(api)
        found[name] = (api, browser_of(api).context.new_page())
    return found


def test_two_who_answer_the_same_ticket_see_each_other(colleagues: dict[str, tuple[Api, Page]]) -> None:
    (ada, at_ada), (ben, at_ben) = colleagues["Ada"], colleagues["Ben"]
    ticket = ada.post("/v1/tickets", subject=f"Display stays dark {uuid4()}")
    for page in (at_ada, at_ben):
        page.goto(f"/app/tickets/{ticket['id']}")
    expect(at_ada.get_by_text("Ben Quist is looking at this")).to_be_visible()
    expect(at_ben.get_by_text("Ada Quist is looking at this")).to_be_visible()

    at_ben.get_by_label("Text of the answer").press_sequentially("Please hold")
    hint = at_ada.get_by_text("Ben Quist is typing")
    expect(hint).to_have_count(2)  # in the head of the page, and at the input
    at_ben.get_by_label("Text of the answer").fill("")

    at_ben.get_by_role("link", name="Home").click()
    expect(at_ada.get_by_text(re.compile("^Ben Quist is"))).to_have_count(0)
    presence = {"kind": "crm.support.ticket", "id": ticket["id"]}
    assert [one["user_id"] for one in ben.get("/v1/presence", **presence)["people"]] == [ada.id]


def test_a_page_that_is_closed_is_left(admin: Api, colleagues: dict[str, tuple[Api, Page]]) -> None:
    (_, at_ada), (_, at_ben) = colleagues["Ada"], colleagues["Ben"]
    account = admin.post("/v1/accounts", name=f"Quist {uuid4()}")
    for page in (at_ada, at_ben):
        page.goto(f"/app/accounts/{account['id']}")
    expect(at_ada.get_by_text("Ben Quist is looking at this")).to_be_visible()
    at_ben.close()
    expect(at_ada.get_by_text("Ben Quist is looking at this")).to_have_count(0)


def test_who_may_not_see_a_record_says_and_hears_nothing(staff: dict[str, Api], hire: Hire) -> None:
    manager, rep = staff["sales_manager"], hire("sales_rep")
    deal = manager.post("/v1/opportunities", name=f"Hidden {uuid4()}")
    presence = {"kind": "crm.sales.opportunity", "id": deal["id"]}
    word = presence | {"state": "VIEWING"}
    for api, status in ((rep, 404), (staff["support_agent"], 403)):
        assert api.http.post("/v1/presence", json=word).status_code == status
        assert api.http.get("/v1/presence", params=presence).status_code == status
    assert manager.http.post("/v1/presence", json=word).status_code == 200
    boss = staff["admin"]
    eventually(lambda: [one["user_id"] for one in boss.get("/v1/presence", **presence)["people"]] == [manager.id])
