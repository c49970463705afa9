"""A change that somebody suggests, and that its owner approves, declines and undoes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.client import Api, eventually


@pytest.fixture
def people(hire: Callable[..., Api], known_everywhere: Callable[[Api], None]) -> tuple[Api, Api]:
    """A manager, and a seller of the same team who reads the manager's customers and does not change them."""
    manager, seller = hire("sales_manager"), hire("sales_rep")
    for user in (manager, seller):
        known_everywhere(user)
    return manager, seller


@pytest.fixture
def contact(people: tuple[Api, Api], admin: Api) -> Any:
    manager, seller = people
    team = admin.post("/v1/teams", name=f"team {uuid4()}")["id"]
    for user in people:
        admin.patch(f"/v1/users/{user.id}", team_ids=[team])
    made = manager.post("/v1/contacts", first_name="Erika", last_name=f"Berg {uuid4()}", title="Buyer")
    eventually(lambda: seller.http.get(f"/v1/contacts/{made['id']}").status_code == 200)
    return made


def suggest(page: Page, contact: Any, title: str, reason: str) -> None:
    page.goto(f"/app/contacts/{contact['id']}")
    page.get_by_role("button", name="Suggest a change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill(title)
    dialog.get_by_label("Why").fill(reason)
    dialog.get_by_role("button", name="Suggest a change").click()
    expect(page.get_by_text("Your proposal is on its way")).to_be_visible()


def inbox(page: Page, part: str = "") -> Locator:
    page.goto("/app/proposals")
    if part:
        page.get_by_text(part, exact=True).click()
    return page.get_by_role("list", name="Proposals").get_by_role("listitem")


def test_a_seller_suggests_and_the_manager_approves_and_undoes(
    browser_of: Any, people: tuple[Api, Api], contact: Any
) -> None:
    manager, seller = people
    theirs = browser_of(seller).context.new_page()
    suggest(theirs, contact, "Head of purchasing", "She told me at the fair.")
    proposed = inbox(theirs, "Proposed by me")
    expect(proposed).to_contain_text("Open")
    expect(proposed.get_by_role("button", name="Approve")).to_have_count(0)

    mine = browser_of(manager).context.new_page()
    mine.goto("/app/")
    mine.get_by_role("button", name=re.compile("Notifications")).click()
    mine.get_by_role("link", name=re.compile(f"A change is proposed: .*{contact['last_name']}")).click()
    found = mine.get_by_role("list", name="Proposals").get_by_role("listitem")
    expect(found).to_contain_text("She told me at the fair.")
    expect(found.get_by_role("row").filter(has_text="Title")).to_contain_text("Buyer")
    expect(found.get_by_role("row").filter(has_text="Title")).to_contain_text("Head of purchasing")
    found.get_by_role("button", name="Approve").click()
    expect(mine.get_by_text("Nothing waits for your decision.")).to_be_visible()
    assert manager.get(f"/v1/contacts/{contact['id']}")["title"] == "Head of purchasing"

    applied = inbox(mine, "All")
    expect(applied).to_contain_text("Applied")
    applied.get_by_role("button", name="Undo").click()
    expect(applied).to_contain_text("Undone")
    assert manager.get(f"/v1/contacts/{contact['id']}")["title"] == "Buyer"
    theirs.reload()
    theirs.get_by_text("Proposed by me", exact=True).click()
    expect(proposed).to_contain_text("Undone")


def test_it_is_declined_with_a_reason_that_the_author_reads(
    browser_of: Any, people: tuple[Api, Api], contact: Any
) -> None:
    manager, seller = people
    theirs = browser_of(seller).context.new_page()
    suggest(theirs, contact, "CEO", "")
    mine = browser_of(manager).context.new_page()
    inbox(mine).get_by_role("button", name="Decline").click()
    mine.get_by_role("dialog").get_by_label("Reason").fill("She is not.")
    mine.get_by_role("dialog").get_by_role("button", name="Decline").click()
    expect(mine.get_by_text("Nothing waits for your decision.")).to_be_visible()
    declined = inbox(theirs, "Proposed by me")
    expect(declined).to_contain_text("Declined")
    expect(declined).to_contain_text("She is not.")


def test_what_has_moved_is_told(browser_of: Any, people: tuple[Api, Api], contact: Any) -> None:
    manager, seller = people
    mine = browser_of(manager, refused=["412 POST"]).context.new_page()
    command = {"resource": "contacts", "id": contact["id"], "fields": {"title": "CEO"}}
    seller.post("/v1/proposals", commands=[command])
    found = inbox(mine)
    expect(found).to_contain_text("CEO")
    manager.patch(f"/v1/contacts/{contact['id']}", title="Clerk")
    found.get_by_role("button", name="Approve").click()
    expect(mine.get_by_text("A record has changed since this was proposed")).to_be_visible()
    expect(mine.get_by_text("Nothing waits for your decision.")).to_be_visible()


def test_who_changes_a_record_or_may_not_propose_is_not_offered_it(
    browser_of: Any, people: tuple[Api, Api], contact: Any, staff: dict[str, Api]
) -> None:
    manager, _ = people
    for user in (manager, staff["analyst"]):
        page = browser_of(user).context.new_page()
        page.goto(f"/app/contacts/{contact['id']}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^Share|^More"))).not_to_have_count(0)
        expect(page.get_by_role("button", name="Suggest a change")).to_have_count(0)
    command = {"resource": "contacts", "id": contact["id"], "fields": {"title": "CEO"}}
    refused = staff["analyst"].http.post("/v1/proposals", json={"commands": [command]})
    assert refused.status_code == 403
    assert "proposals.create" in refused.json()["detail"]
