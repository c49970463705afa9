"""The clocks of a ticket, measured from facts.

A clock is computed anew at every change from what happened: when it started, when it stopped, when the ticket stood
still (its pauses), and which policy, priority and calendar are in force. So a change of priority, policy or calendar
carries the time that was used and the time that was paused along, and nothing can drift. What has ended, well or
badly, stays as it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from crm_support.calendars.model import WorkingTime

KINDS = ("FIRST_RESPONSE", "UPDATE", "SOLUTION")

Pause = tuple[datetime, datetime | None]
Span = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Promise:
    """A policy as far as clocks need it: working minutes by kind of clock and priority, and the working time."""

    policy_id: str
    targets: Mapping[tuple[str, str], int]
    hours: WorkingTime


@dataclass(frozen=True)
class Clock:
    """One promise on one ticket; fields as in the message. `reported` once the breach has been published."""

    kind: str
    started_at: datetime
    target_minutes: int
    elapsed_minutes: int
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None
    reported: bool = False

    @property
    def state(self) -> str:
        """BREACHED once broken, whatever follows; else MET, RUNNING or PAUSED."""
        if self.breached_at is not None:
            return "BREACHED"
        if self.stopped_at is not None:
            return "MET"
        return "RUNNING" if self.due_at is not None else "PAUSED"

    def at(self, now: datetime) -> Clock:
        """The clock as it is now if nothing happened since: a deadline that has passed is a breach."""
        if self.state != "RUNNING" or self.due_at is None or self.due_at >= now:
            return self
        return replace(self, breached_at=self.due_at, elapsed_minutes=self.target_minutes)

    def to_json(self) -> dict[str, Any]:
        """The clock as it is stored, in the form of its message."""
        return {
            "kind": self.kind,
            "state": self.state,
            "started_at": _text(self.started_at),
            "due_at": _text(self.due_at),
            "target_minutes": self.target_minutes,
            "elapsed_minutes": self.elapsed_minutes,
            "stopped_at": _text(self.stopped_at),
            "breached_at": _text(self.breached_at),
            "reported": self.reported,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Clock:
        """The clock that was stored."""
        return cls(
            kind=stored["kind"],
            started_at=datetime.fromisoformat(stored["started_at"]),
            target_minutes=stored["target_minutes"],
            elapsed_minutes=stored["elapsed_minutes"],
            due_at=_moment(stored["due_at"]),
            stopped_at=_moment(stored["stopped_at"]),
            breached_at=_moment(stored["breached_at"]),
            reported=stored["reported"],
        )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def measure(
    kind: str, promise: Promise, target: int, started_at: datetime, stopped_at: datetime | None,
    pauses: Sequence[Pause], now: datetime,
) -> Clock:  # fmt: skip
    """The clock that follows from the facts. A time that was used up before it was promised is a breach of now."""
    if stopped_at is not None:
        pauses = [pause for pause in pauses if pause[0] < stopped_at]
    due_at = deadline(promise.hours, active(started_at, pauses), timedelta(minutes=target))
    end = stopped_at or now
    breached_at = None
    if due_at is not None and due_at < end:
        breached_at = due_at if stopped_at is not None else now
    elapsed = elapsed_minutes(promise.hours, started_at, pauses, end)
    return Clock(kind, started_at, target, elapsed, due_at, stopped_at, breached_at)


def go_on(
    clock: Clock, promise: Promise | None, stopped_at: datetime | None, pauses: Sequence[Pause], now: datetime
) -> Clock:
    """A broken clock after a change: still broken, still counting until it is stopped."""
    elapsed = clock.elapsed_minutes
    if promise is not None:
        elapsed = elapsed_minutes(promise.hours, clock.started_at, pauses, stopped_at or now)
    return replace(clock, stopped_at=stopped_at, elapsed_minutes=elapsed)


def active(started_at: datetime, pauses: Iterable[Pause]) -> Iterator[Span]:
    """The spans since `started_at` in which a clock runs; the last one has no end unless a pause is going on."""
    cursor = started_at
    for begin, end in pauses:
        if end is not None and end <= cursor:
            continue
        if begin > cursor:
            yield cursor, begin
        if end is None:
            return
        cursor = end
    yield cursor, None


def deadline(hours: WorkingTime, spans: Iterable[Span], amount: timedelta) -> datetime | None:
    """When `amount` of working time will have passed in the spans; None if they end before that.

    A span that ends just when the amount is used up is in time: the deadline is the moment the clock goes on.
    """
    for begin, end in spans:
        if end is None:
            return hours.add_working(begin, amount)
        done = hours.working_between(begin, end)
        if done > amount:
            return hours.add_working(begin, amount)
        amount -= done
    return None


def elapsed_minutes(hours: WorkingTime, started_at: datetime, pauses: Iterable[Pause], end: datetime) -> int:
    """Whole working minutes from start to `end`, without pauses."""
    worked = timedelta()
    for begin, finish in active(started_at, pauses):
        worked += hours.working_between(begin, min(finish or end, end))
    return worked // timedelta(minutes=1)
