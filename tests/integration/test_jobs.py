"""Jobs run when they are due, in the order of their keys, and each step has its effect once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import accounts_pb2
from crm_chassis.db.tables import History, JobRow
from crm_chassis.db.vault import Vault
from crm_chassis.errors import JobFinished, JobNotCancellable, JobNotDead
from crm_chassis.jobs import queue
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind, Retry
from crm_chassis.jobs.queue import enqueue, schedule
from crm_chassis.jobs.runner import Runner
from crm_chassis.records.tx import Transaction, transaction
from crm_chassis.testing import OWN, FrozenClock, unique, user
from crm_contacts.accounts.model import Account
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.e2e.client import eventually

VAULT = Vault(b"\x05" * 32)


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


class Desk:
    """A database with a clock of its own, kinds of jobs that note their steps in the ledger, and a worker."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.clock = FrozenClock()
        self.clock.now = self.clock.now
        self.kinds: list[JobKind] = []

    def kind(self, step: Callable[[Transaction, Job], Done | Again], **options: Any) -> JobKind:
        """A kind of job whose steps are noted."""

        def noted(tx: Transaction, job: Job) -> Done | Again:
            tx.session.execute(
                text("INSERT INTO ledger (record_id, version) VALUES (:job, :version)"),
                {"job": job.id, "version": job.cursor.get("step", 0)},
            )
            return step(tx, job)

        kind = JobKind(unique("kind"), noted, **options)
        self.kinds.append(kind)
        return kind

    @contextmanager
    def transaction(self, **options: Any) -> Iterator[Transaction]:
        with transaction(self.engine, vault=VAULT, clock=self.clock, **options) as tx:
            yield tx

    def enqueue(self, kind: JobKind, payload: Any = None, **options: Any) -> str:
        with self.transaction() as tx:
            return enqueue(tx, kind, payload, **options)

    def runner(self) -> Runner:
        return Runner(self.engine, self.kinds, VAULT, self.clock, pause=lambda _: None)

    def work(self) -> None:
        """Runs whatever is due."""
        runner = self.runner()
        while taken := runner.take(1):
            runner.run(taken[0])

    def row(self, id_: str) -> JobRow:
        with Session(self.engine) as session:
            return session.scalars(select(JobRow).where(JobRow.id == id_)).one()

    def state(self, id_: str) -> str:
        return self.row(id_).state

    def steps(self, *ids: str) -> list[tuple[str, int]]:
        """(job, step) as they were made; those of some jobs only."""
        with self.engine.connect() as connection:
            rows = connection.execute(text("SELECT record_id, version FROM ledger ORDER BY n"))
            return [(row.record_id, row.version) for row in rows if not ids or row.record_id in ids]


@pytest.fixture
def desk(ledger: Any) -> Iterator[Desk]:
    def clear() -> None:
        with ledger.begin() as connection:
            connection.execute(text("DELETE FROM jobs"))

    clear()  # other tests use the database too
    yield Desk(ledger)
    clear()


def three_steps(tx: Transaction, job: Job) -> Done | Again:
    step = job.cursor.get("step", 0)
    return Done() if step == 2 else Again({"step": step + 1}, done=step + 1, total=3)


def once(tx: Transaction, job: Job) -> Done:
    return Done()


def fail(tx: Transaction, job: Job) -> Done:
    raise ValueError("not today")


# -- the queue --------------------------------------------------------------------------------------------


def test_a_job_exists_if_its_transaction_commits(desk: Desk) -> None:
    kind = desk.kind(three_steps)
    with Session(desk.engine) as session:
        lost = enqueue(Transaction(session, vault=VAULT), kind, {"why": "rolled back"})
        session.rollback()
    kept = desk.enqueue(kind, {"why": "committed"})

    desk.work()

    assert desk.steps() == [(kept, 0), (kept, 1), (kept, 2)]
    row = desk.row(kept)
    assert (row.state, row.done, row.total, row.payload) == ("DONE", 3, 3, {"why": "committed"})
    assert row.finished_at is not None
    assert lost not in {job for job, _ in desk.steps()}


def test_a_job_is_not_taken_before_its_time(desk: Desk) -> None:
    kind = desk.kind(once)
    later = desk.enqueue(kind, due=desk.clock.now + timedelta(minutes=10))
    desk.work()
    assert desk.steps() == []
    assert desk.runner().next_due() == pytest.approx(600, abs=1)

    desk.clock.advance(minutes=10)
    desk.work()

    assert desk.steps() == [(later, 0)]
    assert desk.runner().next_due() is None


