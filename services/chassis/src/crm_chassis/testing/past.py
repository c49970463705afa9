"""Whether what is told as of a time is what was read at that time."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import crm_contracts
from crm.common.v1 import standard_pb2

from crm_chassis.errors import DomainError


class Remembered:
    """What was read of records at moments."""

    def __init__(self, rpc: Callable[..., Any], actor: Any) -> None:
        self._rpc, self._actor = rpc, actor
        self._readings: list[tuple[str, str, datetime, Any]] = []

    def read(self, method: str, id_: str) -> Any:
        """Reads a record, deleted or not, and keeps what was read with the moment."""
        found = self._rpc(method, standard_pb2.GetRequest(id=id_, show_deleted=True), as_=self._actor)
        self._readings.append((method, id_, datetime.now(UTC), found))
        return found

    def check(self) -> int:
        """Reads everything again as of its moment, in any order; returns how often. Raises AssertionError."""
        random.shuffle(self._readings)
        for method, id_, moment, read in self._readings:
            request = standard_pb2.GetRequest(id=id_, show_deleted=True)
            request.as_of.FromDatetime(moment)
            told = self._rpc(method, request, as_=self._actor)
            assert told.etag == f"as-of-{read.etag}", f"{method} {id_}: {told.etag} is not {read.etag}"
            assert comparable(told) == comparable(read), f"{method} {id_} as of {moment}"
        return len(self._readings)


def comparable(message: Any) -> Any:
    """A record without its etag, the time of its last change, which is told by another clock, and what is not told."""
    found = type(message).FromString(message.SerializeToString())
    untold = {one.name for one in found.DESCRIPTOR.fields if crm_contracts.rules_of(one).untold_as_of}
    for name in untold | {"etag", "updated_at"}:
        found.ClearField(name)
    return found


def change_at_random(
    seed: int, count: int, records: Sequence[tuple[str, str, Sequence[Callable[[str], object]]]], remembered: Remembered
) -> int:
    """Makes so many changes, and reads what was changed, and another record, after each.

    `records` are the method that reads each, its id, and what can be done to it. What a rule refuses counts as nothing.
    Returns how many were refused.
    """
    chance = random.Random(seed)
    done = refused = 0
    while done < count:
        method, id_, changes = chance.choice(records)
        try:
            chance.choice(changes)(id_)
        except DomainError:
            refused += 1
            assert refused < 2 * count, "most changes are refused"
            continue
        done += 1
        remembered.read(method, id_)
        other, its_id, _ = chance.choice(records)
        remembered.read(other, its_id)
    return refused
