"""What a user leaves behind goes to the successor: a job that hands over batch by batch.

However many records there are, each step is a short transaction, so nobody waits for it for long; whatever stops it,
the next step goes on with what is left. The audit trail names the job as who changed the owner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crm_chassis.db.tables import JobRow
from crm_chassis.envelope import IncomingEvent
from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import RUNNING, WAITING, enqueue
from crm_chassis.records.model import Record
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Subscription
from sqlalchemy import ColumnElement, select, true

BATCH = 200
PREDECESSOR_PAUSE = timedelta(seconds=1)
EVERY = true()
DEACTIVATED = "crm.identity.user.deactivated.v1"


def give(_: Transaction, records: Sequence[Any], successor_id: str) -> None:
    """Makes the successor the owner; for records of which nothing else depends on who owns them."""
    for record in records:
        setattr(record, record.owner_field, successor_id)


@dataclass(frozen=True)
class Handover:
    """Records that change hands: those of `model` that fulfil `condition`, by `give`."""

    model: type[Record]
    condition: ColumnElement[bool] = EVERY
    give: Callable[[Transaction, Sequence[Any], str], None] = give


class Reassignment:
    """The job of a service, and the subscription that enqueues it when a user with a successor is deactivated."""

    def __init__(self, *handovers: Handover) -> None:
        self._handovers = handovers
        self.job = JobKind("reassignment", self._step)
        self.subscription = Subscription("reassignment", {DEACTIVATED: self._on_user_deactivated})

    def _on_user_deactivated(self, tx: Transaction, event: IncomingEvent) -> None:
        successor_id = event.data.reassign_to_id
        if successor_id and successor_id != event.record_id:
            enqueue(tx, self.job, {"to": successor_id}, key=event.record_id)

    def _step(self, tx: Transaction, job: Job) -> Done | Again:
        for handover in self._handovers:
            if records := _next_batch(tx, handover, job.key):
                handover.give(tx, records, job.payload["to"])
                return Again(done=job.done + len(records))
        return Again(after=PREDECESSOR_PAUSE) if _awaits_predecessor(tx, job) else Done()


def _next_batch(tx: Transaction, handover: Handover, owner_id: str) -> Sequence[Any]:
    model: Any = handover.model
    query = tx.visible(model).where(getattr(model, model.owner_field) == owner_id, handover.condition)
    # The order of the index by owner.
    query = query.order_by(model.created_at, model.id).limit(BATCH)
    return tx.session.scalars(query.with_for_update(of=model)).all()


def _awaits_predecessor(tx: Transaction, job: Job) -> bool:
    """Whether the user whose records are given away is still being given those of somebody who left before."""
    query = select(JobRow.id).where(
        JobRow.kind == job.kind,
        JobRow.state.in_((WAITING, RUNNING)),
        JobRow.payload["to"].astext == job.key,
        JobRow.id < job.id,  # ids follow the time, so two never wait for each other
    )
    return tx.session.scalar(query.limit(1)) is not None
