"""A worker runs several jobs at once in its green threads, and stops between two steps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from crm_chassis.db.tables import JobRow
from crm_chassis.db.vault import Vault
from crm_chassis.jobs.kinds import Done, JobKind
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.tx import Transaction
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.e2e.client import eventually

VAULT = Vault(b"\x05" * 32)
# The kinds of the worker by name: to enqueue, no more than the name is needed.
LONG, SHORT = (JobKind(name, lambda tx, job: Done()) for name in ("test.long", "test.short"))
WORKER = """
import signal, sys
from crm_chassis.bus.worker.patch import patch
patch()
import eventlet
from crm_chassis.bus.worker.jobs import JobSlots
from crm_chassis.db.engine import make_engine
from crm_chassis.db.vault import Vault
from crm_chassis.jobs.kinds import Again, Done, JobKind
from crm_chassis.jobs.runner import Runner

def long(tx, job):
    if job.outcome:
        return Again({"steps": job.cursor.get("steps", 0) + 1})
    return Again(effect=lambda: eventlet.sleep(0.3) or "slept")

kinds = JobKind("test.long", long), JobKind("test.short", lambda tx, job: Done())
slots = JobSlots(Runner(make_engine(sys.argv[1], "test", 8), kinds, Vault(b"5" * 32), pause=eventlet.sleep), print)

def work():
    while True:
        slots.fill()
        eventlet.sleep(0.05)

done = eventlet.Event()
signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_after(0, lambda: done.send(slots.stop())))
eventlet.spawn(work)
done.wait()
"""


@pytest.fixture
def clean(engine: Any) -> Iterator[Any]:
    """The database without jobs: other tests leave theirs."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM jobs"))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM jobs"))


@contextmanager
def worker(engine: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A worker like the real one, which has no broker."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, url]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def put(engine: Any, kind: JobKind) -> None:
    with Session(engine) as session, session.begin():
        enqueue(Transaction(session, vault=VAULT), kind)


def count(engine: Any, kind: JobKind, state: str) -> int:
    with Session(engine) as session:
        query = select(func.count()).where(JobRow.kind == kind.name, JobRow.state == state)
        return session.scalar(query) or 0


def test_long_jobs_do_not_hold_up_short_ones(clean: Any) -> None:
    for _ in range(2):
        put(clean, LONG)
    with worker(clean):
        eventually(lambda: count(clean, LONG, "RUNNING") == 2, 60)
        for _ in range(5):
            put(clean, SHORT)
        eventually(lambda: count(clean, SHORT, "DONE") == 5, 30)
        assert count(clean, LONG, "RUNNING") == 2


def test_more_long_jobs_than_slots_take_turns_with_others(clean: Any) -> None:
    for _ in range(4):
        put(clean, LONG)
    with worker(clean):
        eventually(lambda: count(clean, LONG, "RUNNING") == 3, 60)
        put(clean, SHORT)
        eventually(lambda: count(clean, SHORT, "DONE") == 1, 60)


def test_a_worker_that_stops_leaves_its_jobs_to_others_at_once(clean: Any) -> None:
    put(clean, LONG)
    with worker(clean) as process:
        eventually(lambda: count(clean, LONG, "RUNNING") == 1, 60)
        process.terminate()
        assert process.wait(60) == 0

    with Session(clean) as session:
        row = session.scalars(select(JobRow)).one()
        assert (row.state, row.attempts, row.lease) == ("WAITING", 0, None)
        assert row.due_at <= session.scalars(select(func.now())).one()
        steps = row.cursor["steps"]
    assert steps >= 1
