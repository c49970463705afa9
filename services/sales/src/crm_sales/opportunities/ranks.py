"""Ranks: the order of the deals in a stage, as texts that are compared byte by byte.

A rank is read as a fraction in base 62, so that there is always another one between two, and one deal is moved without
touching the others (David Greenspan, "Implementing Fractional Indexing",
https://observablehq.com/@dgreensp/implementing-fractional-indexing). Two things are our own. A deal that comes into a
stage is ranked by that moment, the newest first: this needs neither a query nor a lock, and a database can do it. Each
rank ends with a mark of its record, so that two people who move deals into the same gap at once make different ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)
_ZENITH = 2**59
"""Microseconds. Later moments give smaller numbers, and those of every year have 15 hexadecimal digits."""


def entering(moment: datetime, id_: str) -> str:
    """The rank of a deal that comes into a stage at that moment: before all that came earlier.

    The function `rank_on_entering` of the database says the same.
    """
    return f"{_ZENITH - (moment - _EPOCH) // _MICROSECOND:015x}{_mark(id_)}"


def between(above: str, below: str, id_: str) -> str:
    """A rank behind `above` and before `below`, of which either may be empty: the edge of the column.

    Raises ValueError if `above` does not stand before `below`.
    """
    if below and above >= below:
        raise ValueError(f"{above} does not stand before {below}")
    return _middle(above, below) + _mark(id_)


def spread(above: str, below: str, ids: Sequence[str]) -> list[str]:
    """Ranks for records that stand between two others in that order, evenly and as short as that allows."""
    if not ids:
        return []
    middle = len(ids) // 2
    rank = between(above, below, ids[middle])
    return [*spread(above, rank, ids[:middle]), rank, *spread(rank, below, ids[middle + 1 :])]


def _mark(id_: str) -> str:
    """Six random digits of an id. The last digit is not zero: nothing would fit between "a" and "a0"."""
    return f"{id_[-6:]}V"


def _middle(above: str, below: str) -> str:
    """A text between two, which differs from `below` before it ends, so that whatever follows it stays between."""
    digits, bounded = "", bool(below)
    while True:
        place = len(digits)
        low = DIGITS.index(above[place]) if place < len(above) else 0
        high = DIGITS.index(below[place]) if bounded else len(DIGITS)
        if high - low > 1:
            return digits + DIGITS[(low + high) // 2]
        digits += DIGITS[low]
        # One digit lower than `below`: from here on, everything stands before it.
        bounded = bounded and high == low
