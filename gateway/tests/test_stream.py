"""The stream of changes: who is told what, who is told to read again, and when it ends."""

from __future__ import annotations

import gc
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from crm.identity.v1 import api_keys_pb2, auth_pb2, notifications_pb2, roles_pb2, territories_pb2, users_pb2
from crm.marketing.v1 import campaign_members_pb2
from crm.sales.v1 import opportunities_pb2, products_pb2, shares_pb2
from crm.support.v1 import comments_pb2, messages_pb2, tickets_pb2
from crm_chassis.access.actor import ALL, OWN, SUBTREE, TEAM, TERRITORY
from crm_chassis.errors import Unavailable
from crm_chassis.ids import uuid7
from crm_gateway import stream as stream_module
from gateway_harness import Client, Stream, Suite
from google.protobuf.timestamp_pb2 import Timestamp

READ = "opportunities.read"
Follow = Callable[..., Stream]


@pytest.fixture(autouse=True)
def _followed(suite: Suite) -> Iterator[None]:
    suite.follow(True)
    yield
    suite.follow(False)


@pytest.fixture
def follow(suite: Suite) -> Iterator[Follow]:
    """Opens streams that are closed after the test."""
    opened: list[Stream] = []

    def open_stream(client: Client, **headers: str) -> Stream:
        stream = suite.open_stream(client, **headers)
        opened.append(stream)
        assert stream.status == 200
        return stream

    yield open_stream
    for stream in opened:
        stream.close()


def client_of(suite: Suite, id_: str, **claims: Any) -> Client:
    return Client(suite, {"authorization": f"Bearer {suite.token(id_, **claims)}"})


def change(suite: Suite, version: int = 2, id_: str = "", former: dict[str, str] | None = None, **fields: str) -> str:
    """Has an opportunity change; returns its id."""
    id_ = id_ or uuid7()
    message = opportunities_pb2.OpportunityUpdated(opportunity={"id": id_, "name": "Secret deal", **fields})
    suite.hear(message, id_, version, **(former or {}))
    return id_


def told(stream: Stream) -> tuple[str, str]:
    """Action and id of the next change."""
    event = stream.next()
    assert event is not None
    assert event["event"] == "change", event
    return event["action"], event["id"]


def reason(stream: Stream, name: str = "reset") -> str:
    """Why the next event tells to read again, or that it ends."""
    event = stream.next()
    assert event is not None
    assert event["event"] == name, event
    return str(event["reason"])


def change_rights(suite: Suite, user_id: str, **principal: Any) -> None:
    """Has identity know other things of a user, and tell of it."""
    known = suite.services.principals[user_id]
    for name, value in principal.items():
        if name == "grants":
            del known.grants[:]
            known.grants.extend(roles_pb2.Grant(permission=p, scope=s) for p, s in value.items())
        else:
            setattr(known, name, value)
    suite.hear(users_pb2.UserUpdated(user={"id": user_id}), user_id)


def test_a_change_is_told_without_values(suite: Suite, admin: Client, follow: Follow) -> None:
    stream = follow(admin)
    assert stream.headers["content-type"] == "text/event-stream"
    assert stream.headers["cache-control"] == "no-store"
    assert "content-length" not in stream.headers
    before = int(time.time() * 1000)
    deal = change(suite, 7)
    event = stream.next()
    assert event is not None
    assert int(event.pop("position")) >= before
    assert event == {
        "event": "change", "kind": "crm.sales.opportunity", "id": deal, "version": "7", "action": "updated",
    }  # fmt: skip


