"""RefreshSession and Logout: a refresh token is good for one use, and a copied one ends the session."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crm.identity.v1 import auth_pb2, users_pb2
from crm_chassis.access.actor import ANONYMOUS
from crm_chassis.errors import DomainError
from crm_chassis.testing import user
from sqlalchemy import text

REVOKED = "crm.identity.user.sessions_revoked.v1"


def ended(refresh: Any, token: str, **where: str) -> bool:
    try:
        refresh(token, **where)
    except DomainError as refused:
        return (refused.reason, refused.status) == ("SESSION_ENDED", 401)
    return False


@pytest.fixture
def logout(rpc: Any) -> Any:
    return lambda token: rpc("Logout", auth_pb2.LogoutRequest(refresh_token=token), as_=ANONYMOUS)


def test_a_token_is_exchanged_for_the_next_of_the_same_session(
    login: Any, refresh: Any, make_user: Any, claims: Any
) -> None:
    first = login(make_user().email)

    second = refresh(first.refresh_token)
    third = refresh(second.refresh_token)

    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    assert claims(third.access_token)["sid"] == claims(first.access_token)["sid"]
    assert claims(third.access_token)["jti"] != claims(first.access_token)["jti"]


def test_parallel_uses_make_one_successor(
    login: Any, refresh: Any, make_user: Any, engine: Any, claims: Any, clock: Any
) -> None:
    ann = make_user()
    first = login(ann.email)
    clock.advance(seconds=1)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: refresh(first.refresh_token), range(50)))

    (successor,) = {answer.refresh_token for answer in answers}
    session = claims(first.access_token)["sid"]
    with engine.connect() as connection:
        stored = "SELECT count(*), count(used_at) FROM refresh_tokens WHERE session_id = :id"
        assert connection.execute(text(stored), {"id": session}).one() == (2, 1)
        families = "SELECT count(*) FROM sessions WHERE user_id = :id"
        assert connection.execute(text(families), {"id": ann.id}).scalar_one() == 1
    assert refresh(successor).refresh_token != successor


def test_parallel_uses_by_others_end_the_session(login: Any, refresh: Any, make_user: Any) -> None:
    first = login(make_user().email)

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda n: ended(refresh, first.refresh_token, address=f"192.0.2.{n}"), range(30)))

    assert outcomes.count(False) == 1
    assert ended(refresh, first.refresh_token)


def test_a_repetition_within_seconds_gets_the_same_successor(
    login: Any, refresh: Any, make_user: Any, clock: Any
) -> None:
    first = login(make_user().email)
    clock.advance(seconds=1)
    second = refresh(first.refresh_token)

    clock.advance(seconds=10)

    assert refresh(first.refresh_token).refresh_token == second.refresh_token
    clock.advance(seconds=0.1)
    assert ended(refresh, first.refresh_token)
    assert ended(refresh, second.refresh_token), "reuse ends the whole family"


@pytest.mark.parametrize("elsewhere", [{"address": "203.0.113.9"}, {"agent": "curl"}])
def test_reuse_from_another_client_ends_the_session(
    login: Any, refresh: Any, make_user: Any, principal: Any, published: Any, audited: Any, claims: Any, elsewhere: Any
) -> None:
    ann = make_user()
    first = login(ann.email)
    second = refresh(first.refresh_token)
    session = claims(first.access_token)["sid"]

    assert ended(refresh, first.refresh_token, **elsewhere)

    assert ended(refresh, second.refresh_token)
    assert list(principal(ann.id).revoked_session_ids) == [session]
    (event,) = published(ann.id, REVOKED)
    assert list(event.data.session_ids) == [session]
    assert "refresh_reused" in audited(ann.id)


def test_reuse_after_the_successor_was_used_ends_the_session(login: Any, refresh: Any, make_user: Any) -> None:
    first = login(make_user().email)
    third = refresh(refresh(first.refresh_token).refresh_token)

    assert ended(refresh, first.refresh_token)
    assert ended(refresh, third.refresh_token)


def test_another_session_of_the_user_goes_on(login: Any, refresh: Any, make_user: Any) -> None:
    ann = make_user()
    stolen, other = login(ann.email), login(ann.email)
    refresh(stolen.refresh_token)
    assert ended(refresh, stolen.refresh_token, agent="curl")

    assert not ended(refresh, other.refresh_token)


def test_a_token_lives_thirty_days_from_its_issue(login: Any, refresh: Any, make_user: Any, clock: Any) -> None:
    first = login(make_user().email)
    clock.advance(days=29)
    second = refresh(first.refresh_token)
    clock.advance(days=29)
    third = refresh(second.refresh_token)
    clock.advance(days=30)

    assert ended(refresh, third.refresh_token)


def test_an_unknown_token_is_refused(refresh: Any) -> None:
    assert ended(refresh, "nothing")


def test_logout_ends_the_session_at_once(
    login: Any,
    refresh: Any,
    logout: Any,
    make_user: Any,
    principal: Any,
    published: Any,
    audited: Any,
    claims: Any,
    engine: Any,
) -> None:
    ann = make_user()
    first = login(ann.email)
    second = refresh(first.refresh_token)

    logout(second.refresh_token)

    assert ended(refresh, second.refresh_token)
    assert ended(refresh, first.refresh_token), "not even within the grace of a lost answer"
    session = claims(first.access_token)["sid"]
    assert list(principal(ann.id).revoked_session_ids) == [session]
    assert list(published(ann.id, REVOKED)[0].data.session_ids) == [session]
    assert audited(ann.id)[-2:] == ["logout", "sessions_revoked"]
    with engine.connect() as connection:
        left = text("SELECT count(*) FROM refresh_tokens WHERE session_id = :id")
        assert connection.execute(left, {"id": session}).scalar_one() == 0


def test_logout_can_be_repeated_and_says_nothing_about_tokens(login: Any, logout: Any, make_user: Any) -> None:
    token = login(make_user().email).refresh_token

    assert logout(token) == logout(token) == logout("nothing")


def test_ended_sessions_are_listed_for_ten_minutes(
    login: Any, logout: Any, make_user: Any, principal: Any, clock: Any, tick: Any, engine: Any
) -> None:
    ann = make_user()
    logout(login(ann.email).refresh_token)
    clock.advance(minutes=9)
    tick("sessions")
    assert len(principal(ann.id).revoked_session_ids) == 1

    clock.advance(minutes=2)

    assert not principal(ann.id).revoked_session_ids
    tick("sessions")
    with engine.connect() as connection:
        left = text("SELECT count(*) FROM sessions WHERE user_id = :id")
        assert connection.execute(left, {"id": ann.id}).scalar_one() == 0


def test_the_past_is_forgotten_and_the_present_is_not(
    login: Any, refresh: Any, make_user: Any, clock: Any, tick: Any, engine: Any
) -> None:
    ann, bob = make_user(), make_user()
    login(ann.email)
    clock.advance(days=20)
    token = login(bob.email).refresh_token
    clock.advance(days=11)

    tick("sessions")

    with engine.connect() as connection:
        owners = connection.execute(text("SELECT user_id::text FROM sessions")).scalars().all()
    assert ann.id not in owners
    assert bob.id in owners
    assert not ended(refresh, token)


def test_deactivation_ends_all_sessions_and_reactivation_revives_none(
    login: Any, refresh: Any, make_user: Any, rpc: Any, principal: Any, claims: Any
) -> None:
    ann = make_user()
    first, second = login(ann.email), login(ann.email)

    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=ann.id), as_=user())

    assert not principal(ann.id).active
    assert ended(refresh, first.refresh_token)
    assert len(principal(ann.id).revoked_session_ids) == 2
    rpc("ReactivateUser", users_pb2.ReactivateUserRequest(id=ann.id), as_=user())
    assert ended(refresh, second.refresh_token)
    assert principal(ann.id).epoch > claims(first.access_token)["epoch"] + 1
    assert claims(login(ann.email).access_token)["epoch"] == principal(ann.id).epoch
