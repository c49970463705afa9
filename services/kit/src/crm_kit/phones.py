"""The stored form of telephone numbers. In a module of its own: its tables cost megabytes that few processes need."""

from __future__ import annotations

import re
import threading

import phonenumbers
from cachetools import TTLCache, cached
from crm_chassis.remembered import remembers

REMEMBERED_SECONDS = 900.0
remembers(__name__, "telephone numbers", seconds=REMEMBERED_SECONDS)


_WITH_COUNTRY_CODE = (
    phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN,
    phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_IDD,
)


@cached(TTLCache(4096, REMEMBERED_SECONDS), lock=threading.Lock())
def normal(text: str, country: str = "") -> str:
    """The number in E.164, followed by `;ext=` and its extension (RFC 3966) if it has one; the text as it was given if
    it cannot be understood.

    `country` (ISO 3166-1 alpha-2) says how to read a national number; without it only international ones are. A
    national number must be one that the country gives to subscribers: emergency numbers and short codes are not.
    """
    number = _read(text, country)
    if number is None:
        return text
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{e164};ext={number.extension}" if number.extension else e164


def reread(stored: str, given: str, country: str) -> str:
    """The form of today of a number that an earlier rule has stored, with the text that was given for it.

    The text may say more than what is stored (an extension), or be no number of its country (a short code that was
    stored with the country's code before it). It was given in the country of that day, so it is believed only where it
    is the same line.
    """
    now, told = normal(stored, country), normal(given, country)
    if told.partition(";")[0] == now.partition(";")[0]:
        return told
    number = _read(now, "")
    return now if number is not None and phonenumbers.is_valid_number(number) else told


def national(text: str) -> str:
    """The digits with which a number in E.164 is dialled in its own country; empty if it is no such number."""
    number = _read(text, "")
    if number is None:
        return ""
    dialled = phonenumbers.format_number(_without_extension(number), phonenumbers.PhoneNumberFormat.NATIONAL)
    return re.sub(r"\D", "", dialled)


def _read(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, country or None, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == 52 and re.fullmatch(r"1\d{10}", str(number.national_number)):
        # Until 2019 Mexican mobile numbers were dialled with a 1 from abroad; they are the same numbers.
        number.national_number -= 10**10
    is_number = (
        phonenumbers.is_possible_number
        if number.country_code_source in _WITH_COUNTRY_CODE
        else phonenumbers.is_valid_number
    )
    return number if is_number(number) else None


def _without_extension(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber:
    plain = phonenumbers.PhoneNumber()
    plain.merge_from(number)
    plain.extension = None
    return plain