def test_a_job_does_not_wait_for_the_clock_of_who_asked_for_it(desk: Desk) -> None:
    kind = desk.kind(once)
    desk.clock.advance(hours=1)
    ahead = desk.enqueue(kind)

    taken = Runner(desk.engine, [kind], VAULT).take(1)

    assert [job.id for job in taken] == [ahead]


def test_jobs_of_a_key_run_one_after_the_other(desk: Desk) -> None:
    def waits(tx: Transaction, job: Job) -> Done | Again:
        return Done() if job.cursor else Again({"step": 1}, after=timedelta(minutes=1))

    kind = desk.kind(waits)
    first, second = (desk.enqueue(kind, key="k") for _ in range(2))
    other = desk.enqueue(kind, key="another")
    unordered = desk.enqueue(kind)

    desk.work()
    assert set(desk.steps()) == {(first, 0), (other, 0), (unordered, 0)}
    desk.clock.advance(minutes=1)
    desk.work()
    desk.clock.advance(minutes=1)
    desk.work()

    assert desk.steps(first, second) == [(first, 0), (first, 1), (second, 0), (second, 1)]


def test_a_running_job_keeps_the_next_one_of_its_key_waiting(desk: Desk) -> None:
    kind = desk.kind(once)
    first, second = (desk.enqueue(kind, key="k") for _ in range(2))
    one, another = desk.runner(), desk.runner()
    (taken,) = one.take(2)

    assert (taken.id, another.take(2)) == (first, [])
    one.run(taken)
    assert [job.id for job in another.take(2)] == [second]


def test_the_order_of_a_key_is_that_of_the_commits(desk: Desk) -> None:
    kind = desk.kind(once)
    ids: dict[str, str] = {}
    early = Session(desk.engine)
    tx = Transaction(early, vault=VAULT)
    ids["early"] = enqueue(tx, kind, key="k")
    ids["free"] = desk.enqueue(kind, key="another")
    late = threading.Thread(target=lambda: ids.update(late=desk.enqueue(kind, key="k")))
    late.start()
    with desk.engine.connect() as connection:
        waits = text(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database() "
            "WHERE locktype = 'advisory' AND NOT granted"
        )
        eventually(lambda: connection.scalar(waits) == 1)
    early.commit()
    late.join(10)
    early.close()

    assert desk.row(ids["early"]).seq < desk.row(ids["late"]).seq
    assert desk.row(ids["free"]).state == "WAITING"


def test_kinds_take_turns(desk: Desk) -> None:
    many, few = desk.kind(once), desk.kind(once)
    for _ in range(20):
        desk.enqueue(many)
    desk.clock.advance(minutes=1)
    late = desk.enqueue(few, due=desk.clock.now)

    taken = desk.runner().take(2)

    assert {job.kind for job in taken} == {many.name, few.name}
    assert late in {job.id for job in taken}


def test_a_long_job_makes_way_for_others(desk: Desk) -> None:
    kind = desk.kind(three_steps)
    long, short = desk.enqueue(kind), desk.enqueue(kind)
    runner = desk.runner()

    for _ in range(6):
        (taken,) = runner.take(1)
        # A step takes time: the job comes back later than the one that has been due all the while.
        desk.clock.advance(seconds=1)
        runner.run(taken, seconds=-1)

    assert desk.steps() in (
        [(job, step) for step in range(3) for job in pair] for pair in ((long, short), (short, long))
    )


def test_jobs_of_an_unknown_kind_are_left_to_a_newer_build(desk: Desk) -> None:
    newer = JobKind(unique("newer"), once)
    id_ = desk.enqueue(newer)
    desk.kind(once)

    desk.work()

    assert desk.state(id_) == "WAITING"


# -- timers -----------------------------------------------------------------------------------------------


def test_the_time_of_a_timer_moves(desk: Desk) -> None:
    seen: list[str] = []

    def ring(tx: Transaction, job: Job) -> Done:
        seen.append(job.key)
        return Done()

    kind = desk.kind(ring)
    start = desk.clock.now
    for minutes in (30, 10, 20):
        with desk.transaction() as tx:
            schedule(tx, kind, {"a": start + timedelta(minutes=minutes), "b": start + timedelta(minutes=15)})
    with desk.transaction() as tx:
        schedule(tx, kind, {"b": None})
    desk.clock.now = start + timedelta(minutes=19)
    desk.work()
    assert seen == []

    desk.clock.now = start + timedelta(minutes=20)
    desk.work()
    desk.work()

    assert seen == ["a"]


