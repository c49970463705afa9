"""How current is what a service has taken from events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import Select, bindparam, select, true

from crm_chassis.db.tables import Inbox, Parked
from crm_chassis.records.mapping import timestamp
from crm_chassis.records.tx import Transaction


@dataclass(frozen=True)
class Freshness:
    """`as_of` is the time of the newest event that was applied; none if there never was one.

    `lag_seconds` says how far a subscription is known to be behind. While events wait, because they failed or came
    before their turn, it is the time since the oldest of them happened. Otherwise nothing is known to be missing,
    and it is the age the newest event had when it was applied, at `received_at`; silence makes nothing old.
    """

    as_of: Timestamp | None
    lag_seconds: float
    waiting: bool = False
    received_at: datetime | None = None


def _ends() -> Select[Any]:
    """The newest event of a subscription that was applied, and the oldest that waits."""
    waiting = select(Parked.event_id).where(
        Parked.subscription == Inbox.subscription, Parked.event_id == Inbox.event_id
    )
    newest = (
        select(Inbox.event_id, Inbox.received_at)
        .where(Inbox.subscription == bindparam("subscription"), ~waiting.exists())
        .order_by(Inbox.event_id.desc())
        .limit(1)
        .subquery()
    )
    of_subscription = select(Parked.event_id).where(Parked.subscription == bindparam("subscription"))
    oldest = of_subscription.order_by(Parked.event_id).limit(1).subquery()
    both = oldest.outerjoin(newest, true(), full=True)
    return select(newest, oldest.c.event_id.label("missing")).select_from(both)


_ENDS = _ends()


def freshness(tx: Transaction, subscription: str) -> Freshness:
    """Reads it from the inbox: an event's id is a UUIDv7, which begins with the millisecond it was made in.

    So no event has to write a row that all others write too.
    """
    row = tx.session.execute(_ENDS, {"subscription": subscription}).first()
    if row is None:
        return Freshness(None, 0.0)
    made = _made(row.event_id) if row.event_id else None
    if row.missing:
        lag = tx.now - _made(row.missing)
    else:
        assert made is not None
        lag = row.received_at - made
    as_of = timestamp(made) if made else None
    return Freshness(as_of, max(0.0, lag.total_seconds()), bool(row.missing), row.received_at)


def _made(event_id: str) -> datetime:
    """When a UUIDv7 was made."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=UUID(event_id).int >> 80)
