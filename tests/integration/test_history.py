"""The audit trail cannot be changed unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from crm.common.v1 import common_pb2
from crm.contacts.v1 import contacts_pb2
from crm_chassis.db.history import anchor, seal, verify
from crm_chassis.testing import ALL, unique, user
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

KEY = b"\x09" * 32
ADMIN = user()


@pytest.fixture
def account(rpc: Any) -> Any:
    made = rpc("CreateAccount", contacts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)
    request = contacts_pb2.UpdateAccountRequest(account={"id": made.id, "industry": "steel"})
    return rpc("UpdateAccount", request, as_=ADMIN)


@pytest.fixture
def sealed(engine: Any, account: Any) -> Iterator[Any]:
    """A session in a transaction that is undone, with the whole history sealed and anchored."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE history_seals, history_anchors"))
    with Session(engine) as session:
        while seal(session, KEY):
            session.commit()
        anchor(session, datetime.now(UTC))
        session.flush()
        assert verify(session, KEY).fault == ""
        yield session
        session.rollback()


def as_owner(session: Session, statement: str, **values: Any) -> None:
    """What an attacker with the owner's rights can do: switch the trigger off first."""
    session.execute(text("ALTER TABLE history DISABLE TRIGGER history_append_only"))
    session.execute(text(statement), values)


def test_who_changed_what_from_what_to_what(rpc: Any, account: Any) -> None:
    request = common_pb2.ListHistoryRequest(filter=f"record_id = {account.id}")
    updated, created = rpc("ListHistory", request, as_=ADMIN).audit_entries
    assert (created.action, updated.action, updated.version, updated.actor_id) == ("created", "updated", 2, ADMIN.id)
    (change,) = updated.changes
    assert (change.field, change.old_value.string_value, change.new_value.string_value) == ("industry", "", "steel")


def test_values_one_may_not_read_are_not_in_the_trail_either(rpc: Any) -> None:
    made = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": "Hidden"}), as_=ADMIN)
    auditor = user({"audit_entries.read": ALL})
    request = common_pb2.ListHistoryRequest(filter=f"record_id = {made.id}")
    (entry,) = rpc("ListHistory", request, as_=auditor).audit_entries
    assert "last_name" not in {change.field for change in entry.changes}


def test_the_service_itself_cannot_change_it(engine: Any, account: Any) -> None:
    for statement in ("UPDATE history SET action = 'x'", "DELETE FROM history", "TRUNCATE history"):
        with Session(engine) as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(statement))


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        ("UPDATE history SET actor_id = 'somebody else' WHERE record_id = :r AND version = 1", "does not match"),
        ("DELETE FROM history WHERE record_id = :r AND version = 1", "is missing"),
        ("UPDATE history SET changes = '{}' WHERE record_id = :r AND version = 2", "does not match"),
    ],
)
def test_an_edited_or_removed_row_is_found(sealed: Session, account: Any, attack: str, fault: str) -> None:
    as_owner(sealed, attack, r=account.id)
    assert fault in verify(sealed, KEY).fault


def test_a_cut_tail_is_found_by_the_anchor(sealed: Session) -> None:
    as_owner(sealed, "DELETE FROM history WHERE id = (SELECT max(history_id) FROM history_seals)")
    sealed.execute(text("DELETE FROM history_seals WHERE seq = (SELECT max(seq) FROM history_seals)"))
    assert "anchor" in verify(sealed, KEY).fault


def test_a_chain_rebuilt_without_the_key_is_found(sealed: Session) -> None:
    sealed.execute(text("DELETE FROM history_seals"))
    sealed.execute(text("DELETE FROM history_anchors"))
    while seal(sealed, b"\x00" * 32):
        continue
    assert "does not match" in verify(sealed, KEY).fault


def test_rows_of_running_transactions_wait(rpc: Any, engine: Any) -> None:
    """A row that commits late must not be skipped: it is sealed after its transaction has ended."""
    with engine.connect() as late:
        late.begin()
        late.execute(text("SELECT pg_current_xact_id()"))
        rpc("CreateAccount", contacts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)
        with Session(engine) as session:
            while seal(session, KEY):
                session.commit()
            session.commit()
            held_back = verify(session, KEY).unsealed
        late.rollback()
    with Session(engine) as session:
        while seal(session, KEY):
            session.commit()
        assert held_back > 0
        assert verify(session, KEY).unsealed == 0