def test_every_kind_and_action_is_told(suite: Suite, admin: Client, follow: Follow) -> None:
    stream = follow(admin)
    deal, product = uuid7(), uuid7()
    suite.hear(opportunities_pb2.OpportunityWon(opportunity={"id": deal}), deal)
    suite.hear(products_pb2.ProductCreated(product={"id": product}), product)
    suite.hear(opportunities_pb2.OpportunityDeleted(opportunity={"id": deal}), deal)
    assert [told(stream) for _ in range(3)] == [("won", deal), ("created", product), ("deleted", deal)]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (OWN, {"own"}),
        (TEAM, {"own", "mate"}),
        (SUBTREE, {"own", "report"}),
        (TERRITORY, {"own", "territory"}),
        (ALL, {"own", "mate", "report", "territory", "other"}),
        (None, set()),
    ],
)
def test_each_scope_is_told_of_what_it_reaches(suite: Suite, follow: Follow, scope: int | None, seen: set[str]) -> None:
    team, district = uuid7(), uuid7()
    grants = {"products.read": ALL} | ({READ: scope} if scope else {})
    me = suite.user(grants, team_ids=[team], reached_territory_ids=[district])
    boss = suite.user({}, manager_id=me)
    owners = {
        "other": suite.user({}, team_ids=[uuid7()]),
        "mate": suite.user({}, team_ids=[uuid7(), team]),
        "report": suite.user({}, manager_id=boss),
        "own": me,
    }
    stream = follow(client_of(suite, me))
    deals = {whose: change(suite, owner_id=owner, territory_id=uuid7()) for whose, owner in owners.items()}
    deals["territory"] = change(suite, owner_id=owners["other"], territory_id=district)
    change(suite)
    # What follows is seen, so nothing of what came before is still on its way.
    last = uuid7()
    suite.hear(products_pb2.ProductUpdated(product={"id": last}), last)
    arrived = set()
    while (event := stream.next()) and event["id"] != last:
        arrived.add(event["id"])
    assert {whose for whose, deal in deals.items() if deal in arrived} == seen


def test_what_everybody_has_of_their_own_is_told_to_its_owner_only(suite: Suite, follow: Follow) -> None:
    me, everything = suite.user({"products.read": ALL}), suite.user({"*": ALL})
    mine, others = follow(client_of(suite, me)), follow(client_of(suite, everything))
    news, last = uuid7(), uuid7()
    suite.hear(notifications_pb2.NotificationCreated(notification={"id": news, "user_id": me}), news)
    suite.hear(products_pb2.ProductUpdated(product={"id": last}), last)
    assert told(mine) == ("created", news)
    assert told(others) == ("updated", last)


def test_a_queue_is_for_those_who_work_it(suite: Suite, follow: Follow) -> None:
    team = uuid7()
    agent = suite.user({"tickets.read": TEAM, "tickets.update": TEAM}, team_ids=[team])
    reader = suite.user({"tickets.read": TEAM}, team_ids=[team])
    streams = [follow(client_of(suite, id_)) for id_ in (agent, reader)]
    waiting, ours = uuid7(), uuid7()
    suite.hear(tickets_pb2.TicketCreated(ticket={"id": waiting}), waiting)
    suite.hear(tickets_pb2.TicketCreated(ticket={"id": ours, "team_id": team}), ours)
    assert [told(streams[0]), told(streams[0])] == [("created", waiting), ("created", ours)]
    assert told(streams[1]) == ("created", ours)


def test_what_is_reached_through_another_record_is_told_to_those_who_read_all(suite: Suite, follow: Follow) -> None:
    agent = follow(suite.client({"messages.read": TEAM, "products.read": ALL}))
    manager = follow(suite.client({"messages.read": ALL}))
    answer, product = uuid7(), uuid7()
    suite.hear(messages_pb2.MessageCreated(message={"id": answer, "ticket_id": uuid7()}), answer)
    suite.hear(products_pb2.ProductUpdated(product={"id": product}), product)
    assert told(manager) == ("created", answer)
    assert told(agent) == ("updated", product)


