"""Mail: whatever is put into one is read in it, and nothing else."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from crm_chassis.mail.addresses import Address, AddressError
from crm_chassis.mail.headers import fixed_line, one_line
from crm_chassis.mail.message import Mail
from crm_chassis.mail.relay import NO_SMTPUTF8, Accepted, Away, Mailer, Relay, Unsupported
from crm_chassis.settings import SettingsError
from hypothesis import example, given
from hypothesis import strategies as st

ADA = Address.parse("ada@x.example")
TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=' =?_utfqb8äöß"\\<>@,;:\r\n\t\u2028\u202ebcQB0', max_size=200),
    st.lists(st.sampled_from(["Übersicht", "und", "=?utf-8?q?x?=", "Köln", "", "王小明", "a" * 80]), max_size=40).map(
        " ".join
    ),
)


def mail(**fields: Any) -> Mail:
    plain: dict[str, Any] = {
        "sender": ADA, "recipient": ADA, "subject": "s", "text": "t", "message_id": "1@x.example",
        "date": datetime(2026, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    return Mail(**(plain | fields))


def read(written: Mail) -> Message:
    return email.message_from_bytes(written.to_bytes())


def shown(header: str) -> str:
    """A header as a mail program shows it: lines unfolded, then encoded words decoded."""
    unfolded = header.replace("\r\n", "").replace("\n", "")
    return str(make_header(decode_header(unfolded)))


def shown_name(header: str) -> str:
    """The display name of a mailbox."""
    phrase = header.replace("\r\n", "").replace("\n", "").rpartition("<")[0].strip()
    if phrase.startswith('"'):
        return phrase[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return shown(phrase)


@given(TEXTS)
@example("jetzt Übersicht und Größe persönliche Köln")
@example("=?utf-8?q?x=0d=0aReply-To:=20evil@evil.example?=")
@example("a  b")
def test_a_subject_is_read_as_it_was_meant(text: str) -> None:
    raw = mail(subject=text).to_bytes()
    message = email.message_from_bytes(raw)

    assert shown(message["Subject"]) == one_line(text)
    assert message.keys() == ["From", "To", "Subject", "Date", "Message-ID", *message.keys()[5:]]
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 76 and line.strip() for line in head.split(b"\r\n"))
    assert head.isascii()


@given(TEXTS)
@example('Ann "the" \\ Co')
@example("=?utf-8?q?x=0d=0aReply-To:=20evil@evil.example?=")
def test_a_name_is_read_as_it_was_meant(text: str) -> None:
    message = read(mail(recipient_name=text, sender_name=text))

    for header in ("From", "To"):
        assert shown_name(message[header]) == one_line(text)
        assert message[header].endswith("<ada@x.example>")
        assert len(message.get_all(header, [])) == 1


@pytest.mark.parametrize("name", ["Ann & Co", 'Ann "A", Bo', "Ännchen, Bo <x@y.example>", "=?utf-8?q?x?="])
def test_other_readers_find_one_mailbox(name: str) -> None:
    message = email.message_from_bytes(mail(recipient_name=name).to_bytes(), policy=default)

    (mailbox,) = message["To"].addresses
    assert (mailbox.display_name, mailbox.addr_spec) == (name, "ada@x.example")


@given(TEXTS)
@example("=?utf-8?q?x=0d=0aBcc:=20evil@evil.example?=")
def test_answers_go_to_somebody_else_than_the_sender(text: str) -> None:
    message = read(mail(sender_name=text, reply_to=Address("bo", "y.example")))

    assert shown_name(message["Reply-To"]) == one_line(text)
    assert message["Reply-To"].endswith("<bo@y.example>")
    assert message["From"].endswith("<ada@x.example>")
    assert message.keys()[:4] == ["From", "To", "Reply-To", "Subject"]
    assert mail(reply_to=Address("bö", "y.example")).international


@given(st.text(max_size=500))
@example("From me\n.\r\r\n..\nFrom you")
@example("x" * 2000)
def test_texts_are_read_as_they_were_meant(text: str) -> None:
    message = read(mail(text=text, html=f"<p>{text}"))

    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    for part, content in zip(list(message.walk())[1:], (text, f"<p>{text}"), strict=True):
        received = part.get_payload(decode=True).decode().replace("\r\n", "\n")
        assert received.rstrip("\n") == content.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def test_a_header_of_our_own_stays_in_one_piece() -> None:
    link = f"<https://crm.example/{'x' * 200}>"

    assert read(mail(headers={"List-Unsubscribe": link}))["List-Unsubscribe"] == link
    with pytest.raises(ValueError, match="List-Unsubscribe"):
        fixed_line("List-Unsubscribe", "a\r\nBcc: b")


def test_addresses_need_as_little_of_the_mail_server_as_they_can() -> None:
    assert str(Address.parse("a@müller.example")) == "a@xn--mller-kva.example"
    assert not Address.parse("a@müller.example").international
    assert Address.parse("用户@müller.example").international
    for text in ("", "no address", "a@b@c", "a\r\nb@c.example", "a@[127.0.0.1]"):
        with pytest.raises(AddressError):
            Address.parse(text)


# -- the way out ------------------------------------------------------------------------------------------


class Server:
    """What a mail server got."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@contextmanager
def serving(**options: Any) -> Iterator[tuple[Server, Mailer]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server()
    controller = Controller(server, hostname="127.0.0.1", port=port, **options)
    controller.start()
    mailer = Mailer(Relay("127.0.0.1", port))
    try:
        yield server, mailer
    finally:
        mailer.close()
        controller.stop()


def test_an_international_address_goes_where_it_is_understood() -> None:
    written = mail(recipient=Address.parse("用户@müller.example"))

    with serving(enable_SMTPUTF8=True) as (server, mailer):
        assert mailer.send(written) == Accepted()
    with serving(enable_SMTPUTF8=False) as (other, mailer):
        assert mailer.send(written) == Unsupported(NO_SMTPUTF8)

    ((_, recipients, content),) = server.received
    assert recipients == ["用户@xn--mller-kva.example"]
    assert "To: <用户@xn--mller-kva.example>".encode() in content
    assert not other.received


def test_a_message_that_cannot_be_written_is_not_handed_over() -> None:
    with serving() as (server, mailer):
        outcome = mailer.send(mail(headers={"List-Unsubscribe": "<https://crm.example/ü>"}))

    assert outcome == Unsupported("the message cannot be written: List-Unsubscribe must be printable ASCII in one line")
    assert not server.received


def test_a_lost_connection_is_made_anew() -> None:
    with serving() as (server, mailer):
        assert mailer.send(mail()) == Accepted()
        mailer.close()
        assert mailer.send(mail()) == Accepted()

    assert len(server.received) == 2
    assert isinstance(mailer.send(mail()), Away)


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
