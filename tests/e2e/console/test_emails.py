"""E-mails to one person: written on the page of a customer or lead, sent, and told what became of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import httpx
from playwright.sync_api import Page, Route, expect

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually
from tests.e2e.console.rest import call

PageAs = Callable[..., Page]


def caught(suite: Instance, address: str) -> list[EmailMessage]:
    """The messages that the mail server got for an address."""
    listed = [one for one in httpx.get(f"{suite.mail_url}/messages").json() if address in one["to"]]
    contents = [httpx.get(f"{suite.mail_url}/messages/{one['id']}").content for one in listed]
    return [message_from_bytes(content, policy=default) for content in contents]


def test_a_customer_is_written_to(suite: Instance, page_as: PageAs, staff: dict[str, Api]) -> None:
    page, mark = page_as("sales_rep"), secrets.token_hex(4)
    addresses = [f"work@{mark}.example", f"home@{mark}.example"]
    customer = {"first_name": "Erika", "last_name": mark, "emails": [{"address": address} for address in addresses]}
    contact = call(page, "POST", "/v1/contacts", customer)
    page.goto(f"/app/contacts/{contact['id']}")
    page.get_by_role("button", name="Send email").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Subject").fill("Your order")
    dialog.get_by_label("Body").fill("Dear Erika,\n\nit is on its way.")
    expect(dialog.get_by_role("combobox", name="To")).to_have_value(addresses[0])
    dialog.get_by_role("combobox", name="To").click()
    page.get_by_role("option", name=addresses[1]).click()

    # What was typed is there again after a reload.
    page.reload()
    page.get_by_role("button", name="Send email").click()
    expect(dialog.get_by_label("Subject")).to_have_value("Your order")
    expect(dialog.get_by_role("combobox", name="To")).to_have_value(addresses[1])
    dialog.get_by_role("button", name="Send", exact=True).click()

    expect(dialog).to_have_count(0)
    expect(page.get_by_text(f"Your e-mail to {addresses[1]} is on its way.")).to_be_visible()
    eventually(lambda: len(caught(suite, addresses[1])) == 1)
    (message,) = caught(suite, addresses[1])
    assert message["Reply-To"].addresses[0].addr_spec == staff["sales_rep"].email
    assert message.get_content().splitlines() == ["Dear Erika,", "", "it is on its way."]
    page.get_by_role("link", name="Your order").click()
    expect(page.locator("dl").get_by_text("Email state")).to_be_visible()
    expect(page.locator("dl").get_by_text("Sent", exact=True)).to_be_visible()


def test_a_lead_is_written_to_and_its_page_tells_what_became_of_it(suite: Instance, page_as: PageAs) -> None:
    page, mark = page_as("sales_rep"), secrets.token_hex(4)
    lead = call(page, "POST", "/v1/leads", {"last_name": mark, "email": f"lee@{mark}.example"})
    page.goto(f"/app/leads/{lead['id']}")
    page.get_by_role("button", name="Send email").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Subject").fill("Hello")
    dialog.get_by_label("Body").fill("When may I call?")
    dialog.get_by_role("button", name="Send", exact=True).click()

    line = page.locator(".line").filter(has=page.get_by_role("link", name="Hello"))
    expect(line).to_contain_text("Sent")
    assert len(caught(suite, lead["email"])) == 1


def test_an_email_whose_answer_was_lost_is_sent_once(suite: Instance, page_as: PageAs) -> None:
    page, mark = page_as("sales_rep"), secrets.token_hex(4)
    lead = call(page, "POST", "/v1/leads", {"last_name": mark, "email": f"lost@{mark}.example"})
    page.goto(f"/app/leads/{lead['id']}")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/v1/leads/*:sendEmail", lose, times=1)
    page.get_by_role("button", name="Send email").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Subject").fill("Hello")
    dialog.get_by_label("Body").fill("Once")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    # It is the same e-mail even after a reload.
    page.reload()
    page.get_by_role("button", name="Send email").click()
    with page.expect_response("**/v1/leads/*:sendEmail") as answer:
        dialog.get_by_role("button", name="Send", exact=True).click()
    assert answer.value.ok

    expect(dialog).to_have_count(0)
    lines = page.locator(".line").filter(has=page.get_by_role("link", name="Hello"))
    expect(lines).to_contain_text("Sent")
    expect(lines).to_have_count(1)
    assert len(caught(suite, lead["email"])) == 1


def test_there_is_no_button_for_who_may_not_write_and_without_an_address(
    page_as: PageAs, admin: Api, staff: dict[str, Api]
) -> None:
    known = admin.post("/v1/contacts", last_name="Known", emails=[{"address": f"{secrets.token_hex(4)}@k.example"}])
    unknown = admin.post("/v1/contacts", last_name="Unknown")
    for role, contact, refusal in (
        ("marketer", known, (403, "PERMISSION_DENIED")),
        ("support_agent", unknown, (422, "NO_EMAIL_ADDRESS")),
    ):
        page = page_as(role)
        page.goto(f"/app/contacts/{contact['id']}")
        expect(page.get_by_role("heading", name=contact["last_name"])).to_be_visible()
        expect(page.get_by_role("button", name="Send email")).to_have_count(0)
        answer = staff[role].http.post(
            f"/v1/contacts/{contact['id']}:sendEmail", json={"subject": "Hello", "body": "You"}
        )
        assert (answer.status_code, answer.json()["reason"]) == refusal