def test_what_names_a_record_is_told_to_those_who_read_all_of_that_kind(suite: Suite, follow: Follow) -> None:
    seller = follow(suite.client({"campaign_members.read": ALL, "contacts.read": OWN, "products.read": ALL}))
    marketer = follow(suite.client({"campaign_members.read": ALL, "contacts.read": ALL}))
    member, product = uuid7(), uuid7()
    named = {"id": member, "campaign_id": uuid7(), "contact_id": uuid7()}
    suite.hear(campaign_members_pb2.CampaignMemberCreated(campaign_member=named), member)
    suite.hear(products_pb2.ProductUpdated(product={"id": product}), product)
    assert told(marketer) == ("created", member)
    assert told(seller) == ("updated", product)


def test_a_comment_is_told_to_those_who_see_its_record(suite: Suite, follow: Follow) -> None:
    ann, team = suite.user({"tickets.read": OWN}), uuid7()
    mate = suite.user({"tickets.read": TEAM}, team_ids=[team])
    of_others = suite.user({"leads.read": ALL, "products.read": ALL})
    streams = {id_: follow(client_of(suite, id_)) for id_ in (ann, mate, of_others)}
    ticket, other, product = uuid7(), uuid7(), uuid7()
    said = {"id": uuid7(), "resource": "tickets", "record_id": ticket, "owner_id": ann, "team_id": team}
    suite.hear(comments_pb2.SupportCommentCreated(comment=said), said["id"])
    suite.hear(comments_pb2.SupportCommentDeleted(comment=said | {"record_id": other}), said["id"], 2)
    suite.hear(products_pb2.ProductUpdated(product={"id": product}), product)
    for id_ in (ann, mate):
        assert [told(streams[id_]), told(streams[id_])] == [("commented", ticket), ("commented", other)]
    assert told(streams[of_others]) == ("updated", product)


def shared(suite: Suite, deal: str, version: int, readers: set[str], before: set[str], *, granted: bool) -> None:
    """Has the shares of an opportunity change."""
    event = shares_pb2.SalesShareGranted if granted else shares_pb2.SalesShareRevoked
    told_ = {"record_id": deal, "resource": "opportunities", "owner_id": uuid7()}
    suite.hear(event(sharing=told_), deal, version, readers=readers, former_readers=before)


def test_whom_a_record_is_shared_with_is_told_of_it(suite: Suite, follow: Follow) -> None:
    team, deal = uuid7(), uuid7()
    ann, bob, eve = (suite.user({READ: OWN}, principal_ids=[one]) for one in (uuid7(), team, uuid7()))
    boss = suite.user({READ: SUBTREE}, principal_ids=[uuid7()], principal_ids_below=[team])
    narrow = suite.user({READ: OWN}, principal_ids=[uuid7()], principal_ids_below=[team])
    streams = {id_: follow(client_of(suite, id_)) for id_ in (ann, bob, eve, boss, narrow)}
    shared(suite, deal, 1, {team}, set(), granted=True)
    suite.hear(
        opportunities_pb2.OpportunityUpdated(opportunity={"id": deal, "owner_id": uuid7()}), deal, readers={team}
    )
    shared(suite, deal, 2, set(), {team}, granted=False)
    suite.hear(opportunities_pb2.OpportunityUpdated(opportunity={"id": deal, "owner_id": uuid7()}), deal, 2)
    for id_ in (bob, boss):
        assert [told(streams[id_]) for _ in range(3)] == [("shared", deal), ("updated", deal), ("gone", deal)]
    for id_ in streams:
        last = change(suite, owner_id=id_)
        assert told(streams[id_]) == ("updated", last), "nobody else is told, and nobody any more"


def test_who_gave_a_record_away_is_told_that_it_is_gone(suite: Suite, follow: Follow) -> None:
    ann, bob, eve = (suite.user({READ: OWN}) for _ in range(3))
    streams = {id_: follow(client_of(suite, id_)) for id_ in (ann, bob, eve)}
    deal = change(suite, 2, owner_id=bob, former={"owner": ann})
    assert told(streams[ann]) == ("gone", deal)
    assert told(streams[bob]) == ("updated", deal)
    change(suite, 3, deal, owner_id=bob)
    assert told(streams[bob]) == ("updated", deal)
    later = {id_: change(suite, owner_id=id_) for id_ in (ann, eve)}
    assert told(streams[ann]) == ("updated", later[ann]), "once it is gone nothing more is told of it"
    assert told(streams[eve]) == ("updated", later[eve]), "whoever never saw it is told nothing"


