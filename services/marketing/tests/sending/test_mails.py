"""What arrives: names, subjects and texts as they were meant, whatever stands in them."""

from __future__ import annotations

from email.header import decode_header, make_header
from typing import Any

import pytest
from crm_chassis.testing import unique

INJECTED = (
    "=?utf-8?q?x=0d=0aReply-To:=20evil@evil.example=0d=0a=0d=0aBODY?=",
    "=?utf-8?b?eA0KUmVwbHktVG86IGV2aWxAZXZpbC5leGFtcGxlDQoNCkJPRFk=?=",
)


def shown(header: str) -> str:
    return str(make_header(decode_header(header)))


@pytest.fixture
def mailed(people: Any, mail: Any, make_template: Any, make_campaign: Any, launch: Any, tick: Any) -> Any:
    """Sends a template to one contact; the message that arrived."""

    def send(contact: dict[str, str], campaign: dict[str, str] | None = None, **template: str) -> Any:
        contact_id = people.contact(**contact)
        launch(
            make_campaign(
                [contact_id], template_id=make_template(**template).id, informational=True, **(campaign or {})
            )
        )
        tick("jobs")
        ((_, message),) = mail.received
        return message

    return send


@pytest.mark.parametrize("word", INJECTED)
def test_what_looks_like_an_encoded_word_is_shown_as_it_is(mailed: Any, word: str) -> None:
    message = mailed(
        {"first_name": word, "last_name": word}, subject="News for {{ contact.first_name }}", body_text="hello"
    )

    assert message["Reply-To"] is None
    assert shown(message["Subject"]) == f"News for {word}"
    assert shown(message["To"]).startswith(f"{word} {word} <")
    assert message.get_payload()[0].get_payload() == "hello\r\n"


def test_blanks_between_words_arrive(mailed: Any) -> None:
    subject = "jetzt Übersicht und Größe persönliche Köln"

    message = mailed(
        {"first_name": "persönliche", "last_name": "Köln Übersicht und Größe äöü äöü äöü"}, subject=subject
    )

    assert shown(message["Subject"]) == subject
    assert shown(message["To"]).startswith("persönliche Köln Übersicht und Größe äöü äöü äöü <")


def test_lines_that_begin_with_from_arrive(mailed: Any) -> None:
    message = mailed({}, body_text="Hello\nFrom here on\n.\nend")

    text = message.get_payload()[0].get_payload(decode=True).decode()
    assert text.splitlines() == ["Hello", "From here on", ".", "end"]


def test_signs_that_nobody_sees_are_left_out(mailed: Any) -> None:
    message = mailed({"first_name": "Ann\u2028Bcc: x@y.example", "last_name": "\u202egpj\x85.\u200bexe"})

    assert message["Bcc"] is None
    assert shown(message["To"]).startswith('"Ann Bcc: x@y.example gpj .exe" <')


def test_a_domain_in_another_script_needs_nothing_of_the_mail_server(mailed: Any, mail: Any) -> None:
    message = mailed(
        {"email": f"{(local := unique('a'))}@müller.example"}, campaign={"from_address": "news@bücher.example"}
    )

    assert mail.received[0][0] == f"{local}@xn--mller-kva.example"
    assert f"<{local}@xn--mller-kva.example>" in message["To"]
    assert "<news@xn--bcher-kva.example>" in message["From"]
    assert message["Message-ID"].endswith("@xn--bcher-kva.example>")


def test_who_cannot_be_written_to_by_this_mail_server_is_skipped_for_good(
    people: Any, mail: Any, make_campaign: Any, launch: Any, tick: Any, members: Any, get_campaign: Any
) -> None:
    contact = people.contact(email=f"用户{unique()}@people.example")
    campaign = make_campaign([contact])
    launch(campaign)

    tick("jobs")

    assert not mail.received
    assert members(campaign)[contact].skip_reason == "the mail server takes no addresses outside of ASCII (SMTPUTF8)"
    assert get_campaign(campaign).counts.skipped == 1
