"""System status: what waits in each service, which jobs there are."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from crm_chassis.ids import uuid7
from playwright.sync_api import Page, expect

from deploy.dev.catalogue import catalogue
from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually

PageAs = Callable[..., Page]


@pytest.fixture
def dead_job(suite: Instance) -> str:
    """A job of sales that was given up: nobody's records go to nobody."""
    id_ = uuid7()
    url = suite.database_owner_url(catalogue().services["sales"]).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO jobs (id, kind, key, state, timer, due_at, attempts, error, payload, cursor, done,"
            " cancel_requested, actor_id, permission, request_id, caused_by, created_at, finished_at)"
            " VALUES (%s, 'reassignment', %s, 'DEAD', false, now(), 5, 'It is broken', %s, '{}', 0, false, '', '', '',"
            " '', now(), now())",
            [id_, uuid7(), f'{{"to": "{uuid7()}"}}'],
        )
    return id_


@pytest.fixture
def watcher(browser_of: Callable[..., Any], hire: Callable[..., Api], admin: Api) -> Page:
    """The page of somebody who may look at the system and change nothing."""
    grants = [{"permission": permission, "scope": "ALL"} for permission in ("held_events.read", "jobs.read")]
    role = admin.post("/v1/roles", name=f"watcher_{secrets.token_hex(3)}", grants=grants)
    page: Page = browser_of(hire("watcher", role_ids=[role["id"]])).context.new_page()
    return page


def test_every_service_says_how_it_is(page_as: PageAs) -> None:
    page = page_as("admin")
    page.goto("/app/system")
    cards = page.get_by_role("button", name=re.compile("events to send"))
    expect(cards).to_have_count(6)
    expect(cards.filter(has_text="Does not answer")).to_have_count(0)
    expect(page.get_by_role("region", name="Held events")).to_contain_text("No event is held.")
    with page.expect_response(re.compile("/v1/services/marketing/jobs")):
        cards.filter(has_text="Marketing").click()
    expect(cards.filter(has_text="Marketing")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("#marketing$"))


def test_what_it_says_renews_itself(page_as: PageAs) -> None:
    page = page_as("admin")
    page.goto("/app/system")
    expect(page.get_by_role("button", name=re.compile("events to send"))).to_have_count(6)
    with page.expect_response(re.compile("/v1/bus/identity$")) as renewed:
        pass
    assert renewed.value.ok


def test_who_may_not_see_it_does_not_find_it(page_as: PageAs) -> None:
    page = page_as("sales_rep")
    page.goto("/app")
    expect(page.get_by_role("link", name="Home")).to_be_visible()
    expect(page.get_by_role("link", name="System status")).to_have_count(0)


def test_an_event_is_tried_again_and_passed_over_with_a_reason(page_as: PageAs, admin: Api, poison: Any) -> None:
    page = page_as("admin")
    page.goto("/app/system#reporting")
    held = page.get_by_role("region", name="Held events").get_by_role("listitem").filter(has_text="never")
    expect(held).to_contain_text("crm.contacts.account.created.v1")
    held.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The event is tried again.")).to_be_visible()
    held.get_by_role("button", name="Drop event").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("passed over for good")
    dialog.get_by_label("Reason").fill("it was never true")
    dialog.get_by_role("button", name="Drop event").click()
    expect(page.get_by_text("The event was passed over.")).to_be_visible()
    expect(held).to_have_count(0)
    assert admin.http.get(f"/v1/bus/reporting/held_events/{poison['id']}").status_code == 404


def test_a_job_that_was_given_up_is_found_and_tried_again(page_as: PageAs, admin: Api, dead_job: str) -> None:
    page = page_as("admin")
    page.goto("/app/system#sales")
    jobs = page.get_by_role("region", name="Jobs")
    jobs.get_by_role("switch", name="Only those given up").check()
    entry = jobs.get_by_role("listitem").filter(has_text="It is broken").first
    expect(entry).to_contain_text("Given up")
    entry.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("The job is tried again.")).to_be_visible()
    eventually(lambda: admin.get(f"/v1/services/sales/jobs/{dead_job}")["state"] == "DONE", 20)


def test_a_job_is_cancelled_with_a_reason(page_as: PageAs, admin: Api, dead_job: str) -> None:
    page = page_as("admin")
    page.goto("/app/system#sales")
    jobs = page.get_by_role("region", name="Jobs")
    entry = jobs.get_by_role("listitem").filter(has_text="It is broken").first
    entry.get_by_role("button", name="Cancel job").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_label("Reason").fill("nobody needs it")
    dialog.get_by_role("button", name="Cancel job").click()
    expect(page.get_by_text("The job was cancelled.")).to_be_visible()
    assert admin.get(f"/v1/services/sales/jobs/{dead_job}")["state"] == "CANCELLED"


def test_who_may_only_look_has_no_buttons(watcher: Page, poison: Any, dead_job: str) -> None:
    watcher.goto("/app/system#reporting")
    expect(watcher.get_by_role("region", name="Held events").get_by_role("listitem").first).to_be_visible()
    watcher.get_by_role("button", name=re.compile("^Sales")).click()
    expect(watcher.get_by_role("region", name="Jobs").get_by_text("It is broken").first).to_be_visible()
    for name in ("Try again", "Drop event", "Cancel job"):
        expect(watcher.get_by_role("button", name=name)).to_have_count(0)