def test_a_record_that_leaves_a_territory_is_gone(suite: Suite, follow: Follow) -> None:
    district = uuid7()
    stream = follow(client_of(suite, suite.user({READ: TERRITORY}, reached_territory_ids=[district])))
    deal = change(suite, territory_id=uuid7(), former={"territory": district})
    assert told(stream) == ("gone", deal)


# -- rights ----------------------------------------------------------------------------------------------------


def test_a_stream_needs_a_token(suite: Suite) -> None:
    assert suite.stranger().get("/v1/stream").status_code == 401
    assert suite.stranger().get("/v1/stream", headers={"cookie": "session=x"}).status_code == 401


def test_without_rights_that_ended_nothing_is_told(suite: Suite, follow: Follow) -> None:
    me = suite.user({READ: ALL, "products.read": ALL})
    stream = follow(client_of(suite, me))
    change_rights(suite, me, grants={"products.read": ALL})
    assert reason(stream) == "RIGHTS_CHANGED"
    change(suite)
    product = uuid7()
    suite.hear(products_pb2.ProductUpdated(product={"id": product}), product)
    assert told(stream) == ("updated", product)


def test_a_change_of_roles_concerns_everybody(suite: Suite, follow: Follow) -> None:
    me = suite.user({READ: OWN})
    stream = follow(client_of(suite, me))
    suite.services.principals[me].grants[0].scope = ALL
    role = uuid7()
    suite.hear(roles_pb2.RoleUpdated(role={"id": role}), role)
    assert reason(stream) == "RIGHTS_CHANGED"
    deal = change(suite, owner_id=uuid7())
    assert told(stream) == ("updated", deal)


def test_while_rights_are_asked_for_nothing_is_told(suite: Suite, follow: Follow) -> None:
    """What changes in between is decided by the rights as they turn out to be."""
    me, boss = suite.user({READ: ALL}), suite.user({READ: ALL})
    streams = [follow(client_of(suite, id_)) for id_ in (me, boss)]
    may_answer = threading.Event()

    def answer(call: Any) -> auth_pb2.ResolvePrincipalsResponse:
        may_answer.wait(20)
        return auth_pb2.ResolvePrincipalsResponse(
            principals=[suite.services.principals[id_] for id_ in call.message.user_ids]
        )

    suite.services.answers["ResolvePrincipals"] = answer
    change_rights(suite, me, grants={READ: OWN})
    change_rights(suite, boss)
    deals = [change(suite), change(suite)]
    may_answer.set()
    assert reason(streams[0]) == "RIGHTS_CHANGED"
    own = change(suite, owner_id=me)
    assert told(streams[0]) == ("updated", own)
    assert [told(streams[1]) for _ in (*deals, own)] == [("updated", deal) for deal in (*deals, own)]


def test_another_team_is_another_reach(suite: Suite, follow: Follow) -> None:
    team = uuid7()
    me, mate = suite.user({READ: TEAM}, team_ids=[uuid7()]), suite.user({}, team_ids=[team])
    stream = follow(client_of(suite, me))
    suite.services.principals[me].team_ids.append(team)
    change_rights(suite, me)
    assert reason(stream) == "RIGHTS_CHANGED"
    assert told_of(stream, change(suite, owner_id=mate))


def told_of(stream: Stream, id_: str) -> bool:
    return told(stream) == ("updated", id_)


def test_a_territory_that_becomes_part_of_another_is_reached(suite: Suite, follow: Follow) -> None:
    me, part = suite.user({READ: TERRITORY}, reached_territory_ids=[uuid7()]), uuid7()
    stream = follow(client_of(suite, me))
    suite.services.principals[me].reached_territory_ids.append(part)
    suite.hear(territories_pb2.TerritoryUpdated(territory={"id": part}), part)
    assert reason(stream) == "RIGHTS_CHANGED"
    assert told_of(stream, change(suite, territory_id=part))


