"""Anchors that identity keeps, where no rights to a service's own database reach: a service tells it by events."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import crm_contracts
import orjson
from crm.common.v1 import history_pb2
from sqlalchemy import select

from crm_chassis.db.tables import HistoryAnchor, Outbox
from crm_chassis.envelope import IncomingEvent
from crm_chassis.records.mapping import timestamp
from crm_chassis.records.tx import Transaction

EVERY = timedelta(minutes=5)
"""At most so often identity is told of an anchor of one service."""
LOGGED = "history anchor"
"""What a line says that holds an anchor, in logs and in what identity prints."""
_ANCHORED = "audit_trail.anchored.v1"


@dataclass(frozen=True)
class Anchor:
    """The head of a service's chain at a moment."""

    service: str
    seq: int
    mac: bytes
    at: datetime

    def line(self) -> dict[str, Any]:
        """How it stands in a file that `history verify` reads, which is how it stands in the log."""
        return {
            "event": LOGGED, "service": self.service, "seq": self.seq, "mac": self.mac.hex(), "at": self.at.isoformat()
        }  # fmt: skip


def anchors_in(lines: Iterable[bytes], service: str) -> Iterator[tuple[int, bytes]]:
    """The anchors of a service, as (seq, mac), among lines of logs or of what identity prints."""
    for line in lines:
        if LOGGED.encode() in line:
            entry = orjson.loads(line)
            if entry.get("service", service) == service:
                yield entry["seq"], bytes.fromhex(entry["mac"])


def anchored_events() -> list[str]:
    """The types of the events that tell of anchors: one of each service whose contracts declare it."""
    return sorted(type_ for type_ in crm_contracts.events() if type_.endswith(f".{_ANCHORED}"))


def day_of(service: str, moment: datetime) -> str:
    """The id of a day of a service's audit trail, as which it is the subject of events: few have one in common."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"crm.{service}.audit_trail {moment.astimezone(UTC).date()}"))


def tell_identity(tx: Transaction, service: str) -> bool:
    """Publishes the newest anchor, if identity does not know of it and was not told of another a moment ago.

    Returns whether it did.
    """
    event = crm_contracts.events().get(f"crm.{service}.{_ANCHORED}")
    if event is None:
        return False
    day = day_of(service, tx.now)
    tx.hold(f"audit_trail {day}")
    head = tx.session.scalar(select(HistoryAnchor).order_by(HistoryAnchor.seq.desc()).limit(1))
    told = tx.session.scalar(select(Outbox).where(Outbox.record_id == day).order_by(Outbox.version.desc()).limit(1))
    if head is None or (told is not None and tx.now - told.occurred_at < EVERY):
        return False
    if told is not None and IncomingEvent.read(told.envelope).data.anchor.seq == head.seq:
        return False
    anchor = history_pb2.AuditAnchor(day_id=day, seq=head.seq, mac=head.mac.hex(), at=timestamp(head.at))
    tx.tell(event.message(anchor=anchor), version=told.version + 1 if told is not None else 1)
    return True
