"""What was typed and not sent is lost by nothing but sending it or signing out, and nobody else can read it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.client import Api
from tests.e2e.console.conftest import Tour, person
from tests.e2e.console.kills import lost_in

BrowserOf = Callable[..., Tour]


def form(page: Page) -> Locator:
    page.get_by_role("button", name="New", exact=True).click()
    return page.get_by_role("dialog")


def typed(page: Page) -> Locator:
    """A form in which something was typed."""
    page.goto("/app/accounts")
    dialog = form(page)
    dialog.get_by_label("Name", exact=False).first.fill("Unsent Umbrellas")
    expect(dialog.get_by_label("Name", exact=False).first).to_have_value("Unsent Umbrellas")
    return dialog


def sign_in(page: Page, api: Api) -> None:
    page.get_by_label("E-mail").fill(api.email)
    page.get_by_label("Password").first.fill(api.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Accounts")).to_be_visible()


def sessions_end(api: Api) -> None:
    """Every session of the user ends but that of the Api."""
    answer = api.http.delete("/v1/me/sessions")
    assert answer.status_code == 200, answer.text


def test_an_expired_session_keeps_drafts_for_the_same_person_only(browser_of: BrowserOf, staff: dict[str, Api]) -> None:
    rep, manager = staff["sales_rep"], staff["sales_manager"]
    tour = browser_of()
    page = tour.context.new_page()
    page.goto("/app/sign-in?to=/accounts")
    sign_in(page, rep)
    typed(page)
    assert "Umbrellas" not in page.evaluate("JSON.stringify(localStorage)")

    sessions_end(rep)
    page.reload()
    expect(page.get_by_label("E-mail")).to_be_visible()
    tour.problems.clear()
    sign_in(page, manager)
    expect(form(page).get_by_label("Name", exact=False).first).to_have_value("")
    page.keyboard.press("Escape")
    person(page).click()
    page.get_by_role("menuitem", name="Sign out").click()

    sign_in(page, rep)
    expect(form(page).get_by_label("Name", exact=False).first).to_have_value("Unsent Umbrellas")


def test_what_is_typed_survives_every_end_of_its_page(browser_of: BrowserOf, staff: dict[str, Api]) -> None:
    """The bench does it 200 times."""
    agent = staff["support_manager"]
    ticket = agent.post("/v1/tickets", subject="Killed in the middle")
    lost = lost_in(browser_of(agent).context, f"/app/tickets/{ticket['id']}", "Text of the answer", rounds=12)
    assert lost == []


def test_signing_out_with_something_unsent_asks_first(browser_of: BrowserOf, staff: dict[str, Api]) -> None:
    rep = staff["sales_rep"]
    page = browser_of(rep).context.new_page()
    typed(page)
    page.keyboard.press("Escape")
    person(page).click()
    page.get_by_role("menuitem", name="Sign out").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("not sent yet")
    question.get_by_role("button", name="Cancel").click()
    expect(form(page).get_by_label("Name", exact=False).first).to_have_value("Unsent Umbrellas")
    page.keyboard.press("Escape")
    person(page).click()
    page.get_by_role("menuitem", name="Sign out").click()
    question.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("E-mail")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('crm-draft')).length") == 0
