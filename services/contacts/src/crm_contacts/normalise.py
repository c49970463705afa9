"""The one place where names, addresses and numbers of customers get their stored form.

Every way in crosses it: the API through the schemas, imports because they build the same messages.
"""

from __future__ import annotations

import phonenumbers

# Domains of mail providers that anybody can have an address at: they say nothing about an organisation.
FREE_MAIL_DOMAINS = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.co.uk hotmail.com hotmail.co.uk outlook.com live.com "
    "msn.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.com web.de t-online.de freenet.de "
    "mail.com mail.ru yandex.ru proton.me protonmail.com zoho.com orange.fr free.fr laposte.net libero.it "
    "qq.com 163.com 126.com rediffmail.com naver.com".split()
)


def phone(text: str, country: str = "") -> str:
    """The number in E.164, or the text as it was given if it cannot be understood.

    `country` (ISO 3166-1 alpha-2) says how to read a national number; without it only international ones are.
    """
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def tags(given: list[str]) -> list[str]:
    """Tags in lower case, without repetition, in the order given."""
    return list(dict.fromkeys(one.strip().lower() for one in given if one.strip()))


def domain_of(email: str) -> str:
    """The domain of an address if it may belong to an organisation, else empty."""
    domain = email.rpartition("@")[2].lower()
    return "" if domain in FREE_MAIL_DOMAINS else domain


def company_key(name: str) -> str:
    """A name reduced to what makes two spellings of a company equal: letters and digits without legal forms."""
    words = "".join(c if c.isalnum() else " " for c in name.lower()).split()
    legal = {
        "inc",
        "llc",
        "ltd",
        "gmbh",
        "ag",
        "corp",
        "corporation",
        "co",
        "company",
        "plc",
        "sa",
        "bv",
        "kg",
        "se",
    }
    kept = [word for word in words if word not in legal]
    return "".join(kept or words)
