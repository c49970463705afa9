"""Passwords set by a link in a mail: who may, how long, how often, and that nobody learns who has an account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from crm.identity.v1 import password_links_pb2, users_pb2
from crm_chassis.access.actor import ANONYMOUS
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, unique, user

NEW = "a new one nobody knows"


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value.reason


@pytest.fixture
def forgot(rpc: Any, tick: Any) -> Any:
    def run(address: str) -> Any:
        answer = rpc("ForgotPassword", password_links_pb2.ForgotPasswordRequest(email=address), as_=ANONYMOUS)
        tick("jobs")
        return answer

    return run


@pytest.fixture
def invite(rpc: Any, tick: Any) -> Any:
    def run(user_id: str, as_: Any = None) -> Any:
        answer = rpc("InviteUser", password_links_pb2.InviteUserRequest(id=user_id), as_=as_ or user())
        tick("jobs")
        return answer

    return run


@pytest.fixture
def show(rpc: Any) -> Any:
    def run(token: str) -> Any:
        return rpc("GetPasswordLink", password_links_pb2.GetPasswordLinkRequest(token=token), as_=ANONYMOUS)

    return run


@pytest.fixture
def use(rpc: Any) -> Any:
    def run(token: str, new: str = NEW) -> Any:
        request = password_links_pb2.UsePasswordLinkRequest(token=token, new_password=new)
        return rpc("UsePasswordLink", request, as_=ANONYMOUS)

    return run


def token_in(message: Any) -> str:
    text = message.get_payload(decode=True).decode()
    (token,) = re.findall(r"https://crm\.example/v1/password_links/(\S+)", text)
    return str(token)


def test_a_forgotten_password_is_set_by_the_link(
    make_user: Any, forgot: Any, show: Any, use: Any, inbox: Any, login: Any, refresh: Any, audited: Any
) -> None:
    ann = make_user()
    session = login(ann.email).refresh_token

    forgot(ann.email.upper())
    (message,) = inbox.to(ann.email)
    token = token_in(message)
    shown = show(token)
    assert (shown.masked_email, shown.used) == (f"u***@{ann.email.partition('@')[2]}", False)
    assert login(ann.email).access_token, "showing changes nothing"
    assert use(token).used

    assert reason(login, ann.email) == "INVALID_CREDENTIALS"
    assert login(ann.email, NEW).access_token
    assert reason(refresh, session) == "SESSION_ENDED"
    assert {"password_link_sent", "password_link_used"} <= set(audited(ann.id))
    assert reason(use, token) == reason(show, token) == "LINK_SPENT"


def test_nobody_learns_who_has_an_account(make_user: Any, forgot: Any, inbox: Any, rpc: Any) -> None:
    ann, gone = make_user(), make_user()
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=gone.id), as_=user())
    before = len(inbox.received)

    unknown = f"{unique('nobody')}@crm.example"
    answers = [forgot(address) for address in (unknown, "no address", gone.email, ann.email)]

    assert all(answer == answers[0] for answer in answers)
    assert [address for address, _ in inbox.received[before:]] == [ann.email]


def test_a_user_is_not_flooded(make_user: Any, forgot: Any, inbox: Any, clock: Any) -> None:
    ann = make_user()
    clock.advance(seconds=1)

    for _ in range(3):
        forgot(ann.email)
    assert len(inbox.to(ann.email)) == 1
    clock.advance(minutes=5)
    forgot(ann.email)
    assert len(inbox.to(ann.email)) == 2


def test_a_link_ends_by_time_and_by_what_changes_the_login(
    make_user: Any, forgot: Any, use: Any, inbox: Any, clock: Any, rpc: Any
) -> None:
    clock.advance(seconds=1)
    late, changed, stopped = make_user(), make_user(), make_user()
    for one in (changed, stopped, late):
        forgot(one.email)
    tokens = {one.id: token_in(inbox.to(one.email)[0]) for one in (late, changed, stopped)}
    moved = {"id": changed.id, "email": f"{unique('moved')}@crm.example"}
    rpc("UpdateUser", users_pb2.UpdateUserRequest(user=moved), as_=user())
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=stopped.id), as_=user())

    assert reason(use, tokens[changed.id]) == "LINK_SPENT"
    assert reason(use, tokens[stopped.id]) == "NOT_FOUND"
    rpc("ReactivateUser", users_pb2.ReactivateUserRequest(id=stopped.id), as_=user())
    assert reason(use, tokens[stopped.id]) == "LINK_SPENT"
    clock.advance(hours=1)
    assert reason(use, tokens[late.id]) == "LINK_EXPIRED"


def test_foreign_tokens_are_not_ours(show: Any, use: Any) -> None:
    for token in ("x", "A" * 100):
        assert reason(show, token) == reason(use, token) == "NOT_FOUND"


def test_a_weak_password_is_refused_and_the_link_stays_good(make_user: Any, forgot: Any, use: Any, inbox: Any) -> None:
    ann = make_user()
    forgot(ann.email)
    token = token_in(inbox.to(ann.email)[0])

    with pytest.raises(DomainError) as refused:
        use(token, "password123")

    assert list(refused.value.errors) == ["new_password"]
    assert use(token).used


def test_who_is_invited_sets_the_first_password(
    make_user: Any, invite: Any, use: Any, inbox: Any, login: Any, clock: Any, audited: Any
) -> None:
    clock.advance(seconds=1)
    ann = make_user(password="")

    invite(ann.id)
    (message,) = inbox.to(ann.email)
    clock.advance(days=6)
    use(token_in(message))

    assert message["From"] == "<crm@crm.example>"
    assert login(ann.email, NEW).access_token
    assert "invited" in audited(ann.id)


def test_nobody_invites_who_holds_more(make_user: Any, make_role: Any, invite: Any, rpc: Any) -> None:
    above = make_user(role_ids=[make_role({"contacts.read": "ALL"}).id])
    clerk = user({"users.invite": ALL, "users.read": ALL}, id_=make_user().id)
    gone = make_user()
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=gone.id), as_=user())

    assert reason(invite, above.id, clerk) == "GRANTS_MORE_THAN_HELD"
    assert reason(invite, gone.id, clerk) == "USER_INACTIVE"
    assert invite(make_user().id, clerk).id


def test_mail_that_the_server_puts_off_comes_later(
    make_user: Any, forgot: Any, use: Any, inbox: Any, tick: Any, engine: Any
) -> None:
    from sqlalchemy import text

    ann = make_user()
    inbox.answer = "451 later"
    forgot(ann.email)
    assert not inbox.to(ann.email)

    inbox.answer = "250 OK"
    with engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET due_at = now() WHERE key = :id"), {"id": ann.id})
    tick("jobs")

    (message,) = inbox.to(ann.email)
    assert use(token_in(message)).used
