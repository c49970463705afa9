"""The relay brings every committed event to the broker, in the order of its record, at least once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from amqp.basic_message import Message
from crm.contacts.v1 import accounts_pb2, contacts_pb2
from crm_chassis.bus.relay import Confirms, PublishFailed, Relay
from crm_chassis.bus.topology import EVENTS, connect, declare
from crm_chassis.db import outbox
from crm_chassis.db.tables import Outbox
from crm_chassis.db.vault import Vault
from crm_chassis.ids import PARTITIONS, partition_of
from crm_chassis.testing import unique, user
from kombu import Queue
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.e2e.client import eventually

VAULT = Vault(b"\x05" * 32)
ADMIN = user()


@pytest.fixture
def tap(amqp_url: str) -> Iterator[Any]:
    """A queue that sees every event, those of other tests too; `tap(done)` waits until what was seen is enough."""
    declare(amqp_url, "tap", [])
    connection = connect(amqp_url)
    queue = Queue(unique("tap"), EVENTS, routing_key="#", exclusive=True, auto_delete=True)(connection.default_channel)
    queue.declare()
    seen: list[dict[str, Any]] = []

    def deliver(message: Any) -> None:
        body = message.body
        seen.append(orjson.loads(body if isinstance(body, bytes) else body.encode()))

    connection.default_channel.basic_consume(queue.name, no_ack=True, callback=deliver)

    def wait_for(done: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        while not done(seen):
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
    accounts = [
        rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)
        for _ in range(6)
    ]
    for _ in range(3):
        relay()

    def change(account: Any) -> None:
        for _ in range(15):
            request = accounts_pb2.UpdateAccountRequest(account={"id": account.id, "industry": unique("industry")})
            rpc("UpdateAccount", request, as_=ADMIN)

    writers = [threading.Thread(target=change, args=(account,)) for account in accounts for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    ids, wanted = {account.id for account in accounts}, 6 * (1 + 2 * 15)
    versions = defaultdict(list)
    for event in tap(lambda seen: len({(e["subject"], e["sequence"]) for e in seen if e["subject"] in ids}) == wanted):
        versions[event["subject"]].append(int(event["sequence"]))
    for account in accounts:
        assert list(dict.fromkeys(versions[account.id])) == list(range(1, 32))


def test_a_relay_at_rest_is_woken_by_a_write(
    rpc: Any, relay: Any, engine: Any, amqp_url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """However rarely it looks by itself."""

    def write() -> str:
        account = {"name": unique("Acme")}
        return str(rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account=account), as_=ADMIN).id)

    def holds_everything() -> bool:
        """Relays of tests before give their partitions back when their threads have ended."""
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted GROUP BY pid"
        with Session(engine) as session:
            return PARTITIONS in session.scalars(text(query)).all()

    declare(amqp_url, "tap", [])
    one = relay()
    eventually(lambda: one.healthy and not unpublished(engine) and holds_everything(), 60)
    for name in ("BUSY_PAUSE", "IDLE_PAUSE", "ALIVE_SECONDS", "TAKE_OVER_SECONDS"):
        monkeypatch.setattr(f"crm_chassis.bus.relay.{name}", 3600.0)
    tap = request.getfixturevalue("tap")
    # The first one ends the pause that had begun before.
    for _ in range(3):
        written = write()
        tap(lambda seen, written=written: seen and seen[-1]["subject"] == written)
    one.stop()
    write()


def test_later_events_of_a_record_wait_behind_one_that_the_broker_refused(
    rpc: Any, relay: Any, engine: Any, amqp_url: str
) -> None:
    account = rpc("CreateAccount", accounts_pb2.CreateAccountRequest(account={"name": unique("Acme")}), as_=ADMIN)

    def first_event(record: Any) -> Outbox:
        with Session(engine) as session:
            return session.scalars(select(Outbox).where(Outbox.record_id == record.id, Outbox.version == 1)).one()

    with connect(amqp_url) as connection:
        channel = connection.default_channel
        full = {"x-max-length": 1, "x-overflow": "reject-publish"}
        key = f"crm.contacts.account.*.*.{partition_of(account.id)}"
        queue = Queue(unique("full"), EVENTS, routing_key=key, exclusive=True, queue_arguments=full)(channel)
        queue.declare()
        channel.basic_publish(Message("takes the only place"), routing_key=queue.name)
        relay()
        contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": "Lee"}), as_=ADMIN)
        eventually(lambda: first_event(contact).published_at)
        eventually(lambda: first_event(account).attempts)
        assert first_event(account).published_at is None

        assert queue.get(no_ack=True).body == "takes the only place"
        request = accounts_pb2.UpdateAccountRequest(account={"id": account.id, "industry": "steel"})
        rpc("UpdateAccount", request, as_=ADMIN)

        versions: list[int] = []
        while len(versions) < 2:
            event = orjson.loads(eventually(lambda: queue.get(no_ack=True), 20).body)
            # What other tests have left unpublished may share the partition.
            if event["subject"] == account.id:
                versions.append(int(event["sequence"]))
        assert versions == [1, 2]
        eventually(lambda: not unpublished(engine))


def test_personal_events_are_sealed_in_the_archive_and_whole_on_the_bus(
    rpc: Any, relay: Any, tap: Any, engine: Any
) -> None:
    name = unique("Secret")
    contact = rpc("CreateContact", contacts_pb2.CreateContactRequest(contact={"last_name": name}), as_=ADMIN)
    with Session(engine) as session:
        row = session.scalars(select(Outbox).where(Outbox.record_id == contact.id)).one()
        assert row.sealed
        assert name.encode() not in row.envelope

    relay()

    *_, event = tap(lambda seen: bool(seen) and seen[-1]["subject"] == contact.id)
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