def test_a_timer_that_is_set_while_it_rings_rings_again(desk: Desk) -> None:
    """What changed in the middle of a step may be what the step did not see."""
    rung: list[str] = []

    def ring(tx: Transaction, job: Job) -> Done:
        rung.append(job.id)
        if len(rung) == 1:
            with desk.transaction() as other:
                schedule(other, kind, {"a": desk.clock.now})
        return Done()

    kind = desk.kind(ring)
    with desk.transaction() as tx:
        schedule(tx, kind, {"a": desk.clock.now})

    desk.work()

    assert len(set(rung)) == 2


def test_a_timer_sets_itself_anew(desk: Desk) -> None:
    rung: list[Any] = []

    def ring(tx: Transaction, job: Job) -> Done:
        rung.append(tx.now)
        schedule(tx, kind, {job.key: tx.now + timedelta(hours=1)})
        return Done()

    kind = desk.kind(ring)
    start = desk.clock.now
    with desk.transaction() as tx:
        schedule(tx, kind, {"a": start})
    for hours in range(3):
        desk.clock.now = start + timedelta(hours=hours)
        desk.work()

    assert rung == [start + timedelta(hours=hours) for hours in range(3)]


# -- failing ----------------------------------------------------------------------------------------------


def test_a_step_that_fails_changes_nothing_and_is_tried_again_later(desk: Desk) -> None:
    broken = [True]

    def flaky(tx: Transaction, job: Job) -> Done | Again:
        if job.cursor and broken[0]:
            raise ValueError("not today")
        return three_steps(tx, job)

    kind = desk.kind(flaky, retry=Retry(attempts=5, pauses=(1, 60)))
    id_ = desk.enqueue(kind)
    desk.work()
    row = desk.row(id_)
    assert desk.steps() == [(id_, 0)]
    assert (row.state, row.attempts, row.error) == ("WAITING", 1, "ValueError('not today')")
    assert row.due_at - desk.clock.now == timedelta(seconds=1)
    desk.clock.advance(seconds=1)
    desk.work()
    assert desk.row(id_).due_at - desk.clock.now == timedelta(seconds=60)
    broken[0] = False
    desk.clock.advance(seconds=60)
    desk.work()

    row = desk.row(id_)
    assert desk.steps() == [(id_, 0), (id_, 1), (id_, 2)]
    assert (row.state, row.error) == ("DONE", "")


def test_after_the_last_attempt_a_job_is_dead_and_its_key_waits(desk: Desk) -> None:
    kind = desk.kind(fail, retry=Retry(attempts=3, pauses=(1,)))
    healthy = desk.kind(once)
    dead, behind, free = desk.enqueue(kind, key="k"), desk.enqueue(kind, key="k"), desk.enqueue(healthy, key="k")
    for _ in range(10):
        desk.work()
        desk.clock.advance(minutes=1)

    row = desk.row(dead)
    assert (row.state, row.attempts, row.error) == ("DEAD", 3, "ValueError('not today')")
    assert (desk.state(behind), desk.row(behind).attempts, desk.state(free)) == ("WAITING", 0, "DONE")

    with desk.transaction() as tx:
        queue.revive(tx.session, locked(tx, dead))
    desk.work()
    assert (desk.state(dead), desk.row(dead).attempts) == ("WAITING", 1)
    for _ in range(10):
        desk.clock.advance(minutes=1)
        desk.work()
    with desk.transaction() as tx:
        queue.cancel(tx, kind, locked(tx, dead))
    desk.work()
    assert (desk.state(dead), desk.row(behind).attempts) == ("CANCELLED", 1)


def locked(tx: Transaction, id_: str) -> JobRow:
    return tx.session.scalars(select(JobRow).where(JobRow.id == id_).with_for_update()).one()


