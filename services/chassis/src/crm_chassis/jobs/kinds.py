"""What a kind of job is made of: the function for its steps, and what that returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crm_chassis.records.tx import Transaction


@dataclass(frozen=True)
class Job:
    """A job as its steps see it."""

    id: str
    kind: str
    key: str
    payload: Mapping[str, Any]
    """What was asked for; never changes."""
    cursor: Mapping[str, Any]
    """How far it has come: what the step before returned as its cursor, {} at first."""
    done: int
    total: int | None
    outcome: Any = None
    """What the effect of the step before returned; None if it had none, failed, or the process died in it."""


@dataclass(frozen=True)
class Done:
    """There is nothing left to do."""


@dataclass(frozen=True)
class Again:
    """There is another step.

    What is None stays as it was. With `after` the next step comes so much later, else at once.

    `effect` is called when this step is committed, outside of any transaction, and what it returns is the next step's
    `outcome`: for what other systems do (mail, HTTP) and for what takes long (crm_chassis.jobs.children). If it fails,
    that is a failed attempt of the next step. Then, and when the process dies in it, nobody knows how far it came: the
    cursor, or the records that this step has changed, must say that it was begun. The step that is given an outcome
    has no effect of its own, so that the job can make way for others after it.
    """

    cursor: Mapping[str, Any] | None = None
    done: int | None = None
    total: int | None = None
    after: timedelta | None = None
    effect: Callable[[], Any] | None = None

    def __post_init__(self) -> None:
        if self.after is not None and self.effect is not None:
            raise ValueError("an effect comes at once")


@dataclass(frozen=True)
class Retry:
    """How often something is attempted, and the pauses in between in seconds; the last of them repeats."""

    attempts: int = 8
    pauses: Sequence[float] = (1, 5, 30, 120, 600, 3600)

    def pause(self, attempt: int) -> timedelta:
        """How long to wait after that many attempts, at least one."""
        return timedelta(seconds=self.pauses[min(attempt, len(self.pauses)) - 1])


@dataclass(frozen=True)
class JobKind:
    """A kind of job.

    `step` does a part of the work in the transaction that it is given and says what comes next; its changes and the
    new cursor commit together. It runs as the system.
    An error undoes the step, which is attempted again as `retry` says; after the last attempt the job is DEAD: it waits
    for an operator, and later jobs of its key behind it.
    """

    name: str
    step: Callable[[Transaction, Job], Done | Again]
    lease: float = 30.0
    """Seconds that an effect and the step after it may take. When they are over another worker takes the job over."""
    retry: Retry = Retry()
    cancellable: bool = True
    on_cancel: Callable[[Transaction, Job], None] | None = None
    """Called in the transaction that cancels a job, for what its records must show."""
    kept: timedelta = timedelta(days=7)
    """How long a job is shown after its end. A dead one stays until it is cancelled."""
    source: str = "rule"
    """What the audit trail names as the source of its changes."""
