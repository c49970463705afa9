"""How current the figures are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from crm_chassis.contracts.mapping import timestamp
from crm_chassis.db.tables import Inbox, Parked
from crm_chassis.db.tx import Transaction
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import Select, select, true

from crm_reporting.facts.subscribers import FACTS


@dataclass(frozen=True)
class Freshness:
    """`as_of` is the time of the newest event in the figures; none if there never was one.

    `lag_seconds` says how far the figures are known to be behind. While events wait, because they failed or came
    before their turn, it is the time since the oldest of them happened. Otherwise nothing is known to be missing,
    and it is the age the newest event had when it was applied; silence does not make figures old.
    """

    as_of: Timestamp | None
    lag_seconds: float


def _ends() -> Select[Any]:
    """The newest event in the figures, and the oldest that waits."""
    waiting = select(Parked.event_id).where(
        Parked.subscription == Inbox.subscription, Parked.event_id == Inbox.event_id
    )
    newest = (
        select(Inbox.event_id, Inbox.received_at)
        .where(Inbox.subscription == FACTS.name, ~waiting.exists())
        .order_by(Inbox.event_id.desc())
        .limit(1)
        .subquery()
    )
    oldest = select(Parked.event_id).order_by(Parked.event_id).limit(1).subquery()
    both = oldest.outerjoin(newest, true(), full=True)
    return select(newest, oldest.c.event_id.label("missing")).select_from(both)


_ENDS = _ends()


def freshness(tx: Transaction) -> Freshness:
    """Reads it from the inbox: an event's id is a UUIDv7, which begins with the millisecond it was made in.

    So no event has to write a row that all others write too.
    """
    row = tx.session.execute(_ENDS).first()
    if row is None:
        return Freshness(None, 0.0)
    made = _made(row.event_id) if row.event_id else None
    if row.missing:
        lag = tx.now - _made(row.missing)
    else:
        assert made is not None
        lag = row.received_at - made
    return Freshness(timestamp(made) if made else None, max(0.0, lag.total_seconds()))


def _made(event_id: str) -> datetime:
    """When a UUIDv7 was made."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=UUID(event_id).int >> 80)
