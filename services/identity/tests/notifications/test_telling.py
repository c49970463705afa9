"""Who is told what by which events."""

from __future__ import annotations

from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2, activities_pb2, contacts_pb2, leads_pb2
from crm.identity.v1 import notifications_pb2, preferences_pb2, users_pb2
from crm.sales.v1 import opportunities_pb2, references_pb2, tasks_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.ids import uuid7
from crm_chassis.testing import unique, user

OWNED = [
    (accounts_pb2.AccountCreated, accounts_pb2.AccountUpdated, "account", "accounts", "owner_id"),
    (activities_pb2.ActivityCreated, activities_pb2.ActivityUpdated, "activity", "activities", "owner_id"),
    (contacts_pb2.ContactCreated, contacts_pb2.ContactUpdated, "contact", "contacts", "owner_id"),
    (leads_pb2.LeadCreated, leads_pb2.LeadUpdated, "lead", "leads", "owner_id"),
    (opportunities_pb2.OpportunityCreated, opportunities_pb2.OpportunityUpdated, "opportunity", "opportunities",
     "owner_id"),
    (tasks_pb2.TaskCreated, tasks_pb2.TaskUpdated, "task", "tasks", "owner_id"),
    (tickets_pb2.TicketCreated, tickets_pb2.TicketAssigned, "ticket", "tickets", "assignee_id"),
]  # fmt: skip


def deal(id_: str, owner_id: str | None) -> Any:
    return opportunities_pb2.Opportunity(id=id_, name="Deal", owner_id=owner_id)


def kinds(notifications: list[Any]) -> list[str]:
    return [preferences_pb2.NotificationKind.Name(one.kind) for one in notifications]


@pytest.mark.parametrize(("created", "changed", "field", "resource", "owner"), OWNED)
def test_a_new_owner_is_told_by_whom(
    reader: Any, told: Any, deliver: Any, somebody: str,
    created: Any, changed: Any, field: str, resource: str, owner: str,
) -> None:  # fmt: skip
    ann, bob, record_id = reader().id, reader().id, uuid7()

    first = deliver(created(**{field: {"id": record_id, owner: ann}}), actor_id=somebody)
    second = {field: {"id": record_id, owner: bob}, "changed_fields": [owner]}
    deliver(changed(**second), version=2, actor_id=ann)

    (notification,) = told(bob)
    assert (notification.resource, notification.record_id, notification.actor_id) == (resource, record_id, ann)
    assert kinds([notification]) == ["ASSIGNED"]
    assert told(ann) == []  # Somebody else has it by now, and Ann has not read of it.
    assert first.id


def test_the_event_tells_nothing_but_ids(reader: Any, told: Any, deliver: Any, somebody: str, published: Any) -> None:
    ann, secret = reader().id, unique("Erika")

    deliver(
        contacts_pb2.ContactCreated(contact={"id": uuid7(), "last_name": secret, "owner_id": ann}), actor_id=somebody
    )

    (notification,) = told(ann)
    (event,) = published(notification.id)
    assert event.type == "crm.identity.notification.created.v1"
    assert event.payload["notification"]["user_id"] == ann
    assert secret not in str(event.payload)


def test_nothing_of_a_person_is_kept(reader: Any, deliver: Any, somebody: str, leftovers: Any) -> None:
    secret = unique("Erika")

    contact = {"id": uuid7(), "last_name": secret, "owner_id": reader().id}
    deliver(contacts_pb2.ContactCreated(contact=contact), actor_id=somebody)

    assert leftovers(secret) == []


@pytest.mark.parametrize("changed", [["name"], []])
def test_other_changes_are_no_news(reader: Any, told: Any, deliver: Any, somebody: str, changed: list[str]) -> None:
    ann = reader().id

    event = opportunities_pb2.OpportunityUpdated(opportunity=deal(uuid7(), ann), changed_fields=changed)
    deliver(event, version=2, actor_id=somebody)

    assert told(ann) == []


def test_nobody_is_told_of_what_they_do_themselves_or_what_comes_of_it(reader: Any, told: Any, deliver: Any) -> None:
    ann = reader().id

    deliver(opportunities_pb2.OpportunityCreated(opportunity=deal(uuid7(), ann)), actor_id=ann)
    deliver(opportunities_pb2.OpportunityCreated(opportunity=deal(uuid7(), ann)), actor_id="")

    assert told(ann) == []


def test_work_that_is_inherited_is_news(reader: Any, told: Any, deliver: Any) -> None:
    ann = reader().id

    event = opportunities_pb2.OpportunityUpdated(opportunity=deal(uuid7(), ann), changed_fields=["owner_id"])
    deliver(event, version=2, actor_id="")

    assert kinds(told(ann)) == ["ASSIGNED"]


def test_who_may_not_read_such_records_is_not_told(make_user: Any, told: Any, deliver: Any, somebody: str) -> None:
    ann = make_user().id

    deliver(opportunities_pb2.OpportunityCreated(opportunity=deal(uuid7(), ann)), actor_id=somebody)

    assert told(ann) == []


def test_who_has_left_is_not_told(reader: Any, told: Any, deliver: Any, somebody: str, rpc: Any) -> None:
    ann = reader().id
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=ann), as_=user())

    deliver(opportunities_pb2.OpportunityCreated(opportunity=deal(uuid7(), ann)), actor_id=somebody)

    assert told(ann) == []


def test_a_kind_may_be_switched_off(reader: Any, told: Any, deliver: Any, somebody: str, choose: Any) -> None:
    ann = reader().id
    choose(ann, kind="ASSIGNED", in_app=False)

    deliver(opportunities_pb2.OpportunityCreated(opportunity=deal(uuid7(), ann)), actor_id=somebody)

    assert told(ann) == []


