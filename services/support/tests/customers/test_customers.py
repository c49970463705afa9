"""What customer-360 and search get: GetCustomerSupport, ListCustomerTimeline, SearchRecords."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from crm.common.v1 import search_pb2, timelines_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.mapping import SHOWN_BYTES
from crm_chassis.testing import ALL, OWN, unique, user
from sqlalchemy import event

ADMIN = user()
START = datetime.now(UTC).replace(microsecond=0)


def support(rpc: Any, as_: Any = ADMIN, **customer: Any) -> Any:
    return rpc("GetCustomerSupport", timelines_pb2.GetCustomerRequest(customer=customer), as_=as_)


def timeline(rpc: Any, contact_id: str, as_: Any = ADMIN, **position: Any) -> list[Any]:
    request = timelines_pb2.ListCustomerTimelineRequest(customer={"contact_id": contact_id}, position=position)
    return list(rpc("ListCustomerTimeline", request, as_=as_).entries)


def search(rpc: Any, query: str, as_: Any = ADMIN, limit: int = 0) -> list[Any]:
    request = search_pb2.SearchRecordsRequest(query=query, limit=limit)
    return list(rpc("SearchRecords", request, as_=as_).hits)


def test_counts_and_tickets_of_a_contact(rpc: Any, make_ticket: Any, act: Any, patch: Any) -> None:
    contact_id = uuid7()
    late = make_ticket(contact_id=contact_id, priority="LOW")
    urgent = make_ticket(contact_id=contact_id, priority="CRITICAL")
    done = [make_ticket(contact_id=contact_id) for _ in range(2)]
    for ticket, satisfaction in zip(done, (2, 5), strict=True):
        act("Resolve", ticket.id)
        patch(ticket.id, satisfaction=satisfaction)
    make_ticket(contact_id=uuid7())

    found = support(rpc, contact_id=contact_id)

    assert [ticket.id for ticket in found.open_tickets] == [urgent.id, late.id]
    assert (found.open_count, found.total_count, found.breached_count) == (2, 4, 0)
    assert [ticket.id for ticket in found.recently_resolved] == [done[1].id, done[0].id]
    assert found.satisfaction == 3.5
    assert len(found.timeline) == 6


def test_an_account_has_the_tickets_of_its_people(rpc: Any, make_ticket: Any) -> None:
    account_id, contact_id = uuid7(), uuid7()
    make_ticket(account_id=account_id)
    make_ticket(contact_id=contact_id)

    assert support(rpc, account_id=account_id).total_count == 1
    assert support(rpc, account_id=account_id, contact_ids=[contact_id]).total_count == 2


def test_a_customer_without_tickets(rpc: Any) -> None:
    found = support(rpc, contact_id=uuid7())

    assert (found.total_count, found.HasField("satisfaction")) == (0, False)


def test_somebody_must_be_named(rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        support(rpc)

    assert refused.value.status == 400


def test_only_what_the_caller_may_see(rpc: Any, make_ticket: Any) -> None:
    agent, contact_id = user({"tickets.read": OWN, "fields.personal.read": ALL}), uuid7()
    make_ticket(contact_id=contact_id)
    own = make_ticket(contact_id=contact_id, assignee_id=agent.id)

    assert [one.id for one in support(rpc, as_=agent, contact_id=contact_id).open_tickets] == [own.id]
    assert support(rpc, as_=agent, contact_id=contact_id).total_count == 1
    assert [one.record_id for one in timeline(rpc, contact_id, as_=agent)] == [own.id]
    assert [one.record_id for one in search(rpc, own.subject, as_=agent)] == [own.id]


def test_takes_four_statements(rpc: Any, make_ticket: Any, engine: Any) -> None:
    contact_id = uuid7()
    for _ in range(5):
        make_ticket(contact_id=contact_id)
    support(rpc, contact_id=contact_id)
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        support(rpc, contact_id=contact_id)
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert len(statements) == 4  # one of them asks where an old id leads


def test_the_timeline_tells_what_happened_and_keeps_notes_out(
    rpc: Any, make_ticket: Any, say: Any, act: Any, clock: Any
) -> None:
    contact_id = uuid7()
    clock.now = START
    ticket = make_ticket(contact_id=contact_id)
    clock.advance(minutes=1)
    reply = say(ticket.id)
    say(ticket.id, internal=True)
    clock.advance(minutes=1)
    act("Resolve", ticket.id)

    entries = timeline(rpc, contact_id)

    assert [one.kind for one in entries] == ["ticket.resolved", "ticket.message", "ticket.created"]
    assert [one.record_id for one in entries] == [ticket.id, reply.id, ticket.id]
    assert entries[0].title == f"{ticket.number} {ticket.subject}"
    assert len({one.id for one in entries}) == 3
    assert entries[1].at.ToDatetime(UTC) == START + timedelta(minutes=1)
    assert [one.kind for one in timeline(rpc, contact_id, kinds=["ticket.message"])] == ["ticket.message"]
    assert timeline(rpc, contact_id, kinds=["email"]) == []


def test_the_timeline_goes_on_where_it_stopped(rpc: Any, make_ticket: Any, say: Any, act: Any, clock: Any) -> None:
    contact_id = uuid7()
    clock.now = START
    for _ in range(3):
        ticket = make_ticket(contact_id=contact_id)
        say(ticket.id)
        act("Resolve", ticket.id)
    whole = [one.id for one in timeline(rpc, contact_id)]
    assert len(whole) == 9

    pages: list[str] = []
    position: dict[str, Any] = {"limit": 2}
    while page := timeline(rpc, contact_id, **position):
        pages += [one.id for one in page]
        position = {"limit": 2, "before": page[-1].at, "before_id": page[-1].id}

    assert pages == whole


def test_a_ticket_is_found_by_number_and_by_words(rpc: Any, make_ticket: Any) -> None:
    word = unique("word").replace("-", "")
    ticket = make_ticket(subject=f"My {word} is broken")

    for query in (ticket.number, ticket.number.lower(), ticket.number[2:].zfill(2)):
        hit = search(rpc, query)[0]
        assert (hit.record_id, hit.title, hit.service) == (ticket.id, f"{ticket.number} {ticket.subject}", "support")
    assert [one.record_id for one in search(rpc, f"{word} broke")] == [ticket.id]
    assert search(rpc, f"{word} whole") == []


def test_the_ticket_of_that_number_goes_before_all_others_and_is_told_once(
    rpc: Any, make_ticket: Any, patch: Any
) -> None:
    older = make_ticket()
    ticket = make_ticket()
    for one in (older, ticket):
        patch(one.id, subject=f"{ticket.number} is no duplicate")

    assert [one.record_id for one in search(rpc, ticket.number)] == [ticket.id, older.id]
    assert [one.record_id for one in search(rpc, ticket.number, limit=1)] == [ticket.id]


def test_as_many_are_found_as_are_asked_for_and_ten_if_nobody_says(rpc: Any, make_ticket: Any) -> None:
    word = unique("word").replace("-", "")
    for _ in range(12):
        make_ticket(subject=word)

    assert (len(search(rpc, word)), len(search(rpc, word, limit=11)), len(search(rpc, word, limit=3))) == (10, 11, 3)


def test_each_list_of_a_customer_has_a_bound_in_bytes(rpc: Any, make_ticket: Any, act: Any) -> None:
    contact_id = uuid7()
    for number in range(20):
        ticket = make_ticket(contact_id=contact_id, custom={"text": "x" * 60_000})
        if number < 10:
            act("Resolve", ticket.id)

    found = support(rpc, contact_id=contact_id)

    assert (found.open_count, found.total_count) == (10, 20)
    for tickets in (found.open_tickets, found.recently_resolved):
        size = sum(ticket.ByteSize() for ticket in tickets)
        assert 0.8 * SHOWN_BYTES < size <= SHOWN_BYTES
