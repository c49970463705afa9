"""EnrolTotp and ConfirmTotp, and logins with a second factor: each code is good once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from crm.identity.v1 import identity_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError

PASSWORD = "correct horse battery staple"


class Phone:
    """An authenticator app."""

    def __init__(self, secret: str, clock: Any) -> None:
        self._totp, self._clock = pyotp.TOTP(secret), clock

    def code(self, steps: int = 0) -> str:
        return self._totp.at(self._clock.now + timedelta(seconds=30 * steps))


@pytest.fixture
def enrol(rpc: Any, clock: Any) -> Any:
    """Enrols and confirms a user's second factor; returns the phone."""

    def run(user: Any, session_id: str = "") -> Phone:
        clock.now = datetime.fromtimestamp(clock.now.timestamp() // 30 * 30 + 5, UTC)
        actor = Actor(user.id, "user", {}, session_id)
        answer = rpc("EnrolTotp", identity_pb2.EnrolTotpRequest(password=PASSWORD), as_=actor)
        phone = Phone(answer.secret, clock)
        rpc("ConfirmTotp", identity_pb2.ConfirmTotpRequest(totp=phone.code()), as_=actor)
        clock.advance(seconds=60)
        return phone

    return run


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    assert refused.value.status in (401, 409, 422)
    return refused.value.reason


def test_the_code_is_asked_for_only_after_the_right_password(login: Any, make_user: Any, enrol: Any) -> None:
    ann = make_user()
    phone = enrol(ann)

    assert reason(login, ann.email, "wrong password") == "INVALID_CREDENTIALS"
    assert reason(login, ann.email, "wrong password", totp=phone.code()) == "INVALID_CREDENTIALS"
    assert reason(login, ann.email) == "TOTP_REQUIRED"
    assert login(ann.email, totp=phone.code()).access_token


def test_a_code_works_once_and_so_do_the_ones_before(login: Any, make_user: Any, enrol: Any) -> None:
    ann = make_user()
    phone = enrol(ann)
    login(ann.email, totp=phone.code())

    assert reason(login, ann.email, totp=phone.code()) == "INVALID_CREDENTIALS"
    assert reason(login, ann.email, totp=phone.code(-1)) == "INVALID_CREDENTIALS"
    assert login(ann.email, totp=phone.code(1)).access_token


def test_one_of_parallel_uses_of_a_code_wins(login: Any, make_user: Any, enrol: Any) -> None:
    ann = make_user()
    code = enrol(ann).code()

    def attempt(n: int) -> bool:
        try:
            return bool(login(ann.email, totp=code, address=f"192.0.{n}.1"))
        except DomainError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(login: Any, make_user: Any, enrol: Any, steps: int, accepted: bool) -> None:
    ann = make_user()
    phone = enrol(ann)

    if accepted:
        assert login(ann.email, totp=phone.code(steps)).access_token
    else:
        assert reason(login, ann.email, totp=phone.code(steps)) == "INVALID_CREDENTIALS"


def test_guessing_codes_is_slowed_down(login: Any, make_user: Any, enrol: Any) -> None:
    ann = make_user()
    phone = enrol(ann)
    wrong = f"{(int(phone.code()) + 500_000) % 1_000_000:06}"
    for n in range(10):
        assert reason(login, ann.email, **({"totp": wrong} if n % 2 else {})) in (
            "INVALID_CREDENTIALS",
            "TOTP_REQUIRED",
        )

    assert reason(login, ann.email, totp=phone.code()) == "INVALID_CREDENTIALS"


def test_confirming_ends_the_other_sessions(
    login: Any, refresh: Any, make_user: Any, enrol: Any, claims: Any, rpc: Any
) -> None:
    ann = make_user()
    here, there = login(ann.email), login(ann.email)

    enrol(ann, claims(here.access_token)["sid"])

    assert reason(refresh, there.refresh_token) == "SESSION_ENDED"
    assert refresh(here.refresh_token).access_token
    assert rpc("GetMe", identity_pb2.GetMeRequest(), as_=Actor(ann.id, "user")).totp_enabled


def test_the_password_is_needed_to_enrol(rpc: Any, make_user: Any) -> None:
    actor = Actor(make_user().id, "user")

    assert reason(rpc, "EnrolTotp", identity_pb2.EnrolTotpRequest(password="x"), as_=actor) == "INVALID_CREDENTIALS"


def test_logins_go_on_without_a_code_until_it_is_confirmed(rpc: Any, make_user: Any, login: Any) -> None:
    ann = make_user()
    actor = Actor(ann.id, "user")
    confirm = identity_pb2.ConfirmTotpRequest(totp="123456")
    assert reason(rpc, "ConfirmTotp", confirm, as_=actor) == "TOTP_NOT_STARTED"
    answer = rpc("EnrolTotp", identity_pb2.EnrolTotpRequest(password=PASSWORD), as_=actor)
    wrong = "000000" if pyotp.TOTP(answer.secret).now() != "000000" else "000001"
    assert answer.otpauth_uri.startswith("otpauth://totp/CRM:")

    assert reason(rpc, "ConfirmTotp", identity_pb2.ConfirmTotpRequest(totp=wrong), as_=actor) == "TOTP_CODE_WRONG"

    assert login(ann.email).access_token


def test_the_code_of_the_confirmation_is_used_up(make_user: Any, login: Any, rpc: Any, clock: Any) -> None:
    ann = make_user()
    clock.advance(seconds=1)
    actor = Actor(ann.id, "user")
    phone = Phone(rpc("EnrolTotp", identity_pb2.EnrolTotpRequest(password=PASSWORD), as_=actor).secret, clock)
    rpc("ConfirmTotp", identity_pb2.ConfirmTotpRequest(totp=phone.code()), as_=actor)

    assert reason(login, ann.email, totp=phone.code()) == "INVALID_CREDENTIALS"


def test_the_secret_is_not_readable_in_the_database(make_user: Any, rpc: Any, engine: Any) -> None:
    from sqlalchemy import text

    ann = make_user()
    answer = rpc("EnrolTotp", identity_pb2.EnrolTotpRequest(password=PASSWORD), as_=Actor(ann.id, "user"))

    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM users WHERE id = :id"), {"id": ann.id}).one()
    assert answer.secret.encode() not in row.totp_pending_secret
    assert answer.secret not in str(row)
