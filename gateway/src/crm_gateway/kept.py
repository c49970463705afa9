"""Answers that are kept for whom they were made until something in them changes.

An answer is kept under what was asked and everything the caller may do, so it never crosses callers. It is known by
the ids it names: an event or a write through this gateway that speaks of one of them ends it, and an event of identity
ends all, because what somebody may see may have changed. Services learn of an event later than this gateway does, so
an answer that they gave within the settling time after it is not kept. While events are not followed, nothing is kept,
and what was kept before an interruption is gone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import crm_contracts
from cachetools import TTLCache
from crm_chassis.remembered import remembers

LONGEST_SECONDS = 15 * 60.0
"""Nothing is kept for longer."""
remembers(__name__, "what customer-360 shows; gone before with the event of a change", seconds=LONGEST_SECONDS)
remembers(__name__)  # ids of records that have changed


MAKING_SECONDS = 30.0
"""No answer is in the making for longer than this."""
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _names() -> Iterable[str]:
    """The names under which an event speaks of records; users, teams and the like are named by many answers and change
    none of them."""
    yield from ("id", "subject", "record_id")
    for message in crm_contracts.messages():
        for field in crm_contracts.walk(message.DESCRIPTOR):
            kind = crm_contracts.rules_of(field).reference
            if kind and not kind.startswith("crm.identity."):
                yield field.name


_NAMED = re.compile(
    rb'"(?:'
    + "|".join(sorted(set(_names()), key=len, reverse=True)).encode()
    + rb')":(?:"('
    + _ID.pattern
    + rb')"|\[([^\]]*)\])'
)

Key = tuple[str, ...]
V = TypeVar("V")


def ids_named(document: bytes) -> set[str]:
    """The ids of records that an event or another JSON document of ours speaks of."""
    ids: set[str] = set()
    for single, several in _NAMED.findall(document):
        ids.update(id_.decode() for id_ in ([single] if single else _ID.findall(several)))
    return ids


def ids_in(document: bytes) -> frozenset[str]:
    """All ids in a JSON document: what it shows may depend on any of them."""
    return frozenset(id_.decode() for id_ in _ID.findall(document))


class Kept(Generic[V]):
    """Keeps answers; used in the event loop only."""

    def __init__(
        self,
        size_of: Callable[[V], int],
        *,
        seconds: float,
        room: int,
        settle_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Each answer lives `seconds`, all together fill at most `room` bytes."""
        if seconds > LONGEST_SECONDS:
            raise ValueError(f"nothing is kept for longer than {LONGEST_SECONDS:g} s")
        self._clock = clock
        self._settle = settle_seconds
        self._size_of = size_of
        self._room = room
        self._answers: TTLCache[Key, tuple[V, int]] = TTLCache(room, seconds, clock, getsizeof=lambda kept: kept[1])
        self._naming: dict[str, set[Key]] = {}
        self._forgotten: TTLCache[str, float] = TTLCache(float("inf"), MAKING_SECONDS + settle_seconds, clock)
        self._since = float("inf")

    def followed(self, running: bool) -> None:
        """Whether events are followed from now on."""
        self._clear()
        self._since = self._clock() + self._settle if running else float("inf")

    def get(self, key: Key) -> V | None:
        """The answer, if it is still true."""
        kept = self._answers.get(key)
        return None if kept is None else kept[0]

    def put(self, key: Key, answer: V, ids: frozenset[str], asked_at: float) -> None:
        """Keeps an answer that depends on these records and was asked for at that time of the clock.

        It is not kept if something changed since then or shortly before.
        """
        settled_at = asked_at - self._settle
        if asked_at < self._since or any(self._forgotten.get(id_, float("-inf")) >= settled_at for id_ in ids):
            return
        size = 500 + self._size_of(answer) + 150 * len(ids)
        if size > self._room:
            return
        self._answers[key] = (answer, size)
        for id_ in ids:
            self._naming.setdefault(id_, set()).add(key)
        if len(self._naming) > 4 * max(1000, 50 * len(self._answers)):
            self._tidy()

    def discard(self, key: Key) -> None:
        """Forgets one answer."""
        self._answers.pop(key, None)

    def forget(self, ids: Iterable[str]) -> None:
        """Something happened to these records."""
        now = self._clock()
        for id_ in ids:
            self._forgotten[id_] = now
            for key in self._naming.pop(id_, ()):
                self._answers.pop(key, None)

    def forget_all(self) -> None:
        """What somebody may see has changed."""
        self._clear()
        self._since = max(self._since, self._clock() + self._settle)

    def _clear(self) -> None:
        self._answers.clear()
        self._naming.clear()

    def _tidy(self) -> None:
        current = {id_: {key for key in keys if key in self._answers} for id_, keys in self._naming.items()}
        self._naming = {id_: keys for id_, keys in current.items() if keys}
