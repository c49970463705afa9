"""GetSessions, EndSession, EndOtherSessions and UpdateMe: what is the caller's own."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from crm.common.v1 import history_pb2
from crm.identity.v1 import auth_pb2, sessions_pb2, users_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.directory import DirectoryUser
from crm_chassis.testing import user
from sqlalchemy import select
from sqlalchemy.orm import Session


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


@pytest.fixture
def sessions(rpc: Any) -> Any:
    def read(actor: Actor) -> list[Any]:
        return list(rpc("GetSessions", sessions_pb2.GetSessionsRequest(), as_=actor).sessions)

    return read


def test_sessions_say_where_and_when(
    make_user: Any, login: Any, refresh: Any, claims: Any, sessions: Any, clock: Any
) -> None:
    ann = make_user()
    clock.advance(seconds=1)
    here = login(ann.email, address="192.0.2.7", agent="Firefox")
    clock.advance(minutes=1)
    there = login(ann.email, address="198.51.100.9", agent="Phone")
    clock.advance(minutes=5)
    refresh(here.refresh_token, address="192.0.2.7", agent="Firefox")

    first, second = sessions(Actor(ann.id, "user", {}, claims(here.access_token)["sid"]))

    assert (first.user_agent, first.client_address, first.current) == ("Firefox", "192.0.2.7", True)
    assert (second.user_agent, second.client_address, second.current) == ("Phone", "198.51.100.9", False)
    assert second.id == claims(there.access_token)["sid"]
    assert first.last_used_at.seconds - first.created_at.seconds == 360
    assert second.last_used_at == second.created_at


def test_one_session_is_ended(
    make_user: Any, login: Any, refresh: Any, claims: Any, sessions: Any, rpc: Any, principal: Any, audited: Any
) -> None:
    ann, bob = make_user(), make_user()
    here, there, foreign = login(ann.email), login(ann.email), login(bob.email)
    ids = [claims(token.access_token)["sid"] for token in (here, there, foreign)]
    actor = Actor(ann.id, "user", {}, ids[0])

    rpc("EndSession", sessions_pb2.EndSessionRequest(id=ids[1]), as_=actor)

    assert reason(refresh, there.refresh_token) == "SESSION_ENDED"
    assert list(principal(ann.id).revoked_session_ids) == [ids[1]]
    assert [one.id for one in sessions(actor)] == [ids[0]]
    assert "sessions_revoked" in audited(ann.id)
    for id_ in ids[1:]:
        assert reason(rpc, "EndSession", sessions_pb2.EndSessionRequest(id=id_), as_=actor) == "NOT_FOUND"
    assert refresh(here.refresh_token).access_token
    assert refresh(foreign.refresh_token).access_token


def test_all_other_sessions_are_ended(make_user: Any, login: Any, refresh: Any, claims: Any, rpc: Any) -> None:
    ann = make_user()
    here, *elsewhere = [login(ann.email) for _ in range(3)]
    actor = Actor(ann.id, "user", {}, claims(here.access_token)["sid"])

    for _ in range(2):
        rpc("EndOtherSessions", sessions_pb2.EndOtherSessionsRequest(), as_=actor)

    assert {reason(refresh, one.refresh_token) for one in elsewhere} == {"SESSION_ENDED"}
    assert refresh(here.refresh_token).access_token


def test_an_expired_session_is_not_listed(make_user: Any, login: Any, sessions: Any, clock: Any) -> None:
    ann = make_user()
    login(ann.email)
    clock.advance(days=31)

    assert not sessions(Actor(ann.id, "user"))


# -- the own profile --------------------------------------------------------------------------------------


def test_users_change_their_own_name_language_and_zone(make_user: Any, rpc: Any, engine: Any, published: Any) -> None:
    ann = make_user()
    me = {"display_name": "Ann Roe", "language": "fr", "time_zone": "Europe/Paris"}
    request = auth_pb2.UpdateMeRequest(me=me)

    answer = rpc("UpdateMe", request, as_=Actor(ann.id, "user"))

    assert (answer.display_name, answer.language, answer.time_zone) == ("Ann Roe", "fr", "Europe/Paris")
    assert len(published(ann.id, "crm.identity.user.updated.v1")) == 1
    with Session(engine) as session:
        assert session.scalar(select(DirectoryUser.display_name).where(DirectoryUser.id == ann.id)) == "Ann Roe"
    history = history_pb2.ListHistoryRequest(filter=f"record_id = {ann.id} AND action = updated")
    (entry,) = rpc("ListHistory", history, as_=user()).audit_entries
    assert entry.actor_id == ann.id


def test_what_is_not_the_own_is_refused(make_user: Any, rpc: Any, role_id: Any) -> None:
    ann = make_user()
    before = rpc("GetMe", auth_pb2.GetMeRequest(), as_=Actor(ann.id, "user"))
    me = {"email": "other@crm.example", "roles": ["admin"], "team_ids": [ann.id], "totp_enabled": True}
    request = auth_pb2.UpdateMeRequest(me=me, update_mask={"paths": list(me)})

    with pytest.raises(DomainError, match="email, team_ids, totp_enabled: cannot be set"):
        rpc("UpdateMe", request, as_=Actor(ann.id, "user"))

    assert rpc("GetMe", auth_pb2.GetMeRequest(), as_=Actor(ann.id, "user")) == before


@pytest.mark.parametrize("wrong", [{"display_name": ""}, {"time_zone": "Mars/Base"}, {"language": "?"}])
def test_a_wrong_value_is_named(make_user: Any, rpc: Any, wrong: dict[str, str]) -> None:
    request = auth_pb2.UpdateMeRequest(me=wrong, update_mask={"paths": list(wrong)})

    with pytest.raises(DomainError) as refused:
        rpc("UpdateMe", request, as_=Actor(make_user().id, "user"))

    assert list(refused.value.errors) == [f"me.{next(iter(wrong))}"]


def test_each_user_has_one_key_for_drafts_and_an_api_key_has_none(make_user: Any, rpc: Any) -> None:
    def key(actor: Actor) -> str:
        found: str = rpc("GetMe", auth_pb2.GetMeRequest(), as_=actor).draft_key
        return found

    ann, ben = Actor(make_user().id, "user"), Actor(make_user().id, "user")

    assert len(base64.b64decode(key(ann))) == 32
    assert key(ann) == key(ann) != key(ben)
    assert key(Actor(ann.id, "user", session_id=uuid7(), api_key="crm_1234")) == ""


def test_a_deactivated_user_changes_nothing(make_user: Any, rpc: Any) -> None:
    ann = make_user()
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=ann.id), as_=user())
    request = auth_pb2.UpdateMeRequest(me={"language": "fr"}, update_mask={"paths": ["language"]})

    assert reason(rpc, "UpdateMe", request, as_=Actor(ann.id, "user")) == "UNAUTHENTICATED"
