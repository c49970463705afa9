"""Lists of which one entry is the primary one: e-mail addresses, numbers, postal addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def one_primary(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The entries of a list with exactly one primary one: the first that says so, else the first."""
    listed = [dict(entry) for entry in entries]
    chosen = next((position for position, entry in enumerate(listed) if entry.get("primary")), 0)
    return [entry | {"primary": position == chosen} for position, entry in enumerate(listed)]
