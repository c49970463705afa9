"""What a process remembers between two calls: each memory says, beside it, whether it may be about people, and for how
long.

Tables say how a person is found in them and erased (crm_chassis.subjects). Nobody searches the memory of processes:
what is about people goes by itself, within an hour at most, and often before, with the event that it has changed.
"""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 3600.0
"""Seconds for which values about people may stay."""


@dataclass(frozen=True)
class Memory:
    """`personal` says what of people is kept, "" if nothing is; `seconds` is the longest that it stays."""

    personal: str
    seconds: float | None


MEMORIES: dict[str, list[Memory]] = {}
"""By the name of the module."""


def remembers(module: str, personal: str = "", *, seconds: float | None = None) -> None:
    """Registers a memory of a module. Raises ValueError for one about people that does not end in time."""
    if personal and (seconds is None or seconds > LONGEST):
        raise ValueError(f"what {module} remembers of people must go within {LONGEST:g} s")
    MEMORIES.setdefault(module, []).append(Memory(personal, seconds))
