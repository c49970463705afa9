"""What belongs to oneself: name, preferences, password, second factor, sessions, API keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.e2e.client import Api, eventually
from tests.e2e.console.conftest import PHONE

PageAs = Callable[..., Page]


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, (int(time.time()) // 30).to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def test_language_and_theme_change_at_once_and_stay(browser_of: Any, hire: Callable[..., Api]) -> None:
    api = hire("sales_rep")
    page = browser_of(api).context.new_page()
    page.goto("/app/profile")
    page.get_by_role("combobox", name="Theme").click()
    page.get_by_role("option", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.get_by_role("combobox", name="Language").click()
    page.get_by_role("option", name="German").click()
    expect(page.get_by_role("heading", name="Profil und Sitzungen")).to_be_visible()
    eventually(lambda: api.get("/v1/me/preferences")["preferences"]["theme"] == "DARK")
    assert api.get("/v1/me")["language"] == "de"

    other = browser_of(api).context.new_page()
    other.goto("/app/profile")
    expect(other.get_by_role("heading", name="Profil und Sitzungen")).to_be_visible()
    expect(other.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def test_each_notification_has_its_ways(browser_of: Any, hire: Callable[..., Api]) -> None:
    api = hire("sales_rep")
    page = browser_of(api).context.new_page()
    page.goto("/app/profile")
    page.get_by_role("combobox", name="One of my tasks is due: By mail").click()
    page.get_by_role("option", name="Daily summary").click()

    def daily() -> bool:
        choices = api.get("/v1/me/preferences")["effective"]["notifications"]
        return {choice["kind"]: choice["email"] for choice in choices}["TASK_DUE"] == "DAILY"

    eventually(daily)


def test_a_new_password_ends_the_other_sessions(browser_of: Any, hire: Callable[..., Api]) -> None:
    api = hire("sales_rep")
    tour = browser_of(api)
    page = tour.context.new_page()
    page.goto("/app/profile#security")
    page.get_by_label("Current password").fill("wrong password")
    page.get_by_label("New password").fill("quartz-lantern-7")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("is wrong, or there were too many attempts")).to_be_visible()
    assert len(tour.problems) == 1, "the wrong password is refused"
    tour.problems.clear()

    page.get_by_label("Current password").fill(api.password)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password was changed")).to_be_visible()
    sessions = page.get_by_role("list", name="Sessions").get_by_role("listitem")
    expect(sessions).to_have_count(1)
    page.reload()
    expect(sessions).to_have_count(1)
    tokens = {"refresh_token": api.session.tokens["refresh_token"]}
    assert httpx.post(f"{api.http.base_url}/v1/auth/refresh", json=tokens).status_code == 401


def test_a_second_factor_is_set_up_and_switched_off(browser_of: Any, hire: Callable[..., Api]) -> None:
    api = hire("sales_rep")
    page = browser_of(api).context.new_page()
    page.goto("/app/profile#security")
    page.get_by_role("button", name="Set up a second factor").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Current password").fill(api.password)
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    dialog.get_by_label("Code of your authenticator app").fill(code_of(dialog.get_by_test_id("secret").inner_text()))
    dialog.get_by_role("button", name="Confirm").click()
    listed = dialog.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(listed).to_have_count(10)
    codes = listed.all_inner_texts()
    with page.expect_download() as kept:
        dialog.get_by_role("button", name="Download").click()
    assert kept.value.path().read_text().split() == codes
    dialog.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text(re.compile(r"\d+ recovery codes left"))).to_be_visible()

    page.get_by_role("button", name="Switch off").click()
    dialog.get_by_label("Current password").fill(api.password)
    dialog.get_by_label("Code of your authenticator app").fill(codes[0])
    dialog.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("button", name="Set up a second factor")).to_be_visible()


def test_other_sessions_are_ended(browser_of: Any, hire: Callable[..., Api]) -> None:
    api = hire("sales_rep")
    page, other = (browser_of(api).context.new_page() for _ in range(2))
    page.goto("/app/profile#security")
    sessions = page.get_by_role("list", name="Sessions").get_by_role("listitem")
    expect(sessions).to_have_count(3)
    expect(sessions.filter(has_text="This session").get_by_role("button")).to_have_count(0)
    page.get_by_role("button", name="End all other sessions").click()
    page.get_by_role("alertdialog").get_by_role("button", name="End all other sessions").click()
    expect(sessions).to_have_count(1)
    other.goto("/app/sign-in")
    assert other.context.request.put("/v1/browser_session").status == 401


def test_a_key_is_shown_once_and_revoked(browser_of: Any, hire: Callable[..., Api]) -> None:
    api = hire("admin")
    page = browser_of(api).context.new_page()
    page.goto("/app/profile#keys")
    page.get_by_role("button", name="New API key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What for").fill("Nightly export")
    dialog.get_by_role("combobox", name="Permissions").fill("teams.read")
    page.get_by_role("option", name="teams.read").click()
    dialog.get_by_role("combobox", name="Permissions").press("Escape")
    dialog.get_by_role("button", name="Create key").click()
    secret = dialog.get_by_test_id("secret").inner_text()
    headers = {"Authorization": f"Bearer {secret}"}
    assert httpx.get(f"{api.http.base_url}/v1/teams", headers=headers).status_code == 200
    assert httpx.get(f"{api.http.base_url}/v1/users", headers=headers).status_code == 403
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Revoke Nightly export").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Revoke", exact=True).click()
    expect(page.get_by_text("Nightly export")).to_have_count(0)
    assert httpx.get(f"{api.http.base_url}/v1/teams", headers=headers).status_code == 401


def test_who_may_have_no_keys_finds_no_tab_for_them(page_as: PageAs) -> None:
    page = page_as("customer", viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/app/profile#keys")
    expect(page.get_by_role("tab", name="Security")).to_be_visible()
    expect(page.get_by_role("tab", name="API keys")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
