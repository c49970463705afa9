"""Putting jobs into the queue and taking them out of it again: for use cases, operators and the worker's chores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, String, cast, exists, text, update
from sqlalchemy.orm import QueryableAttribute, Session

from crm_chassis.db.tables import JobRow
from crm_chassis.errors import JobFinished, JobNotCancellable, JobNotDead
from crm_chassis.ids import uuid7
from crm_chassis.jobs.kinds import Job, JobKind
from crm_chassis.records.tx import Transaction

WAITING, RUNNING, DONE, DEAD, CANCELLED = "WAITING", "RUNNING", "DONE", "DEAD", "CANCELLED"
SCHEDULED = "SCHEDULED"
"""What a job that waits for its time is counted as."""
CONDITIONS = (WAITING, SCHEDULED, RUNNING, DEAD)
UNFINISHED = (WAITING, RUNNING, DEAD)
KEPT = timedelta(days=7)
"""How long jobs of kinds are kept that the service no longer has."""

_COLUMNS = """
    id, kind, key, timer, due_at, payload, actor_id, request_id, caused_by, created_at,
    permission, state, attempts, error, cursor, done, cancel_requested
"""
_REST = "'', 'WAITING', 0, '', CAST('{}' AS jsonb), 0, false"
# The number that decides about the order is drawn only when no other transaction can enqueue for the key: so the
# order of the numbers is that of the commits. A process whose clock runs ahead does not make its jobs wait.
_ENQUEUE = text(
    f"""
    INSERT INTO jobs ({_COLUMNS})
    SELECT CAST(:id AS uuid), CAST(:kind AS text), CAST(:key AS text), false,
        coalesce(CAST(:due_at AS timestamptz), least(now(), CAST(:at AS timestamptz))), CAST(:payload AS jsonb),
        CAST(:actor_id AS text), CAST(:request_id AS text), CAST(:caused_by AS text), CAST(:at AS timestamptz), {_REST}
    FROM (SELECT count(pg_advisory_xact_lock(hashtextextended(k, 0))) FROM unnest(CAST(:locks AS text[])) k) locked
    """
)
_SCHEDULE = text(
    f"""
    WITH forgotten AS (
        DELETE FROM jobs WHERE kind = CAST(:kind AS text) AND timer AND key = ANY(CAST(:without AS text[]))
    )
    INSERT INTO jobs ({_COLUMNS})
    SELECT t.id, CAST(:kind AS text), t.key, true, t.due_at, CAST('{{}}' AS jsonb),
        CAST(:actor_id AS text), CAST(:request_id AS text), CAST(:caused_by AS text), CAST(:at AS timestamptz), {_REST}
    FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:dues AS timestamptz[])) t(id, key, due_at)
    ORDER BY t.key
    ON CONFLICT (kind, key) WHERE timer DO UPDATE SET due_at = excluded.due_at
    """
)
_FORGET = text(
    """
    DELETE FROM jobs WHERE id IN (
        SELECT j.id FROM jobs j
        LEFT JOIN unnest(CAST(:kinds AS text[]), CAST(:kept AS interval[])) k(kind, kept) ON k.kind = j.kind
        WHERE j.state IN ('DONE', 'CANCELLED')
            AND j.finished_at < now() - coalesce(k.kept, CAST(:otherwise AS interval))
        LIMIT :limit
    )
    """
)
_DEPTH = text(
    """
    SELECT kind, CASE WHEN state = 'WAITING' AND due_at > now() THEN 'SCHEDULED' ELSE state END AS condition,
        count(*) AS jobs, extract(epoch FROM now() - min(due_at)) AS late
    FROM jobs WHERE state IN ('WAITING', 'RUNNING', 'DEAD') GROUP BY 1, 2
    """
)


def enqueue(
    tx: Transaction,
    kind: JobKind,
    payload: Mapping[str, Any] | None = None,
    *,
    key: str = "",
    due: datetime | None = None,
) -> str:
    """A job that exists if this transaction commits; due at once, or at that time. Returns its id.

    Jobs of one kind with the same `key` run one after the other, in the order in which they were enqueued. A job runs
    as the system; one that acts for a user keeps who asked for it (crm_chassis.records.onbehalf), not what that user
    may do now. The payload is plain JSON: ids, not people's data.

    A transaction that enqueues for a key keeps others from enqueueing for it until it ends, so do it last.
    """
    id_ = uuid7()
    tx.session.execute(
        _ENQUEUE,
        {
            **_origin(tx, kind),
            "id": id_,
            "key": key,
            "locks": [f"job:{kind.name}:{key}"] if key else [],
            "due_at": due,
            "payload": orjson.dumps(dict(payload or {})).decode(),
        },
    )
    return id_


def schedule(tx: Transaction, kind: JobKind, dues: Mapping[str, datetime | None]) -> None:
    """Says for some keys when a job of theirs is due; None: no more.

    There is at most one such job of a kind and key that has not begun: if it is there, its time is moved. One that runs
    is left alone, and the new one comes after it, so a change that a running step did not see is looked at again. The
    step finds by the key what to do.
    """
    wanted = {key: due for key, due in dues.items() if due is not None}
    tx.session.execute(
        _SCHEDULE,
        {
            **_origin(tx, kind),
            "ids": [uuid7() for _ in wanted],
            "keys": list(wanted),
            "dues": list(wanted.values()),
            "without": [key for key, due in dues.items() if due is None],
        },
    )


def has_job(kind: JobKind, key: QueryableAttribute[Any]) -> ColumnElement[bool]:
    """Whether the row has a job whose key is this column and that is not over, dead ones included.

    For timers that give jobs to what has none: neither twice, nor again to what was given up.
    """
    return exists().where(
        JobRow.kind == kind.name, JobRow.key == cast(key, String), JobRow.key != "", JobRow.state.in_(UNFINISHED)
    )


def _origin(tx: Transaction, kind: JobKind) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "actor_id": tx.actor.id,
        "request_id": tx.context.request_id,
        "caused_by": tx.caused_by,
        "at": tx.now,
    }


# -- for operators ----------------------------------------------------------------------------------------


def revive(session: Session, row: JobRow) -> None:
    """Gives a dead job a new set of attempts, the first now. Raises JobNotDead."""
    if row.state != DEAD:
        raise JobNotDead()
    change(session, row.id, state=WAITING, attempts=0, due_at=text("now()"))
    session.refresh(row)


def cancel(tx: Transaction, kind: JobKind | None, row: JobRow) -> None:
    """Ends a job that waits or is dead at once, a running one at its next step.

    The row must be locked. Raises JobFinished or JobNotCancellable.
    """
    if row.state in (DONE, CANCELLED):
        raise JobFinished()
    if kind is not None and not kind.cancellable:
        raise JobNotCancellable()
    if row.state == RUNNING:
        change(tx.session, row.id, cancel_requested=True)
    else:
        if kind is not None and kind.on_cancel is not None:
            kind.on_cancel(tx, job_of(row))
        change(tx.session, row.id, **CANCELLATION)
    tx.session.refresh(row)


CANCELLATION: Mapping[str, Any] = {
    "state": CANCELLED, "timer": False, "lease": None, "cancel_requested": True, "finished_at": text("now()"),
}  # fmt: skip
"""What ends a job before its work is done."""


def change(session: Session, id_: str, *conditions: Any, **values: Any) -> bool:
    """Changes the row of a job, if it fulfils the conditions; whether it did."""
    statement = update(JobRow).where(JobRow.id == id_, *conditions).values(**values)
    done = session.execute(statement.execution_options(synchronize_session=False))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def job_of(row: JobRow | Row[Any], outcome: Any = None) -> Job:
    """A job as its steps see it."""
    return Job(row.id, row.kind, row.key, row.payload, row.cursor, row.done, row.total, outcome)


# -- chores -----------------------------------------------------------------------------------------------


def forget_finished(session: Session, kinds: Iterable[JobKind], limit: int = 5000) -> int:
    """Removes jobs that have ended so long ago that their kind no longer keeps them; returns how many."""
    kept = {kind.name: kind.kept for kind in kinds}
    parameters = {"kinds": list(kept), "kept": list(kept.values()), "otherwise": KEPT, "limit": limit}
    return int(session.execute(_FORGET, parameters).rowcount)  # type: ignore[attr-defined]


def depth(session: Session) -> Sequence[Row[Any]]:
    """Rows of (kind, condition, jobs, late): how many jobs are in which condition, how late the oldest is (s).

    A condition is a state; those WAITING for a time to come are SCHEDULED.
    """
    return session.execute(_DEPTH).all()
