"""The formats of texts (crm.options.v1.Format): what each accepts, and the one form in which it is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID
from zoneinfo import available_timezones

import crm_contracts
import email_validator
import idna
from crm_contracts.codes import COUNTRIES, CURRENCIES

from crm_chassis.text import composed
from crm_chassis.violations import INVALID_FORMAT

Format = crm_contracts.Format

_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_URL = re.compile(r"https?://[^\s/$.?#][^\s]*", re.IGNORECASE)
_HOST = re.compile(r"(?<=://)(?:[^/?#@]*@)?([^/?#:@]+)")
# RFC 5646 lets a system end there (4.4.1); the pattern itself has no end.
_LANGUAGE = re.compile(r"(?=.{1,35}$)[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LOCAL_OCTETS = 64
"""How long the part of an address before the sign is at most, in UTF-8."""

# Not names of the IANA but what some hosts keep beside the zones.
TIME_ZONES = frozenset(available_timezones()) - {"Factory", "localtime", "posixrules"}

# Names such as .example are refused by default; whether an address can receive mail is not a question of form.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def normalise(text: str, format_: int) -> str:
    """The form in which a text of that format is stored. Raises ValueError with a Violation that says what is."""
    if format_ not in _NORMALISE:
        return text
    try:
        return _NORMALISE[format_](text)
    except ValueError as error:
        raise ValueError(INVALID_FORMAT(str(error), format=Format.Name(format_))) from error


def stored_form(text: str, format_: int) -> str:
    """The form in which a text is stored; one that the format does not accept is given back, and equals nothing."""
    try:
        return normalise(text, format_)
    except ValueError:
        return text


def address_key(address: str) -> str:
    """A mail address, however it is typed, in the form in which it is stored and two of one mailbox are compared."""
    return stored_form(composed(address), Format.EMAIL).lower()


def _email(text: str) -> str:
    try:
        # Not checked beyond what RFC 5321 says: 64 octets before the sign, 254 in all.
        address = email_validator.validate_email(text, check_deliverability=False, strict=True)
    except email_validator.EmailNotValidError as error:
        raise ValueError("must be an e-mail address") from error
    if len(address.local_part.encode()) > _LOCAL_OCTETS:
        # Of other scripts too it is the octets that count (RFC 6531).
        raise ValueError("must be an e-mail address")
    return f"{address.local_part}@{address.ascii_domain}".lower()


def _domain(text: str) -> str:
    try:
        name = _ascii_form(text)
    except idna.IDNAError as error:
        raise ValueError("must be a domain name") from error
    return _matching(_DOMAIN, "a domain name")(name)


def _ascii_form(name: str) -> str:
    return idna.encode(name, uts46=True, transitional=False).decode("ascii").lower()


def _url(text: str) -> str:
    _matching(_URL, "an absolute http or https URL")(text)
    host = _HOST.search(text)
    if host is None or host[1].isascii():
        return text
    try:
        return text[: host.start(1)] + _ascii_form(host[1]) + text[host.end(1) :]
    except idna.IDNAError:
        return text  # Whether somebody can have such a name is not a question of form.


def _day(text: str) -> str:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError("must be a day, like 2026-01-31") from error


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise ValueError("must be a UUID") from error


def _member_of(members: frozenset[str], what: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text.upper() not in members:
            raise ValueError(f"must be {what}")
        return text.upper()

    return check


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"must be {what}")
        return text

    return check


def _phone(text: str) -> str:
    if sum(c.isdigit() for c in text) < 3:
        raise ValueError("must be a telephone number")
    return text


def _time_zone(text: str) -> str:
    if text not in TIME_ZONES:
        raise ValueError("must be an IANA time zone, like Europe/Berlin")
    return text


_NORMALISE: dict[int, Callable[[str], str]] = {
    Format.EMAIL: _email,
    Format.PHONE: _phone,
    Format.URL: _url,
    Format.CURRENCY: _member_of(CURRENCIES, "an ISO 4217 currency code"),
    Format.COUNTRY: _member_of(COUNTRIES, "an ISO 3166-1 alpha-2 country code"),
    Format.DECIMAL: _matching(_DECIMAL, "a decimal number with at most four digits after the point"),
    Format.UUID: _uuid,
    Format.DATE: _day,
    Format.TIME_ZONE: _time_zone,
    Format.LANGUAGE: _matching(_LANGUAGE, "a BCP 47 language tag"),
    Format.DOMAIN: _domain,
    Format.TAG: str.lower,
}
