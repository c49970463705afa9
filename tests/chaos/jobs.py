"""Jobs under fire: workers are killed at random moments, and every job must have had its effects once and in order.

`python -m tests.chaos.jobs <database url>` is one of these workers: the real runner and its green threads, without a
broker. Its jobs note each step in a ledger that forbids nothing, so that what happened twice is seen.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from crm_chassis.db.vault import Vault
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind, Retry
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.tx import Transaction
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

VAULT = Vault(b"\x05" * 32)
WORKERS = 3
STEPS = 3
KEYS = 40
LEASE = 2.0
DEAD_AFTER = 120.0
"""Seconds without any progress."""
_RETRY = Retry(attempts=50, pauses=(0.05,))
_TABLES = """
    CREATE TABLE job_orders (number int PRIMARY KEY);
    CREATE TABLE job_ledger (
        n bigint GENERATED ALWAYS AS IDENTITY, job uuid, key text, number int, step int
    );
    CREATE TABLE job_messages (job uuid, step int)
"""


def _note(tx: Transaction, job: Job) -> int:
    """Writes the present step into the ledger; now and then that fails afterwards."""
    step = int(job.cursor.get("step", 0))
    values = {"job": job.id, "key": job.key, "number": job.payload["number"], "step": step}
    statement = "INSERT INTO job_ledger (job, key, number, step) VALUES (:job, :key, :number, :step)"
    tx.session.execute(text(statement), values)
    if random.random() < 0.02:
        raise ValueError("bad luck")
    return step


def _walk(tx: Transaction, job: Job) -> Done | Again:
    step = _note(tx, job)
    return Done() if step == STEPS - 1 else Again({"step": step + 1}, done=step + 1, total=STEPS)


def _pause(tx: Transaction, job: Job) -> Done | Again:
    again = _walk(tx, job)
    return again if isinstance(again, Done) else Again(again.cursor, after=timedelta(milliseconds=20))


def _send(tx: Transaction, job: Job) -> Done | Again:
    """Before each step a message goes out, through a connection that knows nothing of the transaction.

    If nobody knows whether it went out, it goes out again.
    """
    if job.outcome:
        return _walk(tx, job)
    database = tx.session.get_bind()
    message = {"job": job.id, "step": job.cursor.get("step", 0)}

    def send() -> bool:
        with Session(database) as session, session.begin():
            session.execute(text("INSERT INTO job_messages VALUES (:job, :step)"), message)
        return True

    return Again(effect=send)


KINDS = tuple(
    JobKind(name, step, lease=LEASE, retry=_RETRY)
    for name, step in (("walk", _walk), ("pause", _pause), ("send", _send))
)


def examine(owner: Engine, url: str, jobs: int, kills: int, seed: int, say: Callable[[str], None]) -> list[str]:
    """Enqueues so many jobs while workers work and die; returns what is wrong afterwards.

    `owner` may make tables in the database; `url` is how its processes connect.
    """
    engine = create_engine(url, pool_size=4)
    with owner.begin() as connection:
        connection.execute(text(_TABLES))
    chance = random.Random(seed)
    try:
        with workers(url, chance, "tests.chaos.jobs") as kill:
            producer = threading.Thread(target=_produce, args=(engine, jobs, random.Random(seed)))
            producer.start()
            left, moved_at, last = kills, time.monotonic(), -1
            while time.monotonic() - moved_at < DEAD_AFTER:
                done, unfinished = _progress(engine)
                if done != last:
                    moved_at, last = time.monotonic(), done
                if left and done >= jobs * (kills - left) / kills * 0.9:
                    kill()
                    left -= 1
                if not (left or producer.is_alive() or unfinished):
                    break
                time.sleep(0.02)
            say(f"{kills - left} kills, {last} of {jobs} jobs done")
            producer.join(DEAD_AFTER)
        faults = [f"only {kills - left} of {kills} kills"] if left else []
        return faults + list(_faults(engine))
    finally:
        with owner.begin() as connection:
            connection.execute(text("DROP TABLE job_orders, job_ledger, job_messages"))
        engine.dispose()


@contextmanager
def workers(url: str, chance: random.Random, module: str) -> Iterator[Callable[[], None]]:
    """Workers, which `module` runs on a database, that are replaced when one of them is killed."""
    command = [sys.executable, "-m", module, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        requests, pids = nursery.stdin, nursery.stdout

        def start() -> int:
            requests.write(b"\n")
            requests.flush()
            return int(pids.readline())

        running = [start() for _ in range(WORKERS)]

        def kill() -> None:
            place = chance.randrange(WORKERS)
            os.kill(running[place], signal.SIGKILL)
            running[place] = start()

        try:
            yield kill
        finally:
            for pid in running:
                os.kill(pid, signal.SIGKILL)


def _produce(engine: Engine, jobs: int, chance: random.Random) -> None:
    """Each order is a row and a job in one transaction, some of which are rolled back."""
    for number in range(jobs):
        while True:
            with Session(engine) as session:
                session.execute(text("INSERT INTO job_orders VALUES (:number)"), {"number": number})
                key = str(chance.randrange(KEYS)) if chance.random() < 0.7 else ""
                enqueue(Transaction(session, vault=VAULT), chance.choice(KINDS), {"number": number}, key=key)
                if chance.random() < 0.9:
                    session.commit()
                    break


def _progress(engine: Engine) -> tuple[int, int]:
    with engine.connect() as connection:
        counts = text(
            "SELECT count(*) FILTER (WHERE state = 'DONE'), count(*) FILTER (WHERE state <> 'DONE') FROM jobs "
            "WHERE kind = ANY(:kinds)"
        )
        done, unfinished = connection.execute(counts, {"kinds": [kind.name for kind in KINDS]}).one()
    return done, unfinished


def _faults(engine: Engine) -> Iterator[str]:
    with engine.connect() as connection:
        orders = set(connection.scalars(text("SELECT number FROM job_orders")))
        rows = connection.execute(
            text("SELECT j.kind, l.key, l.number, l.step FROM job_ledger l JOIN jobs j ON j.id = l.job ORDER BY l.n")
        ).all()
        order_of_keys = connection.execute(
            text("SELECT kind, key, payload FROM jobs WHERE key <> '' AND kind = ANY(:kinds) ORDER BY seq"),
            {"kinds": [kind.name for kind in KINDS]},
        ).all()
        states = connection.execute(
            text("SELECT state, count(*), max(error) FROM jobs WHERE kind = ANY(:kinds) GROUP BY 1"),
            {"kinds": [kind.name for kind in KINDS]},
        ).all()
        unsent = connection.scalar(
            text(
                "SELECT count(*) FROM job_ledger l JOIN jobs j ON j.id = l.job WHERE j.kind = 'send' "
                "AND NOT EXISTS (SELECT FROM job_messages m WHERE m.job = l.job AND m.step = l.step)"
            )
        )
    yield from (f"{count} jobs are {state}: {error}" for state, count, error in states if state != "DONE")
    steps: dict[int, list[int]] = defaultdict(list)
    by_key: dict[tuple[str, str], list[int]] = defaultdict(list)
    for kind, key, number, step in rows:
        steps[number].append(step)
        if key and step == 0:
            by_key[kind, key].append(number)
        if key and by_key[kind, key][-1:] != [number]:
            yield f"step {step} of {number} came in the middle of another job of {kind} {key}"
    for number in sorted(orders | steps.keys()):
        if steps[number] != list(range(STEPS)):
            yield f"job {number} made the steps {steps[number]}"
        elif number not in orders:
            yield f"job {number} ran although it was rolled back"
    expected: dict[tuple[str, str], list[int]] = defaultdict(list)
    for kind, key, payload in order_of_keys:
        expected[kind, key].append(payload["number"])
    yield from (f"the order of {key} is {by_key[key]}" for key in expected if by_key[key] != expected[key])
    if unsent:
        yield f"{unsent} steps without the message before them"


def main(url: str, kinds: Callable[[], Sequence[JobKind]]) -> None:
    """The nursery: for each line of input a worker for these kinds, whose process id is answered.

    To import everything takes longer than the jobs do, so workers are copies of this process, made before it has a hub
    or a connection.
    """
    from crm_chassis.bus.worker.patch import patch

    patch()
    import eventlet
    from crm_chassis import logs
    from crm_chassis.bus.worker.jobs import JobSlots
    from crm_chassis.db.engine import make_engine
    from crm_chassis.jobs.runner import Runner

    logs.configure("chaos", "jobs")
    known = kinds()
    system = eventlet.patcher.original("os")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while system.read(0, 1):
        pid = system.fork()
        if pid:
            system.write(1, b"%d\n" % pid)
            continue
        eventlet.hubs.use_hub()
        random.seed()
        runner = Runner(make_engine(url, "jobs", 8), known, VAULT, pause=eventlet.sleep)
        slots = JobSlots(runner, lambda: None)
        while True:
            slots.fill()
            eventlet.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1], lambda: KINDS)
