"""EnrolTotp and ConfirmTotp, and logins with a second factor: each code is good once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from crm.identity.v1 import auth_pb2, users_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, user

PASSWORD = "correct horse battery staple"


class Phone:
    """An authenticator app."""

    def __init__(self, secret: str, clock: Any, recovery_codes: Any = ()) -> None:
        self._totp, self._clock = pyotp.TOTP(secret), clock
        self.recovery_codes = list(recovery_codes)

    def code(self, steps: int = 0) -> str:
        return self._totp.at(self._clock.now + timedelta(seconds=30 * steps))


@pytest.fixture
def enrol(rpc: Any, clock: Any) -> Any:
    """Enrols and confirms a user's second factor; returns the phone."""

    def run(user: Any, session_id: str = "") -> Phone:
        clock.now = datetime.fromtimestamp(clock.now.timestamp() // 30 * 30 + 5, UTC)
        actor = Actor(user.id, "user", {}, session_id)
        answer = rpc("EnrolTotp", auth_pb2.EnrolTotpRequest(password=PASSWORD), as_=actor)
        phone = Phone(answer.secret, clock)
        confirm = auth_pb2.ConfirmTotpRequest(totp=phone.code())
        phone.recovery_codes = list(rpc("ConfirmTotp", confirm, as_=actor).recovery_codes)
        clock.advance(seconds=60)
        return phone

    return run


def reason(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    assert refused.value.status in (401, 409, 422)
    return refused.value.reason


def wrong(call: Any, *args: Any, **kwargs: Any) -> set[str]:
    """The fields that a call is refused for."""
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    assert (refused.value.status, refused.value.reason) == (400, "INVALID_INPUT")
    return set(refused.value.errors)


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
    assert rpc("GetMe", auth_pb2.GetMeRequest(), as_=Actor(ann.id, "user")).totp_enabled


def test_the_password_is_needed_to_enrol(rpc: Any, make_user: Any) -> None:
    actor = Actor(make_user().id, "user")

    assert wrong(rpc, "EnrolTotp", auth_pb2.EnrolTotpRequest(password="x"), as_=actor) == {"password"}


def test_logins_go_on_without_a_code_until_it_is_confirmed(rpc: Any, make_user: Any, login: Any) -> None:
    ann = make_user()
    actor = Actor(ann.id, "user")
    confirm = auth_pb2.ConfirmTotpRequest(totp="123456")
    assert reason(rpc, "ConfirmTotp", confirm, as_=actor) == "TOTP_NOT_STARTED"
    answer = rpc("EnrolTotp", auth_pb2.EnrolTotpRequest(password=PASSWORD), as_=actor)
    wrong = "000000" if pyotp.TOTP(answer.secret).now() != "000000" else "000001"
    assert answer.otpauth_uri.startswith("otpauth://totp/CRM:")

    assert reason(rpc, "ConfirmTotp", auth_pb2.ConfirmTotpRequest(totp=wrong), as_=actor) == "TOTP_CODE_WRONG"

    assert login(ann.email).access_token


def test_the_code_of_the_confirmation_is_used_up(make_user: Any, login: Any, rpc: Any, clock: Any) -> None:
    ann = make_user()
    clock.advance(seconds=1)
    actor = Actor(ann.id, "user")
    phone = Phone(rpc("EnrolTotp", auth_pb2.EnrolTotpRequest(password=PASSWORD), as_=actor).secret, clock)
    rpc("ConfirmTotp", auth_pb2.ConfirmTotpRequest(totp=phone.code()), as_=actor)

    assert reason(login, ann.email, totp=phone.code()) == "INVALID_CREDENTIALS"


def test_the_secret_is_not_readable_in_the_database(make_user: Any, rpc: Any, engine: Any) -> None:
    from sqlalchemy import text

    ann = make_user()
    answer = rpc("EnrolTotp", auth_pb2.EnrolTotpRequest(password=PASSWORD), as_=Actor(ann.id, "user"))

    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM users WHERE id = :id"), {"id": ann.id}).one()
    assert answer.secret.encode() not in row.totp_pending_secret
    assert answer.secret not in str(row)


# -- without the phone ------------------------------------------------------------------------------------


def test_each_recovery_code_replaces_a_code_once(
    login: Any, make_user: Any, enrol: Any, rpc: Any, audited: Any
) -> None:
    ann, bob = make_user(), make_user()
    codes, others = enrol(ann).recovery_codes, enrol(bob).recovery_codes
    assert len(set(codes)) == 10

    assert login(ann.email, totp=codes[0]).access_token
    assert login(ann.email, totp=codes[1].replace("-", "").upper()).access_token
    assert reason(login, ann.email, totp=codes[0]) == "INVALID_CREDENTIALS"
    assert reason(login, ann.email, totp=others[0]) == "INVALID_CREDENTIALS"

    assert rpc("GetMe", auth_pb2.GetMeRequest(), as_=Actor(ann.id, "user")).recovery_codes_left == 8
    assert audited(ann.id).count("recovery_code_used") == 2


def test_one_of_parallel_uses_of_a_recovery_code_wins(login: Any, make_user: Any, enrol: Any) -> None:
    ann = make_user()
    code = enrol(ann).recovery_codes[0]

    def attempt(n: int) -> bool:
        try:
            return bool(login(ann.email, totp=code, address=f"192.0.{n}.1"))
        except DomainError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_recovery_codes_are_not_readable_in_the_database(make_user: Any, enrol: Any, engine: Any) -> None:
    from sqlalchemy import text

    ann = make_user()
    codes = enrol(ann).recovery_codes

    with engine.connect() as connection:
        row = str(connection.execute(text("SELECT * FROM users WHERE id = :id"), {"id": ann.id}).one())
        changes = connection.execute(text("SELECT changes::text FROM history WHERE record_id = :id"), {"id": ann.id})
        text_ = row + "".join(changes.scalars())
    assert not any(code in text_ or code.replace("-", "") in text_ for code in codes)
    assert "recovery_codes" not in text_.replace(row, "")


def test_new_recovery_codes_end_the_former_ones(login: Any, make_user: Any, enrol: Any, rpc: Any) -> None:
    ann = make_user()
    actor = Actor(ann.id, "user")
    request = auth_pb2.RegenerateRecoveryCodesRequest(password=PASSWORD, totp="000000")
    assert reason(rpc, "RegenerateRecoveryCodes", request, as_=actor) == "TOTP_NOT_ENABLED"
    phone = enrol(ann)

    for field, value in (("password", "x"), ("totp", "aaaaa-aaaaa")):
        given = {"password": PASSWORD, "totp": phone.code()} | {field: value}
        request = auth_pb2.RegenerateRecoveryCodesRequest(**given)
        assert wrong(rpc, "RegenerateRecoveryCodes", request, as_=actor) == {field}
    request = auth_pb2.RegenerateRecoveryCodesRequest(password=PASSWORD, totp=phone.code())
    codes = rpc("RegenerateRecoveryCodes", request, as_=actor).recovery_codes

    assert reason(login, ann.email, totp=phone.recovery_codes[0]) == "INVALID_CREDENTIALS"
    assert login(ann.email, totp=codes[0]).access_token


def test_password_and_code_switch_the_own_second_factor_off(login: Any, make_user: Any, enrol: Any, rpc: Any) -> None:
    ann = make_user()
    actor = Actor(ann.id, "user")
    request = auth_pb2.DisableTotpRequest(password=PASSWORD, totp="000000")
    assert reason(rpc, "DisableTotp", request, as_=actor) == "TOTP_NOT_ENABLED"
    phone = enrol(ann)

    for field, value in (("password", "x"), ("totp", "aaaaa-aaaaa")):
        given = {"password": PASSWORD, "totp": phone.code()} | {field: value}
        assert wrong(rpc, "DisableTotp", auth_pb2.DisableTotpRequest(**given), as_=actor) == {field}
    rpc("DisableTotp", auth_pb2.DisableTotpRequest(password=PASSWORD, totp=phone.recovery_codes[0]), as_=actor)

    assert login(ann.email).access_token
    me = rpc("GetMe", auth_pb2.GetMeRequest(), as_=actor)
    assert (me.totp_enabled, me.recovery_codes_left) == (False, 0)


def test_another_phone_needs_a_code_of_the_first(make_user: Any, enrol: Any, rpc: Any, login: Any, clock: Any) -> None:
    ann = make_user()
    actor = Actor(ann.id, "user")
    phone = enrol(ann)

    assert wrong(rpc, "EnrolTotp", auth_pb2.EnrolTotpRequest(password=PASSWORD), as_=actor) == {"totp"}
    request = auth_pb2.EnrolTotpRequest(password=PASSWORD, totp=phone.code())
    other = Phone(rpc("EnrolTotp", request, as_=actor).secret, clock)
    rpc("ConfirmTotp", auth_pb2.ConfirmTotpRequest(totp=other.code()), as_=actor)

    assert reason(login, ann.email, totp=phone.code(1)) == "INVALID_CREDENTIALS"
    assert login(ann.email, totp=other.code(1)).access_token


def test_an_administrator_switches_off_what_was_lost(
    login: Any, refresh: Any, make_user: Any, make_role: Any, enrol: Any, rpc: Any, principal: Any, published: Any,
    audited: Any,
) -> None:  # fmt: skip
    ann, boss = make_user(), make_user(role_ids=[make_role({"contacts.read": "ALL"}).id])
    phone = enrol(ann)
    enrol(boss)
    tokens, epoch = login(ann.email, totp=phone.code()), principal(ann.id).epoch
    clerk = user({"users.read": ALL, "users.reset_totp": ALL}, id_=make_user().id)
    reset = users_pb2.ResetTotpRequest(id=ann.id)
    with pytest.raises(DomainError) as refused:
        rpc("ResetTotp", reset, as_=user({"users.read": ALL, "users.update": ALL}))
    assert refused.value.reason == "PERMISSION_DENIED"

    assert not rpc("ResetTotp", reset, as_=clerk).totp_enabled

    assert reason(refresh, tokens.refresh_token) == "SESSION_ENDED"
    assert principal(ann.id).epoch == epoch + 1
    assert login(ann.email).access_token
    assert len(published(ann.id, "crm.identity.user.totp_reset.v1")) == 1
    assert "totp_reset" in audited(ann.id)
    assert reason(rpc, "ResetTotp", reset, as_=clerk) == "TOTP_NOT_ENABLED"
    with pytest.raises(DomainError) as refused:
        rpc("ResetTotp", users_pb2.ResetTotpRequest(id=boss.id), as_=clerk)
    assert refused.value.reason == "GRANTS_MORE_THAN_HELD"
    own = user({"users.read": ALL, "users.reset_totp": ALL}, id_=boss.id)
    assert reason(rpc, "ResetTotp", users_pb2.ResetTotpRequest(id=boss.id), as_=own) == "OWN_TOTP_NEEDS_CODE"
