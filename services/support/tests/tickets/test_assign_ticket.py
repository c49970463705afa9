"""AssignTicket, and what happens when an agent leaves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crm.identity.v1 import users_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, user

ASSIGNED = "crm.support.ticket.assigned.v1"


def person(id_: str, status: str = "ACTIVE") -> users_pb2.User:
    return users_pb2.User(id=id_, display_name="Ann", status=users_pb2.User.Status.Value(status))


def test_gives_a_ticket_to_an_agent_and_takes_it_away(make_ticket: Any, act: Any, published: Any) -> None:
    ticket, agent = make_ticket(), uuid7()

    assert act("Assign", ticket.id, assignee_id=agent).assignee_id == agent
    assert not act("Assign", ticket.id).HasField("assignee_id")

    given, taken = published(ticket.id, ASSIGNED)
    assert given.data.ticket.assignee_id == agent
    assert "assignee_id" in given.data.changed_fields
    assert taken.data.ticket.assignee_id == ""


def test_the_same_agent_again_is_no_event(make_ticket: Any, act: Any, published: Any) -> None:
    agent = uuid7()
    ticket = make_ticket(assignee_id=agent)

    assert act("Assign", ticket.id, assignee_id=agent).etag == ticket.etag
    assert published(ticket.id, ASSIGNED) == []


def test_of_two_who_assign_at_the_same_time_one_is_told(make_ticket: Any, act: Any, get_ticket: Any) -> None:
    ticket = make_ticket()
    agents = [uuid7(), uuid7()]

    def assign(agent: str) -> Any:
        try:
            return act("Assign", ticket.id, etag=ticket.etag, assignee_id=agent)
        except DomainError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(assign, agents))

    refused = [one for one in results if isinstance(one, DomainError)]
    assert [(one.status, one.reason) for one in refused] == [(412, "ETAG_MISMATCH")]
    (done,) = [one for one in results if not isinstance(one, DomainError)]
    assert get_ticket(ticket.id).assignee_id == done.assignee_id


def test_a_patch_that_assigns_needs_the_right_to(make_ticket: Any, patch: Any, published: Any) -> None:
    ticket, agent = make_ticket(), uuid7()
    clerk = user({"tickets.read": ALL, "tickets.update": ALL})
    with pytest.raises(DomainError) as refused:
        patch(ticket.id, as_=clerk, assignee_id=agent)
    assert refused.value.reason == "PERMISSION_DENIED"

    patch(ticket.id, assignee_id=agent)

    assert len(published(ticket.id, ASSIGNED)) == 1


def test_somebody_elses_ticket_cannot_be_taken(make_ticket: Any, act: Any) -> None:
    agent = user({"tickets.read": ALL, "tickets.assign": OWN})

    with pytest.raises(DomainError) as refused:
        act("Assign", make_ticket(assignee_id=uuid7()).id, as_=agent, assignee_id=agent.id)

    assert refused.value.reason == "PERMISSION_DENIED"


def test_one_who_has_left_is_given_nothing(make_ticket: Any, act: Any, deliver: Any) -> None:
    agent = uuid7()
    deliver(users_pb2.UserUpdated(user=person(agent, "DEACTIVATED")))

    for call in (lambda: act("Assign", make_ticket().id, assignee_id=agent), lambda: make_ticket(assignee_id=agent)):
        with pytest.raises(DomainError) as refused:
            call()
        assert refused.value.reason == "USER_INACTIVE"


def test_a_leavers_open_tickets_go_to_the_successor(
    make_ticket: Any, act: Any, get_ticket: Any, deliver: Any, published: Any, tick: Any
) -> None:
    agent, successor = uuid7(), uuid7()
    deliver(users_pb2.UserCreated(user=person(agent)))
    open_, resolved = make_ticket(assignee_id=agent), make_ticket(assignee_id=agent)
    act("Resolve", resolved.id)

    gone = person(agent, "DEACTIVATED")
    deliver(users_pb2.UserDeactivated(user=gone, reassign_to_id=successor), version=2)
    tick("jobs")

    assert get_ticket(open_.id).assignee_id == successor
    assert get_ticket(resolved.id).assignee_id == agent
    assert len(published(open_.id, ASSIGNED)) == 1


def test_they_stay_if_nobody_is_named_but_a_reopened_one_goes_back_to_the_queue(
    make_ticket: Any, act: Any, get_ticket: Any, deliver: Any
) -> None:
    agent = uuid7()
    deliver(users_pb2.UserCreated(user=person(agent)))
    ticket = make_ticket(assignee_id=agent)
    deliver(users_pb2.UserDeactivated(user=person(agent, "DEACTIVATED")), version=2)
    assert get_ticket(ticket.id).assignee_id == agent

    act("Resolve", ticket.id)
    act("Reopen", ticket.id)

    assert not get_ticket(ticket.id).HasField("assignee_id")
    assert get_ticket(ticket.id).status == tickets_pb2.Ticket.OPEN
