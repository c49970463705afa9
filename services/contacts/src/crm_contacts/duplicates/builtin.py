"""The rules that an installation begins with. Administrators and sales managers change them as they like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm_contacts.duplicates.traits import ACCOUNT, CONTACT, LEAD


@dataclass(frozen=True)
class BuiltIn:
    """A matching rule with the duplicate rule that uses it."""

    name: str
    record_type: str
    other_record_type: str
    comparisons: tuple[dict[str, Any], ...]
    least_score: float


def _compared(field: str, method: str, weight: float = 1.0, blank: str = "NO_MATCH") -> dict[str, Any]:
    return {"field": field, "method": method, "blank": blank, "weight": weight}


_PAIRS = ((CONTACT, CONTACT, "contacts"), (LEAD, LEAD, "leads"), (LEAD, CONTACT, "leads and contacts"))
_Rules = tuple[tuple[str, tuple[dict[str, Any], ...], float], ...]
_OF_PEOPLE: _Rules = (
    ("Same e-mail address", (_compared("EMAIL", "EXACT"),), 1.0),
    ("Same number, similar name", (_compared("PHONE", "EXACT"), _compared("NAME", "FUZZY")), 0.9),
    ("Similar name, same company", (_compared("NAME", "FUZZY"), _compared("COMPANY", "FUZZY")), 0.92),
    (
        "Name that sounds the same, same city, and nothing that speaks against it",
        (
            _compared("NAME", "PHONETIC", 2.0),
            _compared("CITY", "EXACT"),
            _compared("EMAIL", "FUZZY", 2.0, "IGNORED"),
            _compared("PHONE", "FUZZY", 1.0, "IGNORED"),
            _compared("COMPANY", "FUZZY", 1.0, "IGNORED"),
        ),
        0.95,
    ),
)
_OF_ACCOUNTS: _Rules = (
    ("Same domain", (_compared("DOMAIN", "EXACT"),), 1.0),
    ("Similar name, same city", (_compared("NAME", "FUZZY"), _compared("CITY", "EXACT")), 0.95),
    (
        "Similar name, same country",
        (_compared("NAME", "FUZZY", 2.0), _compared("COUNTRY", "EXACT"), _compared("DOMAIN", "EXACT", 1.0, "IGNORED")),
        0.95,
    ),
)


def built_in() -> Iterator[BuiltIn]:
    """The rules, in the order in which they are made."""
    for one, other, names in _PAIRS:
        for name, comparisons, least_score in _OF_PEOPLE:
            yield BuiltIn(f"{name} ({names})", one, other, comparisons, least_score)
    for name, comparisons, least_score in _OF_ACCOUNTS:
        yield BuiltIn(f"{name} (accounts)", ACCOUNT, ACCOUNT, comparisons, least_score)
