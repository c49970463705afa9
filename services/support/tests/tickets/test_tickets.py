"""Tickets through the API: CreateTicket, UpdateTicket, DeleteTicket, UndeleteTicket, ListTickets."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.contacts.v1 import contacts_pb2
from crm.identity.v1 import roles_pb2, teams_pb2, users_pb2
from crm.support.v1 import messages_pb2, tickets_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, OWN, TEAM, unique, user

ADMIN = user()
Ticket = tickets_pb2.Ticket


def contact(deliver: Any, address: str, account_id: str | None = None) -> str:
    id_ = uuid7()
    given = {"id": id_, "emails": [{"address": address}], "account_id": account_id}
    deliver(contacts_pb2.ContactCreated(contact=given))
    return id_


def test_begins_new_medium_and_numbered(make_ticket: Any, get_ticket: Any) -> None:
    first, second = make_ticket(), make_ticket()

    assert (first.status, first.priority, first.channel) == (Ticket.NEW, Ticket.MEDIUM, Ticket.API)
    assert first.number.startswith("T-")
    assert int(second.number[2:]) > int(first.number[2:])
    assert len(first.reference) == 24
    assert first.reference != second.reference
    assert [clock.state for clock in first.sla_clocks] == [tickets_pb2.SlaClock.RUNNING] * 2
    assert get_ticket(first.id).number == first.number


def test_is_published_with_its_clocks(make_ticket: Any, published: Any) -> None:
    ticket = make_ticket()

    (event,) = published(ticket.id)
    assert event.type == "crm.support.ticket.created.v1"
    assert (event.data.ticket.number, len(event.data.ticket.sla_clocks)) == (ticket.number, 2)


def test_the_number_is_not_the_callers(make_ticket: Any) -> None:
    with pytest.raises(DomainError) as refused:
        make_ticket(number="T-1000000")

    assert (refused.value.reason, list(refused.value.errors)) == ("READ_ONLY_FIELD", ["number"])


def test_cannot_begin_resolved(make_ticket: Any) -> None:
    with pytest.raises(DomainError) as refused:
        make_ticket(status="RESOLVED")

    assert refused.value.reason == "TICKET_STATUS_NEEDS_ACTION"


def test_the_one_contact_with_the_address_is_the_requester(make_ticket: Any, deliver: Any) -> None:
    address, account_id = f"{unique()}@known.example", uuid7()
    known = contact(deliver, address, account_id)

    ticket = make_ticket(requester_email=address.upper())

    assert (ticket.contact_id, ticket.account_id) == (known, account_id)


@pytest.mark.parametrize("domains", [("bücher", "xn--bcher-kva"), ("xn--bcher-kva", "bücher")])
def test_an_international_address_is_one_in_every_spelling(
    rpc: Any, make_ticket: Any, deliver: Any, domains: tuple[str, str]
) -> None:
    name = unique("ann")
    stored, typed = (f"{name}@{domain}.example" for domain in domains)
    known = contact(deliver, stored, uuid7())

    ticket = make_ticket(requester_email=typed)

    assert ticket.contact_id == known
    for one in (stored, typed):
        found = rpc("ListTickets", tickets_pb2.ListTicketsRequest(filter=f'requester_email = "{one}"'), as_=user())
        assert [each.id for each in found.tickets] == [ticket.id]


def test_a_contact_that_the_caller_may_not_see_is_not_recognised(make_ticket: Any, deliver: Any) -> None:
    address = f"{unique()}@hidden.example"
    contact(deliver, address, uuid7())
    agent = user({"tickets.*": ALL, "contacts.read": OWN, "fields.personal.read": ALL})

    ticket = make_ticket(as_=agent, requester_email=address)

    assert not ticket.HasField("contact_id")
    assert not ticket.HasField("account_id")


def test_nobody_is_guessed_when_two_contacts_share_the_address(make_ticket: Any, deliver: Any) -> None:
    address = f"{unique()}@shared.example"
    contact(deliver, address)
    contact(deliver, address)

    assert not make_ticket(requester_email=address).HasField("contact_id")


def test_what_the_caller_says_goes_first(make_ticket: Any, deliver: Any) -> None:
    address, account_id = f"{unique()}@known.example", uuid7()
    contact(deliver, address, uuid7())
    other = contact(deliver, f"{unique()}@other.example", uuid7())

    ticket = make_ticket(requester_email=address, contact_id=other, account_id=account_id)

    assert (ticket.contact_id, ticket.account_id) == (other, account_id)


def test_somebody_elses_contact_cannot_be_named(make_ticket: Any, deliver: Any) -> None:
    hidden = contact(deliver, f"{unique()}@hidden.example")
    agent = user({"tickets.create": ALL, "contacts.read": OWN})

    with pytest.raises(DomainError) as refused:
        make_ticket(as_=agent, contact_id=hidden)

    assert refused.value.reason == "UNKNOWN_REFERENCE"


def test_a_deleted_contact_cannot_be_named(make_ticket: Any, deliver: Any) -> None:
    gone = contact(deliver, f"{unique()}@gone.example")
    deliver(contacts_pb2.ContactDeleted(contact={"id": gone, "deleted_at": {"seconds": 1}}), version=2)

    with pytest.raises(DomainError) as refused:
        make_ticket(contact_id=gone)

    assert refused.value.reason == "UNKNOWN_REFERENCE"


def test_waits_in_the_queue_unless_its_creator_would_not_see_it_there(make_ticket: Any) -> None:
    agent = user({"tickets.create": OWN, "tickets.read": OWN})

    assert not make_ticket().HasField("assignee_id")
    assert make_ticket(as_=agent).assignee_id == agent.id


def test_a_step_to_another_open_status(make_ticket: Any, patch: Any, published: Any) -> None:
    ticket = make_ticket()

    assert patch(ticket.id, status="PENDING_INTERNAL", product="Echo").status == Ticket.PENDING_INTERNAL

    event = published(ticket.id)[-1]
    assert (event.type, event.version) == ("crm.support.ticket.updated.v1", 2)
    assert {"product", "status", "sla_clocks"} >= set(event.data.changed_fields) >= {"product", "status"}


def test_closed_is_not_written(make_ticket: Any, patch: Any) -> None:
    with pytest.raises(DomainError) as refused:
        patch(make_ticket().id, status="CLOSED")

    assert (refused.value.status, refused.value.reason) == (409, "TICKET_STATUS_NEEDS_ACTION")


@pytest.mark.parametrize("name", ["status", "priority", "channel"])
def test_an_empty_choice_is_refused(make_ticket: Any, patch: Any, name: str) -> None:
    with pytest.raises(DomainError) as refused:
        patch(make_ticket().id, **{name: None})

    assert f"ticket.{name}" in refused.value.errors


def test_a_change_that_changes_nothing_is_no_event(make_ticket: Any, patch: Any, published: Any) -> None:
    ticket = make_ticket(product="Echo")

    assert patch(ticket.id, product="Echo", status="NEW").etag == ticket.etag
    assert len(published(ticket.id)) == 1


def test_comes_back_from_deletion(make_ticket: Any, act: Any, get_ticket: Any, published: Any) -> None:
    ticket = make_ticket()
    act("Delete", ticket.id)
    with pytest.raises(DomainError) as refused:
        get_ticket(ticket.id)
    assert refused.value.status == 404

    act("Undelete", ticket.id)

    assert get_ticket(ticket.id).number == ticket.number
    assert [event.action for event in published(ticket.id)] == ["created", "deleted", "updated"]


def test_urgent_tickets_come_first(make_ticket: Any, rpc: Any) -> None:
    type_ = unique("type")
    for priority in ("MEDIUM", "CRITICAL", "LOW", "HIGH"):
        make_ticket(type=type_, priority=priority)
    found: list[str] = []
    token = ""
    while True:
        request = tickets_pb2.ListTicketsRequest(
            filter=f'type = "{type_}"', order_by="-priority", page_size=1, page_token=token
        )
        page = rpc("ListTickets", request, as_=ADMIN)
        found += [Ticket.Priority.Name(one.priority) for one in page.tickets]
        token = page.next_page_token
        if not token:
            break

    assert found == ["CRITICAL", "HIGH", "MEDIUM", "LOW"]


@pytest.mark.parametrize("order", ["next_due_at", "-next_due_at", "resolved_at", "-updated_at"])
def test_lists_can_be_sorted_and_filtered(make_ticket: Any, act: Any, rpc: Any, order: str) -> None:
    type_ = unique("type")
    tickets = [make_ticket(type=type_, tags=["Red"]) for _ in range(3)]
    act("Resolve", tickets[0].id)
    request = tickets_pb2.ListTicketsRequest(
        filter=f'type = "{type_}" AND tags : "red" AND sla_breached = false AND number != "T-0"',
        order_by=order, page_size=2, include_total_size=True,
    )  # fmt: skip

    page = rpc("ListTickets", request, as_=ADMIN)

    assert (len(page.tickets), page.total_size) == (2, 3)


def test_a_team_sees_its_queue(make_ticket: Any, rpc: Any, deliver: Any) -> None:

    agent, team_id = user({"tickets.read": TEAM}), uuid7()
    person = users_pb2.User(id=agent.id, display_name="A", team_ids=[team_id], status=users_pb2.User.Status.ACTIVE)
    deliver(users_pb2.UserCreated(user=person))
    ours, others = make_ticket(team_id=team_id), make_ticket(team_id=uuid7())

    assert rpc("GetTicket", standard_pb2.GetRequest(id=ours.id), as_=agent).id == ours.id
    with pytest.raises(DomainError) as refused:
        rpc("GetTicket", standard_pb2.GetRequest(id=others.id), as_=agent)
    assert refused.value.status == 404


AGENT = {"tickets.read": TEAM, "tickets.update": TEAM, "tickets.assign": TEAM, "fields.personal.read": ALL}


def test_what_nobody_has_and_no_team_has_is_the_queue_of_every_agent(make_ticket: Any, act: Any, rpc: Any) -> None:
    ticket = make_ticket()
    one, other = user(AGENT), user(AGENT)

    def sees(agent: Any) -> bool:
        request = tickets_pb2.ListTicketsRequest(filter=f"id = {ticket.id}")
        return bool(rpc("ListTickets", request, as_=agent).tickets)

    assert sees(one)
    assert sees(other)
    assert act("Assign", ticket.id, as_=one, assignee_id=one.id).assignee_id == one.id
    assert (sees(one), sees(other)) == (True, False)


def test_the_queue_of_a_team_in_which_nobody_works_is_that_of_every_agent(
    make_ticket: Any, act: Any, rpc: Any, deliver: Any
) -> None:
    team_id, unknown, member, agent = uuid7(), uuid7(), uuid7(), user(AGENT)
    agents, sellers, untold = uuid7(), uuid7(), uuid7()
    deliver(teams_pb2.TeamCreated(team={"id": team_id, "name": unique("team")}))
    for role_id, permission in ((agents, "tickets.update"), (sellers, "tickets.read")):
        grants = [{"permission": permission, "scope": TEAM}]
        deliver(roles_pb2.RoleCreated(role={"id": role_id, "name": unique("role").lower(), "grants": grants}))
    ticket, of_unknown = make_ticket(team_id=team_id), make_ticket(team_id=unknown)

    def sees(one: Any) -> bool:
        request = tickets_pb2.ListTicketsRequest(filter=f"id = {one.id}")
        return bool(rpc("ListTickets", request, as_=agent).tickets)

    def tell(message: Any, version: int, status: Any, **fields: Any) -> None:
        person = {"id": member, "display_name": "M", "status": status, "team_ids": [team_id], "role_ids": [agents]}
        person |= fields
        deliver(message(user=person), version=version)

    status = users_pb2.User.Status
    assert sees(ticket)
    assert not sees(of_unknown)
    tell(users_pb2.UserCreated, 1, status.ACTIVE)
    assert not sees(ticket)
    tell(users_pb2.UserDeactivated, 2, status.DEACTIVATED)
    assert sees(ticket)
    tell(users_pb2.UserUpdated, 3, status.ACTIVE)
    assert not sees(ticket)
    tell(users_pb2.UserUpdated, 4, status.ACTIVE, role_ids=[sellers])
    assert sees(ticket), "who may not work on tickets does not work in its queue"
    tell(users_pb2.UserUpdated, 5, status.ACTIVE, role_ids=[sellers, untold])
    assert not sees(ticket), "a role that was not heard of yet may be one of agents"
    tell(users_pb2.UserUpdated, 6, status.ACTIVE, team_ids=[])
    assert sees(ticket)
    assert act("Assign", ticket.id, as_=agent, assignee_id=agent.id).assignee_id == agent.id


@pytest.mark.parametrize("grants", [{"tickets.read": TEAM}, {"tickets.read": OWN, "tickets.update": OWN}])
def test_the_queue_is_for_those_who_work_on_it(make_ticket: Any, rpc: Any, grants: dict[str, int]) -> None:
    with pytest.raises(DomainError) as refused:
        rpc("GetTicket", standard_pb2.GetRequest(id=make_ticket().id), as_=user(grants))
    assert refused.value.status == 404


def test_messages_of_the_queue_are_for_those_who_work_on_it(make_ticket: Any, say: Any, rpc: Any) -> None:
    message = say(make_ticket().id)
    request = messages_pb2.GetMessageRequest(ticket_id=message.ticket_id, id=message.id)
    reader = user({"tickets.read": TEAM, "messages.read": TEAM})

    with pytest.raises(DomainError) as refused:
        rpc("GetMessage", request, as_=reader)
    assert refused.value.status == 404
    assert rpc("GetMessage", request, as_=user(AGENT | {"messages.read": TEAM})).id == message.id


def test_a_ticket_of_a_team_is_not_in_the_queue(make_ticket: Any, rpc: Any) -> None:
    with pytest.raises(DomainError) as refused:
        rpc("GetTicket", standard_pb2.GetRequest(id=make_ticket(team_id=uuid7()).id), as_=user(AGENT))
    assert refused.value.status == 404
