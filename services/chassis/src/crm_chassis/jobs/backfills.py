"""Backfills: rows that were there before a migration, or a rule, are brought in line while the suite is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from crm_chassis.db.tables import JobRow, SearchTerm
from crm_chassis.ids import NIL
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.model import Record
from crm_chassis.records.terms import index_terms
from crm_chassis.records.tx import Transaction

Step = Callable[[Session, str | None], str | None]
KIND = "backfill"
BATCH = 1000
FOR_GOOD = timedelta(days=36_500)
"""The jobs say which backfills a database has had; none is forgotten."""


@dataclass(frozen=True)
class Backfill:
    """Fills, batch by batch, what a migration has added to rows that were there, or what a rule of today says of them.

    `name` tells it from the others of its service, for ever: it is done once in the life of a database; that of a
    migration is its revision. `step` does one batch of about a thousand rows in the transaction that it is given, goes
    on behind the cursor (None at the beginning) and returns the next one, None when nothing is left. It writes neither
    history nor events nor versions, and the same batch may be done again.
    """

    name: str
    step: Step


def by_statement(statement: str) -> Step:
    """The step of a backfill that one statement does.

    It has `:size`, how many rows a batch has, and `:after`, the id that the batch goes on behind; its result is the
    last id of the batch, whatever had to be changed in it.
    """
    prepared = text(statement)

    def step(session: Session, after: str | None) -> str | None:
        last: str | None = session.scalar(prepared, {"after": after or NIL, "size": BATCH})
        return last

    return step


def reindex(model: type[Record]) -> Backfill:
    """Brings the words by which records are found in line with the rule of today (crm_chassis.text)."""

    def step(session: Session, after: str | None) -> str | None:
        # Locked, so that a change meanwhile does not lose its words to those of before.
        query = select(model).order_by(model.id).limit(BATCH).with_for_update()
        records = session.scalars(query.where(model.id > after) if after else query).all()
        session.execute(delete(SearchTerm).where(SearchTerm.record_id.in_([record.id for record in records])))
        rows = [
            {"kind": record.record_kind, "record_id": record.id, "field": name, "term": term}
            for record in records
            if record.deleted_at is None
            for name, term in index_terms(record.search_texts())
        ]
        if rows:
            session.execute(insert(SearchTerm), rows)
        return records[-1].id if len(records) == BATCH else None

    return Backfill(f"20261129.2 words of {model.plural}", step)


def backfill_jobs(backfills: Sequence[Backfill]) -> JobKind:
    """The kind of job that carries out the backfills of a service, one after the other; progress counts batches."""
    steps = {backfill.name: backfill.step for backfill in backfills}

    def step(tx: Transaction, job: Job) -> Done | Again:
        name = job.payload["name"]
        if name not in steps:
            raise LookupError(f"this build knows no backfill {name}; a newer one does")
        cursor = steps[name](tx.session, job.cursor.get("after"))
        return Done() if cursor is None else Again({"after": cursor}, done=job.done + 1)

    return JobKind(KIND, step, cancellable=False, kept=FOR_GOOD, source="system")


def enqueue_backfills(tx: Transaction, backfills: Sequence[Backfill]) -> list[str]:
    """Enqueues the backfills that this database has not had yet; returns their names."""
    had = set(tx.session.scalars(select(JobRow.payload["name"].astext).where(JobRow.kind == KIND)))
    missing = [backfill.name for backfill in backfills if backfill.name not in had]
    for name in missing:
        enqueue(tx, backfill_jobs(backfills), {"name": name}, key=KIND)
    return missing
