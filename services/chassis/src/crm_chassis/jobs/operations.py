"""What operators see of jobs and do about them: the functions of JobService."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.common.v1 import jobs_pb2
from sqlalchemy import select

from crm_chassis.db.tables import JobRow
from crm_chassis.errors import NotFound
from crm_chassis.jobs import queue
from crm_chassis.jobs.kinds import JobKind
from crm_chassis.records.mapping import timestamp
from crm_chassis.records.paging import page_size, read_token, write_token
from crm_chassis.records.tx import Transaction

State = jobs_pb2.Job.State


class JobOperations:
    """The jobs of one service."""

    def __init__(self, service: str, kinds: Sequence[JobKind]) -> None:
        self._service = service
        self._kinds = {kind.name: kind for kind in kinds}

    def list_jobs(self, tx: Transaction, request: Any) -> Any:
        """The newest first."""
        size = page_size(request)
        query = select(JobRow).order_by(JobRow.seq.desc()).limit(size + 1)
        if request.state:
            query = query.where(JobRow.state == State.Name(request.state))
        if request.kind:
            query = query.where(JobRow.kind == request.kind)
        if request.page_token:
            (seq,) = read_token(request.page_token, "jobs", [int])
            query = query.where(JobRow.seq < seq)
        rows = tx.session.scalars(query).all()
        response = jobs_pb2.ListJobsResponse(jobs=[_message(row) for row in rows[:size]])
        if len(rows) > size:
            response.next_page_token = write_token("jobs", [rows[size - 1].seq])
        return response

    def get_job(self, tx: Transaction, request: Any) -> Any:
        """One of them, with what was asked for."""
        return _whole(_find(tx, request.id))

    def retry_job(self, tx: Transaction, request: Any) -> Any:
        """A new set of attempts, the first now. Raises JobNotDead."""
        row = _find(tx, request.id, locked=True)
        error = row.error
        queue.revive(tx.session, row)
        tx.audit(f"crm.{self._service}.job", row.id, "retried", {"kind": row.kind, "key": row.key, "error": error})
        return _whole(row)

    def cancel_job(self, tx: Transaction, request: Any) -> Any:
        """Ends a job before it is done. Raises JobFinished or JobNotCancellable."""
        row = _find(tx, request.id, locked=True)
        queue.cancel(tx, self._kinds.get(row.kind), row)
        changes = {"kind": row.kind, "key": row.key, "error": row.error, "reason": request.reason}
        tx.audit(f"crm.{self._service}.job", row.id, "cancelled", changes)
        return _whole(row)

    @property
    def functions(self) -> Sequence[Any]:
        """By the names of the RPCs."""
        return self.list_jobs, self.get_job, self.retry_job, self.cancel_job


def _find(tx: Transaction, id_: str, *, locked: bool = False) -> JobRow:
    query = select(JobRow).where(JobRow.id == id_)
    row = tx.session.scalar(query.with_for_update() if locked else query)
    if row is None:
        raise NotFound(f"There is no job {id_}.")
    return row


def _whole(row: JobRow) -> Any:
    job = _message(row)
    job.payload.update(row.payload)
    job.cursor.update(row.cursor)
    return job


def _message(row: JobRow) -> Any:
    return jobs_pb2.Job(
        id=row.id,
        kind=row.kind,
        key=row.key,
        state=State.Value(row.state),
        due_at=timestamp(row.due_at) if row.state in (queue.WAITING, queue.RUNNING) else None,
        attempts=row.attempts,
        error=row.error,
        done=row.done,
        total=row.total,
        cancel_requested=row.cancel_requested,
        actor_id=row.actor_id,
        request_id=row.request_id,
        caused_by=row.caused_by,
        created_at=timestamp(row.created_at),
        finished_at=timestamp(row.finished_at) if row.finished_at else None,
    )
