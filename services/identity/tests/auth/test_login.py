"""Login: tokens for the right proof, and one answer for every wrong one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.identity.v1 import auth_pb2, users_pb2
from crm_chassis.errors import DomainError
from crm_chassis.rpc.client import Client
from crm_chassis.testing import unique, user
from crm_identity.backfills import BACKFILLS
from crm_identity.users.model import User
from sqlalchemy import text, update
from sqlalchemy.orm import Session

PASSWORD = "correct horse battery staple"
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


@pytest.mark.parametrize("domain", ["MÜLLER.example", "mu\u0308ller.example", "xn--mller-kva.example"])
def test_the_domain_of_a_login_name_is_one_in_every_spelling(login: Any, make_user: Any, domain: str) -> None:
    name = unique("ada")
    make_user(email=f"{name}@müller.example")
    assert login(f"{name}@{domain}").access_token


def test_two_users_do_not_share_an_address_in_two_spellings(make_user: Any) -> None:
    name = unique("ada")
    make_user(email=f"{name}@bücher.example")

    with pytest.raises(DomainError) as refused:
        make_user(email=f"{name}@xn--bcher-kva.example")

    assert refused.value.status == 409


def test_who_came_with_a_domain_in_letters_can_log_in(login: Any, make_user: Any, engine: Any) -> None:
    name = unique("ada")
    one = make_user(email=f"{name}@bücher.example")
    with Session(engine) as session, session.begin():
        session.connection().execute(
            update(User.__table__).where(User.__table__.c.id == one.id).values(email=f"{name}@bücher.example")
        )

    with Session(engine) as session, session.begin():
        assert BACKFILLS[0].step(session, None) is None

    assert login(f"{name}@bücher.example").access_token


def test_every_wrong_proof_is_answered_the_same(login: Any, make_user: Any, rpc: Any) -> None:
    known, gone, passwordless = make_user(), make_user(), make_user(password="")
    rpc("DeactivateUser", users_pb2.DeactivateUserRequest(id=gone.id), as_=user())

    answers = {
        refusal(login, known.email, "wrong password"),
        refusal(login, f"{unique()}@crm.example", "wrong password"),
        refusal(login, gone.email),
        refusal(login, passwordless.email, "wrong password"),
    }

    ((reason, status, _),) = answers
    assert (reason, status) == ("INVALID_CREDENTIALS", 401)


def test_an_unknown_user_costs_a_hash_too(login: Any, make_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm_identity.credentials.passwords import Passwords

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
    from crm_identity.credentials.passwords import Passwords
    from crm_identity.logins.throttle import FREE_ATTEMPTS

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
    from crm_identity.logins.throttle import FREE_ATTEMPTS

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


def test_guessing_from_everywhere_is_slow_and_locks_nobody_out(
    login: Any, make_user: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_identity.logins import throttle

    monkeypatch.setattr(throttle, "FREE_EVERYWHERE", 5)
    ann = make_user()
    clock.advance(seconds=1)
    assert login(ann.email, address="192.0.2.7").access_token
    for n in range(5):
        refusal(login, ann.email, "wrong password", address=f"198.51.{n}.1")

    assert refusal(login, ann.email, address="203.0.113.1")[0] == "INVALID_CREDENTIALS", "a network never seen"
    assert login(ann.email, address="192.0.2.99").access_token, "the network that Ann has come from"
    clock.advance(seconds=throttle.LONGEST_EVERYWHERE.total_seconds())
    assert login(ann.email, address="203.0.113.1").access_token


def test_who_does_not_come_by_the_gateway_is_refused(make_user: Any, request: pytest.FixtureRequest) -> None:
    """Nobody else may say which address somebody has, and guess from as many as they like."""
    address, _ = request.getfixturevalue("_server")
    client = Client(address)
    login = auth_pb2.LoginRequest(email=make_user().email, password=PASSWORD)
    with pytest.raises(DomainError) as refused:
        client.call("crm.identity.v1.AuthService.Login", login, x_client_address="10.1.2.3")
    client.close()
    assert refused.value.reason == "ACTOR_TOKEN_REFUSED"


def test_logins_are_audited_and_change_no_version(
    login: Any, make_user: Any, audited: Any, published: Any, rpc: Any
) -> None:

    ann = make_user()
    refusal(login, ann.email, "wrong password")
    login(ann.email)

    assert audited(ann.id) == ["created", "login_failed", "login"]
    assert len(published(ann.id)) == 1
    after = rpc("GetUser", standard_pb2.GetRequest(id=ann.id), as_=user())
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
    from crm_chassis.access.actor import ANONYMOUS

    ann, key = make_user(), unique("key")
    request = auth_pb2.LoginRequest(email=ann.email, password="correct horse battery staple")

    first = rpc("Login", request, as_=ANONYMOUS, key=key)

    assert rpc("Login", request, as_=ANONYMOUS, key=key).refresh_token != first.refresh_token