def test_a_worker_that_dies_costs_an_attempt(desk: Desk) -> None:
    kind = desk.kind(once, lease=30, retry=Retry(attempts=2))
    id_ = desk.enqueue(kind)
    for _ in range(2):
        (taken,) = desk.runner().take(1)  # and nothing follows
        assert taken.id == id_
        assert desk.runner().take(1) == []
        desk.clock.advance(seconds=30)

    desk.work()

    assert desk.steps() == []
    row = desk.row(id_)
    assert (row.state, row.attempts) == ("DEAD", 3)
    assert "died" in row.error


def test_workers_that_are_slower_than_the_lease_do_not_take_a_job_from_each_other_for_ever(desk: Desk) -> None:
    id_ = desk.enqueue(desk.kind(once, lease=30))
    taken = []
    for seconds in (30, 30, 60, 120, 240, 240):
        taken += desk.runner().take(1)
        desk.clock.advance(seconds=seconds - 1)
        assert desk.runner().take(1) == []
        desk.clock.advance(seconds=1)
    slow = desk.runner()
    (last,) = slow.take(1)
    desk.clock.advance(seconds=239)

    assert desk.runner().take(1) == []
    slow.run(last)

    assert ({one.id for one in taken}, desk.state(id_)) == ({id_}, "DONE")


def test_a_worker_that_is_told_to_end_gives_its_job_back(desk: Desk) -> None:
    def dies(tx: Transaction, job: Job) -> Done:
        raise Killed

    id_ = desk.enqueue(desk.kind(dies))
    runner = desk.runner()
    with pytest.raises(Killed):
        runner.run(runner.take(1)[0])

    assert (desk.state(id_), [job.id for job in runner.take(1)]) == ("WAITING", [id_])


def test_who_has_lost_the_lease_changes_nothing(desk: Desk) -> None:
    kind = desk.kind(three_steps, lease=30)
    id_ = desk.enqueue(kind)
    slow, quick = desk.runner(), desk.runner()
    (late,) = slow.take(1)
    desk.clock.advance(seconds=30)
    (taken,) = quick.take(1)

    slow.run(late)
    assert desk.steps() == []
    quick.run(taken)
    slow.run(late)

    assert desk.steps() == [(id_, 0), (id_, 1), (id_, 2)]


def test_a_step_under_way_is_not_taken_over(desk: Desk) -> None:
    """Its lease has ended, but while its transaction lives nobody can do the same at once."""
    taken_meanwhile: list[Any] = []

    def slow(tx: Transaction, job: Job) -> Done | Again:
        desk.clock.advance(minutes=5)
        taken_meanwhile.append(desk.runner().take(1))
        return three_steps(tx, job)

    id_ = desk.enqueue(desk.kind(slow, lease=30))
    desk.work()

    assert taken_meanwhile == [[], [], []]
    assert desk.steps() == [(id_, 0), (id_, 1), (id_, 2)]


def test_the_absence_of_the_database_is_no_attempt(desk: Desk) -> None:
    broken: list[int] = []

    def interrupted(tx: Transaction, job: Job) -> Done | Again:
        if job.cursor and len(broken) < 3:
            broken.append(1)
            with desk.engine.connect() as other:
                pid = tx.session.scalar(text("SELECT pg_backend_pid()"))
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            tx.session.execute(text("SELECT 1"))
        return three_steps(tx, job)

    id_ = desk.enqueue(desk.kind(interrupted, retry=Retry(attempts=1)))
    desk.work()

    assert len(broken) == 3
    assert desk.state(id_) == "DONE"
    assert desk.steps() == [(id_, 0), (id_, 1), (id_, 2)]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_commit_whose_answer_is_lost_is_not_made_twice(desk: Desk, number: int) -> None:
    """The step was committed, the connection broke before that was told."""
    effects: list[int] = []

    def step(tx: Transaction, job: Job) -> Done | Again:
        done = job.cursor.get("step", 0)
        if done == 3:
            return Done()
        return Again({"step": done + 1}, effect=None if done == 1 else lambda: effects.append(done) or "done")  # type: ignore[func-returns-value]

    commits: list[Session] = []

    def lost(session: Session) -> None:
        commits.append(session)
        if len(commits) == number:
            raise OperationalError("COMMIT", {}, Exception("the connection was lost"))

    id_ = desk.enqueue(desk.kind(step))
    runner = desk.runner()
    (taken,) = runner.take(1)
    event.listen(Session, "after_commit", lost)
    try:
        runner.run(taken)
    finally:
        event.remove(Session, "after_commit", lost)

    assert desk.steps() == [(id_, 0), (id_, 1), (id_, 2), (id_, 3)]
    assert (desk.state(id_), effects) == ("DONE", [0, 2])


