"""Running jobs: each step's effect in the database happens once, whatever dies in it.

1. A job is taken in a transaction of its own, which counts the attempt and gives it a lease. So a crash counts.
2. A step is one transaction: it locks the row of the job if the lease is still the one that was given, does its work,
   and writes the cursor and the next lease. Whoever has lost the lease finds another one and changes nothing.
3. An effect on another system happens between two such transactions.

What is due is told by the database's clock, which all workers share.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import orjson
from sqlalchemy import ColumnElement, Engine, Row, func, text
from sqlalchemy.orm import Session

from crm_chassis.access.actor import Actor
from crm_chassis.clock import Clock
from crm_chassis.context import RequestContext
from crm_chassis.db.faults import is_outage
from crm_chassis.db.tables import JobRow
from crm_chassis.db.vault import Vault
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import CANCELLATION, CANCELLED, DEAD, DONE, RUNNING, WAITING, change, job_of
from crm_chassis.logs import get_logger
from crm_chassis.metrics import JOBS_FINISHED
from crm_chassis.records.tx import Transaction

R = TypeVar("R")

SLICE_SECONDS = 5.0
"""A job that is not done after so long goes behind those that have become due meanwhile."""
OUTAGE_PAUSE = 0.5
ERROR_LENGTH = 4000

# Within a kind the one that has been due longest comes first. Kinds take turns, so that thousands of one do not hold up
# another. A job is not taken while an earlier one of its key is not done. From the third attempt on its lease is
# longer, so that workers on a machine so busy that none begins in time do not take it from each other for ever.
_TAKE = text(
    """
    WITH due AS (
        SELECT j.id, k.lease, row_number() OVER (PARTITION BY k.kind ORDER BY j.due_at) AS turn
        FROM unnest(CAST(:kinds AS text[]), CAST(:leases AS float8[])) k(kind, lease)
        CROSS JOIN LATERAL (
            SELECT id, due_at FROM jobs
            WHERE kind = k.kind AND state IN ('WAITING', 'RUNNING') AND due_at <= coalesce(:now, now())
                AND (key = '' OR NOT EXISTS (
                    SELECT FROM jobs earlier
                    WHERE earlier.kind = jobs.kind AND earlier.key = jobs.key AND earlier.seq < jobs.seq
                        AND earlier.key <> '' AND earlier.state IN ('WAITING', 'RUNNING', 'DEAD')
                ))
            ORDER BY due_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
        ) j
    ), taken AS (SELECT id, lease FROM due ORDER BY turn, random() LIMIT :limit)
    UPDATE jobs SET state = 'RUNNING', timer = false, attempts = attempts + 1, lease = gen_random_uuid(),
        due_at = coalesce(:now, now()) + make_interval(secs => taken.lease * 2 ^ least(greatest(attempts - 1, 0), 3))
    FROM taken WHERE jobs.id = taken.id
    RETURNING CAST(jobs.id AS text), kind, CAST(jobs.lease AS text), attempts
    """
)
_LOCKED = text(
    """
    SELECT CAST(id AS text) AS id, kind, key, payload, cursor, done, total, CAST(lease AS text) AS lease,
        cancel_requested, request_id, caused_by,
        coalesce(CAST(:now AS timestamptz), now()) AS now
    FROM jobs WHERE id = CAST(:id AS uuid) AND lease = ANY(CAST(:leases AS uuid[])) FOR NO KEY UPDATE
    """
)
# What follows a step is reckoned from its end: after a long one there is as much time as after a short one.
_STEPPED = text(
    """
    UPDATE jobs SET state = CAST(:state AS text), attempts = :attempts, lease = CAST(:lease AS uuid), error = '',
        due_at = coalesce(CAST(:now AS timestamptz), clock_timestamp()) + make_interval(secs => :seconds),
        cursor = coalesce(CAST(:cursor AS jsonb), cursor),
        done = coalesce(CAST(:done AS bigint), CASE WHEN CAST(:state AS text) = 'DONE' THEN total END, done),
        total = coalesce(CAST(:total AS bigint), total),
        finished_at = CASE WHEN CAST(:state AS text) = 'DONE' THEN now() END
    WHERE id = CAST(:id AS uuid)
    """
)
_NEXT = text(
    """
    SELECT extract(epoch FROM min(j.due_at) - coalesce(:now, now()))
    FROM unnest(CAST(:kinds AS text[])) k(kind)
    CROSS JOIN LATERAL (
        SELECT due_at FROM jobs
        WHERE kind = k.kind AND state IN ('WAITING', 'RUNNING') AND due_at > coalesce(:now, now())
        ORDER BY due_at LIMIT 1
    ) j
    """
)


class LeaseLost(Exception):
    """Another worker has taken the job over, or an operator has ended it."""


@dataclass
class Taken:
    """A job in hand."""

    id: str
    kind: str
    lease: str
    attempts: int


@dataclass
class _Step:
    """A step, however often it takes to get it committed."""

    kind: JobKind
    taken: Taken
    outcome: Any
    last: bool
    """Whether the job must be put back after it, if it can."""
    next_lease: str = field(default_factory=lambda: str(uuid4()))
    state: str = ""
    """That of the job after the step."""
    again: Again | None = None
    """What the step returned, if the job goes on with another one."""


class Runner:
    """Takes and runs the jobs of a service."""

    def __init__(
        self,
        engine: Engine,
        kinds: Sequence[JobKind],
        vault: Vault,
        clock: Clock | None = None,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """The clock is the database's if none is given."""
        self._engine = engine
        self._kinds = {kind.name: kind for kind in kinds}
        self._vault = vault
        self._clock = clock
        self._pause = pause
        self._stopping = False
        self._log = get_logger()
        for kind in kinds:
            # A counter that appears with its first failure would hide it: nothing to compare with.
            for state in (DONE, DEAD, CANCELLED):
                JOBS_FINISHED.labels(kind.name, state)

    def stop(self) -> None:
        """Jobs under way finish the step they are in and are put back."""
        self._stopping = True

    # -- taking -------------------------------------------------------------------------------------------

    def take(self, limit: int) -> list[Taken]:
        """At most so many jobs that are due, or whose lease has ended. Whoever takes one must `run` it."""
        leases = [kind.lease for kind in self._kinds.values()]
        parameters = {"kinds": list(self._kinds), "leases": leases, "limit": limit, "now": self._now()}
        with Session(self._engine) as session, session.begin():
            return [Taken(*row) for row in session.execute(_TAKE, parameters)]

    def next_due(self) -> float | None:
        """Seconds until another job is due; None if none is known."""
        with Session(self._engine) as session:
            seconds = session.scalar(_NEXT, {"kinds": list(self._kinds), "now": self._now()})
        return None if seconds is None else float(seconds)

    # -- running ------------------------------------------------------------------------------------------

    def run(self, taken: Taken, seconds: float = SLICE_SECONDS) -> None:
        """One step after the other until the job is done, has to wait, fails, or that long has passed."""
        kind = self._kinds[taken.kind]
        until = time.monotonic() + seconds
        try:
            if taken.attempts > kind.retry.attempts:
                self._give_up(taken, f"its worker died, or it took longer than {kind.lease:g} s")
                return
            outcome = None
            while again := self._step(_Step(kind, taken, outcome, self._stopping or time.monotonic() > until)):
                outcome = None
                if again.effect is not None and (outcome := again.effect()) is None:
                    raise TypeError(f"the effect of {kind.name} does not say what came of it")
        except LeaseLost:
            self._log.warning("job lost", job_id=taken.id, kind=taken.kind)
        except Exception as error:
            self._failed(kind, taken, error)
        except BaseException:
            # The process is ending: nobody need wait until the lease ends too.
            with suppress(Exception):
                self._put_back(taken)
            raise

    def _step(self, step: _Step) -> Again | None:
        """Makes a step; what it returned if the job goes on. Waits for the database as long as the lease lasts."""
        taken, patience = step.taken, time.monotonic() + step.kind.lease
        while True:
            try:
                self._transact(step)
                break
            except Exception as error:
                if not is_outage(error) or time.monotonic() > patience:
                    raise
                self._log.warning("job waits for the database", job_id=taken.id, error=type(error).__name__)
                self._pause(OUTAGE_PAUSE)
        if step.again is not None:
            taken.lease, taken.attempts = step.next_lease, 1
        elif step.state in (DONE, CANCELLED):
            JOBS_FINISHED.labels(taken.kind, step.state).inc()
        return step.again

    def _transact(self, step: _Step) -> None:
        with Session(self._engine) as session, session.begin():
            row = self._locked(session, step)
            if row.lease == step.next_lease:
                return  # It was committed before; the connection was lost over that.
            if row.cancel_requested and step.outcome is None:
                if step.kind.on_cancel is not None:
                    self._call(session, step, row, step.kind.on_cancel)
                change(session, step.taken.id, **CANCELLATION)
                step.state = CANCELLED
            else:
                result = self._call(session, step, row, step.kind.step)
                session.execute(_STEPPED, self._following(step, result))

    def _locked(self, session: Session, step: _Step) -> Row[Any]:
        """The row of the job and the time. Raises LeaseLost."""
        leases = [step.taken.lease, step.next_lease]
        row = session.execute(_LOCKED, {"id": step.taken.id, "leases": leases, "now": self._now()}).first()
        if row is None:
            raise LeaseLost
        return row

    def _call(self, session: Session, step: _Step, row: Row[Any], function: Callable[[Transaction, Job], R]) -> R:
        """Calls a function of the kind in a transaction of the system, in the name of the kind."""
        with Transaction(
            session,
            Actor(step.kind.name, "system"),
            vault=self._vault,
            context=RequestContext(request_id=row.request_id),
            clock=lambda: row.now,
            source=step.kind.source,
            caused_by=row.caused_by,
        ) as tx:
            return function(tx, job_of(row, step.outcome))

    def _following(self, step: _Step, result: Done | Again) -> dict[str, Any]:
        """What becomes of the job after a step, as parameters of _STEPPED."""
        again = result if isinstance(result, Again) else Again()
        pause, lease = again.after or timedelta(), None
        if step.outcome is not None and again.effect is not None:
            raise TypeError(f"{step.kind.name} has an effect in the step that takes in the outcome of the one before")
        if isinstance(result, Done):
            step.state = DONE
        elif again.effect is not None or (again.after is None and not step.last):
            step.state, step.again = RUNNING, again
            pause, lease = timedelta(seconds=step.kind.lease), step.next_lease
        else:
            step.state = WAITING
        return {
            "id": step.taken.id,
            "state": step.state,
            "lease": lease,
            "attempts": 1 if lease else 0,
            "seconds": pause.total_seconds(),
            "cursor": None if again.cursor is None else orjson.dumps(dict(again.cursor)).decode(),
            "done": again.done,
            "total": again.total,
            "now": self._now(),
        }

    # -- when it does not go on ---------------------------------------------------------------------------

    def _failed(self, kind: JobKind, taken: Taken, error: Exception) -> None:
        """Notes a failed attempt. The database's being away is none: the job can be taken again when its lease ends."""
        if is_outage(error):
            self._log.warning("job left", job_id=taken.id, kind=taken.kind, error=repr(error))
            return
        try:
            if taken.attempts >= kind.retry.attempts:
                self._give_up(taken, repr(error))
                return
            self._log.warning("job failed", job_id=taken.id, kind=taken.kind, exc_info=error)
            due_at = self._later(kind.retry.pause(taken.attempts))
            self._let_go(taken, state=WAITING, due_at=due_at, error=repr(error)[:ERROR_LENGTH])
        except Exception as trouble:
            self._log.warning("job left", job_id=taken.id, kind=taken.kind, error=repr(trouble))

    def _give_up(self, taken: Taken, error: str) -> None:
        if self._let_go(taken, state=DEAD, error=error[:ERROR_LENGTH]):
            JOBS_FINISHED.labels(taken.kind, DEAD).inc()
            self._log.error("job given up", job_id=taken.id, kind=taken.kind, error=error)

    def _put_back(self, taken: Taken) -> None:
        self._let_go(taken, state=WAITING, due_at=self._later(timedelta()))

    def _let_go(self, taken: Taken, **values: Any) -> bool:
        with Session(self._engine) as session, session.begin():
            return change(session, taken.id, JobRow.lease == taken.lease, lease=None, **values)

    # -- time ---------------------------------------------------------------------------------------------

    def _now(self) -> datetime | None:
        return self._clock() if self._clock is not None else None

    def _later(self, delay: timedelta) -> ColumnElement[datetime]:
        return func.coalesce(self._now(), func.now()) + delay
