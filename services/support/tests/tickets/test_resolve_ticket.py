"""ResolveTicket, ReopenTicket and CloseTicket."""

from __future__ import annotations

from typing import Any

import pytest
from crm.support.v1 import tickets_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, user

Ticket = tickets_pb2.Ticket


def test_from_answer_to_end_and_back(make_ticket: Any, act: Any, published: Any) -> None:
    ticket = make_ticket()

    resolved = act("Resolve", ticket.id, resolution="Turn it off and on.")
    assert (resolved.status, resolved.resolution) == (Ticket.RESOLVED, "Turn it off and on.")
    assert resolved.HasField("resolved_at")
    assert not resolved.HasField("next_due_at")
    closed = act("Close", ticket.id)
    assert closed.status == Ticket.CLOSED
    assert closed.HasField("closed_at")
    reopened = act("Reopen", ticket.id)

    assert (reopened.status, reopened.reopen_count) == (Ticket.OPEN, 1)
    assert not reopened.HasField("resolved_at")
    assert reopened.HasField("next_due_at")
    actions = [event.action for event in published(ticket.id)]
    assert actions == ["created", "resolved", "closed", "reopened"]


@pytest.mark.parametrize(
    ("done", "verb", "reason"),
    [
        ([], "Close", "TICKET_NOT_RESOLVED"),
        ([], "Reopen", "TICKET_STILL_OPEN"),
        (["Resolve"], "Resolve", "TICKET_NOT_OPEN"),
        (["Resolve", "Close"], "Close", "TICKET_CLOSED"),
    ],
)
def test_an_illegal_step_says_why(make_ticket: Any, act: Any, done: list[str], verb: str, reason: str) -> None:
    ticket = make_ticket()
    for step in done:
        act(step, ticket.id)

    with pytest.raises(DomainError) as refused:
        act(verb, ticket.id)

    assert (refused.value.status, refused.value.reason) == (409, reason)


def test_an_old_etag_is_refused(make_ticket: Any, patch: Any, act: Any) -> None:
    ticket = make_ticket()
    patch(ticket.id, product="Echo")

    with pytest.raises(DomainError) as refused:
        act("Resolve", ticket.id, etag=ticket.etag)

    assert refused.value.status == 412


def test_needs_its_own_right(make_ticket: Any, act: Any) -> None:
    clerk = user({"tickets.read": ALL, "tickets.update": ALL})

    with pytest.raises(DomainError) as refused:
        act("Resolve", make_ticket().id, as_=clerk)

    assert refused.value.status == 403
