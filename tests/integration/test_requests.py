"""The same write with the same key happens once; concurrent writers do not overwrite each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crm.contacts.v1 import contacts_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import unique, user
from sqlalchemy import text

ADMIN = user()


def create(name: str) -> Any:
    return contacts_pb2.CreateAccountRequest(account={"name": name})


def test_twenty_at_once_with_one_key_make_one_record(rpc: Any) -> None:
    name, key = unique("Once"), unique("key")
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: rpc("CreateAccount", create(name), as_=ADMIN, key=key), range(20)))
    assert len({answer.id for answer in answers}) == 1
    found = rpc("ListAccounts", contacts_pb2.ListAccountsRequest(filter=f'name = "{name}"'), as_=ADMIN)
    assert len(found.accounts) == 1


def test_a_key_stands_for_one_request(rpc: Any) -> None:
    key = unique("key")
    rpc("CreateAccount", create(unique("A")), as_=ADMIN, key=key)
    with pytest.raises(DomainError) as refused:
        rpc("CreateAccount", create(unique("B")), as_=ADMIN, key=key)
    assert refused.value.reason == "IDEMPOTENCY_KEY_REUSED"


def test_keys_of_different_users_do_not_meet(rpc: Any) -> None:
    key = unique("key")
    first = rpc("CreateAccount", create(unique("A")), as_=ADMIN, key=key)
    assert rpc("CreateAccount", create(unique("B")), as_=user(), key=key).id != first.id


def test_a_refused_write_may_be_repeated_with_its_key(rpc: Any) -> None:
    key, name = unique("key"), unique("Later")
    bad = contacts_pb2.CreateAccountRequest(account={"name": name, "parent_id": "01a20087-6a16-726d-a0b5-929defca4fce"})
    with pytest.raises(DomainError):
        rpc("CreateAccount", bad, as_=ADMIN, key=key)
    assert rpc("CreateAccount", create(name), as_=ADMIN, key=key).name == name


def test_a_first_attempt_stores_its_answer_for_those_that_follow(rpc: Any) -> None:
    key, name = unique("gateway "), unique("First")
    first = rpc("CreateAccount", create(name), as_=ADMIN, key=key, x_first_attempt="1")
    assert rpc("CreateAccount", create(name), as_=ADMIN, key=key) == first
    found = rpc("ListAccounts", contacts_pb2.ListAccountsRequest(filter=f'name = "{name}"'), as_=ADMIN)
    assert len(found.accounts) == 1


def test_a_write_that_is_sent_again_while_the_first_attempt_works_happens_once(rpc: Any, engine: Any) -> None:
    account = rpc("CreateAccount", create(unique("Twice")), as_=ADMIN)
    key = unique("gateway ")
    request = contacts_pb2.UpdateAccountRequest(account={"id": account.id, "industry": unique("industry")})
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with ThreadPoolExecutor(2) as pool, engine.connect() as holding:
        # Both attempts have begun, and neither has come to its end, when the record is let go.
        holding.execute(text("SELECT FROM accounts WHERE id = :id FOR UPDATE"), {"id": account.id})
        attempts = []
        for metadata in ({"x_first_attempt": "1"}, {}):
            attempts.append(pool.submit(rpc, "UpdateAccount", request, as_=ADMIN, key=key, **metadata))
            while holding.scalar(waiting) < len(attempts):
                holding.execute(text("SELECT pg_sleep(0.01)"))
        holding.rollback()
        first, second = (attempt.result() for attempt in attempts)
    assert first == second
    assert first.etag == "2"


def test_of_two_changes_with_the_same_etag_one_wins(rpc: Any) -> None:
    account = rpc("CreateAccount", create(unique("Race")), as_=ADMIN)

    def change(industry: str) -> str:
        request = contacts_pb2.UpdateAccountRequest(
            account={"id": account.id, "industry": industry, "etag": account.etag}
        )
        try:
            rpc("UpdateAccount", request, as_=ADMIN)
        except DomainError as error:
            return error.reason
        return "done"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(change, [f"industry {n}" for n in range(8)]))
    assert sorted(results) == ["ETAG_MISMATCH"] * 7 + ["done"]
