"""The relay brings every committed event to the broker, in the order of its record, at least once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from crm.contacts.v1 import contacts_pb2
from crm_chassis.bus.relay import Confirms, PublishFailed, Relay
from crm_chassis.bus.topology import EVENTS, connect, declare
from crm_chassis.db import outbox
from crm_chassis.db.tables import Outbox
from crm_chassis.db.vault import Vault
from crm_chassis.testing import unique, user
from kombu import Queue
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.e2e.client import eventually

VAULT = Vault(b"\x05" * 32)
ADMIN = user()


@pytest.fixture
def tap(amqp_url: str) -> Iterator[Any]:
    """A queue that sees every event; `tap(n)` waits for n of them."""
    declare(amqp_url, "tap", [])
    connection = connect(amqp_url)
    queue = Queue(unique("tap"), EVENTS, routing_key="#", exclusive=True, auto_delete=True)(connection.default_channel)
    queue.declare()
    seen: list[dict[str, Any]] = []

    def deliver(message: Any) -> None:
        body = message.body
        seen.append(orjson.loads(body if isinstance(body, bytes) else body.encode()))

    connection.default_channel.basic_consume(queue.name, no_ack=True, callback=deliver)

    def wait_for(count: int) -> list[dict[str, Any]]:
        while len(seen) < count:
            connection.drain_events(timeout=20)
        return list(seen)

    yield wait_for
    connection.release()


@pytest.fixture
def relay(engine: Any, amqp_url: str) -> Iterator[Any]:
    """Starts relays in threads; they stop with the test."""
    started: list[tuple[Relay, threading.Thread]] = []

    def start() -> Relay:
        one = Relay(engine, amqp_url, VAULT, threading.Event().wait)
        thread = threading.Thread(target=one.run, daemon=True)
        thread.start()
        started.append((one, thread))
        return one

    yield start
    for one, thread in started:
        one.stop()
        thread.join(20)


def unpublished(engine: Any) -> int:
    with Session(engine) as session:
        return outbox.backlog(session)[0]


def test_three_relays_and_many_writers_keep_the_order_of_each_record(
    rpc: Any, relay: Any, tap: Any, engine: Any
) -> None:
    before = unpublished(engine)
    accounts = [
        rpc("CreateAccount", contacts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)
        for _ in range(6)
    ]
    for _ in range(3):
        relay()

    def change(account: Any) -> None:
        for _ in range(15):
            request = contacts_pb2.UpdateAccountRequest(account={"id": account.id, "industry": unique("industry")})
            rpc("UpdateAccount", request, as_=ADMIN)

    writers = [threading.Thread(target=change, args=(account,)) for account in accounts for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    wanted = 6 * (1 + 2 * 15)
    versions = defaultdict(list)
    for event in tap(before + wanted):
        versions[event["subject"]].append(int(event["sequence"]))
    for account in accounts:
        assert list(dict.fromkeys(versions[account.id])) == list(range(1, 32))


def test_a_relay_at_rest_is_woken_by_a_write(
    rpc: Any, relay: Any, tap: Any, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However rarely it looks by itself."""
    for name in ("BUSY_PAUSE", "IDLE_PAUSE", "ALIVE_SECONDS"):
        monkeypatch.setattr(f"crm_chassis.bus.relay.{name}", 3600.0)

    def write() -> str:
        account = {"name": unique("Acme")}
        return str(rpc("CreateAccount", contacts_pb2.CreateAccountRequest(account=account), as_=ADMIN).id)

    before = unpublished(engine)
    one = relay()
    tap(before)
    eventually(lambda: one.healthy and not unpublished(engine))
    for number in (1, 2):
        assert write() == tap(before + number)[-1]["subject"]
    one.stop()
    write()


def test_personal_events_are_sealed_in_the_archive_and_whole_on_the_bus(
    rpc: Any, relay: Any, tap: Any, engine: Any
) -> None:
    name = unique("Secret")
    contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": name}), as_=ADMIN)
    with Session(engine) as session:
        row = session.scalars(select(Outbox).where(Outbox.record_id == contact.id)).one()
        assert row.sealed
        assert name.encode() not in row.envelope
        count = outbox.backlog(session)[0]

    relay()

    (event,) = [one for one in tap(count) if one["subject"] == contact.id]
    assert (event["dataclassification"], event["data"]["contact"]["last_name"]) == ("personal", name)


def test_an_erased_subject_cannot_be_replayed(rpc: Any, engine: Any) -> None:
    contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": unique()}), as_=ADMIN)
    with Session(engine) as session, session.begin():
        session.execute(text("UPDATE outbox SET published_at = now() WHERE record_id = :r"), {"r": contact.id})
        fresh = Vault(b"\x05" * 32)
        assert [one for one in outbox.log(session, fresh, []) if contact.id.encode() in one.envelope]
        session.execute(text("DELETE FROM subject_keys WHERE subject_id = :r"), {"r": contact.id})
        assert not [one for one in outbox.log(session, Vault(b"\x05" * 32), []) if contact.id.encode() in one.envelope]


def test_a_late_confirm_is_never_taken_for_another_message(amqp_url: str) -> None:
    """A confirm belongs to the message of its tag: with one outstanding, a foreign tag settles nothing."""
    declare(amqp_url, "tap", [])
    with connect(amqp_url) as connection:
        confirms = Confirms(connection.default_channel)
        confirms._outstanding[99] = 1
        with pytest.raises(PublishFailed):
            confirms.wait(0.2)
