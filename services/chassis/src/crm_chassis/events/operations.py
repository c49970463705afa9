"""What operators see of the bus and do about it: the functions of BusService."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import orjson
from crm.common.v1 import bus_pb2
from google.protobuf.struct_pb2 import Struct
from sqlalchemy import Select, delete, select, update

from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db import outbox
from crm_chassis.db.tables import Followed, Outbox, Parked, Refused
from crm_chassis.errors import InvalidInput, NotFound
from crm_chassis.events import inbox, replays
from crm_chassis.ids import NIL
from crm_chassis.records.mapping import timestamp
from crm_chassis.records.paging import page_size, read_token, write_token
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Subscription

INCOMING, OUTGOING = bus_pb2.HeldEvent.Direction.INCOMING, bus_pb2.HeldEvent.Direction.OUTGOING
WAITING, DEAD = bus_pb2.HeldEvent.State.WAITING, bus_pb2.HeldEvent.State.DEAD


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
        return bus_pb2.BusState(
            service=self._service,
            outgoing_waiting=waiting,
            outgoing_oldest_seconds=oldest,
            incoming_waiting=parked,
            incoming_dead=dead,
            subscriptions=[_state(row) for row in rows],
        )

    def list_held_events(self, tx: Transaction, request: Any) -> Any:
        """Incoming events first, then refused messages, then events the broker refused; each the oldest first."""
        size = page_size(request)
        start, after = read_token(request.page_token, "held_events", [str, int]) if request.page_token else ("in", 0)
        ways = list(_WAYS)
        held: list[Any] = []
        for way in ways[ways.index(start) if start in ways else 0 :]:
            place = after if way == start else 0
            if request.direction not in (0, INCOMING if way != "out" else OUTGOING) or len(held) > size:
                continue
            query = _held(way, request.state)
            if query is not None:
                model, shown = _WAYS[way]
                rows = tx.session.scalars(query.where(model.id > place).order_by(model.id).limit(size + 1 - len(held)))
                held += map(shown, rows)
        response = bus_pb2.ListHeldEventsResponse(held_events=held[:size])
        if len(held) > size:
            way, number = held[size - 1].id.split("-")
            response.next_page_token = write_token("held_events", [way, int(number)])
        return response

    def get_held_event(self, tx: Transaction, request: Any) -> Any:
        """One of them, with what it says."""
        row = _find(tx, request.id)
        if isinstance(row, Refused):
            shown, content = _refused(row), {name: getattr(row, name) for name in ("exchange", "routing_key", "body")}
        elif isinstance(row, Parked):
            shown, content = _incoming(row), orjson.loads(row.envelope)
        else:
            shown, content = _outgoing(row), orjson.loads(tx.open(row))
        event = Struct()
        event.update(content)
        shown.event.CopyFrom(event)
        return shown

    def retry_held_event(self, tx: Transaction, request: Any) -> Any:
        """A new set of attempts, the first now."""
        row = _find(tx, request.id)
        if isinstance(row, Refused):
            raise InvalidInput.of("id", "this message cannot be read: it can only be dropped")
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
        if isinstance(row, Refused):
            tx.session.execute(delete(Refused).where(Refused.id == row.id))
            told = {"queue": row.queue, "routing_key": row.routing_key, "error": row.error, "reason": request.reason}
            tx.audit(f"crm.{self._service}.held_event", NIL, "dropped", told)
            return _refused(row)
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


def _held(way: str, state: int) -> Select[Any] | None:
    """What is held one way; None if nothing held that way is in the state."""
    if way == "in":
        query = select(Parked)
        return query.where(Parked.dead == (state == DEAD)) if state else query
    if way == "odd":
        return select(Refused) if state != WAITING else None
    refused = select(Outbox).where(Outbox.published_at.is_(None), Outbox.attempts > 0)
    return refused if state != DEAD else None


def _find(tx: Transaction, id_: str) -> Parked | Refused | Outbox:
    way, _, number = id_.partition("-")
    row: Parked | Refused | Outbox | None = None
    if number.isascii() and number.isdigit() and len(number) < 19:
        if way == "in":
            row = tx.session.scalar(select(Parked).where(Parked.id == int(number)).with_for_update())
        elif way == "odd":
            row = tx.session.scalar(select(Refused).where(Refused.id == int(number)).with_for_update())
        elif way == "out":
            row = tx.session.scalar(select(Outbox).where(Outbox.id == int(number), Outbox.published_at.is_(None)))
    if row is None:
        raise NotFound(f"No event {id_} is held.")
    return row


def _incoming(row: Parked) -> Any:
    return bus_pb2.HeldEvent(
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
        request_id=row.request_id,
    )


def _outgoing(row: Outbox) -> Any:
    return bus_pb2.HeldEvent(
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


def _refused(row: Refused) -> Any:
    return bus_pb2.HeldEvent(
        id=f"odd-{row.id}",
        direction=INCOMING,
        state=DEAD,
        queue=row.queue,
        error=row.error,
        held_at=timestamp(row.held_at),
    )


_WAYS: dict[str, tuple[Any, Any]] = {"in": (Parked, _incoming), "odd": (Refused, _refused), "out": (Outbox, _outgoing)}
"""What is held, in the order of the list, by the beginning of its id."""


def _state(row: Followed) -> Any:
    return bus_pb2.SubscriptionState(
        name=row.name,
        records=row.records,
        replay_id=row.replay_id or "",
        awaited_publishers=sorted({one.partition(":")[2] for one in row.awaited}),
    )
