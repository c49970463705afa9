"""Tickets as they were: what is counted up for each answer is not told, all else is what was read then."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from crm.common.v1 import standard_pb2, timelines_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user
from crm_chassis.testing.past import Remembered, change_at_random

ADMIN = user()


def test_every_ticket_is_at_each_moment_what_was_read_then(rpc: Any, make_ticket: Any, patch: Any, act: Any) -> None:
    tickets = [make_ticket(description="It is broken", priority="HIGH") for _ in range(4)]
    chance = random.Random(5)

    def update(id_: str) -> Any:
        values = {
            "subject": unique(),
            "description": chance.choice(["", unique()]),
            "priority": chance.choice(["LOW", "MEDIUM", "HIGH"]),
            "requester_name": chance.choice(["", unique()]),
            "tags": [unique() for _ in range(chance.randint(1, 3))],
        }
        return patch(id_, **{name: values[name] for name in chance.sample(sorted(values), chance.randint(1, 4))})

    ways = [
        *[update] * 6,
        lambda id_: patch(id_, status=chance.choice(["OPEN", "PENDING_CUSTOMER"])),
        lambda id_: act("Resolve", id_),
        lambda id_: act("Reopen", id_),
        lambda id_: rpc("DeleteTicket", standard_pb2.DeleteRequest(id=id_), as_=ADMIN),
        *[lambda id_: rpc("UndeleteTicket", standard_pb2.UndeleteRequest(id=id_), as_=ADMIN)] * 4,
    ]
    remembered = Remembered(rpc, ADMIN)
    change_at_random(9, 300, [("GetTicket", one.id, ways) for one in tickets], remembered)
    assert remembered.check() == 600


def test_tickets_of_a_customer_are_shown_as_they_were(rpc: Any, make_ticket: Any, act: Any) -> None:
    customer = {"contact_id": uuid7()}

    def support(as_of: datetime) -> Any:
        request = timelines_pb2.GetCustomerRequest(customer=customer)
        request.as_of.FromDatetime(as_of)
        return rpc("GetCustomerSupport", request, as_=ADMIN)

    unborn = datetime.now(UTC)
    made = make_ticket(**customer)
    before = datetime.now(UTC)
    act("Resolve", made.id)
    later = make_ticket(**customer)
    then, now = support(before), support(datetime.now(UTC))
    assert support(unborn).total_count == 0
    assert ([one.id for one in then.open_tickets], then.open_count, then.total_count) == ([made.id], 1, 1)
    assert not then.open_tickets[0].sla_clocks
    assert {one.kind for one in then.timeline} == {"ticket.created"}
    assert ([one.id for one in now.open_tickets], now.total_count) == ([later.id], 2)
    assert [one.id for one in now.recently_resolved] == [made.id]
    listed = tickets_pb2.ListTicketsRequest(filter=f'contact_id = "{customer["contact_id"]}"')
    listed.as_of.FromDatetime(before)
    (ticket,) = rpc("ListTickets", listed, as_=ADMIN).tickets
    assert (ticket.etag, len(ticket.sla_clocks)) == ("as-of-1", 0)
