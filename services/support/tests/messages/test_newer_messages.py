"""A public message whose author has not seen the newest one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from crm.support.v1 import messages_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import NIL, uuid7
from crm_chassis.testing import ALL, user

ADMIN = user()


@pytest.fixture
def answer(rpc: Any) -> Callable[..., Any]:
    """Adds a message of somebody who has seen the messages up to `seen`."""

    def send(ticket_id: str, seen: str, as_: Any = ADMIN, **fields: Any) -> Any:
        given = {"ticket_id": ticket_id, "body": "Answer"} | fields
        request = messages_pb2.CreateMessageRequest(message=given, last_seen_message_id=seen)
        return rpc("CreateMessage", request, as_=as_)

    return send


def test_a_newer_public_message_refuses_it_and_is_told(make_ticket: Any, say: Any, answer: Any) -> None:
    ticket = make_ticket()
    seen = say(ticket.id)
    newer = say(ticket.id, "CUSTOMER", body="x" * 600)

    with pytest.raises(DomainError) as refused:
        answer(ticket.id, seen.id)

    assert (refused.value.status, refused.value.reason) == (409, "NEWER_MESSAGE")
    told: Any = refused.value.record
    assert (told.id, told.author, told.created_at) == (newer.id, messages_pb2.Message.CUSTOMER, newer.created_at)
    assert told.body == "x" * 500
    assert answer(ticket.id, newer.id).body == "Answer"


def test_notes_neither_refuse_nor_are_refused(make_ticket: Any, say: Any, answer: Any) -> None:
    ticket = make_ticket()
    seen = say(ticket.id)
    note = say(ticket.id, internal=True)

    assert answer(ticket.id, seen.id).id
    assert answer(ticket.id, seen.id, internal=True).id
    with pytest.raises(DomainError):
        answer(ticket.id, note.id)


def test_who_has_seen_none_is_refused_by_the_first(make_ticket: Any, answer: Any) -> None:
    ticket = make_ticket()

    assert answer(ticket.id, NIL).id
    with pytest.raises(DomainError) as refused:
        answer(ticket.id, NIL)
    assert refused.value.reason == "NEWER_MESSAGE"


def test_it_must_be_a_message_of_the_ticket(make_ticket: Any, say: Any, answer: Any) -> None:
    ticket, other = make_ticket(), say(make_ticket().id)

    for seen in (uuid7(), other.id):
        with pytest.raises(DomainError) as refused:
            answer(ticket.id, seen)
        assert (refused.value.status, refused.value.reason) == (422, "UNKNOWN_REFERENCE")


def test_who_may_not_read_messages_is_not_told_what_it_says(make_ticket: Any, say: Any, answer: Any) -> None:
    ticket = make_ticket()
    say(ticket.id)
    writer = user({"tickets.read": ALL, "messages.create": ALL, "fields.personal.read": ALL})

    with pytest.raises(DomainError) as refused:
        answer(ticket.id, NIL, as_=writer)
    assert (refused.value.reason, refused.value.record) == ("NEWER_MESSAGE", None)


def test_of_answers_at_once_one_goes_out(make_ticket: Any, say: Any, answer: Any) -> None:
    ticket = make_ticket()
    seen = say(ticket.id, "CUSTOMER")

    def attempt(_: int) -> str:
        try:
            return answer(ticket.id, seen.id).id and "sent"
        except DomainError as error:
            return error.reason

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, range(6))) == ["NEWER_MESSAGE"] * 5 + ["sent"]


def test_messages_stand_in_the_order_in_which_they_were_written(
    make_ticket: Any, say: Any, rpc: Any, clock: Any
) -> None:
    ticket = make_ticket()
    clock.now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    written = [say(ticket.id).id, say(ticket.id).id]
    clock.advance(seconds=-1)
    written.append(say(ticket.id).id)

    listed = rpc("ListMessages", messages_pb2.ListMessagesRequest(ticket_id=ticket.id), as_=ADMIN).messages
    assert [one.id for one in listed] == written
