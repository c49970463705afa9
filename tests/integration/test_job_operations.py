"""Operators see jobs, try dead ones again and end what need not be done, and all of that is in the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crm.common.v1 import jobs_pb2
from crm_chassis.db.tables import History, JobRow
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.jobs.kinds import Done, JobKind
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.tx import Transaction
from crm_chassis.testing import ALL, unique, user
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

ADMIN = user()
State = jobs_pb2.Job.State


@pytest.fixture
def job(engine: Any) -> Iterator[Callable[..., str]]:
    """Makes a job in some state."""

    def make(kind: str = "", state: str = "WAITING", **values: Any) -> str:
        with Session(engine) as session, session.begin():
            tx = Transaction(session, vault=Vault(b"\x05" * 32))
            id_ = enqueue(tx, JobKind(kind or unique("kind"), lambda tx, job: Done()), {"contact_id": "c-1"}, key="k")
            session.execute(update(JobRow).where(JobRow.id == id_).values(state=state, **values))
        return id_

    yield make
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM jobs"))


def listed(rpc: Any, **filters: Any) -> list[str]:
    """The ids of all pages."""
    ids: list[str] = []
    token = ""
    while True:
        request = jobs_pb2.ListJobsRequest(service="contacts", page_size=2, page_token=token, **filters)
        page = rpc("ListJobs", request, as_=ADMIN)
        ids += [job.id for job in page.jobs]
        token = page.next_page_token
        if not token:
            return ids


def test_jobs_are_listed_by_state_and_kind_the_newest_first(rpc: Any, job: Any) -> None:
    kind = unique("kind")
    ids = [job(kind) for _ in range(5)]
    dead = job(kind, "DEAD", error="ValueError('x')", attempts=8)
    job()

    assert listed(rpc, kind=kind) == [dead, *reversed(ids)]
    assert listed(rpc, kind=kind, state=State.WAITING) == ids[::-1]
    assert listed(rpc, state=State.DEAD) == [dead]


def test_a_job_is_shown_with_what_was_asked_for_to_those_who_may(rpc: Any, job: Any) -> None:
    id_ = job(state="RUNNING", cursor={"row": 7}, done=3, total=10)
    request = jobs_pb2.GetJobRequest(service="contacts", id=id_)

    found = rpc("GetJob", request, as_=ADMIN)

    assert (found.state, found.done, found.total, found.key) == (State.RUNNING, 3, 10, "k")
    assert (dict(found.payload), dict(found.cursor)) == ({"contact_id": "c-1"}, {"row": 7})
    assert not rpc("ListJobs", jobs_pb2.ListJobsRequest(service="contacts"), as_=ADMIN).jobs[0].HasField("payload")
    with pytest.raises(DomainError) as missing:
        rpc("GetJob", jobs_pb2.GetJobRequest(service="contacts", id=uuid7()), as_=ADMIN)
    assert missing.value.reason == "NOT_FOUND"


def test_a_dead_job_is_tried_again_and_one_that_waits_is_not(rpc: Any, job: Any, engine: Any) -> None:
    dead, waiting = job(state="DEAD", error="ValueError('x')", attempts=8), job()

    found = rpc("RetryJob", jobs_pb2.RetryJobRequest(service="contacts", id=dead), as_=ADMIN)

    assert (found.state, found.attempts) == (State.WAITING, 0)
    with pytest.raises(DomainError) as refused:
        rpc("RetryJob", jobs_pb2.RetryJobRequest(service="contacts", id=waiting), as_=ADMIN)
    assert refused.value.reason == "JOB_NOT_DEAD"
    (entry,) = audited(engine, dead)
    assert (entry.action, entry.actor_id) == ("retried", ADMIN.id)
    assert entry.changes["error"] == [None, "ValueError('x')"]


def test_a_job_is_cancelled_with_a_reason(rpc: Any, job: Any, engine: Any) -> None:
    waiting, running, done = job(), job(state="RUNNING"), job(state="DONE")

    def cancel(id_: str) -> Any:
        return rpc("CancelJob", jobs_pb2.CancelJobRequest(service="contacts", id=id_, reason="not needed"), as_=ADMIN)

    assert cancel(waiting).state == State.CANCELLED
    assert (cancel(running).state, cancel(running).cancel_requested) == (State.RUNNING, True)
    with pytest.raises(DomainError) as refused:
        cancel(done)
    assert refused.value.reason == "JOB_FINISHED"
    (entry,) = audited(engine, waiting)
    assert (entry.action, entry.changes["reason"]) == ("cancelled", [None, "not needed"])


@pytest.mark.parametrize(
    ("permission", "allowed"),
    [("jobs.read", {"ListJobs", "GetJob"}), ("jobs.retry", {"RetryJob"}), ("jobs.cancel", {"CancelJob"})],
)
def test_each_call_has_a_right_of_its_own(rpc: Any, job: Any, permission: str, allowed: set[str]) -> None:
    who = user({permission: ALL})
    id_ = job(state="DEAD")
    requests = {
        "ListJobs": jobs_pb2.ListJobsRequest(service="contacts"),
        "GetJob": jobs_pb2.GetJobRequest(service="contacts", id=id_),
        "RetryJob": jobs_pb2.RetryJobRequest(service="contacts", id=id_),
        "CancelJob": jobs_pb2.CancelJobRequest(service="contacts", id=id_, reason="because"),
    }
    reasons = dict.fromkeys(requests, "")
    for name, request in requests.items():
        try:
            rpc(name, request, as_=who)
        except DomainError as error:
            reasons[name] = error.reason
    assert reasons == {name: "" if name in allowed else "PERMISSION_DENIED" for name in requests}


def audited(engine: Any, id_: str) -> list[History]:
    with Session(engine) as session:
        return list(session.scalars(select(History).where(History.record_id == id_)))
