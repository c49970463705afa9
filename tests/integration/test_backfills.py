"""Backfills are jobs that a database has once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from crm_chassis.db.tables import JobRow
from crm_chassis.db.vault import Vault
from crm_chassis.jobs.backfills import Backfill, backfill_jobs, enqueue_backfills
from crm_chassis.jobs.queue import forget_finished
from crm_chassis.jobs.runner import Runner
from crm_chassis.records.tx import transaction
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

VAULT = Vault(b"\x05" * 32)


class Batches:
    """A backfill of three batches that notes where each began, and fails once in the second."""

    def __init__(self) -> None:
        self.begun: list[str | None] = []
        self.failing = True

    def step(self, session: Session, after: str | None) -> str | None:
        self.begun.append(after)
        if after == "1" and self.failing:
            self.failing = False
            raise ValueError("not now")
        return {None: "1", "1": "2"}.get(after)


@pytest.fixture
def database(engine: Any) -> Any:
    with Session(engine) as session, session.begin():
        session.execute(delete(JobRow).where(JobRow.kind == "backfill"))
    return engine


def enqueue(engine: Any, *backfills: Backfill) -> list[str]:
    with transaction(engine, vault=VAULT) as tx:
        return enqueue_backfills(tx, backfills)


def work(engine: Any, *backfills: Backfill) -> None:
    runner = Runner(engine, [backfill_jobs(backfills)], VAULT, pause=lambda _: None)
    while taken := runner.take(1):
        runner.run(taken[0])


def rows(engine: Any) -> list[JobRow]:
    with Session(engine) as session:
        return list(session.scalars(select(JobRow).where(JobRow.kind == "backfill").order_by(JobRow.created_at)))


def test_a_batch_that_fails_is_done_again_from_where_it_began(database: Any) -> None:
    batches = Batches()
    backfill = Backfill("of a test", batches.step)
    assert enqueue(database, backfill) == ["of a test"]
    work(database, backfill)
    assert batches.begun == [None, "1"]
    with Session(database) as session, session.begin():
        session.execute(update(JobRow).where(JobRow.kind == "backfill").values(due_at=JobRow.created_at))
    work(database, backfill)
    assert batches.begun == [None, "1", "1", "2"]
    assert [(row.state, row.done) for row in rows(database)] == [("DONE", 2)]


def test_a_database_has_each_once_and_never_forgets_it(database: Any) -> None:
    first, second = Backfill("first", lambda *_: None), Backfill("second", lambda *_: None)
    assert enqueue(database, first) == ["first"]
    work(database, first)
    with Session(database) as session, session.begin():
        old = update(JobRow).where(JobRow.kind == "backfill")
        session.execute(old.values(finished_at=JobRow.finished_at - timedelta(days=3650)))
        forget_finished(session, [backfill_jobs([first])])
    assert enqueue(database, first, second) == ["second"]
    work(database, first, second)
    assert enqueue(database, first, second) == []
    assert [row.state for row in rows(database)] == ["DONE", "DONE"]


def test_what_an_older_worker_does_not_know_waits_for_a_newer_one(database: Any) -> None:
    newer = Backfill("newer", lambda *_: None)
    enqueue(database, newer)
    work(database, Backfill("older", lambda *_: None))
    (row,) = rows(database)
    assert (row.state, "knows no backfill newer" in row.error) == ("WAITING", True)
