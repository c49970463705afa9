"""Messages: CreateMessage, GetMessage, ListMessages, and what each does to its ticket."""

from __future__ import annotations

from typing import Any

import pytest
from crm.support.v1 import messages_pb2, tickets_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, user

ADMIN = user()
Ticket = tickets_pb2.Ticket


def listed(rpc: Any, ticket_id: str, as_: Any = ADMIN, **fields: Any) -> Any:
    return rpc("ListMessages", messages_pb2.ListMessagesRequest(ticket_id=ticket_id, **fields), as_=as_)


def get(rpc: Any, message: Any, as_: Any = ADMIN) -> Any:
    request = messages_pb2.GetMessageRequest(ticket_id=message.ticket_id, id=message.id)
    return rpc("GetMessage", request, as_=as_)


def test_is_written_by_the_caller_as_an_agent(make_ticket: Any, rpc: Any, published: Any) -> None:
    ticket = make_ticket(channel="EMAIL")
    given = {"ticket_id": ticket.id, "body": "Hello"}

    made = rpc("CreateMessage", messages_pb2.CreateMessageRequest(message=given), as_=ADMIN)

    assert (made.author, made.author_id, made.internal) == (messages_pb2.Message.AGENT, ADMIN.id, False)
    assert made.channel == Ticket.EMAIL
    assert get(rpc, made) == made
    (event,) = published(made.id)
    assert (event.type, event.data.message.body) == ("crm.support.message.created.v1", "")


def test_are_listed_oldest_first_page_by_page(make_ticket: Any, say: Any, rpc: Any) -> None:
    ticket = make_ticket()
    for body in ("one", "two", "three"):
        say(ticket.id, body=body)

    page = listed(rpc, ticket.id, page_size=2)
    rest = listed(rpc, ticket.id, page_size=2, page_token=page.next_page_token)

    assert [one.body for one in [*page.messages, *rest.messages]] == ["one", "two", "three"]
    assert not rest.next_page_token


def test_an_agents_reply_opens_a_new_ticket_and_is_a_ticket_event(
    make_ticket: Any, say: Any, get_ticket: Any, published: Any
) -> None:
    ticket = make_ticket()

    say(ticket.id)

    found = get_ticket(ticket.id)
    assert found.status == Ticket.OPEN
    assert found.HasField("first_responded_at")
    assert {"first_responded_at", "sla_clocks", "status"} <= set(published(ticket.id)[-1].data.changed_fields)


@pytest.mark.parametrize(("author", "internal"), [("AGENT", True), ("AUTOMATION", False), ("AUTOMATION", True)])
def test_notes_and_automation_leave_the_ticket_alone(
    make_ticket: Any, say: Any, act: Any, get_ticket: Any, author: str, internal: bool
) -> None:
    ticket = make_ticket()
    act("Resolve", ticket.id)
    before = get_ticket(ticket.id)

    say(ticket.id, author, internal=internal)

    assert get_ticket(ticket.id) == before


@pytest.mark.parametrize("author", ["CUSTOMER", "AUTOMATION"])
def test_only_the_customer_ends_the_waiting(
    make_ticket: Any, patch: Any, say: Any, get_ticket: Any, author: str
) -> None:
    ticket = make_ticket()
    patch(ticket.id, status="PENDING_CUSTOMER")

    say(ticket.id, author)

    expected = Ticket.OPEN if author == "CUSTOMER" else Ticket.PENDING_CUSTOMER
    assert get_ticket(ticket.id).status == expected


def test_a_customer_reopens_a_resolved_ticket(
    make_ticket: Any, act: Any, say: Any, get_ticket: Any, published: Any
) -> None:
    ticket = make_ticket()
    act("Resolve", ticket.id)

    say(ticket.id, "CUSTOMER")

    assert (get_ticket(ticket.id).status, get_ticket(ticket.id).reopen_count) == (Ticket.OPEN, 1)
    assert published(ticket.id)[-1].type == "crm.support.ticket.reopened.v1"


def test_a_closed_ticket_takes_notes_only(make_ticket: Any, act: Any, say: Any) -> None:
    ticket = make_ticket()
    act("Resolve", ticket.id)
    act("Close", ticket.id)

    assert say(ticket.id, internal=True).id
    for author in ("AGENT", "CUSTOMER"):
        with pytest.raises(DomainError) as refused:
            say(ticket.id, author)
        assert (refused.value.status, refused.value.reason) == (409, "TICKET_CLOSED")


def test_the_customer_is_the_author_of_the_customers_words(make_ticket: Any, say: Any) -> None:
    contact_id = uuid7()

    assert say(make_ticket(contact_id=contact_id).id, "CUSTOMER").author_id == contact_id
    assert not say(make_ticket().id, "CUSTOMER").HasField("author_id")


def test_a_customer_keeps_nothing_from_itself(make_ticket: Any, say: Any) -> None:
    with pytest.raises(DomainError) as refused:
        say(make_ticket().id, "CUSTOMER", internal=True)

    assert "message.internal" in refused.value.errors


def test_notes_are_for_those_who_work_on_tickets(make_ticket: Any, say: Any, rpc: Any) -> None:
    ticket = make_ticket()
    note, reply = say(ticket.id, internal=True), say(ticket.id)
    outsider = user({"tickets.read": ALL, "messages.read": ALL, "messages.create": ALL, "fields.personal.read": ALL})

    assert [one.id for one in listed(rpc, ticket.id).messages] == [note.id, reply.id]
    assert [one.id for one in listed(rpc, ticket.id, as_=outsider).messages] == [reply.id]
    with pytest.raises(DomainError) as hidden:
        get(rpc, note, as_=outsider)
    assert hidden.value.status == 404
    with pytest.raises(DomainError) as refused:
        say(ticket.id, as_=outsider, internal=True)
    assert refused.value.status == 403


def test_are_seen_through_their_ticket(make_ticket: Any, say: Any, rpc: Any) -> None:
    grants = {"tickets.read": OWN, "messages.read": OWN, "messages.create": OWN, "tickets.update": OWN}
    agent = user(grants | {"fields.personal.read": ALL})
    ours, others = make_ticket(assignee_id=agent.id), make_ticket()
    message = say(others.id)

    assert say(ours.id, as_=agent).id
    for call in (lambda: get(rpc, message, as_=agent), lambda: listed(rpc, others.id, as_=agent)):
        with pytest.raises(DomainError) as hidden:
            call()
        assert hidden.value.status == 404
    reader = user(grants | {"tickets.read": ALL, "fields.personal.read": ALL})
    with pytest.raises(DomainError) as refused:
        say(others.id, as_=reader)
    assert refused.value.status == 403
