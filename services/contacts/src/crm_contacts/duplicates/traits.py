"""What records are compared by, in the form in which it is compared, and the keys under which they are found.

Two records are compared only if they share a key. A key says which fields must be alike, and how, for a match to be
possible; what a rule can find therefore follows from the keys here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any

from crm_chassis.contracts.formats import address_key
from crm_kit import phones
from crm_kit.normalise import domain_of, is_free_mail, name_key

from crm_contacts.duplicates.names import company_tokens, keys_of, name_tokens, sounds

CONTACT, LEAD, ACCOUNT = "CONTACT", "LEAD", "ACCOUNT"
PEOPLE = (CONTACT, LEAD)
MAX_KEYS = 40
"""Keys of one record."""
MAX_VALUES = 5
"""E-mail addresses, numbers and places of one record that have keys."""


@dataclass(frozen=True)
class Traits:
    """What one record is compared by. Values are in the form in which equal ones are equal."""

    record_type: str
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    """Of a person the words of the whole name, of an account those of its name without legal forms."""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    postal_codes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    keys: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        found = dict.fromkeys(self._person_keys() if self.record_type in PEOPLE else self._account_keys())
        object.__setattr__(self, "keys", frozenset(islice(found, MAX_KEYS)))

    def _person_keys(self) -> Iterable[str]:
        yield from (f"e:{email}" for email in self.emails[:MAX_VALUES])
        yield from (f"p:{number}" for number in self.phones[:MAX_VALUES])
        if len(self.name) > 1:
            yield "n:" + " ".join(sorted(sounds(token) for token in self.name))
        names = [key for token in self.name if len(token) > 1 for key in keys_of(token)]
        places = [f"d:{domain}" for domain in self.domains[:3]]
        places += [f"o:{sounds(word)}" for word in self.company[:1]]
        places += [f"c:{sounds(city)}" for city in self.cities[:2]]
        places += [f"z:{code}" for code in self.postal_codes[:2]]
        yield from (f"{place} {name}" for place, name in product(places, names))

    def _account_keys(self) -> Iterable[str]:
        yield from (f"d:{domain}" for domain in self.domains[:10])
        yield from (f"p:{number}" for number in self.phones[:MAX_VALUES])
        if self.name:
            yield "n:" + "".join(self.name)
        heard = [sounds(word) for word in self.name]
        places = [f"c:{sounds(city)}" for city in self.cities[:3]] + [f"l:{one}" for one in self.countries[:3]]
        yield from (f"{place} {name}" for place, name in product(places, heard))
        yield from (f"s:{name}" for name in heard)


def of_contact(contact: Mapping[str, Any], account: Mapping[str, Any] | None = None) -> Traits:
    """Of the columns of a contact and, if it belongs to one, of its account."""
    addresses = [*contact["addresses"], {"country": contact["country"]}]
    return _person(
        CONTACT,
        contact,
        emails=[one["address"] for one in contact["emails"]],
        numbers=[one["number"] for one in contact["phones"]],
        company=account["name"] if account else "",
        domains=account["domains"] if account else (),
        addresses=addresses,
    )


def of_lead(lead: Mapping[str, Any]) -> Traits:
    """Of the columns of a lead."""
    return _person(
        LEAD,
        lead,
        emails=[lead["email"]],
        numbers=[lead["phone"]],
        company=lead["company"],
        domains=[host_of(lead["website"])],
        addresses=[{"city": lead["city"], "country": lead["country"]}],
    )


def of_account(account: Mapping[str, Any]) -> Traits:
    """Of the columns of an account."""
    addresses = [*account["addresses"], {"country": account["country"]}]
    return Traits(
        ACCOUNT,
        name=company_tokens(account["name"]),
        phones=_some([phones.normal(account["phone"], account["country"] or "")] if account["phone"] else ()),
        domains=_some(_own([*account["domains"], host_of(account["website"])])),
        cities=_some(name_key(one.get("city", "")) for one in addresses),
        postal_codes=_some(name_key(one.get("postal_code", "")) for one in addresses),
        countries=_some(one.get("country", "") for one in addresses),
    )


def host_of(url: str) -> str:
    """The domain that a page stands under, without "www."."""
    host = url.partition("://")[2].partition("/")[0].partition(":")[0].rpartition("@")[2]
    return host.lower().removeprefix("www.")


def _person(
    record_type: str,
    person: Mapping[str, Any],
    *,
    emails: Sequence[str],
    numbers: Sequence[str],
    company: str,
    domains: Sequence[str],
    addresses: Sequence[Mapping[str, Any]],
) -> Traits:
    country = person["country"] or ""
    first, last = name_tokens(person["first_name"]), name_tokens(person["last_name"])
    return Traits(
        record_type,
        first=first,
        last=last,
        name=name_tokens(person["first_name"], person["last_name"]),
        emails=_some(address_key(email) for email in emails if email),
        phones=_some(phones.normal(number, country).partition(";")[0] for number in numbers if number),
        company=company_tokens(company),
        domains=_some(_own([*(domain_of(email) for email in emails), *domains])),
        cities=_some(name_key(one.get("city") or "") for one in addresses),
        postal_codes=_some(name_key(one.get("postal_code") or "") for one in addresses),
        countries=_some(one.get("country") or "" for one in addresses),
        title=tuple(name_tokens(person["title"])),
    )


def _own(domains: Iterable[str]) -> Iterable[str]:
    return (domain for domain in domains if not is_free_mail(domain))


def _some(values: Iterable[str]) -> tuple[str, ...]:
    """The values that are none of them empty, each once."""
    return tuple(dict.fromkeys(value for value in values if value))
