"""A campaign from its template to the mail server and back by the link in the mail."""

from __future__ import annotations

import re
import secrets
from email import message_from_bytes
from email.policy import default

import httpx
import pytest

from deploy.dev.instance import Instance
from tests.e2e.client import Api, eventually


@pytest.mark.slow
def test_a_campaign_is_sent_and_left_by_its_link(suite: Instance, admin: Api) -> None:
    mark = secrets.token_hex(4)
    address = f"ann+{mark}@people.example"
    contact = admin.post(
        "/v1/contacts", first_name="=?utf-8?q?Ann=0d=0aBcc:_x@y.example?=", last_name="Größe",
        emails=[{"address": address}],
    )  # fmt: skip
    segment = admin.post("/v1/segments", name=mark, kind="STATIC")
    admin.post(f"/v1/segments/{segment['id']}:addMembers", contact_ids=[contact["id"]])
    template = admin.post(
        "/v1/templates", name=mark, subject=f"{mark} für {{{{ contact.last_name }}}}",
        body_text="https://shop.example/?e={{ contact.email }}\nleave: {{ unsubscribe_url }}",
    )  # fmt: skip
    campaign = admin.post(
        "/v1/campaigns", name=mark, channel="EMAIL", segment_id=segment["id"], template_id=template["id"],
        from_address="news@sender.example", from_name="News",
    )  # fmt: skip

    admin.post(f"/v1/campaigns/{campaign['id']}:launch")
    eventually(lambda: admin.get(f"/v1/campaigns/{campaign['id']}")["status"] == "DONE", 60)

    assert admin.get(f"/v1/campaigns/{campaign['id']}")["counts"]["sent"] == 1
    caught = httpx.get(f"{suite.mail_url}/messages").json()
    messages = [httpx.get(f"{suite.mail_url}/messages/{one['id']}").content for one in caught]
    (message,) = (
        read
        for read in (message_from_bytes(one, policy=default) for one in messages)
        if f"<{address}>" in str(read["To"])
    )
    assert message["Bcc"] is None
    text = message.get_content()
    assert f"e=ann%2B{mark}%40people.example" in text
    path = re.search(r"leave: https?://[^/]+(\S+)", text)[1]  # type: ignore[index]
    visitor = Api(suite.gateway_url)
    assert not visitor.get(path)["unsubscribed"]
    assert visitor.post(path)["unsubscribed"]
    assert admin.get(f"/v1/campaigns/{campaign['id']}")["counts"]["unsubscribed"] == 1
