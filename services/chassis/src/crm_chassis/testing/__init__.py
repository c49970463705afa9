"""Fixtures and helpers for the tests of services; the fixtures are in `plugin`."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm_chassis.access.actor import ALL, OWN, SUBTREE, TEAM, TERRITORY, Actor
from crm_chassis.ids import uuid7

_numbers = itertools.count(1)
_run = secrets.token_hex(3)


def unique(prefix: str = "x") -> str:
    """A name no other test uses."""
    return f"{prefix}-{_run}-{next(_numbers)}"


def user(grants: Mapping[str, int] | None = None, *, id_: str = "") -> Actor:
    """A user with the grants; one who may do everything if none are given."""
    return Actor(id_ or uuid7(), "user", {"*": ALL} if grants is None else dict(grants))


def complete(engine: Engine, step: Callable[[Session, str | None], str | None]) -> None:
    """Runs a backfill to its end, each batch in a transaction of its own."""
    cursor: str | None = None
    while True:
        with Session(engine) as session, session.begin():
            cursor = step(session, cursor)
        if cursor is None:
            return


class FrozenClock:
    """A clock that runs until it is set or advanced; then it stands."""

    def __init__(self) -> None:
        self._fixed: datetime | None = None

    def __call__(self) -> datetime:
        return self._fixed or datetime.now(UTC)

    @property
    def now(self) -> datetime:
        return self()

    @now.setter
    def now(self, moment: datetime) -> None:
        self._fixed = moment

    def advance(self, **units: float) -> datetime:
        """Moves on by a timedelta given in its units; returns the new time."""
        self._fixed = self() + timedelta(**units)
        return self._fixed

    def release(self) -> None:
        """Lets the clock run again."""
        self._fixed = None


__all__ = ["ALL", "OWN", "SUBTREE", "TEAM", "TERRITORY", "FrozenClock", "unique", "user"]