# -- effects on others ------------------------------------------------------------------------------------


def test_an_effect_comes_between_two_transactions(desk: Desk) -> None:
    outcomes: list[Any] = []

    def step(tx: Transaction, job: Job) -> Done | Again:
        if not job.cursor:
            return Again({"step": 1}, effect=lambda: speak(job.id))
        outcomes.append(job.outcome)
        return Done()

    def speak(id_: str) -> str:
        with desk.engine.begin() as connection:  # nobody holds the row, and the intent is committed
            cursor = connection.scalar(text("SELECT cursor FROM jobs WHERE id = :id FOR UPDATE NOWAIT"), {"id": id_})
        return f"heard {cursor['step']}"

    id_ = desk.enqueue(desk.kind(step))
    desk.work()

    assert outcomes == ["heard 1"]
    assert desk.steps() == [(id_, 0), (id_, 1)]


@pytest.mark.parametrize("end", [ValueError, Killed])
def test_an_effect_that_does_not_come_back_leaves_its_intent(desk: Desk, end: type[BaseException]) -> None:
    seen: list[Any] = []

    def step(tx: Transaction, job: Job) -> Done | Again:
        if not job.cursor:
            return Again({"step": 1}, effect=lambda: breaks())
        seen.append((job.cursor, job.outcome))
        return Done()

    def breaks() -> None:
        raise end("gone")

    id_ = desk.enqueue(desk.kind(step, retry=Retry(pauses=(5,))))
    runner = desk.runner()
    (taken,) = runner.take(1)
    if end is Killed:
        with pytest.raises(Killed):
            runner.run(taken)
    else:
        runner.run(taken)
        assert (desk.row(id_).attempts, desk.row(id_).error) == (1, "ValueError('gone')")
        desk.clock.advance(seconds=5)
    desk.work()

    assert seen == [({"step": 1}, None)]
    assert desk.state(id_) == "DONE"


def test_an_effect_must_have_an_outcome_that_is_taken_in_before_the_next(desk: Desk) -> None:
    silent = desk.enqueue(desk.kind(lambda tx, job: Again(effect=lambda: None), retry=Retry(attempts=1)))
    greedy = desk.enqueue(desk.kind(lambda tx, job: Again(effect=lambda: "done"), retry=Retry(attempts=1)))

    desk.work()

    assert (desk.state(silent), "does not say" in desk.row(silent).error) == ("DEAD", True)
    assert (desk.state(greedy), "takes in the outcome" in desk.row(greedy).error) == ("DEAD", True)


def test_an_effect_does_not_wait(desk: Desk) -> None:
    with pytest.raises(ValueError, match="at once"):
        Again(after=timedelta(seconds=1), effect=lambda: None)


# -- cancelling -------------------------------------------------------------------------------------------


def cancel(desk: Desk, kind: JobKind, id_: str) -> None:
    with desk.transaction() as tx:
        queue.cancel(tx, kind, locked(tx, id_))


def test_a_waiting_job_is_cancelled_at_once(desk: Desk) -> None:
    told: list[Any] = []
    kind = desk.kind(once, on_cancel=lambda tx, job: told.append((job.id, job.payload)))
    id_, behind = desk.enqueue(kind, {"a": 1}, key="k"), desk.enqueue(kind, key="k")

    cancel(desk, kind, id_)
    desk.work()

    assert (told, desk.state(id_), desk.state(behind)) == ([(id_, {"a": 1})], "CANCELLED", "DONE")
    with pytest.raises(JobFinished):
        cancel(desk, kind, id_)
    with pytest.raises(JobNotDead), desk.transaction() as tx:
        queue.revive(tx.session, locked(tx, id_))


def test_a_cancelled_timer_can_be_set_again(desk: Desk) -> None:
    kind = desk.kind(once)
    with desk.transaction() as tx:
        schedule(tx, kind, {"a": desk.clock.now})
        (id_,) = tx.session.scalars(select(JobRow.id).where(JobRow.kind == kind.name))
    cancel(desk, kind, id_)
    with desk.transaction() as tx:
        schedule(tx, kind, {"a": desk.clock.now})

    desk.work()

    assert (desk.state(id_), len(desk.steps())) == ("CANCELLED", 1)


