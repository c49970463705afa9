"""References that nobody could verify when they were written: their owners are asked by events (decision 0043).

The write leaves a job. What the copies and the directory do not know a moment later, the service asks the owner about
with `reference.unverified`; an owner that has no such record says so with `reference.missing`. Then the service lists
the reference (`crm-<service> references`) and publishes `reference.dangling` for each record that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import crm_contracts
from crm.common.v1 import references_pb2
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from crm_chassis.db.tables import MissingReference
from crm_chassis.envelope import IncomingEvent
from crm_chassis.ids import uuid7
from crm_chassis.jobs.kinds import Done, Job, JobKind
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.references import References
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Handler, Subscription

PATIENCE = timedelta(seconds=10)
"""How long a reference may be unknown before its owner is asked: mostly an event is on its way."""
TOLD = 100
"""Records that one missing record is told of for; whoever needs the others lists them."""
_UNVERIFIED, _MISSING, _DANGLING = "reference.unverified.v1", "reference.missing.v1", "reference.dangling.v1"


class Unverified:
    """The unverified references of one service, and what others ask about its own records.

    A service takes part if the contracts declare the events for it.
    """

    def __init__(self, service: str, references: References) -> None:
        self._service = service
        self._references = references
        asking = f"crm.{service}.{_UNVERIFIED}" in crm_contracts.events()
        job = JobKind("reference.check", self._check)
        self.jobs: tuple[JobKind, ...] = (job,) if asking else ()
        records = {event.record for event in crm_contracts.events().values() if event.type.endswith(_UNVERIFIED)}
        self._owners = {record.split(".")[1] for record in records} - {service} if asking else set[str]()
        handlers: dict[str, Handler] = {
            f"{record}.{action}": handler
            for record in sorted(records - {f"crm.{service}.reference"})
            for action, handler in (("unverified.v1", self._on_unverified), ("missing.v1", self._on_missing))
        }
        # What was asked before a service was there is none of its business.
        self.subscriptions: tuple[Subscription, ...] = (
            (Subscription("references", handlers, backfill=False),) if asking else ()
        )

    def ask_later(self, tx: Transaction) -> None:
        """Has the owners asked about what `tx` has noted, if it commits."""
        if tx.unverified:
            for job in self.jobs:
                enqueue(tx, job, {"references": sorted(tx.unverified)}, due=tx.now + PATIENCE)

    def ask(self, tx: Transaction, references: Iterable[tuple[str, str]]) -> int:
        """Asks the owners of records about them; how many were asked about. Those of whom none answers are left out."""
        asked = [(kind, id_) for kind, id_ in references if kind.split(".")[1] in self._owners]
        for kind, id_ in asked:
            self._tell(tx, _UNVERIFIED, kind=kind, record_id=id_, asked_by=self._service)
        return len(asked)

    def _check(self, tx: Transaction, job: Job) -> Done:
        """Asks the owners of the records that are still not known here."""
        for kind, id_ in job.payload["references"]:
            if self._references.unknown(tx, kind, {id_}):
                self._tell(tx, _UNVERIFIED, kind=kind, record_id=id_, asked_by=self._service)
        return Done()

    def _on_unverified(self, tx: Transaction, event: IncomingEvent) -> None:
        """Answers another service, if it means a record of this one that there is not."""
        asked = event.data.reference
        if event.replayed or asked.kind.split(".")[1] != self._service:
            return
        if not self._references.exists(tx, asked.kind, asked.record_id):
            self._tell(tx, _MISSING, kind=asked.kind, record_id=asked.record_id, asked_by=event.source)

    def _on_missing(self, tx: Transaction, event: IncomingEvent) -> None:
        """Takes down what its owner says of a reference of this service."""
        missing = event.data.reference
        if event.replayed or missing.asked_by != self._service or missing.kind.split(".")[1] != event.source:
            return
        row = {"kind": missing.kind, "record_id": missing.record_id, "told_at": tx.now}
        new = insert(MissingReference).values(row).on_conflict_do_nothing().returning(MissingReference.kind)
        if tx.session.scalar(new) is None:
            return
        for holder in self._holders(tx, missing):
            tell_dangling(tx, self._service, kind=missing.kind, record_id=missing.record_id, **holder)

    def _holders(self, tx: Transaction, missing: Any) -> Iterator[dict[str, str]]:
        told: set[str] = set()
        for model, condition in self._references.naming(missing.kind, missing.record_id):
            naming = select(model).where(model.existing(), condition).order_by(model.id).limit(TOLD - len(told))
            for record in tx.session.scalars(naming):
                if record.id not in told:
                    told.add(record.id)
                    owner = getattr(record, record.owner_field) if record.owner_field else None
                    yield {"resource": record.plural, "holder_id": record.id, "owner_id": owner or ""}

    def _tell(self, tx: Transaction, action: str, **reference: str) -> None:
        _tell(tx, self._service, action, **reference)


def tell_dangling(tx: Transaction, service: str, **reference: str) -> None:
    """Publishes that a record of a service names one that there is not; `reference`: fields of UnverifiedReference."""
    _tell(tx, service, _DANGLING, **reference)


def _tell(tx: Transaction, service: str, action: str, **reference: str) -> None:
    event = crm_contracts.event(f"crm.{service}.{action}")
    tx.tell(event.message(reference=references_pb2.UnverifiedReference(id=uuid7(), **reference)))
