"""What people do between two appointments, with a finger: a call is logged, a deal goes on, a customer gets an answer.

Each takes at most three taps from the page of the record, and no page has to be pushed sideways.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.client import Api, eventually
from tests.e2e.console.conftest import PHONE
from tests.e2e.console.pages import Visit

MOST_TAPS = 3
FINGER_PX = 44
"""What is tapped here is at least so high."""
LISTS = {
    "sales_rep": ("/contacts", "/opportunities", "/tasks"),
    "support_agent": ("/contacts", "/tickets", "/tasks"),
    "marketer": ("/contacts", "/campaigns", "/segments"),
    "sales_manager": ("/contacts", "/opportunities", "/dashboards"),
    "admin": ("/contacts", "/opportunities", "/tickets", "/users"),
}


class Phone:
    """A page on a phone, and the finger that taps on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._visit = Visit(page)
        self._taps = 0

    def start(self) -> None:
        self._visit.load("/")
        self._check()

    def open(self, path: str) -> None:
        """Opens a page; the taps are counted from here."""
        self._visit.go(path)
        self._check()
        self._taps = 0

    def tap(self, target: Locator) -> None:
        target.wait_for()
        box = target.bounding_box()
        assert box, target
        assert box["height"] >= FINGER_PX, (target, box)
        target.tap()
        self._taps += 1
        assert self._taps <= MOST_TAPS
        self._check()

    def write(self, field: Locator, text: str) -> None:
        """Types into a field, which is tapped unless it has the focus already."""
        field.wait_for()
        if not field.evaluate("one => one === document.activeElement"):
            self.tap(field)
        expect(field).to_be_focused()
        self.page.keyboard.type(text)

    def _check(self) -> None:
        assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], self.page.url


@pytest.fixture
def phone_of(browser_of: Callable[..., Any], staff: dict[str, Api]) -> Callable[[str], Phone]:
    def make(role: str) -> Phone:
        context = browser_of(staff[role], viewport=PHONE, has_touch=True, is_mobile=True).context
        return Phone(context.new_page())

    return make


def log_a_call(phone: Phone, api: Api, contact: dict[str, Any]) -> None:
    page, subject = phone.page, f"Called {secrets.token_hex(4)}"
    phone.open(f"/contacts/{contact['id']}")
    phone.tap(page.get_by_role("button", name="Call", exact=True))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Subject")).to_be_focused()
    phone.write(dialog.get_by_label("Subject"), subject)
    phone.tap(dialog.get_by_role("button", name="Create"))
    expect(dialog).to_have_count(0)
    logged = api.get("/v1/activities", filter=f"contact_id = {contact['id']}")["activities"]
    assert [(one["type"], one["subject"]) for one in logged] == [("CALL", subject)]


def move_a_deal(phone: Phone, api: Api) -> None:
    page = phone.page
    pipelines = api.get("/v1/pipelines", page_size=200)["pipelines"]
    stages = next(one["stages"] for one in pipelines if one["is_default"])
    *_, last_but_one, last = [stage for stage in stages if stage["type"] == "OPEN"]
    money = {"amount": "10.00", "currency": "EUR"}
    deal = api.post("/v1/opportunities", name="Deal on the way", amount=money, stage_id=last_but_one["id"])
    phone.open(f"/opportunities/{deal['id']}")
    following = page.get_by_role("navigation", name="Stages").get_by_role("button", name=last["name"])
    # However many stages came before: nobody has to look for the next one.
    expect(following).to_be_in_viewport(ratio=0.5)
    phone.tap(following)
    expect(following).to_have_attribute("aria-current", "step")
    eventually(lambda: api.get(f"/v1/opportunities/{deal['id']}")["stage_id"] == last["id"])


def answer_a_ticket(phone: Phone, api: Api, contact: dict[str, Any]) -> None:
    page = phone.page
    ticket = api.post("/v1/tickets", subject="The lamp is dark", contact_id=contact["id"])
    phone.open(f"/tickets/{ticket['id']}")
    phone.write(page.get_by_label("Text of the answer"), "Please press the red button.")
    phone.tap(page.get_by_role("button", name="Send reply"))
    expect(page.get_by_role("listitem").filter(has_text="red button")).to_contain_text("Public reply")
    eventually(lambda: api.get(f"/v1/tickets/{ticket['id']}/messages")["messages"])


def change_a_contact(phone: Phone, api: Api, contact: dict[str, Any]) -> None:
    page, title = phone.page, f"Buyer {secrets.token_hex(4)}"
    phone.open(f"/contacts/{contact['id']}")
    phone.tap(page.get_by_role("button", name="Edit Job title", exact=True))
    phone.write(page.get_by_label("Job title"), title)
    phone.tap(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text(title)).to_be_visible()
    # What was written is shown before the server has it.
    eventually(lambda: api.get(f"/v1/contacts/{contact['id']}")["title"] == title)


@pytest.mark.parametrize("role", LISTS)
def test_a_day_with_a_phone(
    phone_of: Callable[[str], Phone],
    admin: Api,
    staff: dict[str, Api],
    known_everywhere: Callable[[Api], None],
    role: str,
) -> None:
    api = staff[role]
    known_everywhere(api)
    fields = {"first_name": "Philippa", "last_name": f"Phone{secrets.token_hex(4)}"}
    maker = api if role.startswith("sales") else admin
    contact = maker.post("/v1/contacts", **fields)
    phone = phone_of(role)
    phone.start()
    for path in LISTS[role]:
        phone.open(path)
    phone.open("/")
    # The menu of a phone opens over the page, and goes when another page comes.
    phone.tap(phone.page.get_by_role("button", name="Menu"))
    phone.tap(phone.page.get_by_role("navigation", name="Menu").get_by_role("link", name="Contacts"))
    expect(phone.page.get_by_role("heading", name=re.compile("Contacts"), level=1)).to_be_visible()
    expect(phone.page.get_by_role("button", name="Menu")).to_have_attribute("aria-expanded", "false")
    held = {str(grant["permission"]) for grant in api.get("/v1/me")["permissions"]}

    def may(permission: str) -> bool:
        return permission in held or "*" in held

    if may("activities.create"):
        log_a_call(phone, api, contact)
    if may("opportunities.update"):
        move_a_deal(phone, api)
    if may("messages.create"):
        answer_a_ticket(phone, api, contact)
    if may("contacts.update"):
        change_a_contact(phone, api, contact)
