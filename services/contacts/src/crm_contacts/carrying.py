"""What of a lead goes into which field of the account and of the contact that it becomes.

What a record has already stays: single values fill empty fields, entries are added to lists, custom values go under
their own key of the contact where that is free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crm.common.v1 import types_pb2
from crm_chassis.contracts.transcode import Encoder

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact
from crm_contacts.leads.model import Lead

Merge = Callable[[Any, Any], tuple[Any, bool]]
"""Present and carried value to the value afterwards, and whether that has what was carried."""

_encode = Encoder().encode

STAYING = ("unqualified_reason", "external_id")
"""Fields that say something about the lead and not about the customer."""


def _fill(present: Any, carried: Any) -> tuple[Any, bool]:
    return present or carried, not present or present == carried


def _replace(_: Any, carried: Any) -> tuple[Any, bool]:
    return carried, True


def _add_tags(present: list[str] | None, carried: list[str]) -> tuple[list[str], bool]:
    return list(dict.fromkeys([*(present or ()), *carried])), True


def _add_entry(key: str) -> Merge:
    def add(present: list[Any] | None, carried: list[Any]) -> tuple[list[Any], bool]:
        entries = list(present or ())
        held = {entry[key] for entry in entries}
        return entries + [entry for entry in carried if entry[key] not in held], True

    return add


def _add_key(present: dict[str, Any] | None, carried: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    merged = {**carried, **(present or {})}
    return merged, all(merged[key] == value for key, value in carried.items())


@dataclass(frozen=True)
class Passage:
    """One value of a lead, and where it goes."""

    source: str
    """Field of the lead; "custom.size" for a custom one."""
    target: str
    """"account" or "contact"."""
    field: str
    value: Any
    merge: Merge = _fill

    @property
    def path(self) -> str:
        """Where the value goes, as the preview says it."""
        _, dot, key = self.source.partition(".")
        return f"{self.target}.{self.field}{dot}{key}"

    @property
    def text(self) -> str:
        """The value, as the preview says it."""
        match self.field:
            case "emails":
                return str(self.value[0]["address"])
            case "phones":
                return str(self.value[0]["number"])
            case "addresses":
                return ", ".join(part for part in (self.value[0]["city"], self.value[0]["country"]) if part)
            case "tags":
                return ", ".join(self.value)
            case "custom":
                return str(next(iter(self.value.values())))
        return str(self.value)

    def changes(self, record: Any) -> bool:
        """Whether the record would get something that it does not have."""
        present = getattr(record, self.field)
        return bool(self.merge(present, self.value)[0] != present)

    def keeps(self, record: Any) -> bool:
        """Whether the record has what the lead says once this is applied."""
        return self.merge(getattr(record, self.field), self.value)[1]

    def apply(self, record: Any) -> None:
        setattr(record, self.field, self.merge(getattr(record, self.field), self.value)[0])


def passages(lead: Lead, *, overwrite_source: bool = False) -> Iterator[Passage]:
    """Every way that a value of the lead may take."""
    to_account = {
        "company": "name", "industry": "industry", "website": "website", "phone": "phone", "country": "country",
        "territory_id": "territory_id",
    }  # fmt: skip
    to_contact = {
        "first_name": "first_name", "last_name": "last_name", "title": "title", "country": "country",
        "description": "description", "territory_id": "territory_id", "source": "lead_source",
    }  # fmt: skip
    for target, fields in (("account", to_account), ("contact", to_contact)):
        for source, field in fields.items():
            if value := getattr(lead, source):
                yield Passage(
                    source, target, field, value, _replace if source == "source" and overwrite_source else _fill
                )
        if lead.city:
            address = types_pb2.Address(type="work", city=lead.city, country=lead.country, primary=True)
            yield Passage("city", target, "addresses", [_encode(address)])
    if lead.email:
        entry = {"address": lead.email, "type": "work", "primary": False}
        yield Passage("email", "contact", "emails", [entry], _add_entry("address"))
    if lead.phone:
        number = {"number": lead.phone, "type": "work", "primary": False, "raw": lead.phone}
        yield Passage("phone", "contact", "phones", [number], _add_entry("number"))
    if lead.tags:
        yield Passage("tags", "contact", "tags", list(lead.tags), _add_tags)
    for key, value in lead.custom.items():
        yield Passage(f"custom.{key}", "contact", "custom", {key: value}, _add_key)


def left_behind(lead: Lead, ways: Iterable[Passage], records: dict[str, Account | Contact | None]) -> list[str]:
    """Fields of the lead that have a value which no record has afterwards. A record of None takes nothing."""
    kept: dict[str, bool] = {}
    for way in ways:
        record = records[way.target]
        kept[way.source] = kept.get(way.source, False) or (record is not None and way.keeps(record))
    lost = [source for source, held in kept.items() if not held]
    return lost + [name for name in STAYING if getattr(lead, name)]
