"""The receiving side of the bus: every event has its effect once, and in the order of its record.

For each subscription and event, in one transaction: an inbox row (so that a second delivery changes nothing), the
version gate (so that an event that came too early waits and one that came too late is passed over), the effect
with its own history and outbox rows. Many events share a transaction while all goes well; if one fails, the
batch is undone and taken one by one, and the failing event is parked with the later events of its record behind
it. Attempts are counted in a transaction of their own, so that a crash counts as one.

When an event is due is told by the database's clock, which all processes share: one that runs ahead must not make
events wait until the others have caught up with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from crm_chassis import tracing
from crm_chassis.access.actor import SYSTEM
from crm_chassis.clock import Clock, system_clock
from crm_chassis.context import RequestContext
from crm_chassis.db.faults import is_outage
from crm_chassis.db.tables import Inbox, InboxPosition, Parked
from crm_chassis.db.vault import Vault
from crm_chassis.envelope import IncomingEvent
from crm_chassis.events import refused, replays
from crm_chassis.logs import get_logger
from crm_chassis.metrics import (
    INBOX_APPLIED,
    INBOX_DEAD,
    INBOX_DUPLICATES,
    INBOX_LAG_SECONDS,
    INBOX_PARKED,
    INBOX_STALE,
)
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Subscription

MAX_ATTEMPTS = 8
BACKOFF = (1, 5, 30, 120, 600, 3600, 3600, 3600)
GAP_RETRY = timedelta(seconds=5)

# Lock the records in sorted order before inserting. Two workers have events of one record only while the broker hands a
# queue over; then the second one waits here, and the common order of locks rules out a deadlock.
_TAKE = text(
    """
    INSERT INTO inbox (subscription, event_id, received_at)
    SELECT e.subscription, e.event_id, :now
    FROM (SELECT count(pg_advisory_xact_lock(hashtextextended(k, 0))) FROM unnest(CAST(:keys AS text[])) k) locked,
        unnest(CAST(:subscriptions AS text[]), CAST(:event_ids AS uuid[])) e(subscription, event_id)
    ON CONFLICT DO NOTHING RETURNING subscription, CAST(event_id AS text)
    """
)
_GATE = text(
    """
    SELECT r.subscription, CAST(r.record_id AS text), position.version,
        (SELECT min(version) FROM parked p WHERE p.subscription = r.subscription AND p.record_id = r.record_id),
        EXISTS (SELECT FROM bus_subscriptions s WHERE s.name = r.subscription AND s.replay_id IS NOT NULL)
    FROM unnest(CAST(:subscriptions AS text[]), CAST(:record_ids AS uuid[])) r(subscription, record_id)
    LEFT JOIN inbox_positions position ON position.subscription = r.subscription AND position.record_id = r.record_id
    """
)
_MOVE = text(
    """
    INSERT INTO inbox_positions (subscription, record_id, version)
    SELECT * FROM unnest(CAST(:subscriptions AS text[]), CAST(:record_ids AS uuid[]), CAST(:versions AS bigint[]))
    ON CONFLICT (subscription, record_id) DO UPDATE SET version = excluded.version
    """
)


class UnknownType(Exception):
    """An event in a version that this build cannot read; it waits until a newer build retries it."""


@dataclass
class _Gate:
    """Last applied versions of the records of a batch, by subscription."""

    last: dict[tuple[str, str], int] = field(default_factory=dict)
    waiting: dict[tuple[str, str], int] = field(default_factory=dict)
    """The lowest parked version."""
    replaying: set[str] = field(default_factory=set)
    """Subscriptions that are being given the past."""


class Receiver:
    """Applies events for the subscriptions of one service."""

    def __init__(
        self, engine: Engine, subscriptions: Sequence[Subscription], vault: Vault, clock: Clock = system_clock
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._clock = clock
        self._subscriptions = list(subscriptions)
        self._log = get_logger()

    @property
    def records(self) -> frozenset[str]:
        """Every kind of record that some subscription follows."""
        return frozenset(record for s in self._subscriptions for record in s.records)

    def receive(self, events: Sequence[IncomingEvent], *, careful: bool = False) -> None:
        """Applies or parks events; afterwards they may be acknowledged. Raises only if the database is away.

        With `careful`, events are taken one by one and every attempt is counted first: for redeliveries, one of
        which may have killed the process.
        """
        if not careful and len(events) > 1:
            try:
                with self._transaction() as session:
                    self._apply_all(session, events)
                return
            except Exception as error:
                if is_outage(error):
                    raise
                self._log.info("batch taken apart", events=len(events), error=repr(error))
        for event in events:
            for subscription in self._interested(event):
                if careful:
                    self._ensure_parked(subscription, event, "", attempts=0)
                    self._retry(subscription, event.record_id)
                else:
                    self._receive_one(subscription, event)

    def _receive_one(self, subscription: Subscription, event: IncomingEvent) -> None:
        try:
            with self._transaction() as session:
                self._apply_all(session, [event], [subscription])
        except Exception as error:
            if is_outage(error):
                raise
            self._log.warning("event parked", event_id=event.id, type=event.type, error=repr(error))
            self._ensure_parked(subscription, event, repr(error), attempts=1)

    def _interested(self, event: IncomingEvent) -> list[Subscription]:
        return [s for s in self._subscriptions if event.record in s.records]

    @contextmanager
    def _transaction(self) -> Any:
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    def _apply_all(
        self, session: Session, events: Sequence[IncomingEvent], only: Sequence[Subscription] | None = None
    ) -> None:
        wanted = [(s, e) for e in events for s in (self._interested(e) if only is None else only)]
        if not wanted:
            return
        now = self._clock()
        names = [s.name for s, _ in wanted]
        taken = {
            "keys": sorted({f"{s.name}:{e.record_id}" for s, e in wanted}),
            "subscriptions": names,
            "event_ids": [e.id for _, e in wanted],
            "now": now,
        }
        fresh = {(name, event_id) for name, event_id in session.execute(_TAKE, taken)}
        gate = self._gate(session, names, [e.record_id for _, e in wanted])
        before = dict(gate.last)
        for subscription, event in wanted:
            if (subscription.name, event.id) not in fresh:
                INBOX_DUPLICATES.labels(subscription.name).inc()
                continue
            fresh.discard((subscription.name, event.id))
            self._pass(session, gate, subscription, event)
        self._move(session, {key: version for key, version in gate.last.items() if before.get(key) != version})

    def _gate(self, session: Session, names: list[str], record_ids: list[str]) -> _Gate:
        gate = _Gate()
        keys = {"subscriptions": names, "record_ids": record_ids}
        for name, record_id, last, waiting, replaying in session.execute(_GATE, keys):
            if last is not None:
                gate.last[name, record_id] = last
            if waiting is not None:
                gate.waiting[name, record_id] = waiting
            if replaying:
                gate.replaying.add(name)
        return gate

    def _pass(self, session: Session, gate: _Gate, subscription: Subscription, event: IncomingEvent) -> None:
        key = subscription.name, event.record_id
        last = gate.last.get(key)
        if last is not None and event.version <= last:
            INBOX_STALE.labels(subscription.name).inc()
            return
        early = subscription.name in gate.replaying and not event.replayed and event.version > 1
        gap = event.version > last + 1 if last is not None else early
        if gap or event.version > gate.waiting.get(key, event.version):
            self._park(session, subscription, event, "an earlier event of the record is missing" if gap else "")
            gate.waiting[key] = min(event.version, gate.waiting.get(key, event.version))
            return
        self._apply(session, subscription, event)
        gate.last[key] = event.version

    def _apply(self, session: Session, subscription: Subscription, event: IncomingEvent) -> None:
        handler = subscription.handler_of(event)
        if handler is not None:
            if event.unreadable:
                raise UnknownType(f"{event.type} is newer than this build")
            request_id = RequestContext.valid_request_id(event.correlation_id)
            with tracing.span(
                f"process {event.type}", "consumer", event.traceparent, request_id=request_id,
                event_id=event.id, record_id=event.record_id, subscription=subscription.name,
            ) as span:  # fmt: skip
                context = RequestContext(request_id=request_id, traceparent=span.traceparent)
                with Transaction(
                    session, SYSTEM, vault=self._vault, context=context, clock=self._clock, source="event",
                    caused_by=event.id,
                ) as tx:  # fmt: skip
                    handler(tx, event)
        INBOX_APPLIED.labels(subscription.name).inc()
        INBOX_LAG_SECONDS.labels(subscription.name).set(max(0.0, (self._clock() - event.time).total_seconds()))

    def _move(self, session: Session, moved: Mapping[tuple[str, str], int]) -> None:
        """Stores the last applied versions of records."""
        if moved:
            names, record_ids = zip(*moved, strict=True)
            session.execute(
                _MOVE,
                {"subscriptions": list(names), "record_ids": list(record_ids), "versions": list(moved.values())},
            )

    def refuse(self, queue: str, *, exchange: str, routing_key: str, body: bytes | str, error: str) -> None:
        """Keeps what came by a queue and is none of ours for an operator."""
        refused.hold(self._engine, queue, exchange=exchange, routing_key=routing_key, body=body, error=error)

    def replay_ended(self, replay_id: str, queue: int, publisher: str) -> None:
        """A publisher's mark has arrived in a queue of the service."""
        with self._transaction() as session:
            replays.ended(session, replay_id, queue, publisher)

    # -- parking ------------------------------------------------------------------------------------------

    def _park(
        self, session: Session, subscription: Subscription, event: IncomingEvent, error: str, *, attempts: int = 0
    ) -> None:
        delay = timedelta(seconds=BACKOFF[attempts - 1]) if attempts else GAP_RETRY
        valid = RequestContext.valid_request_id(event.correlation_id) == event.correlation_id
        session.execute(
            insert(Parked)
            .values(
                subscription=subscription.name, event_id=event.id, type=event.type, record_id=event.record_id,
                version=event.version, envelope=event.envelope, attempts=attempts, error=error[:4000],
                dead=False, parked_at=func.now(), next_attempt_at=func.now() + delay,
                request_id=event.correlation_id if valid else "",
            )
            .on_conflict_do_nothing()
        )  # fmt: skip

    def _ensure_parked(self, subscription: Subscription, event: IncomingEvent, error: str, *, attempts: int) -> None:
        """Parks an event that was not received before; commits by itself."""
        with self._transaction() as session:
            fresh = session.execute(
                insert(Inbox)
                .values(subscription=subscription.name, event_id=event.id, received_at=self._clock())
                .on_conflict_do_nothing()
                .returning(Inbox.event_id)
            ).first()
            if fresh is not None:
                self._park(session, subscription, event, error, attempts=attempts)

    def retry_due(self, limit: int = 100) -> int:
        """Takes the heads of records whose time has come, and what waits behind them; returns events applied."""
        with self._transaction() as session:
            due = session.execute(
                select(Parked.subscription, Parked.record_id)
                .where(Parked.next_attempt_at <= func.now(), ~Parked.dead)
                .distinct()
                .limit(limit)
            ).all()
        by_name = {s.name: s for s in self._subscriptions}
        return sum(self._retry(by_name[name], record_id) for name, record_id in due if name in by_name)

    def _retry(self, subscription: Subscription, record_id: str) -> int:
        """Applies the parked events of a record in order until one fails, is missing or has to wait."""
        applied = 0
        while True:
            with self._transaction() as session:
                head = session.scalar(
                    select(Parked)
                    .where(Parked.subscription == subscription.name, Parked.record_id == record_id)
                    .order_by(Parked.version)
                    .limit(1)
                )
                last = session.scalar(
                    select(InboxPosition.version).where(
                        InboxPosition.subscription == subscription.name, InboxPosition.record_id == record_id
                    )
                )
                if head is None or head.dead:
                    return applied
                event = IncomingEvent.read(head.envelope)
                early = last is None and head.version > 1 and subscription.name in replays.under_way(session)
                if early or (last is not None and head.version > last + 1):
                    head.next_attempt_at = func.now() + GAP_RETRY
                    return applied
            self._begin_attempt(subscription, event)
            try:
                with self._transaction() as session:
                    self._apply_parked(session, subscription, event, last)
            except Exception as error:
                if is_outage(error):
                    raise
                self._note_failure(subscription, event, repr(error))
                return applied
            applied += 1

    def _begin_attempt(self, subscription: Subscription, event: IncomingEvent) -> None:
        """Counts an attempt before it is made: if the process dies in it, it has been counted."""
        with self._transaction() as session:
            parked = self._locked(session, subscription, event)
            parked.attempts += 1
            parked.dead = parked.attempts >= MAX_ATTEMPTS
            delay = BACKOFF[min(parked.attempts, len(BACKOFF)) - 1]
            parked.next_attempt_at = func.now() + timedelta(seconds=delay)

    def _note_failure(self, subscription: Subscription, event: IncomingEvent, error: str) -> None:
        with self._transaction() as session:
            parked = self._locked(session, subscription, event)
            parked.error = error[:4000]
            if parked.dead:
                self._log.error("event given up", event_id=event.id, type=event.type, error=error)

    def _locked(self, session: Session, subscription: Subscription, event: IncomingEvent) -> Parked:
        return session.scalars(
            select(Parked)
            .where(Parked.subscription == subscription.name, Parked.event_id == event.id)
            .with_for_update()
        ).one()

    def _apply_parked(
        self, session: Session, subscription: Subscription, event: IncomingEvent, last: int | None
    ) -> None:
        removed = session.execute(
            delete(Parked)
            .where(Parked.subscription == subscription.name, Parked.event_id == event.id)
            .returning(Parked.id)
        ).first()
        if removed is None or (last is not None and event.version <= last):
            return
        self._apply(session, subscription, event)
        self._move(session, {(subscription.name, event.record_id): event.version})

    # -- for operators ------------------------------------------------------------------------------------

    def measure(self) -> int:
        """Sets the gauges of parked and dead events; returns how many there are."""
        with self._transaction() as session:
            parked, dead = held(session)
        INBOX_PARKED.set(parked)
        INBOX_DEAD.set(dead)
        return parked + dead


