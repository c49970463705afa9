"""How far a share goes: it widens which rows a permission reaches, and grants no permission."""

from __future__ import annotations

READ, UPDATE, FULL = 1, 2, 3

_LEVELS = {"read": READ} | dict.fromkeys(("delete", "share", "assign", "convert", "merge"), FULL)


def level_of(permission: str) -> int:
    """What a share must allow for the permission to reach a record by it: what neither reads, gives away nor ends one
    changes it."""
    return _LEVELS.get(permission.rpartition(".")[2], UPDATE)
