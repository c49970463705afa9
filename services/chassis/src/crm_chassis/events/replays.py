"""Replays: a subscription that is new, or has to start anew, is given the publishers' logs again.

The request is a row; the worker passes it to the publishers (crm_chassis.bus.replayer), who put what they have
published into the queues of the service once more, marked as a replay, and a mark at the end of each queue. What
other subscriptions have applied before, their inbox keeps from being applied again. Until the last mark has
arrived, an event of a record that the subscription has not seen from its beginning waits for the replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from crm_chassis.db.tables import Followed, Inbox, InboxPosition, Parked
from crm_chassis.errors import NotFound
from crm_chassis.ids import QUEUES, uuid7, uuid7_floor
from crm_chassis.subscription import Subscription


def register(session: Session, subscriptions: Sequence[Subscription], now: datetime) -> None:
    """Notes the service's subscriptions. What one follows newly, it is given the log of."""
    known = {row.name: row for row in session.scalars(select(Followed).with_for_update())}
    for subscription in subscriptions:
        row = known.get(subscription.name)
        if row is None:
            row = Followed(name=subscription.name, records=[], replays=[], awaited=[])
            session.add(row)
        fresh = sorted(subscription.records - set(row.records))
        row.records = sorted(subscription.records)
        if fresh and subscription.backfill:
            _begin(row, sorted({*fresh, *row.replays}), None, now)


def restart(session: Session, subscription: Subscription, since: datetime | None, now: datetime) -> Followed:
    """Has everything that was published since then applied once more by one subscription, and by no other.

    Raises NotFound if the subscription was never registered.
    """
    row = session.scalar(select(Followed).where(Followed.name == subscription.name).with_for_update())
    if row is None:
        raise NotFound(f"There is no subscription {subscription.name}.")
    inbox = delete(Inbox).where(Inbox.subscription == subscription.name)
    if since is not None:
        inbox = inbox.where(Inbox.event_id >= uuid7_floor(since))
    session.execute(inbox)
    for table in (InboxPosition, Parked):
        session.execute(delete(table).where(table.subscription == subscription.name))
    _begin(row, sorted(subscription.records), since, now)
    return row


def _begin(row: Followed, records: list[str], since: datetime | None, now: datetime) -> None:
    publishers = sorted({record.split(".")[1] for record in records})
    row.replay_id, row.replays, row.since = uuid7(), records, since
    row.awaited = [f"{queue}:{publisher}" for publisher in publishers for queue in range(QUEUES)]
    row.requested_at, row.asked_at = now, None


def under_way(session: Session) -> frozenset[str]:
    """The subscriptions that wait for a replay."""
    return frozenset(session.scalars(select(Followed.name).where(Followed.replay_id.is_not(None))))


def unasked(session: Session) -> list[Followed]:
    """The replays that the publishers have not been asked for yet."""
    return list(session.scalars(select(Followed).where(Followed.replay_id.is_not(None), Followed.asked_at.is_(None))))


def asked(session: Session, replay_ids: Iterable[str]) -> None:
    """The broker has taken the requests."""
    session.execute(update(Followed).where(Followed.replay_id.in_(list(replay_ids))).values(asked_at=func.now()))


def ended(session: Session, replay_id: str, queue: int, publisher: str) -> None:
    """A publisher's mark has arrived in a queue; with the last one, what has waited for the replay is due."""
    row = session.scalar(select(Followed).where(Followed.replay_id == replay_id).with_for_update())
    if row is None:
        return
    row.awaited = [one for one in row.awaited if one != f"{queue}:{publisher}"]
    if not row.awaited:
        row.replay_id, row.replays = None, []
        waiting = update(Parked).where(Parked.subscription == row.name, ~Parked.dead)
        session.execute(waiting.values(next_attempt_at=func.now()))
