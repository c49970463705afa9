"""ChangePassword: the old one proves it, every other session ends, weak ones are refused."""

from __future__ import annotations

from typing import Any

import pytest
from crm.identity.v1 import auth_pb2, users_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError
from crm_chassis.testing import user

OLD, NEW = "correct horse battery staple", "a new one nobody knows"


@pytest.fixture
def change(rpc: Any) -> Any:
    def run(as_: Any, new: str = NEW, current: str = OLD) -> Any:
        request = auth_pb2.ChangePasswordRequest(current_password=current, new_password=new)
        return rpc("ChangePassword", request, as_=as_, x_client_address="192.0.2.1")

    return run


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


def wrong(call: Any, *args: Any, **kwargs: Any) -> set[str]:
    """The fields that a call is refused for; not 401, which says to log in again."""
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    assert (refused.value.status, refused.value.reason) == (400, "INVALID_INPUT")
    return set(refused.value.errors)


def test_other_sessions_end_and_this_one_goes_on(
    change: Any, login: Any, refresh: Any, make_user: Any, principal: Any, published: Any, claims: Any
) -> None:
    ann = make_user()
    here, there = login(ann.email), login(ann.email)
    found = claims(here.access_token)

    change(Actor(ann.id, "user", {}, found["sid"]))

    assert reason(refresh, there.refresh_token) == "SESSION_ENDED"
    assert refresh(here.refresh_token).access_token
    assert principal(ann.id).epoch == found["epoch"], "the token at hand goes on"
    assert list(principal(ann.id).revoked_session_ids) == [claims(there.access_token)["sid"]]
    assert len(published(ann.id, "crm.identity.user.sessions_revoked.v1")) == 1
    assert reason(login, ann.email) == "INVALID_CREDENTIALS"
    assert login(ann.email, NEW).access_token


def test_the_old_password_is_needed_and_guessing_it_is_slowed_down(change: Any, make_user: Any, clock: Any) -> None:
    ann = make_user()
    clock.advance(seconds=1)

    for n in range(10):
        assert wrong(change, Actor(ann.id, "user"), current=f"wrong {n}") == {"current_password"}

    assert wrong(change, Actor(ann.id, "user")) == {"current_password"}


def test_a_login_that_began_with_the_old_password_fails(
    login: Any, make_user: Any, rpc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_identity.credentials.passwords import Passwords

    ann = make_user()
    verify = Passwords.verify

    def slow(self: Passwords, stored: str, password: str) -> bool:
        right = verify(self, stored, password)
        request = users_pb2.UpdateUserRequest(user={"id": ann.id, "password": NEW})
        rpc("UpdateUser", request, as_=user())
        return right

    monkeypatch.setattr(Passwords, "verify", slow)

    assert reason(login, ann.email) == "INVALID_CREDENTIALS"


@pytest.mark.parametrize("weak", ["password123", "PassWord123", "Qwertyuiop"])
def test_common_passwords_are_refused(change: Any, make_user: Any, weak: str) -> None:
    with pytest.raises(DomainError) as refused:
        change(Actor(make_user().id, "user"), weak)

    assert (refused.value.status, set(refused.value.errors)) == (400, {"new_password"})


def test_the_address_is_no_password(change: Any, make_user: Any) -> None:
    ann = make_user()

    assert reason(change, Actor(ann.id, "user"), ann.email.upper()) == "INVALID_INPUT"


def test_a_deactivated_user_cannot_change_it(change: Any, make_user: Any, rpc: Any) -> None:
    ann = make_user()
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=ann.id), as_=user())

    assert reason(change, Actor(ann.id, "user")) == "UNAUTHENTICATED"
