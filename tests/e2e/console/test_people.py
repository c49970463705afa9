"""Users: how they come, what they may do, and how they leave; and the organisation that they work for."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually
from tests.e2e.console.conftest import PHONE
from tests.e2e.console.test_profile import code_of

PageAs = Callable[..., Page]
# The smallest PNG there is: one pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def row(page: Page, name: str) -> Any:
    return page.get_by_role("dialog").or_(page.get_by_role("alertdialog")).get_by_role("row").filter(has_text=name)


def test_somebody_new_is_made_and_invited_by_mail(suite: Instance, page_as: PageAs, admin: Api) -> None:
    page = page_as("admin")
    email, name = f"{secrets.token_hex(4)}@new.example", f"Nora {secrets.token_hex(3)}"
    page.goto("/app/users")
    page.get_by_role("button", name="New").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Display name").fill(name)
    form.get_by_label("Email").fill(email)
    form.get_by_role("combobox", name="Roles").fill("marketer")
    page.get_by_role("option", name="marketer").click()
    form.get_by_label("Display name").click()
    expect(form.get_by_label("Password")).to_have_count(0)
    form.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_role("region", name="Roles and place")).to_contain_text("marketer")
    expect(page.get_by_text("has not signed in yet")).to_be_visible()
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text(f"A mail with a link was sent to {email}.")).to_be_visible()
    eventually(lambda: any(email in str(mail) for mail in httpx.get(f"{suite.mail_url}/messages").json()), 20)


def test_roles_and_place_are_changed_where_they_stand(page_as: PageAs, admin: Api, hire: Callable[..., Api]) -> None:
    somebody = hire("sales_rep")
    team = admin.post("/v1/teams", name=f"Team {secrets.token_hex(4)}")
    page = page_as("admin")
    page.goto(f"/app/users/{somebody.id}")
    place = page.get_by_role("region", name="Roles and place")
    expect(place).to_contain_text("sales_rep")
    place.get_by_role("button", name="Edit Teams").click()
    place.get_by_role("combobox", name="Teams").fill(team["name"])
    page.get_by_role("option", name=team["name"]).click()
    place.get_by_role("combobox", name="Teams").press("Tab")
    place.get_by_role("button", name="Save").click()
    expect(place.get_by_role("link", name=team["name"])).to_be_visible()
    assert admin.get(f"/v1/users/{somebody.id}")["team_ids"] == [team["id"]]


def test_who_leaves_hands_over_what_was_shown_before(
    page_as: PageAs, admin: Api, hire: Callable[..., Api], known_everywhere: Callable[[Api], None]
) -> None:
    leaver, successor = hire("sales_rep"), hire("sales_rep")
    for user in (leaver, successor):
        known_everywhere(user)
    # `known_everywhere` has left one account with each.
    won = leaver.post("/v1/opportunities", name="Won", amount={"amount": "1.00", "currency": "EUR"})
    leaver.post(f"/v1/opportunities/{won['id']}:win")
    deal = leaver.post("/v1/opportunities", name="Open", amount={"amount": "1.00", "currency": "EUR"})
    lead = leaver.post("/v1/leads", last_name="Handed", company="Over")
    task = leaver.post("/v1/tasks", subject="Open")
    page = page_as("admin")
    page.goto(f"/app/users/{leaver.id}")
    page.get_by_role("button", name="Deactivate").click()
    for name in ("Accounts", "Leads", "Opportunities", "Tasks"):
        expect(row(page, name)).to_contain_text("1")
        expect(row(page, name)).to_contain_text("Stays where it is")
    expect(row(page, "Contacts")).to_have_count(0)
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("combobox", name="Who gets the open work").fill(successor.email)
    page.get_by_role("option", name=successor.email).click()
    expect(row(page, "Leads")).to_contain_text("Goes to the successor")
    assert admin.get(f"/v1/users/{leaver.id}")["status"] == "ACTIVE"
    dialog.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("The open work is being handed over")).to_be_visible()
    expect(page.get_by_role("button", name="Reactivate")).to_be_visible()
    for path in (f"/v1/opportunities/{deal['id']}", f"/v1/leads/{lead['id']}", f"/v1/tasks/{task['id']}"):
        eventually(lambda path=path: admin.get(path)["owner_id"] == successor.id, 30)  # type: ignore[misc]
    assert admin.get(f"/v1/opportunities/{won['id']}")["owner_id"] == leaver.id
    page.get_by_role("button", name="Reactivate").click()
    expect(page.get_by_role("button", name="Deactivate")).to_be_visible()


def test_a_lost_second_factor_is_switched_off(page_as: PageAs, admin: Api, hire: Callable[..., Api]) -> None:
    somebody = hire("marketer")
    secret = somebody.post("/v1/me:enrolTotp", password=somebody.password)["secret"]
    somebody.post("/v1/me:confirmTotp", totp=code_of(secret))
    page = page_as("admin")
    page.goto(f"/app/users/{somebody.id}")
    page.get_by_role("button", name="Reset second factor").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("signed out everywhere")
    dialog.get_by_role("button").last.click()
    expect(page.get_by_text(re.compile("The second factor of .* is off"))).to_be_visible()
    assert admin.get(f"/v1/users/{somebody.id}")["totp_enabled"] is False


def test_nobody_ends_the_own_access_and_who_only_reads_has_no_buttons(page_as: PageAs, staff: dict[str, Api]) -> None:
    page = page_as("admin")
    page.goto(f"/app/users/{staff['admin'].id}")
    expect(page.get_by_role("region", name="Roles and place")).to_be_visible()
    expect(page.get_by_role("button", name="Deactivate")).to_have_count(0)
    reader = page_as("sales_manager", viewport=PHONE, has_touch=True, is_mobile=True)
    reader.goto(f"/app/users/{staff['marketer'].id}")
    expect(reader.get_by_role("region", name="Roles and place")).to_contain_text("marketer")
    for name in ("Deactivate", "Send invitation", "Send link", "Edit Roles"):
        expect(reader.get_by_role("button", name=name)).to_have_count(0)
    assert reader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.fixture
def organisation(admin: Api) -> Any:
    """The organisation, as it is again afterwards."""
    before = admin.get("/v1/organisation")
    yield before
    names = ("name", "currency", "fiscal_year_start_month", "time_zone", "languages")
    admin.patch("/v1/organisation", **{name: before[name] for name in names}, logo="")


def test_the_organisation_is_changed_and_gets_a_logo(
    page_as: PageAs, admin: Api, organisation: dict[str, Any], tmp_path: Path
) -> None:
    page = page_as("admin")
    page.goto("/app/organisation")
    name = f"Quill {secrets.token_hex(3)}"
    page.get_by_label("Name").fill(name)
    page.get_by_role("combobox", name="Fiscal year starts in").click()
    page.get_by_role("option", name="April").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The organisation was saved.")).to_be_visible()
    stored = admin.get("/v1/organisation")
    assert (stored["name"], stored["fiscal_year_start_month"]) == (name, 4)
    image = tmp_path / "logo.png"
    image.write_bytes(PIXEL)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose an image").click()
    chooser.value.set_files(image)
    expect(page.get_by_role("img", name="Logo")).to_be_visible()
    assert admin.get("/v1/organisation/logo")["logo"].startswith("data:image/png;base64,")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("img", name="Logo")).to_have_count(0)


def test_an_organisation_without_a_name_is_refused_at_its_field(page_as: PageAs, organisation: dict[str, Any]) -> None:
    page = page_as("admin", refused=["422 PATCH", "400 PATCH"])
    page.goto("/app/organisation")
    page.get_by_label("Name").fill(" ")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
