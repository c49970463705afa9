"""Duplicates as people meet them: while they type, when a rule refuses, and on the review list."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.client import Api, eventually
from tests.e2e.console.rest import call


def person(page: Page, **fields: Any) -> dict[str, Any]:
    token = secrets.token_hex(4)
    contact = {"first_name": "Robert", "last_name": f"Twin{token}", "emails": [{"address": f"bob@{token}.example"}]}
    return call(page, "POST", "/v1/contacts", contact | fields)


def begin(page: Page, resource: str) -> Any:
    """The form of a new record."""
    page.goto(f"/app/{resource}")
    page.get_by_role("button", name="New", exact=True).click()
    return page.get_by_role("dialog")


def write_email(dialog: Any, address: str) -> None:
    group = dialog.get_by_role("group", name="Emails")
    group.get_by_role("button", name="Add").click()
    group.get_by_label("Address").fill(address)


@pytest.mark.parametrize("resource", ["contacts", "leads"])
def test_what_looks_the_same_is_shown_while_somebody_types(page_as: Callable[..., Page], resource: str) -> None:
    page = page_as("sales_rep")
    contact = person(page)
    email = contact["emails"][0]["address"]
    dialog = begin(page, resource)
    alike = dialog.get_by_role("region", name="Likely duplicates")
    expect(alike).to_contain_text("Nothing that is there looks like this.")
    place = alike.bounding_box()
    if resource == "contacts":
        write_email(dialog, email)
    else:
        dialog.get_by_label("Email").fill(email)
    found = alike.get_by_role("link", name=f"Robert {contact['last_name']}")
    expect(found).to_be_visible()
    expect(alike).to_contain_text("100% alike")
    expect(alike).to_contain_text("Email: same")
    assert found.get_attribute("href") == f"/app/contacts/{contact['id']}"
    after = alike.bounding_box()
    assert place is not None
    assert after is not None
    assert (after["x"], after["width"]) == (place["x"], place["width"])


def test_an_account_that_is_there(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_rep")
    token = secrets.token_hex(4)
    call(page, "POST", "/v1/accounts", {"name": f"Twins {token}", "domains": [f"{token}.example"]})
    dialog = begin(page, "accounts")
    dialog.get_by_label("Name").fill("Something else")
    domains = dialog.get_by_label("Domains").first
    domains.fill(f"{token}.example")
    domains.press("Enter")
    alike = dialog.get_by_role("region", name="Likely duplicates")
    expect(alike.get_by_role("link", name=f"Twins {token}")).to_be_visible()


@pytest.fixture
def blocking(admin: Api) -> Iterator[Callable[[bool], None]]:
    """Has contacts of one e-mail address refused, until the end of the test."""
    made: list[tuple[str, str]] = []

    def make(confirmable: bool) -> None:
        rule = admin.post(
            "/v1/matching_rules", name=f"Same address {secrets.token_hex(4)}", active=True, record_type="CONTACT",
            comparisons=[{"field": "EMAIL", "method": "EXACT"}], least_score=1,
        )  # fmt: skip
        duplicate = admin.post(
            "/v1/duplicate_rules", name="Refuse", active=True, matching_rule_id=rule["id"], on_create="BLOCK",
            confirmable=confirmable,
        )  # fmt: skip
        made.append((rule["id"], duplicate["id"]))

    yield make
    for rule_id, duplicate_id in made:
        admin.patch(f"/v1/duplicate_rules/{duplicate_id}", active=False)
        admin.patch(f"/v1/matching_rules/{rule_id}", active=False)


@pytest.mark.parametrize("confirmable", [True, False])
def test_a_refusal_names_the_candidates(
    page_as: Callable[..., Page], blocking: Callable[[bool], None], confirmable: bool
) -> None:
    page = page_as("sales_rep", refused=["409 POST"])
    contact = person(page)
    blocking(confirmable)
    dialog = begin(page, "contacts")
    dialog.get_by_label("Last name").fill("King")
    write_email(dialog, contact["emails"][0]["address"])
    dialog.locator("button[type=submit]").click()
    refusal = dialog.get_by_role("alert")
    expect(refusal).to_contain_text("This looks like a record that is there already.")
    expect(refusal.get_by_role("link", name=f"Robert {contact['last_name']}")).to_be_visible()
    anyway = refusal.get_by_role("button", name="Create anyway")
    if not confirmable:
        expect(anyway).to_have_count(0)
        return
    anyway.click()
    expect(dialog).to_have_count(0)
    told = page.get_by_text("This looks like a record that is there already:")
    expect(told).to_be_visible()
    wanted = f'email = "{contact["emails"][0]["address"]}"'
    assert len(call(page, "GET", f"/v1/contacts?filter={wanted}")["contacts"]) == 2


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_a_pair_is_compared_and_decided_about(
    page_as: Callable[..., Page], staff: dict[str, Api], language: str
) -> None:
    page = page_as("sales_manager", locale=language)
    german = language == "de-DE"
    first = person(page, title="Engineer")
    email = first["emails"][0]["address"]
    # What a call for many would be told of is put on the list.
    given = {"first_name": "Bob", "last_name": first["last_name"], "emails": [{"address": email}]}
    batch = call(page, "POST", "/v1/contacts:batchCreate", {"contacts": [given]})
    second = batch["results"][0]["id"]
    wanted = f"contact_id = {first['id']} OR other_contact_id = {first['id']}"
    (pair,) = call(page, "GET", f"/v1/duplicates?filter={wanted}")["duplicates"]

    page.goto(f"/app/duplicates?filter={wanted}")
    page.get_by_role("link", name="Vergleichen" if german else "Compare").click()
    page.wait_for_url(f"**/app/duplicates/{pair['id']}")
    table = page.get_by_role("table")
    expect(table.get_by_role("link", name=f"Robert {first['last_name']}")).to_be_visible()
    expect(table.get_by_role("link", name=f"Bob {first['last_name']}")).to_be_visible()
    expect(table).to_contain_text("Engineer")
    page.get_by_role("switch", name="Nur Unterschiede" if german else "Only what differs").check()
    expect(table.get_by_role("rowheader", name="Nachname" if german else "Last name")).to_have_count(0)
    expect(table.get_by_role("rowheader", name="Vorname" if german else "First name")).to_be_visible()

    page.get_by_role("button", name="Keine Dublette" if german else "Not a duplicate").click()
    expect(page.get_by_role("button", name="Keine Dublette" if german else "Not a duplicate")).to_have_count(0)
    eventually(lambda: call(page, "GET", f"/v1/duplicates/{pair['id']}")["state"] == "NOT_DUPLICATE")
    assert second in (pair["contact_id"], pair["other_contact_id"])


def test_who_may_looks_through_everything(page_as: Callable[..., Page]) -> None:
    admin, rep = page_as("admin"), page_as("sales_rep")
    admin.goto("/app/duplicates")
    admin.get_by_role("button", name="Look for duplicates").click()
    expect(admin.get_by_text("All records are being looked through.")).to_be_visible()
    rep.goto("/app/duplicates")
    expect(rep.get_by_role("heading", name="Duplicates")).to_be_visible()
    expect(rep.get_by_role("button", name="Look for duplicates")).to_have_count(0)


def test_a_sales_manager_changes_the_rules(page_as: Callable[..., Page]) -> None:
    page = page_as("sales_manager")
    name = f"Same number {secrets.token_hex(4)}"
    dialog = begin(page, "matching_rules")
    dialog.get_by_label("Name", exact=False).first.fill(name)
    dialog.get_by_label("Kind of record").first.click()
    page.get_by_role("option", name="Contact").click()
    dialog.locator("button[type=submit]").click()
    expect(dialog).to_have_count(0)
    (rule,) = call(page, "GET", f'/v1/matching_rules?filter=name = "{name}"')["matching_rules"]
    assert [one["field"] for one in rule["comparisons"]] == ["EMAIL"]
    call(page, "PATCH", f"/v1/matching_rules/{rule['id']}", {"active": False})