def test_deactivation_ends_a_stream(suite: Suite, follow: Follow) -> None:
    me = suite.user({READ: ALL})
    stream, other = follow(client_of(suite, me)), follow(suite.client())
    started = time.monotonic()
    change_rights(suite, me, active=False)
    assert reason(stream, "end") == "INVALID_TOKEN"
    assert stream.next() is None
    assert time.monotonic() - started < 10
    assert told(other) == ("updated", me), "others go on"


def test_a_session_that_is_ended_ends_its_streams_only(suite: Suite, follow: Follow) -> None:
    me = suite.user({READ: ALL})
    ended, kept = follow(client_of(suite, me, sid="a")), follow(client_of(suite, me, sid="b"))
    suite.services.principals[me].revoked_session_ids.append("a")
    change_rights(suite, me)
    assert reason(ended, "end") == "INVALID_TOKEN"
    assert told_of(kept, change(suite))


def test_a_stream_ends_with_its_token(suite: Suite, follow: Follow) -> None:
    stream = follow(client_of(suite, suite.user(), exp=int(time.time()) + 2))
    assert reason(stream, "end") == "TOKEN_EXPIRED"
    assert stream.next() is None


def test_a_stream_ends_with_its_api_key(suite: Suite, follow: Follow) -> None:
    key_id, me = uuid7(), suite.user({READ: ALL})
    until = Timestamp(seconds=int(time.time()) + 600)
    suite.services.answers["ResolveApiKey"] = auth_pb2.ResolveApiKeyResponse(
        api_key_id=key_id, user_id=me, prefix="crm_x", permissions=[READ], expires_at=until
    )
    stream = follow(Client(suite, {"authorization": f"Bearer crm_{uuid7()}"}))
    assert told_of(stream, change(suite))
    suite.services.answers["ResolveApiKey"] = auth_pb2.ResolveApiKeyResponse()
    suite.hear(api_keys_pb2.ApiKeyDeleted(api_key={"id": key_id}), key_id)
    assert reason(stream, "end") == "INVALID_TOKEN"


def test_what_nobody_can_decide_is_told_to_nobody(suite: Suite, follow: Follow) -> None:
    stream = follow(suite.client({READ: TEAM}))
    suite.services.answers["ResolvePrincipals"] = Unavailable()
    change(suite, owner_id=uuid7())
    assert reason(stream) == "UNDECIDED"


# -- going on --------------------------------------------------------------------------------------------------


def test_a_reader_goes_on_where_it_was(suite: Suite, admin: Client, follow: Follow) -> None:
    suite.pass_time(60)
    first = follow(admin)
    last = change(suite)
    position = str((first.next() or {})["position"])
    suite.pass_time(200)
    missed = [change(suite), change(suite, owner_id=uuid7())]
    suite.pass_time(100)
    again = follow(admin, last_event_id=position)
    # What replicas may differ by is told twice.
    assert [told(again) for _ in (last, *missed)] == [("updated", deal) for deal in (last, *missed)]
    assert told_of(again, change(suite)), "and goes on"
    me = suite.user({READ: OWN})
    mine = follow(client_of(suite, me), last_event_id=position)
    assert told_of(mine, change(suite, owner_id=me)), "of what others did nothing is told"


def test_a_position_holds_on_another_replica(make_suite: Callable[..., Suite]) -> None:
    one, other = make_suite(), make_suite()
    for replica in (one, other):
        replica.follow(True)
        replica.pass_time(60)
    # Of this the other replica heard earlier, by its own clock.
    early = change(other)
    stream = one.open_stream(one.client())
    change(one)
    position = str((stream.next() or {})["position"])
    stream.close()
    late = change(other)
    again = other.open_stream(other.client(), last_event_id=position)
    assert [told(again), told(again)] == [("updated", early), ("updated", late)]
    again.close()


