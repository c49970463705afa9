"""What an operator is told of an event that could not be applied."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import bus_pb2
from crm.identity.v1 import teams_pb2
from crm_chassis.envelope import IncomingEvent
from crm_chassis.events.inbox import Receiver
from crm_chassis.ids import uuid7
from crm_chassis.testing import user


@pytest.fixture
def request_of(rpc: Any) -> Any:
    """The request that a held event is said to go back to, by the id of the event."""

    def find(event: IncomingEvent) -> str:
        request = bus_pb2.ListHeldEventsRequest(service="contacts", page_size=200)
        listed = {one.event_id: one for one in rpc("ListHeldEvents", request, as_=user()).held_events}
        return str(listed[event.id].request_id)

    return find


def test_its_request_is_named_so_that_its_logs_are_found(deliver: Any, request_of: Any) -> None:
    team = uuid7()
    deliver(teams_pb2.TeamCreated(team={"id": team, "name": "First"}), version=1)
    early = deliver(teams_pb2.TeamUpdated(team={"id": team, "name": "Third"}), version=3)
    assert request_of(early) == early.correlation_id != ""


def test_what_is_no_request_id_is_not_passed_on(deliver: Any, receiver: Receiver, request_of: Any) -> None:
    team = uuid7()
    deliver(teams_pb2.TeamCreated(team={"id": team, "name": "First"}), version=1)
    early = deliver(teams_pb2.TeamUpdated(team={"id": team, "name": "Third"}), version=3)
    odd = IncomingEvent.read(early.envelope.replace(early.id.encode(), (other := uuid7()).encode()))
    forged = IncomingEvent.read(odd.envelope.replace(odd.correlation_id.encode(), b"x y<script>"))
    receiver.receive([forged])
    assert forged.id == other
    assert request_of(forged) == ""
