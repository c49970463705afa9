"""Rules of users, passwords, tokens and settings, without a database."""

from __future__ import annotations

import base64
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from crm_chassis.errors import DomainError, InvalidInput
from crm_chassis.settings import Settings, SettingsError
from crm_identity.credentials.passwords import AT_ONCE, COMMON, Passwords, check_policy
from crm_identity.credentials.tokens import RefreshTokens
from crm_identity.credentials.totp import SecretBox
from crm_identity.logins.throttle import _network
from crm_identity.users.model import User

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def new_user() -> User:
    return User(email="ann@crm.example", status="ACTIVE", epoch=1, totp_last_step=0)


def test_each_end_of_rights_raises_the_epoch() -> None:
    user = new_user()
    user.take_password("hash", NOW)
    user.deactivate()
    user.reactivate()

    assert (user.epoch, user.password_changed_at, user.active) == (3, NOW, True)
    with pytest.raises(DomainError):
        user.reactivate()


def test_a_step_and_those_before_are_used_up() -> None:
    user = new_user()

    assert not user.use_totp_step(None)
    assert user.use_totp_step(10)
    assert not user.use_totp_step(10)
    assert not user.use_totp_step(9)
    assert user.use_totp_step(11)


@pytest.mark.parametrize("bad", ["seven77", "x" * 201, "PASSWORD123", "Ann@crm.example", "ｐａｓｓｗｏｒｄ1"])
def test_passwords_that_are_refused(bad: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_policy(bad, "ann@crm.example", "new_password")
    assert list(refused.value.errors) == ["new_password"]


@pytest.mark.parametrize("good", ["x7" * 4, "a long phrase of plain words", "ünïcödé ßecret", "x" * 200])
def test_passwords_that_are_taken(good: str) -> None:
    check_policy(good, "ann@crm.example", "new_password")


def test_the_list_of_common_ones_holds_no_dead_entries() -> None:
    assert all(len(one) >= 8 and one == one.casefold() for one in COMMON)


def test_a_hash_needs_the_pepper_and_differs_each_time() -> None:
    ours, theirs = Passwords(b"a" * 32, 64), Passwords(b"b" * 32, 64)
    stored = ours.hash("a long phrase")

    assert ours.verify(stored, "a long phrase")
    assert not theirs.verify(stored, "a long phrase")
    assert not ours.verify(stored, "a long phrasE")
    assert stored != ours.hash("a long phrase")
    assert not ours.verify("", "a long phrase")
    assert not ours.verify("not a hash", "a long phrase")


def test_hashes_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(b"a" * 32, 64)
    now, most, lock = 0, 0, threading.Lock()

    class Slow:
        def hash(self, _: Any) -> str:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.02)
            with lock:
                now -= 1
            return ""

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=passwords.hash, args=("x",)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == AT_ONCE


def test_production_parameters() -> None:
    from crm_identity.credentials import passwords

    assert Passwords(b"a" * 32).hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert passwords.MEMORY_KIB == 65536


def test_a_successor_follows_from_token_and_key_only() -> None:
    ours, theirs = RefreshTokens(b"a" * 32), RefreshTokens(b"b" * 32)
    token = ours.first()

    assert ours.successor(token) == ours.successor(token) != theirs.successor(token)
    assert (
        len(base64.urlsafe_b64decode(token + "=")) == len(base64.urlsafe_b64decode(ours.successor(token) + "=")) == 32
    )


def test_a_secret_opens_for_its_user_only() -> None:
    box = SecretBox(b"a" * 32)
    stored = box.close("SECRET", "ann")

    assert box.open(stored, "ann") == "SECRET"
    with pytest.raises(Exception, match=r"^$"):
        box.open(stored, "bob")


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2::5", "2001:db8:1::/48"), ("", ""), ("unix:", "")],
)
def test_networks(address: str, network: str) -> None:
    assert _network(address) == network


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRM_PASSWORD_PEPPER", "c2hvcnQ="),
        ("CRM_ACCESS_TOKEN_OLD_KEYS", "%%%"),
        ("CRM_ACCESS_TOKEN_OLD_KEYS", "c2hvcnQ="),
        ("CRM_PASSWORD_HASH_MEMORY_KIB", "a lot"),
    ],
)
def test_unusable_settings_are_named(
    sample_settings: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    from crm_identity.runtime import start

    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name):
        start(Settings("identity"))


def test_hashing_is_cheap_in_development_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from crm_identity.runtime import start

    key = base64.b64encode(bytes(range(32))).decode()
    for one in ("CRM_PASSWORD_PEPPER", "CRM_ACCESS_TOKEN_KEY"):
        monkeypatch.setenv(one, key)
    monkeypatch.setenv("CRM_ENV", "production")
    monkeypatch.setenv("CRM_PASSWORD_HASH_MEMORY_KIB", "64")

    with pytest.raises(SettingsError, match="CRM_PASSWORD_HASH_MEMORY_KIB"):
        start(Settings("identity"))