def test_who_was_away_too_long_reads_again(suite: Suite, admin: Client, follow: Follow) -> None:
    stream = follow(admin)
    change(suite)
    position = str((stream.next() or {})["position"])
    suite.pass_time(stream_module.KEPT_SECONDS + 60)
    change(suite)
    again = follow(admin, last_event_id=position)
    assert reason(again) == "TOO_LONG_AGO"


@pytest.mark.parametrize("position", ["x", "-1", "9" * 400, "٣", "1.5"])
def test_a_position_that_is_none_is_reset(suite: Suite, admin: Client, follow: Follow, position: str) -> None:
    stream = follow(admin, last_event_id=position.encode().decode("latin-1"))
    assert reason(stream) == "UNKNOWN_POSITION"


def test_what_was_missed_while_events_were_not_followed_is_made_up_for(
    suite: Suite, admin: Client, follow: Follow
) -> None:
    stream = follow(admin)
    suite.follow(False)
    change(suite)
    suite.follow(True)
    assert reason(stream) == "RECONNECTED"
    assert told_of(stream, change(suite))
    position = str(int(time.time() * 1000))
    assert reason(follow(admin, last_event_id=position)) == "TOO_LONG_AGO"


def test_a_reader_who_is_too_slow_is_dropped(
    suite: Suite, admin: Client, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "MAX_WAITING", 10)
    slow, quick = follow(admin), follow(admin)
    slow.block()
    deals = [change(suite) for _ in range(30)]
    for deal in deals:
        assert told_of(quick, deal)
    slow.read_on()
    last = None
    while event := slow.next():
        last = event
    assert last is not None
    assert (last["event"], last["reason"]) == ("end", "TOO_SLOW")


# -- bounds ----------------------------------------------------------------------------------------------------


def test_streams_of_a_user_are_limited(suite: Suite, follow: Follow) -> None:
    client = suite.client()
    streams = [follow(client) for _ in range(stream_module.MAX_PER_USER)]
    refused = client.get("/v1/stream")
    assert (refused.status_code, refused.json()["reason"]) == (429, "TOO_MANY_STREAMS")
    streams[0].close()
    follow(client)


def test_a_part_of_the_connections_is_left_for_requests(make_suite: Callable[..., Suite]) -> None:
    suite = make_suite(max_connections=5)
    streams = [suite.open_stream(suite.client()) for _ in range(4)]
    refused = suite.client().get("/v1/stream")
    assert (refused.status_code, refused.json()["reason"]) == (503, "OVERLOADED")
    for stream in streams:
        stream.close()


def test_streams_are_no_requests_in_flight(make_suite: Callable[..., Suite]) -> None:
    suite = make_suite(max_in_flight=2)
    streams = [suite.open_stream(suite.client()) for _ in range(5)]
    assert suite.client().get("/v1/describe").status_code == 200
    for stream in streams:
        stream.close()


def test_head_opens_no_stream(admin: Client) -> None:
    answer = admin.request("HEAD", "/v1/stream")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")


def test_stopping_ends_streams(make_suite: Callable[..., Suite]) -> None:
    suite = make_suite()
    stream = suite.open_stream(suite.client())

    async def drain() -> None:
        suite.gateway.drain()

    suite.run(drain())
    assert reason(stream, "end") == "STOPPING"
    assert stream.next() is None


def test_a_stream_that_waits_costs_little(make_suite: Callable[..., Suite]) -> None:
    suite = make_suite(max_connections=1000)
    clients = [suite.client({READ: OWN}) for _ in range(500)]
    suite.open_stream(clients[0]).close()
    gc.collect()
    tracemalloc.start()
    streams = [suite.open_stream(client) for client in clients]
    gc.collect()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    for stream in streams:
        stream.close()
    # The connection of the client and what this test keeps are part of it.
    assert used / len(streams) < 64 * 1024
    assert not suite.gateway.streams._readers