def held(session: Session) -> tuple[int, int]:
    """(parked events that wait, dead ones with the messages that were refused)."""
    counts = select(func.count().filter(~Parked.dead), func.count().filter(Parked.dead)).select_from(Parked)
    waiting, dead = session.execute(counts).one()
    return waiting, dead + refused.count(session)


def forget_old(session: Session, before: datetime, limit: int = 20_000) -> int:
    """Forgets the ids of events applied before that; returns how many."""
    old = select(Inbox.subscription, Inbox.event_id).where(Inbox.received_at < before).limit(limit)
    done = session.execute(delete(Inbox).where(tuple_(Inbox.subscription, Inbox.event_id).in_(old)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def revive(session: Session, row: Parked) -> None:
    """Gives a parked or dead event a new set of attempts, due now."""
    session.execute(
        update(Parked).where(Parked.id == row.id).values(dead=False, attempts=0, next_attempt_at=func.now())
    )
    session.refresh(row)


def drop(session: Session, row: Parked) -> None:
    """Passes over a parked or dead event for good; its record goes on after it."""
    statement = insert(InboxPosition).values(
        subscription=row.subscription, record_id=row.record_id, version=row.version
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[InboxPosition.subscription, InboxPosition.record_id],
            set_={"version": func.greatest(InboxPosition.version, statement.excluded.version)},
        )
    )
    session.execute(
        update(Parked)
        .where(Parked.subscription == row.subscription, Parked.record_id == row.record_id, Parked.id != row.id)
        .values(next_attempt_at=func.now())
    )
    session.execute(delete(Parked).where(Parked.id == row.id))
