"""The sending side of the bus: what the relay reads and marks, and the log that replay reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from crm_chassis.db.tables import Outbox
from crm_chassis.db.vault import Erased, Vault
from crm_chassis.ids import PARTITIONS

CHANNEL = "crm_outbox"
LOCK_CLASS = 0x0C12

# Of one text for any number of ids, so that they are planned once.
_PENDING = text(
    """
    SELECT id, CAST(event_id AS text) AS event_id, type, CAST(record_id AS text) AS record_id, partition, envelope,
        sealed, occurred_at
    FROM outbox
    WHERE published_at IS NULL AND partition = ANY(CAST(:partitions AS smallint[])) AND record_id NOT IN (
        SELECT record_id FROM outbox WHERE published_at IS NULL AND next_attempt_at > now()
    )
    ORDER BY id LIMIT CAST(:limit AS bigint)
    """
)
_PUBLISHED = text("UPDATE outbox SET published_at = now(), last_error = NULL WHERE id = ANY(CAST(:ids AS bigint[]))")


@dataclass(frozen=True)
class Pending:
    """An event to publish."""

    id: int
    event_id: str
    type: str
    record_id: str
    partition: int
    envelope: bytes
    occurred_at: datetime


def take_partitions(session: Session) -> list[int]:
    """Locks, for as long as the session's connection lives, every partition that no other relay holds."""
    rows = session.execute(
        text("SELECT p FROM generate_series(0, :last) p WHERE pg_try_advisory_lock(:lock_class, p)"),
        {"last": PARTITIONS - 1, "lock_class": LOCK_CLASS},
    )
    return [row.p for row in rows]


def pending(session: Session, partitions: Sequence[int], vault: Vault, limit: int = 500) -> list[Pending]:
    """Unpublished events of the partitions in the order they were recorded.

    Events of a record whose earlier event has to wait for another attempt are left out.
    """
    rows = session.execute(_PENDING, {"partitions": list(partitions), "limit": limit}).all()
    vault.fetch(session, [row.record_id for row in rows if row.sealed])
    found, erased = [], []
    for row in rows:
        one = _open(session, row, vault)
        if one is not None:
            found.append(one)
        else:
            erased.append(row.id)
    if erased:
        # Nobody can read them any more, so nobody will miss them.
        done = update(Outbox).where(Outbox.id.in_(erased))
        session.execute(done.values(published_at=func.now(), last_error="the subject was erased"))
    return found


def envelope_of(session: Session, row: Any, vault: Vault) -> bytes:
    """The event as it is published. Raises Erased if its subject was."""
    return vault.open(session, row.record_id, row.envelope) if row.sealed else row.envelope


def _open(session: Session, row: Any, vault: Vault) -> Pending | None:
    try:
        envelope = envelope_of(session, row, vault)
    except Erased:
        return None
    return Pending(row.id, row.event_id, row.type, row.record_id, row.partition, envelope, row.occurred_at)


def mark_published(session: Session, ids: Sequence[int]) -> None:
    """The broker has confirmed these events."""
    session.execute(_PUBLISHED, {"ids": list(ids)})


def mark_failed(session: Session, row: Pending, error: str) -> None:
    """The broker refused this event; it and later ones of its record wait, 1 s at first, at last 1 h each time."""
    doubled = func.power(2, func.least(Outbox.attempts, 12))
    delay = func.least(text("interval '1 hour'"), text("interval '1 second'") * doubled)
    session.execute(
        update(Outbox)
        .where(Outbox.id == row.id)
        .values(attempts=Outbox.attempts + 1, last_error=error[:2000], next_attempt_at=func.now() + delay)
    )


def backlog(session: Session) -> tuple[int, float]:
    """(unpublished events, age of the oldest in seconds)."""
    count, oldest = session.execute(
        select(func.count(), func.min(Outbox.occurred_at)).where(Outbox.published_at.is_(None))
    ).one()
    return count, (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0


def log(
    session: Session,
    vault: Vault,
    kinds: Sequence[str],
    *,
    since: datetime | None = None,
    batch: int = 500,
) -> Iterator[Pending]:
    """The published events of some kinds of records or types (of all, if none is named) in order of their positions.

    From a time on. Events of erased subjects are passed over.
    """
    after = 0
    while True:
        query = select(Outbox).where(Outbox.id > after, Outbox.published_at.is_not(None))
        if since is not None:
            query = query.where(Outbox.occurred_at >= since)
        if kinds:
            below = (Outbox.type.startswith(f"{kind}.", autoescape=True) for kind in kinds)
            query = query.where(or_(Outbox.type.in_(kinds), *below))
        rows = session.scalars(query.order_by(Outbox.id).limit(batch)).all()
        vault.fetch(session, [row.record_id for row in rows if row.sealed])
        for row in rows:
            found = _open(session, row, vault)
            if found is not None:
                yield found
        if len(rows) < batch:
            return
        after = rows[-1].id
        session.expunge_all()


def ensure_months(session: Session, now: datetime) -> None:
    """Makes the monthly partitions of the outbox for this month and the two that follow."""
    session.execute(text("SELECT ensure_outbox_months(:now)"), {"now": now})


def compact(session: Session, before: datetime, limit: int = 5000) -> int:
    """Removes published events older than that which a later event of their record has outdated; returns how many.

    What is left of the past is each record's last event, which carries the whole record: with it a replay builds
    the same state.
    """
    later = aliased(Outbox)
    outdated = (
        select(Outbox.id)
        .where(
            Outbox.occurred_at < before,
            Outbox.published_at.is_not(None),
            select(later.id).where(later.record_id == Outbox.record_id, later.version > Outbox.version).exists(),
        )
        .limit(limit)
    )
    done = session.execute(delete(Outbox).where(Outbox.occurred_at < before, Outbox.id.in_(outdated)))
    return int(done.rowcount)  # type: ignore[attr-defined]
