"""Kept customer-360 answers: true as long as they are kept, and never another caller's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from crm.contacts.v1 import contacts_pb2, customers_pb2
from crm.identity.v1 import users_pb2
from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import Conflict
from crm_chassis.ids import uuid7
from crm_gateway.customer360 import PAGE_SECONDS, PAGE_SETTLE_SECONDS, Memory
from crm_gateway.kept import Kept, ids_in, ids_named
from gateway_harness import Client, Suite
from test_customer360 import ID, answers

KEY = ("contact", "1", "everything")
PAGE = b'{"customer":{"id":"%s"}}' % ID.encode()
IDS = ids_in(PAGE)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pages(clock: Clock) -> Kept[bytes]:
    pages = Memory(clock).pages
    pages.followed(True)
    clock.now += 10
    return pages


def test_a_page_lives_until_something_in_it_changes(pages: Kept[bytes], clock: Clock) -> None:
    pages.put(KEY, PAGE, IDS, clock())
    pages.forget([uuid7()])
    assert pages.get(KEY) == PAGE
    pages.forget([ID])
    assert pages.get(KEY) is None


def test_a_page_does_not_live_long(pages: Kept[bytes], clock: Clock) -> None:
    pages.put(KEY, PAGE, IDS, clock())
    clock.now += PAGE_SECONDS + 0.1
    assert pages.get(KEY) is None


def test_a_page_that_was_in_the_making_when_something_changed_is_not_kept(pages: Kept[bytes], clock: Clock) -> None:
    asked_at = clock()
    clock.now += 0.1
    pages.forget([ID])
    pages.put(KEY, PAGE, IDS, asked_at)
    assert pages.get(KEY) is None


def test_services_that_heard_later_are_waited_for(pages: Kept[bytes], clock: Clock) -> None:
    pages.forget([ID])
    clock.now += 0.1
    pages.put(KEY, PAGE, IDS, clock())
    assert pages.get(KEY) is None
    clock.now += PAGE_SETTLE_SECONDS
    pages.put(KEY, PAGE, IDS, clock())
    assert pages.get(KEY) == PAGE


def test_nothing_is_kept_while_nobody_tells_of_changes(pages: Kept[bytes], clock: Clock) -> None:
    pages.put(KEY, PAGE, IDS, clock())
    pages.followed(False)
    pages.put(KEY, PAGE, IDS, clock())
    assert pages.get(KEY) is None
    before = clock()
    clock.now += 1
    pages.followed(True)
    pages.put(KEY, PAGE, IDS, before)
    assert pages.get(KEY) is None


def test_ids_of_people_are_no_ids_of_records() -> None:
    one, two, person = uuid7(), uuid7(), uuid7()
    text = f'{{"id":"{one}","owner_id":"{person}","contact_ids":["{two}"],"name":"{uuid7()}"}}'
    assert ids_named(text.encode()) == {one, two}


@pytest.fixture
def kept(suite: Suite) -> Iterator[Suite]:
    """The gateway with healthy services, following events."""
    suite.services.answers |= answers()
    suite.follow(True)
    suite.pass_time(10)
    yield suite
    suite.follow(False)


def name(client: Client) -> Any:
    return client.get(f"/v1/contacts/{ID}/customer360").json()["customer"]["name"]


def rename(suite: Suite, text: str) -> None:
    contact = contacts_pb2.Contact(id=ID, display_name=text)
    suite.services.answers["GetCustomerProfile"] = customers_pb2.CustomerProfile(contact=contact, contact_ids=[ID])


def test_the_second_answer_asks_nobody(kept: Suite, admin: Client) -> None:
    first = name(admin)
    name(admin)
    rename(kept, "Somebody Else")
    assert name(admin) == first
    assert name(kept.client()) == "Somebody Else", "a page is its caller's alone"


@pytest.mark.parametrize(
    "event",
    [
        contacts_pb2.ContactUpdated(contact=contacts_pb2.Contact(id=ID)),
        opportunities_pb2.OpportunityWon(opportunity=opportunities_pb2.Opportunity(id=uuid7(), contact_id=ID)),
        users_pb2.UserUpdated(user=users_pb2.User(id=uuid7())),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_ends_it(kept: Suite, admin: Client, event: Any) -> None:
    name(admin)
    name(admin)
    rename(kept, "Somebody Else")
    kept.hear(event, ID)
    assert name(admin) == "Somebody Else"


def test_ones_own_write_is_seen_at_once(kept: Suite, admin: Client) -> None:
    name(admin)
    name(admin)
    rename(kept, "Somebody Else")
    kept.services.answers["UpdateContact"] = contacts_pb2.Contact(id=ID)
    assert admin.patch(f"/v1/contacts/{ID}", json={"title": "Countess"}).status_code == 200
    assert name(admin) == "Somebody Else"


def test_what_is_not_whole_is_not_kept(kept: Suite, admin: Client) -> None:
    kept.services.answers["GetCustomerSales"] = Conflict()
    admin.get(f"/v1/contacts/{ID}/customer360")
    kept.services.answers |= answers()
    found = admin.get(f"/v1/contacts/{ID}/customer360").json()
    assert found["partial"] is False


def test_many_events_while_nobody_asks_hold_nothing_up(pages: Kept[bytes], clock: Clock) -> None:
    """As after an import: the next question must not pay for all of them."""
    for _ in range(15_000):
        clock.now += 0.001
        pages.forget([uuid7()])
    clock.now += PAGE_SETTLE_SECONDS
    started = time.process_time()
    assert pages.get(KEY) is None
    assert time.process_time() - started < 1
