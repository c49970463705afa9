"""The service under test, and events that come in numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import crm_contracts
import pytest
from crm_chassis.envelope import IncomingEvent, Occurrence, seal
from crm_chassis.ids import uuid7
from crm_chassis.service import Service


@pytest.fixture(scope="session")
def service() -> Service:
    from crm_reporting.service import service

    return service


@pytest.fixture
def events_of(clock: Any) -> Callable[..., list[IncomingEvent]]:
    """The first events of the records in the messages: `events_of([OpportunityWon(...), ...])`."""

    def build(messages: Iterable[Any]) -> list[IncomingEvent]:
        return [IncomingEvent.read(seal(message, _occurrence(message, clock()))) for message in messages]

    return build


def _occurrence(message: Any, at: Any) -> Occurrence:
    subject = message
    for part in crm_contracts.event_of(type(message)).subject.split("."):
        subject = getattr(subject, part)
    return Occurrence(
        event_id=uuid7(), record_id=subject, version=1, at=at, actor_id="", correlation_id="", causation_id="",
        traceparent="",
    )  # fmt: skip


@pytest.fixture
def deliver_all(receiver: Any, events_of: Any) -> Callable[..., None]:
    """Hands messages to the service in batches, as the worker does."""

    def send(messages: Iterable[Any]) -> None:
        found = events_of(messages)
        for start in range(0, len(found), 50):
            receiver.receive(found[start : start + 50])

    return send
