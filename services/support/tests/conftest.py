"""The service under test, and what most tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import crm_contracts
import pytest
from crm.common.v1 import standard_pb2
from crm.support.v1 import business_calendars_pb2, messages_pb2, sla_policies_pb2, tickets_pb2
from crm_chassis.service import Service
from crm_chassis.testing import unique, user

ADMIN = user()


@pytest.fixture(scope="session")
def service() -> Service:
    from crm_support.service import service

    return service


@pytest.fixture
def make_ticket(rpc: Any) -> Callable[..., Any]:
    """Creates a ticket as somebody who may do everything, or as `as_`."""

    def make(as_: Any = ADMIN, **fields: Any) -> Any:
        given = {"subject": unique("Broken")} | fields
        return rpc("CreateTicket", tickets_pb2.CreateTicketRequest(ticket=given), as_=as_)

    return make


@pytest.fixture
def get_ticket(rpc: Any) -> Callable[[str], Any]:
    return lambda id_: rpc("GetTicket", standard_pb2.GetRequest(id=id_), as_=ADMIN)


@pytest.fixture
def patch(rpc: Any) -> Callable[..., Any]:
    """Changes fields of a ticket; None clears one."""

    def change(id_: str, as_: Any = ADMIN, **fields: Any) -> Any:
        request = tickets_pb2.UpdateTicketRequest(ticket={"id": id_})
        for name, value in fields.items():
            request.update_mask.paths.append(name)
            if value is not None:
                request.ticket.MergeFrom(tickets_pb2.Ticket(**{name: value}))
        return rpc("UpdateTicket", request, as_=as_)

    return change


@pytest.fixture
def act(rpc: Any) -> Callable[..., Any]:
    """Assign, Resolve, Reopen, Close, Delete or Undelete a ticket."""

    def run(verb: str, id_: str, as_: Any = ADMIN, **fields: Any) -> Any:
        method = crm_contracts.method(f"crm.support.v1.TicketService.{verb}Ticket")
        return rpc(method.name, method.request(id=id_, **fields), as_=as_)

    return run


@pytest.fixture
def say(rpc: Any) -> Callable[..., Any]:
    """Adds a message to a ticket."""

    def add(ticket_id: str, author: str = "AGENT", as_: Any = ADMIN, **fields: Any) -> Any:
        given = {"ticket_id": ticket_id, "body": "Hello", "author": author} | fields
        return rpc("CreateMessage", messages_pb2.CreateMessageRequest(message=given), as_=as_)

    return add


@pytest.fixture
def make_policy(rpc: Any) -> Callable[..., Any]:
    """A policy for the tickets of one `type`, in a calendar of its own (24x7 unless given)."""
    always = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in range(1, 8)]

    def make(
        type_: str, promised: dict[tuple[str, str], int], hours: Any = None, as_: Any = ADMIN, **fields: Any
    ) -> Any:
        calendar = {"name": unique("Hours"), "time_zone": "UTC", "working_hours": hours or always}
        made = rpc(
            "CreateBusinessCalendar",
            business_calendars_pb2.CreateBusinessCalendarRequest(business_calendar=calendar),
            as_=ADMIN,
        )
        policy = {
            "name": unique("Policy"),
            "condition": f'type = "{type_}"',
            "calendar_id": made.id,
            "targets": [{"kind": k, "priority": p, "minutes": m} for (k, p), m in promised.items()],
        } | fields
        return rpc("CreateSlaPolicy", sla_policies_pb2.CreateSlaPolicyRequest(sla_policy=policy), as_=as_)

    return make
