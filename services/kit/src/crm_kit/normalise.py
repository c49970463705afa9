"""The stored form of what people write in several ways, and the keys by which two spellings are recognised as one.

Every way in crosses it: the API through the schemas, imports because they build the same messages, copies because
their keys are made here too.
"""

from __future__ import annotations

from crm_chassis.contracts.formats import address_key
from crm_chassis.text import words

# Domains of mail providers that anybody can have an address at: they say nothing about an organisation.
FREE_MAIL_DOMAINS = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.co.uk hotmail.com hotmail.co.uk outlook.com live.com "
    "msn.com aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.com web.de t-online.de freenet.de "
    "mail.com mail.ru yandex.ru proton.me protonmail.com zoho.com orange.fr free.fr laposte.net libero.it "
    "qq.com 163.com 126.com rediffmail.com naver.com".split()
)
_LEGAL_FORMS = frozenset("inc llc ltd gmbh ag corp corporation co company plc sa bv kg se".split())


def name_key(name: str) -> str:
    """A name reduced to its letters, marks and digits: "GTX Pro" and "GTXPro" are both "gtxpro".

    Empty for a name without any, and an empty key equals nothing.
    """
    return "".join(words(name))


def company_words(name: str) -> list[str]:
    """The words of a company's name without legal forms; a name of nothing but legal forms keeps them."""
    parts = words(name)
    return [word for word in parts if word not in _LEGAL_FORMS] or parts


def company_key(name: str) -> str:
    """A name reduced to what makes two spellings of a company equal: letters and digits, without legal forms.

    "Acme, Inc." and "ACME" are both "acme". Empty like `name_key`.
    """
    return "".join(company_words(name))


def domain_of(email: str) -> str:
    """The domain of an address if it may belong to an organisation, else empty."""
    domain = address_key(email).rpartition("@")[2]
    return "" if domain in FREE_MAIL_DOMAINS else domain
