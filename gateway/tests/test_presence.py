"""Who is at a record: who is told of whom, for how long, and what ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import orjson
import pytest
from crm.identity.v1 import auth_pb2, notifications_pb2, roles_pb2, users_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.access.actor import ALL, OWN, TEAM
from crm_chassis.errors import NotFound
from crm_chassis.ids import uuid7
from crm_gateway import presence as presence_module
from gateway_harness import Client, Stream, Suite
from google.protobuf.timestamp_pb2 import Timestamp

TICKET = "crm.support.ticket"
AGENT = {"tickets.read": ALL, "users.read": ALL, "products.read": ALL}
Follow = Callable[[Client], Stream]


@pytest.fixture(autouse=True)
def _followed(suite: Suite) -> Iterator[None]:
    suite.follow(True)
    yield
    suite.follow(False)
    suite.pass_time(presence_module.LIFE_SECONDS)


@pytest.fixture
def follow(suite: Suite) -> Iterator[Follow]:
    opened: list[Stream] = []

    def open_stream(client: Client) -> Stream:
        opened.append(suite.open_stream(client))
        return opened[-1]

    yield open_stream
    for stream in opened:
        stream.close()


class Person:
    """A user at a client."""

    def __init__(self, suite: Suite, grants: dict[str, int] | None = None, **principal: Any) -> None:
        self.id = suite.user(AGENT if grants is None else grants, **principal)
        self.client = Client(suite, {"authorization": f"Bearer {suite.token(self.id)}"})

    def say(self, ticket: str, state: str = "VIEWING", kind: str = TICKET) -> list[tuple[str, str]]:
        """Says what they do there; answers with who else is there."""
        answer = self.client.post("/v1/presence", json={"kind": kind, "id": ticket, "state": state})
        assert answer.status_code == 200, answer.text
        return people(answer.json())

    def ask(self, ticket: str) -> list[tuple[str, str]]:
        answer = self.client.get("/v1/presence", params={"kind": TICKET, "id": ticket})
        assert answer.status_code == 200, answer.text
        return people(answer.json())


def people(presence: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["user_id"], one["state"]) for one in presence["people"]]


def told(stream: Stream, ticket: str) -> list[tuple[str, str]]:
    """Who is there, as the next event says."""
    event = stream.next()
    assert event is not None
    assert (event["event"], event["kind"], event["id"]) == ("presence", TICKET, ticket), event
    assert event["position"] is None, "it is not told again to who comes back"
    return people(event)


def test_who_is_there_is_told_of_the_others(suite: Suite, follow: Follow) -> None:
    ada, ben, ticket = Person(suite), Person(suite), uuid7()
    stream = follow(ada.client)
    assert ada.say(ticket) == []
    assert ben.say(ticket) == [(ada.id, "VIEWING")]
    assert told(stream, ticket) == [(ben.id, "VIEWING")]
    ben.say(ticket, "TYPING")
    assert told(stream, ticket) == [(ben.id, "TYPING")]
    ben.say(ticket, "TYPING")
    ben.say(ticket, "LEFT")
    assert told(stream, ticket) == []
    assert ada.ask(ticket) == []
    assert ben.ask(ticket) == [(ada.id, "VIEWING")]


def test_a_word_lapses(suite: Suite, follow: Follow) -> None:
    ada, ben, ticket = Person(suite), Person(suite), uuid7()
    stream = follow(ada.client)
    ben.say(ticket)
    suite.pass_time(presence_module.LIFE_SECONDS - 1)
    assert ada.say(ticket) == [(ben.id, "VIEWING")]
    assert told(stream, ticket) == [(ben.id, "VIEWING")]
    suite.pass_time(2)
    assert told(stream, ticket) == [], "nobody said that ben has left"
    assert ada.ask(ticket) == []


def test_only_who_is_there_is_told(suite: Suite, follow: Follow) -> None:
    elsewhere, ada, ben = Person(suite), Person(suite), Person(suite)
    ticket, other = uuid7(), uuid7()
    stream = follow(elsewhere.client)
    elsewhere.say(other)
    ada.say(ticket)
    ben.say(ticket)
    ada.say(other)
    assert told(stream, other) == [(ada.id, "VIEWING")]


def test_who_may_not_read_the_record_says_and_hears_nothing(suite: Suite, follow: Follow) -> None:
    ada, stranger, ticket = Person(suite), Person(suite), uuid7()

    def answer(call: Any) -> Any:
        return NotFound() if call.actor.id == stranger.id else tickets_pb2.Ticket()

    suite.services.answers["GetTicket"] = answer
    watched = follow(ada.client)
    ada.say(ticket)
    word = {"kind": TICKET, "id": ticket, "state": "TYPING"}
    assert stranger.client.post("/v1/presence", json=word).status_code == 404
    assert stranger.client.get("/v1/presence", params={"kind": TICKET, "id": ticket}).status_code == 404
    ben = Person(suite)
    ben.say(ticket)
    assert told(watched, ticket) == [(ben.id, "VIEWING")]


def test_a_right_that_ended_ends_it_at_once(suite: Suite, follow: Follow) -> None:
    ada, ben, ticket = Person(suite), Person(suite), uuid7()
    stream = follow(ada.client)
    ada.say(ticket)
    ben.say(ticket)
    assert told(stream, ticket) == [(ben.id, "VIEWING")]
    suite.services.answers["GetTicket"] = lambda call: NotFound() if call.actor.id == ben.id else tickets_pb2.Ticket()
    refused = ben.client.post("/v1/presence", json={"kind": TICKET, "id": ticket, "state": "VIEWING"})
    assert refused.status_code == 404
    assert told(stream, ticket) == [], "whoever is refused is not there"


@pytest.mark.parametrize("what", ["user", "role", "handed over", "deleted"])
def test_what_may_have_ended_a_right_ends_it_until_it_is_asked_for_again(suite: Suite, what: str) -> None:
    ada, ben, ticket = Person(suite), Person(suite), uuid7()
    ben.say(ticket)
    assert ada.ask(ticket) == [(ben.id, "VIEWING")]
    news = uuid7()
    suite.hear(notifications_pb2.NotificationCreated(notification={"id": news, "user_id": ben.id}), news)
    suite.hear(tickets_pb2.TicketUpdated(ticket={"id": ticket}), ticket)
    assert ada.ask(ticket) == [(ben.id, "VIEWING")], "an ordinary change ends nothing"
    if what == "user":
        suite.hear(users_pb2.UserUpdated(user={"id": ben.id}), ben.id)
    elif what == "role":
        suite.hear(roles_pb2.RoleUpdated(role={"id": news}), news)
    elif what == "handed over":
        suite.hear(tickets_pb2.TicketUpdated(ticket={"id": ticket}), ticket, 2, owner=ben.id)
    else:
        suite.hear(tickets_pb2.TicketDeleted(ticket={"id": ticket}), ticket, 2)
    assert ada.ask(ticket) == []


def test_nobody_is_told_of_somebody_whose_name_they_may_not_read(suite: Suite, follow: Follow) -> None:
    team = uuid7()
    mate, other = Person(suite, team_ids=[team]), Person(suite)
    limited = Person(suite, {"tickets.read": ALL, "users.read": TEAM}, team_ids=[team])
    nameless = Person(suite, {"tickets.read": ALL})
    ticket = uuid7()
    streams = [follow(limited.client), follow(nameless.client)]
    for one in (limited, nameless, other, mate):
        one.say(ticket)
    assert told(streams[0], ticket) == [(mate.id, "VIEWING")]
    assert limited.ask(ticket) == [(mate.id, "VIEWING")]
    assert nameless.ask(ticket) == []
    suite.services.principals[nameless.id].grants.add(permission="products.read", scope=ALL)
    suite.hear(users_pb2.UserUpdated(user={"id": nameless.id}), nameless.id)
    event = streams[1].next()
    assert event is not None
    assert event["event"] == "reset", "of those whose names are hidden nothing was told, not even that they came"


def test_a_record_of_ones_own_only_is_asked_of_the_service(suite: Suite) -> None:
    ada, ticket = Person(suite, {"tickets.read": OWN, "users.read": ALL}), uuid7()
    ada.say(ticket)
    (call,) = suite.services["GetTicket"]
    assert (call.message.id, call.actor.id, call.actor.grants["tickets.read"]) == (ticket, ada.id, OWN)


def test_a_key_is_nowhere_and_may_look(suite: Suite) -> None:
    ada, ticket = Person(suite), uuid7()
    ada.say(ticket)
    suite.services.answers["ResolveApiKey"] = auth_pb2.ResolveApiKeyResponse(
        api_key_id=uuid7(), user_id=Person(suite).id, prefix="crm_x", permissions=["tickets.read", "users.read"],
        expires_at=Timestamp(seconds=2_000_000_000),
    )  # fmt: skip
    key = Client(suite, {"authorization": f"Bearer crm_{uuid7()}"})
    word = {"kind": TICKET, "id": ticket, "state": "VIEWING"}
    assert key.post("/v1/presence", json=word).status_code == 403
    found = key.get("/v1/presence", params={"kind": TICKET, "id": ticket})
    assert people(found.json()) == [(ada.id, "VIEWING")]


def test_what_is_no_word_is_refused(suite: Suite) -> None:
    ada, ticket = Person(suite), uuid7()
    for word in (
        {"kind": "crm.support.nothing", "id": ticket, "state": "VIEWING"},
        {"kind": TICKET, "id": "12", "state": "VIEWING"},
        {"kind": TICKET, "id": ticket},
        {"kind": TICKET, "id": ticket, "state": "SLEEPING"},
    ):
        assert ada.client.post("/v1/presence", json=word).status_code == 400, word
    assert suite.stranger().post("/v1/presence", json={}).status_code == 401


def test_it_is_bounded(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence_module, "MAX_RECORDS", 2)
    monkeypatch.setattr(presence_module, "MAX_PEOPLE", 2)
    ada, ben, eve = (Person(suite) for _ in range(3))
    tickets = [uuid7() for _ in range(3)]
    for ticket in tickets:
        ada.say(ticket)
    assert [len(ben.ask(ticket)) for ticket in tickets] == [0, 1, 1]
    ben.say(tickets[2])
    assert len(eve.say(tickets[2])) == 2
    assert [user for user, _ in ada.ask(tickets[2])] == [ben.id], "who is one too many is told, and not known"


def test_words_have_a_rate(suite: Suite) -> None:
    ada, ticket = Person(suite), uuid7()
    word = {"kind": TICKET, "id": ticket, "state": "VIEWING"}
    words = presence_module.WORDS_PER_SECOND * 3
    assert 429 in [ada.client.post("/v1/presence", json=word).status_code for _ in range(words)]


# -- several processes -----------------------------------------------------------------------------------------


@pytest.fixture
def two() -> Iterator[tuple[Suite, Suite]]:
    """Two gateways that hear each other, before the same users."""
    suites = (Suite(), Suite())
    for one, other in (suites, suites[::-1]):
        one.services.principals = suites[0].services.principals
        one.gateway.presences.say = partial(other.loop.call_soon_threadsafe, other.gateway.presences.heard)
        one.follow(True)
    yield suites
    for one in suites:
        one.stop()


def test_processes_tell_each_other(two: tuple[Suite, Suite]) -> None:
    ada, ben, ticket = Person(two[0]), Person(two[0]), uuid7()
    there = Client(two[1], ben.client.headers)
    stream = two[1].open_stream(there)
    assert there.post("/v1/presence", json={"kind": TICKET, "id": ticket, "state": "VIEWING"}).status_code == 200
    assert ada.say(ticket) == [(ben.id, "VIEWING")]
    assert told(stream, ticket) == [(ada.id, "VIEWING")]
    ada.say(ticket, "TYPING")
    ada.say(ticket, "LEFT")
    while people_there := told(stream, ticket):
        assert people_there == [(ada.id, "TYPING")]
    stream.close()


def test_one_whose_stream_is_elsewhere_is_told_there(two: tuple[Suite, Suite]) -> None:
    ada, ben, ticket = Person(two[0]), Person(two[0]), uuid7()
    stream = two[1].open_stream(Client(two[1], ada.client.headers))
    ada.say(ticket)
    ben.say(ticket)
    assert told(stream, ticket) == [(ben.id, "VIEWING")]
    stream.close()


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[1,2,3,4,5]", b"[]", orjson.dumps(["p", "u", TICKET, uuid7(), 1]),
     orjson.dumps(["p", uuid7(), "crm.x.y", uuid7(), 1]), orjson.dumps(["p", uuid7(), TICKET, uuid7(), 99])],
)  # fmt: skip
def test_what_is_no_word_of_a_gateway_is_not_heard(suite: Suite, text: bytes) -> None:
    suite.gateway.presences.heard(text)
    assert not any(at.id in text.decode() for at in suite.gateway.presences._there)


def test_the_same_word_is_passed_on_now_and_then(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[bytes] = []
    monkeypatch.setattr(suite.gateway.presences, "say", said.append)
    ada, ticket = Person(suite), uuid7()
    for _ in range(3):
        ada.say(ticket)
    assert len(said) == 1
    ada.say(ticket, "TYPING")
    assert len(said) == 2
    suite.pass_time(presence_module.PASSED_ON_SECONDS)
    ada.say(ticket, "TYPING")
    assert len(said) == 3
