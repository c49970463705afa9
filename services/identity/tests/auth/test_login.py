"""Login: tokens for the right proof, and one answer for every wrong one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from sqlalchemy import text

ADMIN_EMAIL, ADMIN_PASSWORD = "first.admin@crm.example", "the first admin's password"


def refusal(login: Any, *args: Any, **kwargs: Any) -> tuple[str, int, str]:
    with pytest.raises(DomainError) as refused:
        login(*args, **kwargs)
    return refused.value.reason, refused.value.status, refused.value.detail


def test_gives_tokens_for_the_gateway(login: Any, make_user: Any, claims: Any, clock: Any) -> None:
    ann = make_user()
    clock.advance(seconds=1)

    tokens = login(ann.email)

    assert (tokens.token_type, tokens.expires_in) == ("Bearer", 300)
    found = claims(tokens.access_token)
    assert (found["header"]["alg"], found["header"]["typ"]) == ("Ed25519", "at+jwt")
    assert (found["iss"], found["aud"], found["sub"]) == ("crm-identity", "crm-gateway", ann.id)
    assert found["exp"] - found["iat"] == 300
    assert found["iat"] == int(clock.now.timestamp())
    assert found["sid"]
    assert found["jti"]
    assert found["epoch"] == 1


def test_the_first_admin_of_setup_can_log_in(login: Any) -> None:
    assert login(ADMIN_EMAIL, ADMIN_PASSWORD).access_token


def test_the_login_name_is_compared_case_insensitively(login: Any, make_user: Any) -> None:
    assert login(make_user().email.upper()).access_token


def test_every_wrong_proof_is_answered_the_same(login: Any, make_user: Any, rpc: Any) -> None:
    from crm.identity.v1 import identity_pb2

    known, gone, passwordless = make_user(), make_user(), make_user(password="")
    rpc("DeactivateUser", identity_pb2.DeactivateUserRequest(id=gone.id), as_=user())

    answers = {
        refusal(login, known.email, "wrong password"),
        refusal(login, f"{unique()}@crm.example", "wrong password"),
        refusal(login, gone.email),
        refusal(login, passwordless.email, "wrong password"),
    }

    ((reason, status, _),) = answers
    assert (reason, status) == ("INVALID_CREDENTIALS", 401)


def test_an_unknown_user_costs_a_hash_too(login: Any, make_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm_identity.auth.passwords import Passwords

    calls: list[str] = []
    verify = Passwords.verify

    def counted(self: Passwords, stored: str, password: str) -> bool:
        calls.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(Passwords, "verify", counted)
    refusal(login, f"{unique()}@crm.example", "wrong password")
    refusal(login, make_user().email, "wrong password")

    assert len(calls) == 2


def test_parallel_tries_do_not_pass_the_limit(
    login: Any, make_user: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_identity.auth.passwords import Passwords
    from crm_identity.auth.throttle import FREE_ATTEMPTS

    ann = make_user()
    clock.advance(seconds=1)
    judged: list[str] = []
    verify = Passwords.verify
    monkeypatch.setattr(Passwords, "verify", lambda s, h, p: judged.append(p) or verify(s, h, p))

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: refusal(login, ann.email, f"guess number {n}"), range(200)))

    assert len(judged) == FREE_ATTEMPTS
    assert len(set(answers)) == 1
    assert refusal(login, ann.email)[0] == "INVALID_CREDENTIALS", "the right password has to wait too"


def test_the_wait_doubles_and_ends(login: Any, make_user: Any, clock: Any) -> None:
    from crm_identity.auth.throttle import FREE_ATTEMPTS

    ann = make_user()
    clock.advance(seconds=1)
    for _ in range(FREE_ATTEMPTS):
        refusal(login, ann.email, "wrong password")
    refusal(login, ann.email)
    clock.advance(seconds=1)
    refusal(login, ann.email, "wrong password")
    clock.advance(seconds=1.9)
    refusal(login, ann.email)
    clock.advance(seconds=0.1)

    assert login(ann.email).access_token
    for _ in range(FREE_ATTEMPTS - 1):
        refusal(login, ann.email, "wrong password")
    assert login(ann.email).access_token, "success starts the count anew"


def test_guessing_elsewhere_does_not_lock_the_user_out(login: Any, make_user: Any, clock: Any) -> None:
    ann = make_user()
    clock.advance(seconds=1)
    for n in range(30):
        refusal(login, ann.email, "wrong password", address=f"198.51.100.{n}")

    assert login(ann.email, address="192.0.2.7").access_token
    assert refusal(login, ann.email, address="198.51.100.200")[0] == "INVALID_CREDENTIALS"


def test_logins_are_audited_and_change_no_version(
    login: Any, make_user: Any, audited: Any, published: Any, rpc: Any
) -> None:
    from crm.identity.v1 import identity_pb2

    ann = make_user()
    refusal(login, ann.email, "wrong password")
    login(ann.email)

    assert audited(ann.id) == ["created", "login_failed", "login"]
    assert len(published(ann.id)) == 1
    after = rpc("GetUser", identity_pb2.GetUserRequest(id=ann.id), as_=user())
    assert after.HasField("last_login_at")
    assert after.etag == ann.etag


def test_old_hashes_are_renewed(login: Any, make_user: Any, engine: Any) -> None:
    from argon2 import PasswordHasher
    from crm_identity.runtime import runtime

    ann = make_user()
    peppered = runtime().passwords._peppered("correct horse battery staple")
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE users SET password_hash = :hash WHERE id = :id"),
            {"hash": PasswordHasher(1, 8, 1).hash(peppered), "id": ann.id},
        )

    login(ann.email)

    with engine.connect() as connection:
        stored = connection.execute(text("SELECT password_hash FROM users WHERE id = :id"), {"id": ann.id})
        assert stored.scalar_one().startswith("$argon2id$v=19$m=64,t=3,p=1$")


def test_neither_password_nor_token_is_stored(login: Any, make_user: Any, engine: Any) -> None:
    password = unique("very secret words")
    ann = make_user(password=password)
    tokens = login(ann.email, password)

    with engine.connect() as connection:
        tables = ("users", "history", "sessions", "requests")
        dump = "".join(str(connection.execute(text(f"SELECT * FROM {one}")).all()) for one in tables)
        digests = connection.execute(text("SELECT digest FROM refresh_tokens")).scalars().all()
        hashed = connection.execute(text("SELECT password_hash FROM users WHERE id = :id"), {"id": ann.id})
        history = str(connection.execute(text("SELECT changes FROM history")).all())
        assert hashed.scalar_one() not in history
    assert ann.id in dump
    assert password not in dump
    assert tokens.refresh_token not in dump
    assert tokens.refresh_token.encode() not in digests


def test_an_idempotency_key_does_not_keep_the_answer(rpc: Any, make_user: Any) -> None:
    from crm.identity.v1 import identity_pb2
    from crm_chassis.access.actor import ANONYMOUS

    ann, key = make_user(), unique("key")
    request = identity_pb2.LoginRequest(email=ann.email, password="correct horse battery staple")

    first = rpc("Login", request, as_=ANONYMOUS, key=key)

    assert rpc("Login", request, as_=ANONYMOUS, key=key).refresh_token != first.refresh_token
