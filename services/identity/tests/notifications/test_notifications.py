"""The caller's own notifications: listed, counted, read, snoozed, mailed, forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from crm.identity.v1 import notifications_pb2, preferences_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.testing import ALL, user
from crm_identity.notifications.model import KEPT

NOON = datetime.now(UTC).replace(hour=12, minute=1, second=0, microsecond=0) + timedelta(days=1)


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


@pytest.fixture
def give(deliver: Any, somebody: str, clock: Any) -> Any:
    """Somebody gives a user a deal, a second later each time."""

    def run(user_id: str) -> None:
        clock.advance(seconds=1)
        deal = {"id": uuid7(), "name": "Deal", "owner_id": user_id}
        deliver(opportunities_pb2.OpportunityCreated(opportunity=deal), actor_id=somebody)

    return run


@pytest.fixture
def count(rpc: Any, as_reader: Any) -> Any:
    def run(user_id: str) -> int:
        return int(
            rpc("CountNotifications", notifications_pb2.CountNotificationsRequest(), as_=as_reader(user_id)).unread
        )

    return run


@pytest.fixture
def read(rpc: Any, as_reader: Any) -> Any:
    def run(user_id: str, id_: str) -> Any:
        request = notifications_pb2.MarkNotificationReadRequest(id=id_)
        return rpc("MarkNotificationRead", request, as_=as_reader(user_id))

    return run


@pytest.fixture
def snooze(rpc: Any, as_reader: Any) -> Any:
    def run(user_id: str, id_: str, until: datetime) -> Any:
        request = notifications_pb2.SnoozeNotificationRequest(id=id_)
        request.until.FromDatetime(until)
        return rpc("SnoozeNotification", request, as_=as_reader(user_id))

    return run


def test_the_newest_comes_first_page_by_page(reader: Any, give: Any, told: Any, rpc: Any, as_reader: Any) -> None:
    ann = reader().id
    for _ in range(3):
        give(ann)

    ids = [one.id for one in told(ann)]
    moments = [one.occurred_at.ToDatetime() for one in told(ann)]
    assert moments == sorted(moments, reverse=True)
    paged, token = [], ""
    for _ in range(3):
        request = notifications_pb2.ListNotificationsRequest(page_size=1, page_token=token)
        page = rpc("ListNotifications", request, as_=as_reader(ann))
        paged += [one.id for one in page.notifications]
        token = page.next_page_token
    assert (paged, token) == (ids, "")


def test_what_is_read_is_not_counted(reader: Any, give: Any, told: Any, count: Any, read: Any) -> None:
    ann = reader().id
    for _ in range(3):
        give(ann)
    newest = told(ann)[0]

    first = read(ann, newest.id)

    assert first.HasField("read_at")
    assert read(ann, newest.id) == first
    assert (count(ann), len(told(ann)), len(told(ann, unread=True))) == (2, 3, 2)


def test_nobody_sees_those_of_others(reader: Any, give: Any, told: Any, count: Any, read: Any, snooze: Any) -> None:
    ann, bob = reader().id, reader().id
    give(ann)
    (notification,) = told(ann)

    assert (told(bob), count(bob)) == ([], 0)
    assert reason(read, bob, notification.id) == "NOT_FOUND"
    assert reason(snooze, bob, notification.id, NOON) == "NOT_FOUND"
    assert told(ann, as_=user({"*": ALL})) == []


def test_the_rights_at_the_time_of_reading_count(reader: Any, give: Any, told: Any, rpc: Any) -> None:
    ann = reader().id
    give(ann)
    (notification,) = told(ann)
    limited = user({"tickets.read": ALL}, id_=ann)

    assert told(ann, as_=limited) == []
    assert rpc("CountNotifications", notifications_pb2.CountNotificationsRequest(), as_=limited).unread == 0
    request = notifications_pb2.MarkNotificationReadRequest(id=notification.id)
    assert reason(rpc, "MarkNotificationRead", request, as_=limited) == "NOT_FOUND"


def test_what_is_snoozed_comes_back(
    reader: Any, give: Any, told: Any, count: Any, snooze: Any, read: Any, clock: Any
) -> None:
    clock.now = NOON
    ann = reader().id
    give(ann)
    (notification,) = told(ann)

    snooze(ann, notification.id, NOON + timedelta(hours=1))

    assert (count(ann), told(ann, unread=True), len(told(ann))) == (0, [], 1)
    clock.now = NOON + timedelta(hours=1)
    assert (count(ann), len(told(ann, unread=True))) == (1, 1)
    for wrong in (NOON, NOON + timedelta(days=400)):
        assert reason(snooze, ann, notification.id, wrong) == "INVALID_INPUT"
    read(ann, notification.id)
    assert reason(snooze, ann, notification.id, NOON + timedelta(hours=2)) == "NOTIFICATION_ALREADY_READ"


def test_all_are_read_at_once_but_those_not_seen(
    reader: Any, give: Any, told: Any, count: Any, rpc: Any, as_reader: Any
) -> None:
    ann, bob = reader().id, reader().id
    give(bob)
    for _ in range(3):
        give(ann)
    request = notifications_pb2.MarkAllNotificationsReadRequest(until=told(ann)[1].occurred_at)

    rpc("MarkAllNotificationsRead", request, as_=as_reader(ann))

    assert (count(ann), count(bob)) == (1, 1)
    rpc("MarkAllNotificationsRead", notifications_pb2.MarkAllNotificationsReadRequest(), as_=as_reader(ann))
    assert (count(ann), count(bob)) == (0, 1)


def test_they_are_forgotten_in_time(
    reader: Any, give: Any, told: Any, tick: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_identity.notifications.telling.KEPT", timedelta(days=2))
    ann = reader().id
    give(ann)
    clock.advance(days=1)
    give(ann)
    tick("notifications")
    assert len(told(ann)) == 2

    clock.advance(days=1)
    tick("notifications")

    assert len(told(ann)) == 1
    assert timedelta(days=90) == KEPT


# -- by mail ----------------------------------------------------------------------------------------------


def text(message: Any) -> str:
    return str(message.get_payload(decode=True).decode())


def test_mails_say_how_many_and_name_nobody(
    reader: Any, give: Any, choose: Any, tick: Any, clock: Any, inbox: Any, told: Any
) -> None:
    clock.now = NOON
    ann = reader(language="en")
    choose(ann.id, kind="ASSIGNED", email="IMMEDIATE")
    for _ in range(2):
        give(ann.id)
    tick("jobs")
    assert inbox.to(ann.email) == []

    clock.advance(minutes=5)
    tick("jobs")
    clock.advance(minutes=5)
    tick("jobs")

    (mail,) = inbox.to(ann.email)
    assert "Records that somebody gave you: 2" in text(mail)
    assert "https://crm.example" in text(mail)
    assert told(ann.id)[0].record_id not in text(mail)


def test_a_digest_comes_in_the_morning_in_the_users_language(
    reader: Any, give: Any, choose: Any, tick: Any, clock: Any, inbox: Any, rpc: Any
) -> None:
    clock.now = NOON
    ann = reader()
    request = preferences_pb2.UpdatePreferencesRequest(preferences={"language": "de", "time_zone": "Europe/Berlin"})
    rpc("UpdatePreferences", request, as_=user({}, id_=ann.id))
    choose(ann.id, kind="ASSIGNED", email="DAILY")
    give(ann.id)

    morning = datetime.combine(NOON.date() + timedelta(days=1), time(8), ZoneInfo("Europe/Berlin")).astimezone(UTC)
    clock.now = morning - timedelta(minutes=1)
    tick("jobs")
    assert inbox.to(ann.email) == []
    clock.now = morning
    tick("jobs")

    (mail,) = inbox.to(ann.email)
    assert "zugeteilt hat: 1" in text(mail)


def test_what_was_read_before_is_not_mailed(
    reader: Any, give: Any, choose: Any, tick: Any, clock: Any, inbox: Any, told: Any, read: Any
) -> None:
    clock.now = NOON
    ann = reader()
    choose(ann.id, kind="ASSIGNED", email="IMMEDIATE")
    give(ann.id)
    read(ann.id, told(ann.id)[0].id)

    clock.advance(minutes=10)
    tick("jobs")

    assert inbox.to(ann.email) == []


def test_a_mail_server_that_is_busy_gets_the_mail_later(
    reader: Any, give: Any, choose: Any, tick: Any, clock: Any, inbox: Any
) -> None:
    clock.now = NOON
    ann = reader()
    choose(ann.id, kind="ASSIGNED", email="IMMEDIATE")
    give(ann.id)
    inbox.answer = "451 later"
    clock.advance(minutes=10)
    tick("jobs")
    assert inbox.to(ann.email) == []

    inbox.answer = "250 OK"
    clock.advance(minutes=10)
    tick("jobs")

    assert len(inbox.to(ann.email)) == 1


def test_mail_without_a_list_is_a_choice_too(
    reader: Any, give: Any, choose: Any, tick: Any, clock: Any, inbox: Any, told: Any
) -> None:
    clock.now = NOON
    ann = reader()
    choose(ann.id, kind="ASSIGNED", in_app=False, email="IMMEDIATE")
    give(ann.id)
    clock.advance(minutes=10)

    tick("jobs")

    assert (told(ann.id), len(inbox.to(ann.email))) == ([], 1)
