"""The pieces of sending without database or mail server."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from typing import Any

import pytest
from crm_chassis.ids import uuid7
from crm_chassis.settings import Settings, SettingsError
from crm_marketing.campaigns.model import Campaign
from crm_marketing.people.model import Contact
from crm_marketing.sending.message import build
from crm_marketing.sending.smtp import Relay
from crm_marketing.sending.throttle import Throttle
from crm_marketing.settings import start
from crm_marketing.templates.rendering import Rendered

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_domain_gets_its_rate_and_the_others_theirs() -> None:
    time = [0.0]
    throttle = Throttle(2, lambda: time[0])

    assert [throttle.wait("a.example") for _ in range(3)] == [0, 0, 0.5]
    assert throttle.wait("b.example") == 0
    time[0] = 0.5
    assert [throttle.wait("a.example") for _ in range(2)] == [0, 0.5]
    time[0] = 100
    assert [throttle.wait("a.example") for _ in range(3)] == [0, 0, 0.5]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp://u%40x:p%2Fw@mail.example:2525?starttls=true", ("mail.example", 2525, "u@x", "p/w", False, True)),
        ("smtps://mail.example", ("mail.example", 465, "", "", True, False)),
    ],
)
def test_the_url_of_the_mail_server(url: str, expected: Any) -> None:
    relay = Relay.parse(url)

    assert (relay.host, relay.port, relay.user, relay.password, relay.implicit_tls, relay.starttls) == expected


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://h:port", "mail.example"])
def test_a_wrong_url_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError):
        Relay.parse(url)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRM_PUBLIC_URL", "http://crm.example"), ("CRM_SMTP_URL", "smtp://u:p@mail.example"),
        ("CRM_SMTP_DOMAIN_RATE", "0"), ("CRM_LINK_KEY", "c2hvcnQ="),
    ],
)  # fmt: skip
def test_production_refuses_what_would_leak(service: Any, monkeypatch: Any, name: str, value: str) -> None:
    monkeypatch.setenv("CRM_ENV", "production")
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name):
        start(Settings("marketing"))


def test_headers_hold_no_line_breaks_and_the_link_in_one_piece() -> None:
    campaign = Campaign(from_address="a@b.example", from_name="A\r\nBcc: x@y.example")
    contact = Contact(email="c@d.example", display_name="C\nD <evil>")
    url = "https://crm.example/v1/unsubscribe/" + "x" * 200

    message = build(campaign, uuid7(), contact, Rendered("s" * 200 + " ä", "<p>ü</p>", "ü", []), url, NOW)

    raw = message.as_bytes()
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in raw
    read = message_from_bytes(raw)
    assert read["Bcc"] is None
    assert len(read.get_all("From", [])) == 1
    assert read["To"] == '"C D <evil>" <c@d.example>'


def test_an_address_that_cannot_stand_in_a_header_is_refused() -> None:
    campaign = Campaign(from_address="a@b.example", from_name="")

    with pytest.raises(ValueError, match=r".*"):
        build(campaign, uuid7(), Contact(email="no address", display_name=""), Rendered("s", "", "t", []), "u", NOW)
