"""Requests are checked against the limits that the options of their fields state."""

from __future__ import annotations

import pytest
from crm.common.v1 import imports_pb2, types_pb2
from crm.contacts.v1 import contacts_pb2
from crm_chassis.contracts.formats import Format, normalise
from crm_chassis.contracts.schema import validate
from crm_chassis.errors import InvalidInput
from crm_contracts.tools.lint import BOUNDING

LIMIT = 200
"""The max_length of ImportHeader.file_name."""


def header(file_name: str) -> imports_pb2.ImportHeader:
    return imports_pb2.ImportHeader(kind="contacts", file_name=file_name)


def test_a_text_of_the_greatest_length_is_taken() -> None:
    assert validate(header("ä" * LIMIT))["file_name"] == "ä" * LIMIT


def test_one_character_more_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        validate(header("ä" * (LIMIT + 1)))
    assert refused.value.errors == {"file_name": [f"must have at most {LIMIT} characters"]}


def test_blanks_around_a_text_do_not_count() -> None:
    message = header(f"  {'ä' * LIMIT} ")
    validate(message)
    assert message.file_name == "ä" * LIMIT


def test_the_part_of_an_address_before_the_sign_has_at_most_64_octets() -> None:
    def contact(local: str) -> contacts_pb2.CreateContactRequest:
        given = {"last_name": "L", "emails": [{"address": f"{local}@x.example"}]}
        return contacts_pb2.CreateContactRequest(contact=given)

    for fits in ("a" * 64, "ä" * 32):
        assert validate(contact(fits))["contact"]["emails"][0]["address"] == f"{fits}@x.example"
    for longer in ("a" * 65, "ä" * 32 + "a"):
        with pytest.raises(InvalidInput) as refused:
            validate(contact(longer))
        assert list(refused.value.errors) == ["contact.emails.0.address"]


LONG = {
    Format.EMAIL: f"{'a' * 64}@{'.'.join(['b' * 60] * 9)}.example",
    Format.CURRENCY: "EUR" * 99,
    Format.COUNTRY: "DE" * 99,
    Format.DECIMAL: "1" * 99,
    Format.UUID: "{" * 99 + "0198a5c2-7d31-7a3e-9c55-00008389c3d7",
    Format.DATE: "2026-01-31" * 99,
    Format.TIME_ZONE: "Europe/Berlin" * 99,
    Format.LANGUAGE: "en" + "-abcdefgh" * 99,
    Format.DOMAIN: f"{'.'.join(['b' * 60] * 9)}.example",
}


@pytest.mark.parametrize("format_", [*Format.values()], ids=Format.Name)
def test_the_lint_takes_those_formats_for_a_bound_that_are_one(format_: int) -> None:
    try:
        kept = len(normalise(LONG.get(format_, "https://x.example/123" + "a" * 10_000), format_))
    except ValueError:
        kept = 0
    assert (kept < 256) == (format_ in BOUNDING)


def test_a_tag_of_a_language_has_at_most_35_characters() -> None:
    assert normalise("zh-cmn-hans-cn-aaaaaaaa-bbbbbbbb-cc", Format.LANGUAGE)
    with pytest.raises(ValueError, match="language tag"):
        normalise("zh-cmn-hans-cn-aaaaaaaa-bbbbbbbb-ccc", Format.LANGUAGE)


SIGNS = {
    "line feed": "\n", "null": "\0", "right-to-left override": "\u202e", "left-to-right isolate": "\u2066",
    "line separator": "\u2028", "zero width space": "\u200b", "byte order mark": "\ufeff",
}  # fmt: skip


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_signs_that_nobody_sees_are_in_no_line(sign: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate(header(f"a{sign}b"))
    assert list(refused.value.errors) == ["file_name"]


def test_marks_of_direction_are_no_content() -> None:
    message = header("\u200eAcme\u200f Ltd.")
    validate(message)
    assert message.file_name == "Acme Ltd."


@pytest.mark.parametrize(
    ("amount", "currency", "problem"),
    [
        ("1000.55", "JPY", "JPY has no digits after the point"),
        ("1.234", "EUR", "EUR has at most 2 digits after the point"),
        ("1.2345", "KWD", "KWD has at most 3 digits after the point"),
        ("-5", "EUR", "must not be negative"),
    ],
)
def test_money_is_what_can_be_paid(amount: str, currency: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate(types_pb2.Money(amount=amount, currency=currency))
    assert refused.value.errors == {"amount": [problem]}


@pytest.mark.parametrize(
    ("amount", "currency", "stored"),
    [("-0", "USD", "0"), ("1000.00", "jpy", "1000.00"), ("1.234", "KWD", "1.234"), ("1.500", "EUR", "1.500")],
)
def test_money_with_nothing_but_noughts_too_many_is_taken(amount: str, currency: str, stored: str) -> None:
    message = types_pb2.Money(amount=amount, currency=currency)
    validate(message)
    assert (message.amount, message.currency) == (stored, currency.upper())


@pytest.mark.parametrize("name", ["localtime", "Factory", "posixrules", "europe/berlin", "../UTC"])
def test_what_names_no_zone_of_the_world_is_no_time_zone(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate(contacts_pb2.Contact(time_zone=name))
    assert list(refused.value.errors) == ["time_zone"]


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "Etc/GMT+5", "Asia/Kolkata"])
def test_zones_of_the_world_are_time_zones(name: str) -> None:
    validate(contacts_pb2.Contact(time_zone=name))
