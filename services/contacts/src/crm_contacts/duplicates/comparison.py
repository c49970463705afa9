"""How alike two records are by a matching rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import OSA

from crm_contacts.duplicates.names import company_likeness, name_likeness, sound_alike, sounds
from crm_contacts.duplicates.traits import ACCOUNT, Traits

EXACT, FUZZY, PHONETIC = "EXACT", "FUZZY", "PHONETIC"
IGNORED = "IGNORED"


@dataclass(frozen=True)
class Comparison:
    """How one field is compared, and how much it counts."""

    field: str
    method: str
    blank: str = ""
    weight: float = 1.0

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Comparison:
        return cls(stored["field"], stored["method"], stored.get("blank", ""), stored.get("weight") or 1.0)


@dataclass(frozen=True)
class Match:
    """How alike two records are, and by which fields."""

    score: float
    reasons: tuple[dict[str, Any], ...]


def compare(comparisons: Sequence[Comparison], least_score: float, one: Traits, other: Traits) -> Match | None:
    """What two records have in common; None if it is less than the rule asks for."""
    total = reached = 0.0
    left = sum(comparison.weight for comparison in comparisons)
    reasons: list[dict[str, Any]] = []
    for comparison in comparisons:
        left -= comparison.weight
        likeness = _likeness(comparison, one, other)
        if likeness is None:
            continue
        total += comparison.weight
        reached += comparison.weight * likeness
        if likeness > 0:
            found = {"field": comparison.field, "method": comparison.method, "similarity": round(likeness, 3)}
            reasons.append(found)
        if reached + left < least_score * (total + left) - 1e-9:
            return None
    score = reached / total if total else 0.0
    return Match(round(score, 4), tuple(reasons)) if reasons and score >= least_score - 1e-9 else None


def _likeness(comparison: Comparison, one: Traits, other: Traits) -> float | None:
    """How alike the values of a field are; None if a blank one leaves it out."""
    values, others = _values(one, comparison.field), _values(other, comparison.field)
    if not values or not others:
        if comparison.field == "COMPANY" and one.domains and other.domains:
            return _shared(one.domains, other.domains)
        return None if comparison.blank == IGNORED else 0.0
    compared = _COMPARED.get(comparison.field, _words)
    return compared(comparison.method, one, other, values, others)


def _values(traits: Traits, name: str) -> tuple[str, ...]:
    if name == "COMPANY" and traits.record_type == ACCOUNT:
        return traits.name
    values: tuple[str, ...] = getattr(traits, _ATTRIBUTES[name])
    return values


_ATTRIBUTES = {
    "EMAIL": "emails", "PHONE": "phones", "NAME": "name", "FIRST_NAME": "first", "LAST_NAME": "last",
    "COMPANY": "company", "DOMAIN": "domains", "CITY": "cities", "POSTAL_CODE": "postal_codes",
    "COUNTRY": "countries", "TITLE": "title",
}  # fmt: skip


def _shared(values: Sequence[str], others: Sequence[str]) -> float:
    return 0.0 if set(values).isdisjoint(others) else 1.0


def _email(method: str, _: Traits, __: Traits, values: Sequence[str], others: Sequence[str]) -> float:
    if (exact := _shared(values, others)) or method == EXACT:
        return exact
    return max(_address_likeness(one, other) for one in values for other in others)


def _address_likeness(one: str, other: str) -> float:
    (local, _, domain), (other_local, _, other_domain) = one.rpartition("@"), other.rpartition("@")
    if domain == other_domain and min(len(local), len(other_local)) >= 4 and OSA.distance(local, other_local) == 1:
        return 0.9
    if local == other_local and len(local) >= 4 and OSA.distance(domain, other_domain) == 1:
        return 0.9
    return min(0.6, OSA.normalized_similarity(one, other))


def _phone(method: str, _: Traits, __: Traits, values: Sequence[str], others: Sequence[str]) -> float:
    if (exact := _shared(values, others)) or method == EXACT:
        return exact
    near = any(min(len(one), len(two)) >= 9 and OSA.distance(one, two) == 1 for one in values for two in others)
    return 0.9 if near else 0.0


def _name(method: str, one: Traits, _: Traits, values: Sequence[str], others: Sequence[str]) -> float:
    if method == EXACT:
        return 1.0 if sorted(values) == sorted(others) else 0.0
    if one.record_type == ACCOUNT:
        return company_likeness(values, others) if method == FUZZY else _heard(values, others)
    return name_likeness(values, others) if method == FUZZY else sound_alike(values, others)


def _company(method: str, one: Traits, other: Traits, values: Sequence[str], others: Sequence[str]) -> float:
    if method == EXACT:
        likeness = 1.0 if tuple(values) == tuple(others) else 0.0
    else:
        likeness = company_likeness(values, others) if method == FUZZY else _heard(values, others)
    return max(likeness, _shared(one.domains, other.domains))


def _words(method: str, _: Traits, __: Traits, values: Sequence[str], others: Sequence[str]) -> float:
    if (exact := _shared(values, others)) or method == EXACT:
        return exact
    if method == PHONETIC:
        return _heard(values, others)
    return max(_near(one, other) for one in values for other in others)


def _near(one: str, other: str) -> float:
    distance = OSA.distance(one, other)
    return 0.9 if distance == 1 and min(len(one), len(other)) >= 5 else min(0.6, OSA.normalized_similarity(one, other))


def _heard(values: Sequence[str], others: Sequence[str]) -> float:
    return 1.0 if {sounds(one) for one in values} == {sounds(one) for one in others} else 0.0


_COMPARED: Mapping[str, Callable[[str, Traits, Traits, Sequence[str], Sequence[str]], float]] = {
    "EMAIL": _email,
    "PHONE": _phone,
    "NAME": _name,
    "FIRST_NAME": _name,
    "LAST_NAME": _name,
    "COMPANY": _company,
}