def test_the_same_again_is_one_notification_until_it_is_read(
    reader: Any, told: Any, deliver: Any, somebody: str, rpc: Any, as_reader: Any, published: Any, clock: Any
) -> None:
    ann, ticket_id = reader().id, uuid7()

    def breach(version: int) -> Any:
        clock.advance(seconds=1)
        ticket = {"id": ticket_id, "assignee_id": ann}
        return deliver(tickets_pb2.TicketSlaBreached(ticket=ticket, kind="FIRST_RESPONSE"), version=version)

    breach(2)
    breach(3)

    (notification,) = told(ann)
    assert (notification.occurrences, kinds([notification])) == (2, ["SLA_BROKEN"])
    assert [event.action for event in published(notification.id)] == ["created", "updated"]

    read = notifications_pb2.MarkNotificationReadRequest(id=notification.id)
    rpc("MarkNotificationRead", read, as_=as_reader(ann))
    breach(4)
    assert [one.occurrences for one in told(ann)] == [1, 2]


def test_an_event_of_the_past_that_comes_again_is_no_news(
    reader: Any, told: Any, somebody: str, engine: Any, begin: Any, clock: Any, rpc: Any, as_reader: Any
) -> None:
    from crm_chassis.access.actor import SYSTEM
    from crm_identity.notifications.telling import News, tell

    ann = reader().id
    news = News("ASSIGNED", "opportunities", uuid7(), somebody, clock.advance(seconds=1), uuid7())
    for _ in range(2):
        with begin(as_=SYSTEM) as tx:
            tell(tx, ann, news)
    (notification,) = told(ann)
    assert notification.occurrences == 1

    rpc("MarkNotificationRead", notifications_pb2.MarkNotificationReadRequest(id=notification.id), as_=as_reader(ann))
    with begin(as_=SYSTEM) as tx:
        tell(tx, ann, news)
    assert len(told(ann)) == 1


def test_what_an_operator_replays_tells_nobody(
    reader: Any, told: Any, somebody: str, receiver: Any, clock: Any
) -> None:
    from crm_chassis.envelope import IncomingEvent, Occurrence, seal

    ann, id_ = reader().id, uuid7()
    occurrence = Occurrence(uuid7(), id_, 1, clock(), somebody, uuid7(), "", "")
    envelope = seal(opportunities_pb2.OpportunityCreated(opportunity=deal(id_, ann)), occurrence)

    receiver.receive([IncomingEvent.read(envelope, replayed=True)])

    assert told(ann) == []


def test_what_is_about_a_deleted_record_goes_with_it(reader: Any, told: Any, deliver: Any, somebody: str) -> None:
    ann, record_id = reader().id, uuid7()
    deliver(opportunities_pb2.OpportunityCreated(opportunity=deal(record_id, ann)), actor_id=somebody)
    assert told(ann)

    deliver(opportunities_pb2.OpportunityDeleted(opportunity=deal(record_id, ann)), version=2, actor_id=somebody)

    assert told(ann) == []


def test_a_manager_is_told_of_a_deal_that_is_won(reader: Any, told: Any, deliver: Any) -> None:
    boss = reader().id
    ann = reader(manager_id=boss).id

    deliver(opportunities_pb2.OpportunityWon(opportunity=deal(uuid7(), ann)), version=2, actor_id=ann)
    deliver(opportunities_pb2.OpportunityWon(opportunity=deal(uuid7(), ann)), version=2, actor_id=boss)

    assert kinds(told(boss)) == ["DEAL_WON"]
    assert told(ann) == []


def test_a_team_is_told_of_a_broken_promise_on_a_ticket_that_nobody_has(
    reader: Any, told: Any, deliver: Any, rpc: Any
) -> None:
    from crm.identity.v1 import teams_pb2

    team = rpc("CreateTeam", teams_pb2.CreateTeamRequest(team={"name": unique("Team")}), as_=user())
    ann, bob, stranger = reader(team_ids=[team.id]).id, reader(team_ids=[team.id]).id, reader().id

    ticket = {"id": uuid7(), "team_id": team.id}
    deliver(tickets_pb2.TicketSlaBreached(ticket=ticket, kind="FIRST_RESPONSE"), version=2)

    assert [kinds(told(one)) for one in (ann, bob, stranger)] == [["SLA_BROKEN"], ["SLA_BROKEN"], []]


def test_nobody_is_drowned(
    reader: Any, told: Any, deliver: Any, somebody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_identity.notifications.telling.MOST_UNREAD", 2)
    ann = reader().id

    for _ in range(3):
        deliver(opportunities_pb2.OpportunityCreated(opportunity=deal(uuid7(), ann)), actor_id=somebody)

    assert len(told(ann)) == 2


def test_who_has_a_record_is_told_that_it_names_one_that_there_is_none_of(reader: Any, told: Any, deliver: Any) -> None:
    ann, deal_id, segment_id = reader().id, uuid7(), uuid7()
    named = {"kind": "crm.contacts.account", "record_id": uuid7()}

    for resource, holder_id, owner_id in [
        ("opportunities", deal_id, ann), ("opportunities", uuid7(), ""), ("segments", segment_id, ann),
    ]:  # fmt: skip
        holder = {"resource": resource, "holder_id": holder_id, "owner_id": owner_id}
        # Ann wrote it herself, and nobody else will tell her.
        deliver(references_pb2.SalesReferenceDangling(reference={"id": uuid7(), **named, **holder}), actor_id=ann)

    (notification,) = told(ann)
    assert kinds([notification]) == ["REFERENCE_DANGLING"]
    assert (notification.resource, notification.record_id) == ("opportunities", deal_id)
