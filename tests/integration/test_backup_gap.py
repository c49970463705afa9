"""What a restore does about events that were on their way, and about dumps that are not of one moment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import psycopg
import pytest
from crm_chassis.ids import uuid7

from deploy import backup

TABLES = """
    CREATE TABLE outbox (event_id uuid, type text, record_id uuid, version bigint, published_at timestamptz);
    CREATE TABLE inbox (subscription text, event_id uuid);
    CREATE TABLE inbox_positions (subscription text, record_id uuid, version bigint);
"""


@pytest.fixture
def databases() -> Iterator[dict[str, str]]:
    """Databases of contacts, which publishes, and of sales and support, which follow it."""
    server = os.environ.get("CRM_TEST_DATABASE_URL", "").replace("+psycopg", "")
    if not server:
        pytest.fail("CRM_TEST_DATABASE_URL is not set; run the tests with `make test`")
    base, _ = server.rsplit("/", 1)
    names = {service: f"test_gap_{service}_{secrets.token_hex(4)}" for service in ("contacts", "sales", "support")}
    with psycopg.connect(server, autocommit=True) as admin:
        for name in names.values():
            admin.execute(f"CREATE DATABASE {name}")
        urls = {service: f"{base}/{name}" for service, name in names.items()}
        for url in urls.values():
            with psycopg.connect(url) as connection:
                connection.execute(TABLES)
        yield urls
        for name in names.values():
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def publish(url: str, kind: str, version: int = 1, record_id: str = "", *, sent: bool = True) -> tuple[str, str]:
    event_id, record_id = uuid7(), record_id or uuid7()
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO outbox VALUES (%s, %s, %s, %s, CASE WHEN %s THEN now() END)",
            [event_id, f"crm.{kind}.updated.v1", record_id, version, sent],
        )
    return event_id, record_id


def receive(url: str, event_id: str, record_id: str, version: int = 1) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO inbox VALUES ('people', %s)", [event_id])
        connection.execute("INSERT INTO inbox_positions VALUES ('people', %s, %s)", [record_id, version])


def unpublished(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT event_id::text FROM outbox WHERE published_at IS NULL")}


def test_what_some_follower_has_not_received_is_sent_again(databases: dict[str, str]) -> None:
    contacts, sales, support = (databases[name] for name in ("contacts", "sales", "support"))
    everywhere, record = publish(contacts, "contacts.account")
    receive(sales, everywhere, record)
    receive(support, everywhere, record)
    halfway, record = publish(contacts, "contacts.account")
    receive(sales, halfway, record)
    nowhere, _ = publish(contacts, "contacts.lead")  # followed by sales only
    waiting, _ = publish(contacts, "contacts.account", sent=False)
    publish(contacts, "contacts.affiliation")  # followed by none of the two

    assert backup._send_again(databases, "contacts") == 2
    assert unpublished(contacts) == {halfway, nowhere, waiting}
    assert backup._send_again(databases, "contacts") == 0


def test_a_subscriber_that_knows_more_than_the_publisher_is_found(databases: dict[str, str]) -> None:
    event_id, record = publish(databases["contacts"], "contacts.account", 3)
    receive(databases["sales"], event_id, record, 3)
    assert backup._ahead(databases) == []
    receive(databases["support"], uuid7(), record, 4)
    assert backup._ahead(databases) == [f"{record} (version 4 in support)"]
    receive(databases["sales"], uuid7(), unknown := uuid7(), 1)
    assert len(backup._ahead(databases)) == 2
    assert any(unknown in found for found in backup._ahead(databases))
