"""Lists of which one entry is the primary one: e-mail addresses, numbers, postal addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def one_primary(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The entries of a list with exactly one primary one: the first that says so, else the first."""
    listed = [dict(entry) for entry in entries]
    chosen = next((position for position, entry in enumerate(listed) if entry.get("primary")), 0)
    return [entry | {"primary": position == chosen} for position, entry in enumerate(listed)]


def home_country(country: str | None, addresses: Iterable[Mapping[str, Any]] | None) -> str:
    """The country in which a national number is dialled: that of the record, else that of its primary address."""
    primary = next((one for one in addresses or () if one.get("primary")), {})
    return country or primary.get("country") or ""
