"""What operators see of the bus and do about it: the functions of BusService."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import orjson
from crm.common.v1 import common_pb2
from google.protobuf.struct_pb2 import Struct
from sqlalchemy import select, update

from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.paging import page_size, read_token, write_token
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db import inbox, outbox, replays
from crm_chassis.db.tables import Followed, Outbox, Parked
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput, NotFound
from crm_chassis.subscription import Subscription

INCOMING, OUTGOING = common_pb2.HeldEvent.Direction.INCOMING, common_pb2.HeldEvent.Direction.OUTGOING
WAITING, DEAD = common_pb2.HeldEvent.State.WAITING, common_pb2.HeldEvent.State.DEAD


class Operations:
    """The bus as one service sees it."""

    def __init__(self, service: str, subscriptions: Sequence[Subscription]) -> None:
        self._service = service
        self._subscriptions = {one.name: one for one in subscriptions}

    def get_bus_state(self, tx: Transaction, request: Any) -> Any:
        """What waits and what is followed."""
        waiting, oldest = outbox.backlog(tx.session)
        parked, dead = inbox.held(tx.session)
        rows = tx.session.scalars(select(Followed).order_by(Followed.name))
        return common_pb2.BusState(
            service=self._service,
            outgoing_waiting=waiting,
            outgoing_oldest_seconds=oldest,
            incoming_waiting=parked,
            incoming_dead=dead,
            subscriptions=[_state(row) for row in rows],
        )

    def list_held_events(self, tx: Transaction, request: Any) -> Any:
        """Incoming events first, then outgoing ones the broker refused; each the oldest first."""
        size = page_size(request)
        way, after = read_token(request.page_token, "held_events") if request.page_token else ("in", 0)
        found: list[Any] = []
        if way == "in" and request.direction != OUTGOING:
            query = select(Parked).where(Parked.id > int(after)).order_by(Parked.id).limit(size + 1)
            if request.state:
                query = query.where(Parked.dead == (request.state == DEAD))
            found += map(_incoming, tx.session.scalars(query))
        if len(found) <= size and request.direction != INCOMING and request.state != DEAD:
            refused = select(Outbox).where(Outbox.published_at.is_(None), Outbox.attempts > 0)
            query_out = refused.where(Outbox.id > (int(after) if way == "out" else 0)).order_by(Outbox.id)
            found += map(_outgoing, tx.session.scalars(query_out.limit(size + 1 - len(found))))
        response = common_pb2.ListHeldEventsResponse(held_events=found[:size])
        if len(found) > size:
            response.next_page_token = write_token("held_events", list(found[size - 1].id.split("-")))
        return response

    def get_held_event(self, tx: Transaction, request: Any) -> Any:
        """One of them, with what it says."""
        row = _find(tx, request.id)
        if isinstance(row, Parked):
            found, envelope = _incoming(row), row.envelope
        else:
            found, envelope = _outgoing(row), tx.open(row)
        event = Struct()
        event.update(orjson.loads(envelope))
        found.event.CopyFrom(event)
        return found

    def retry_held_event(self, tx: Transaction, request: Any) -> Any:
        """A new set of attempts, the first now."""
        row = _find(tx, request.id)
        if isinstance(row, Parked):
            inbox.revive(tx.session, row)
            found = _incoming(row)
        else:
            again = update(Outbox).where(Outbox.id == row.id, Outbox.occurred_at == row.occurred_at)
            tx.session.execute(again.values(attempts=0, next_attempt_at=None))
            found = _outgoing(row)
        tx.audit(f"crm.{self._service}.held_event", row.event_id, "retried", {"type": row.type, "error": found.error})
        return found

    def drop_held_event(self, tx: Transaction, request: Any) -> Any:
        """Passes over an event for good. An outgoing one cannot be dropped: somebody may have to know of it."""
        row = _find(tx, request.id)
        if not isinstance(row, Parked):
            raise InvalidInput.of("id", "only incoming events can be dropped")
        found = _incoming(row)
        inbox.drop(tx.session, row)
        changes = {"type": row.type, "record_id": row.record_id, "error": found.error, "reason": request.reason}
        tx.audit(f"crm.{self._service}.held_event", row.event_id, "dropped", changes)
        return found

    def replay_subscription(self, tx: Transaction, request: Any) -> Any:
        """Gives a subscription the past again."""
        subscription = self._subscriptions.get(request.subscription)
        if subscription is None:
            names = ", ".join(sorted(self._subscriptions))
            raise NotFound(f"{self._service} has no subscription {request.subscription}; it has: {names}.")
        since = to_datetime(request.since).astimezone(UTC) if request.HasField("since") else None
        row = replays.restart(tx.session, subscription, since, tx.now)
        changes = {"subscription": subscription.name, "since": since}
        tx.audit(f"crm.{self._service}.subscription", str(row.replay_id), "replayed", changes)
        return _state(row)

    @property
    def functions(self) -> Sequence[Any]:
        """By the names of the RPCs."""
        return (
            self.get_bus_state, self.list_held_events, self.get_held_event, self.retry_held_event,
            self.drop_held_event, self.replay_subscription,
        )  # fmt: skip


def _find(tx: Transaction, id_: str) -> Parked | Outbox:
    way, _, number = id_.partition("-")
    row: Parked | Outbox | None = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        if way == "in":
            row = tx.session.scalar(select(Parked).where(Parked.id == int(number)).with_for_update())
        elif way == "out":
            row = tx.session.scalar(select(Outbox).where(Outbox.id == int(number), Outbox.published_at.is_(None)))
    if row is None:
        raise NotFound(f"No event {id_} is held.")
    return row


def _incoming(row: Parked) -> Any:
    return common_pb2.HeldEvent(
        id=f"in-{row.id}",
        direction=INCOMING,
        state=DEAD if row.dead else WAITING,
        subscription=row.subscription,
        event_id=row.event_id,
        type=row.type,
        record_id=row.record_id,
        version=row.version,
        attempts=row.attempts,
        error=row.error,
        held_at=timestamp(row.parked_at),
        next_attempt_at=None if row.dead else timestamp(row.next_attempt_at),
    )


def _outgoing(row: Outbox) -> Any:
    return common_pb2.HeldEvent(
        id=f"out-{row.id}",
        direction=OUTGOING,
        state=WAITING,
        event_id=row.event_id,
        type=row.type,
        record_id=row.record_id,
        version=row.version,
        attempts=row.attempts,
        error=row.last_error or "",
        held_at=timestamp(row.occurred_at),
        next_attempt_at=timestamp(row.next_attempt_at) if row.next_attempt_at else None,
    )


def _state(row: Followed) -> Any:
    return common_pb2.SubscriptionState(
        name=row.name,
        records=row.records,
        replay_id=row.replay_id or "",
        awaited_publishers=sorted({one.partition(":")[2] for one in row.awaited}),
    )
