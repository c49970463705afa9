"""Tables that copy records, in a database of their own, and events of those records."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from crm_chassis.access.actor import SYSTEM
from crm_chassis.db.base import Base
from crm_chassis.db.engine import make_engine
from crm_chassis.db.vault import Vault
from crm_chassis.envelope import IncomingEvent, Occurrence, seal
from crm_chassis.ids import uuid7
from crm_chassis.records.tx import Transaction, transaction
from crm_chassis.testing import FrozenClock
from sqlalchemy import create_engine, make_url, text

from .tables import Tables


@pytest.fixture(scope="session")
def engine() -> Iterator[Any]:
    server = os.environ.get("CRM_TEST_DATABASE_URL")
    if not server:
        pytest.fail("CRM_TEST_DATABASE_URL is not set; run the tests with `make test`")
    name = f"test_kit_{secrets.token_hex(4)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    database = make_engine(make_url(server).set(database=name).render_as_string(hide_password=False), "test", 5)
    Base.metadata.create_all(database)
    Tables.metadata.create_all(database)
    yield database
    database.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def begin(engine: Any) -> Callable[..., AbstractContextManager[Transaction]]:
    """Begins a transaction, which is committed at the end of its block."""
    return lambda actor=SYSTEM: transaction(engine, actor, vault=Vault(b"\5" * 32))


@pytest.fixture
def event() -> Callable[..., IncomingEvent]:
    """An event as it comes from the bus."""
    clock = FrozenClock()

    def read(message: Any, record_id: str) -> IncomingEvent:
        occurrence = Occurrence(
            event_id=uuid7(), record_id=record_id, version=1, at=clock(), actor_id="", correlation_id=uuid7(),
            causation_id="", traceparent="",
        )  # fmt: skip
        return IncomingEvent.read(seal(message, occurrence))

    return read
