"""Events of orders, as they come over the bus."""

from __future__ import annotations

from datetime import UTC, datetime

from crm.shop.v1 import orders_pb2
from crm_chassis.envelope import IncomingEvent, Occurrence, seal
from crm_chassis.ids import uuid7

PATTERN = "crm.shop.order.*"
"""What a subscription to them follows."""


def event(record_id: str, version: int, traceparent: str = "") -> IncomingEvent:
    """An order in that version."""
    message = orders_pb2.OrderUpdated(order={"id": record_id, "name": "Acme"})
    occurrence = Occurrence(uuid7(), record_id, version, datetime.now(UTC), "", uuid7(), "", "")
    return IncomingEvent.read(seal(message, occurrence), traceparent=traceparent)
