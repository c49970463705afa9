"""What becomes of each field when records are made one: the one table, and how its rules decide.

| rule     | the survivor gets                                                                             |
|----------|-----------------------------------------------------------------------------------------------|
| SURVIVOR | its own, even if it has none                                                                  |
| FILLED   | its own; if it has none, that of the loser that was changed last, of those that have one      |
| UNION    | its own entries, and behind them those of the losers that it has not; primary stays its own   |
| EARLIEST | the earliest of all                                                                           |

A value that has several parts (an amount and its currency, the postal addresses) goes as a whole. Who merges may choose
another record for any field; of a UNION that one's entries come first, and none is lost. When a record was changed last
counts for all its fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_contacts.accounts.model import Account
from crm_contacts.base import Record
from crm_contacts.contacts.model import Contact

SURVIVOR, FILLED, UNION, EARLIEST, CHOSEN = "SURVIVOR", "FILLED", "UNION", "EARLIEST", "CHOSEN"

RULES: Mapping[type[Record], Mapping[str, str]] = {
    Contact: {
        "first_name": FILLED,
        "last_name": FILLED,
        "emails": UNION,
        "phones": UNION,
        "addresses": FILLED,
        "account_id": FILLED,
        "title": FILLED,
        "department": FILLED,
        "owner_id": SURVIVOR,
        "territory_id": SURVIVOR,
        "tags": UNION,
        "custom": UNION,
        "description": FILLED,
        "lead_source": FILLED,
        "language": FILLED,
        "time_zone": FILLED,
        "preferred_channel": FILLED,
        "country": FILLED,
        "external_id": FILLED,
        "created_at": EARLIEST,
    },
    Account: {
        "name": FILLED,
        "domains": UNION,
        "industry": FILLED,
        "employees": FILLED,
        "annual_revenue": FILLED,
        "website": FILLED,
        "phone": FILLED,
        "addresses": FILLED,
        "parent_id": FILLED,
        "owner_id": SURVIVOR,
        "territory_id": SURVIVOR,
        "tags": UNION,
        "custom": UNION,
        "description": FILLED,
        "country": FILLED,
        "founded_year": FILLED,
        "external_id": FILLED,
        "created_at": EARLIEST,
    },
}

ENTRIES = {"emails": "address", "phones": "number"}
"""By what two entries of a list are the same."""
_BLANK: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Decision:
    """The value of a field of the survivor, and where it comes from."""

    field: str
    rule: str
    source_ids: tuple[str, ...]
    value: Any

    @property
    def told(self) -> dict[str, Any]:
        """As a merge and a preview tell it."""
        return {"field": self.field, "rule": self.rule, "source_ids": list(self.source_ids)}


def decide(
    survivor: Mapping[str, Any],
    losers: Sequence[Mapping[str, Any]],
    rules: Mapping[str, str],
    choices: Mapping[str, str],
) -> list[Decision]:
    """What becomes of each field; records are the values of their fields by name.

    Fields that none of them has are left out.
    """
    latest_first = sorted(losers, key=lambda loser: (loser["updated_at"], loser["id"]), reverse=True)
    decided = (_decide(name, rule, [survivor, *latest_first], choices.get(name, "")) for name, rule in rules.items())
    return [one for one in decided if one is not None]


def _decide(name: str, rule: str, records: Sequence[Mapping[str, Any]], chosen_id: str) -> Decision | None:
    having = [one for one in records if one[name] not in _BLANK]
    if chosen_id:
        chosen = next(one for one in records if one["id"] == chosen_id)
        if rule == UNION:
            having = [one for one in (chosen, *(other for other in records if other is not chosen)) if one in having]
        else:
            return Decision(name, CHOSEN, (chosen_id,), chosen[name])
    if not having:
        return None
    own = records[0]
    if rule == UNION:
        value, sources = _union(name, having)
        return Decision(name, CHOSEN if chosen_id else UNION, sources, value)
    if rule == EARLIEST:
        first = min(having, key=lambda one: one[name])
        return Decision(name, EARLIEST, (first["id"],), first[name])
    if rule == SURVIVOR or having[0] is own:
        return Decision(name, SURVIVOR, (own["id"],), own[name])
    return Decision(name, FILLED, (having[0]["id"],), having[0][name])


def _union(name: str, records: Sequence[Mapping[str, Any]]) -> tuple[Any, tuple[str, ...]]:
    """The entries of all, each once, and who has given some."""
    if isinstance(records[0][name], dict):
        values: dict[str, Any] = {}
        sources = []
        for record in records:
            news = {key: value for key, value in record[name].items() if values.get(key) in _BLANK}
            if news:
                sources.append(record["id"])
            values |= news
        return values, tuple(sources)
    key = ENTRIES.get(name)
    entries: dict[Any, Any] = {}
    sources = []
    for record in records:
        news = {}
        for entry in record[name]:
            identity = entry[key] if key else entry
            if identity not in entries:
                # The first record's primary one stays the only one.
                news[identity] = entry if not entries or not key else entry | {"primary": False}
        if news:
            sources.append(record["id"])
        entries |= news
    return list(entries.values()), tuple(sources)


def taken_back(name: str, now: Any, before: Any, after: Any) -> Any:
    """The value of a field of the survivor when it is taken apart from the losers.

    What the merge has brought goes, and what was changed since stays.
    """
    if now == after:
        return before
    if isinstance(now, dict):
        kept = {key: value for key, value in now.items() if key in before or after.get(key) != value}
        return kept | {key: before[key] for key, value in after.items() if key in before and now.get(key) == value}
    if isinstance(now, list):
        key = ENTRIES.get(name)
        if name == "addresses":
            return now

        def identity(one: Any) -> Any:
            return one[key] if key else one

        brought = {identity(one) for one in after} - {identity(one) for one in before}
        return [one for one in now if identity(one) not in brought]
    return now