def test_a_running_job_is_cancelled_at_its_next_step(desk: Desk) -> None:
    told: list[Any] = []

    def step(tx: Transaction, job: Job) -> Done | Again:
        if not job.cursor:
            return Again({"step": 1}, effect=lambda: cancel(desk, kind, job.id) or "sent")  # type: ignore[func-returns-value]
        return Again({"step": job.cursor["step"] + 1})

    kind = desk.kind(step, on_cancel=lambda tx, job: told.append(dict(job.cursor)))
    id_ = desk.enqueue(kind)

    desk.work()

    # The outcome of the effect was still taken in.
    assert desk.steps() == [(id_, 0), (id_, 1)]
    assert (told, desk.state(id_)) == ([{"step": 2}], "CANCELLED")


def test_a_kind_may_forbid_it(desk: Desk) -> None:
    kind = desk.kind(once, cancellable=False)
    id_ = desk.enqueue(kind)
    with pytest.raises(JobNotCancellable):
        cancel(desk, kind, id_)
    assert desk.state(id_) == "WAITING"


# -- on whose behalf --------------------------------------------------------------------------------------


def test_a_job_runs_as_the_system_in_the_name_of_its_kind(desk: Desk, rpc: Any) -> None:
    admin, seller = user(), user({"accounts.read": OWN, "accounts.update": OWN})
    create = accounts_pb2.CreateAccountRequest(account={"name": unique("Account"), "owner_id": seller.id})
    own = rpc("CreateAccount", create, as_=admin).id
    foreign = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("A")}), as_=admin).id

    def rename(tx: Transaction, job: Job) -> Done:
        for id_ in job.payload["ids"]:
            account = tx.session.scalar(tx.visible(Account).where(Account.id == id_))
            if account is not None:
                account.name = unique(f"by {tx.actor.kind}")
        return Done()

    kind = desk.kind(rename, source="import")
    cause = "01a200c7-6a55-7527-9d1e-73286f0c9a0a"
    with desk.transaction(actor=seller, caused_by=cause) as tx:
        request_id = tx.context.request_id
        enqueue(tx, kind, {"ids": [own, foreign]})
    desk.work()

    names = [rpc("GetAccount", standard_pb2.GetRequest(id=id_), as_=admin).name for id_ in (own, foreign)]
    assert [name.startswith("by system") for name in names] == [True, True]
    with Session(desk.engine) as session:
        rows = session.scalars(select(History).where(History.record_id == own).order_by(History.id)).all()
    assert (rows[1].actor_id, rows[1].source, rows[1].request_id, rows[1].caused_by) == (
        kind.name, "import", request_id, cause,
    )  # fmt: skip


# -- chores -----------------------------------------------------------------------------------------------


def test_what_has_ended_is_forgotten_in_time_and_dead_ones_stay(desk: Desk) -> None:
    kept, gone = desk.kind(once, kept=timedelta(days=30)), desk.kind(once, kept=timedelta(days=1))
    failing = desk.kind(fail, retry=Retry(attempts=1), kept=timedelta(days=1))
    ids = [desk.enqueue(kind) for kind in (kept, gone, failing)]
    desk.work()
    with desk.engine.begin() as connection:
        connection.execute(update(JobRow).values(finished_at=JobRow.finished_at - timedelta(days=2)))

    with Session(desk.engine) as session, session.begin():
        assert queue.forget_finished(session, desk.kinds) == 1
        assert set(session.scalars(select(JobRow.id))) == {ids[0], ids[2]}


def test_the_depth_says_what_waits_and_how_late_it_is(desk: Desk) -> None:
    kind, failing = desk.kind(once), desk.kind(fail, retry=Retry(attempts=1))
    desk.enqueue(failing)
    desk.work()
    desk.clock.now = desk.clock.now - timedelta(minutes=2)
    for _ in range(2):
        desk.enqueue(kind)
    desk.clock.release()
    desk.enqueue(kind, due=desk.clock.now + timedelta(hours=1))

    with Session(desk.engine) as session:
        rows = {(row.kind, row.condition): row for row in queue.depth(session)}

    assert {key: row.jobs for key, row in rows.items()} == {
        (kind.name, "WAITING"): 2, (kind.name, "SCHEDULED"): 1, (failing.name, "DEAD"): 1,
    }  # fmt: skip
    assert float(rows[kind.name, "WAITING"].late) == pytest.approx(120, abs=30)
