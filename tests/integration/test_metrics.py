"""The figures that alerts stand on say what is the case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from crm.contacts.v1 import accounts_pb2
from crm_chassis.db.engine import make_engine
from crm_chassis.records.directory import Rights
from crm_chassis.records.history import anchor, backlog, seal
from crm_chassis.testing import unique, user
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.orm import Session

ADMIN = user()


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def unsealed(rpc: Any, owner_engine: Any) -> Iterator[Session]:
    """The owner's session in a transaction that is undone, with one change that is old and in no chain."""
    rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)
    with Session(owner_engine) as session:
        session.execute(text("DELETE FROM history_seals"))
        session.execute(text("DELETE FROM history_anchors"))
        yield session
        session.rollback()


def test_a_connection_that_was_detached_is_not_in_use(engine: Any) -> None:
    # A process has one pool, and the metric speaks of the newest; other tests make others.
    pool = make_engine(engine.url.render_as_string(hide_password=False), "test", 3)
    before = sample("crm_db_pool_in_use")
    with pool.connect():
        assert sample("crm_db_pool_in_use") == before + 1
    detached = pool.connect()
    detached.detach()
    detached.close()
    assert sample("crm_db_pool_in_use") == before
    assert sample("crm_db_pool_size") == 3
    pool.dispose()


def test_statements_are_timed(engine: Any) -> None:
    before = sample("crm_db_statement_seconds_count"), sample("crm_db_statement_seconds_sum")
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(0.05)"))
    assert sample("crm_db_statement_seconds_count") == before[0] + 1
    assert 0.05 <= sample("crm_db_statement_seconds_sum") - before[1] < 1


def test_the_audit_trail_is_late_until_its_head_is_anchored(unsealed: Session) -> None:
    rows, seconds = backlog(unsealed)
    assert rows > 0
    assert seconds > 0
    while seal(unsealed, b"\x09" * 32):
        continue
    rows, still = backlog(unsealed)
    assert rows == 0
    assert still >= seconds
    anchor(unsealed)
    unsealed.flush()
    assert backlog(unsealed) == (0, 0.0)


def test_imports_are_counted_by_how_they_ended(import_csv: Any, upload: Any, rights: Any, tick: Any) -> None:
    def ended(state: str) -> float:
        return sample("crm_imports_finished_total", kind="contacts", state=state)

    done, failed = ended("DONE"), ended("FAILED")
    import_csv("contacts", f"last_name\n{unique('Lee')}\n", as_=ADMIN)
    assert (ended("DONE"), ended("FAILED")) == (done + 1, failed)
    upload("contacts", f"last_name\n{unique('Lee')}\n", as_=ADMIN)
    rights[ADMIN.id] = Rights(False, {})
    tick("imports")
    assert (ended("DONE"), ended("FAILED")) == (done + 1, failed + 1)
