"""The command of a service: it sets up, runs the processes, and is what an operator does by hand."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import crm_shop
import grpc
import pytest
from crm.common.v1 import standard_pb2
from crm.shop.v1 import orders_pb2
from crm_chassis import cli
from crm_chassis.access.actor import SYSTEM
from crm_chassis.access.tokens import Issuer, raw_public_key
from crm_chassis.bus.topology import connect, control_queue, public_queue, service_queues
from crm_chassis.db.engine import make_engine
from crm_chassis.db.tables import Followed, History, HistorySeal, JobRow, Outbox, Parked
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError
from crm_chassis.ids import NIL, uuid7
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.history import Sealer, anchor
from crm_chassis.records.tx import transaction
from crm_chassis.rpc.client import Client
from crm_chassis.testing import unique, user
from crm_chassis.testing.databases import Database, database
from crm_shop.events import event
from crm_shop.following import UNWANTED, WRAPPING
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

SEED, KEY = b"\x07" * 32, bytes(range(32))
ADMIN = user()
SOON = 180.0
"""Seconds in which a busy machine does what a process does at once."""


def until(condition: Callable[[], Any], what: str) -> Any:
    """What the condition finds, once it finds something."""
    patience = time.monotonic() + SOON
    while not (found := condition()):
        assert time.monotonic() < patience, f"not within {SOON:.0f} s: {what}"
        threading.Event().wait(0.05)
    return found


class Process:
    """A process of the shop and its log."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        self.log: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                with suppress(ValueError):
                    self.log.append(json.loads(line))

    def said(self, what: str) -> dict[str, Any]:
        """The entry of the log, once it is there."""
        found: dict[str, Any] = until(lambda: next((one for one in self.log if one["event"] == what), None), what)
        return found

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of an answer of its probes."""
        port = next(one["probes_port"] for one in self.log if "probes_port" in one)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def answers(self, path: str, status: int) -> bool:
        return self.get(path)[0] == status

    def shows(self, figure: str) -> bool:
        return figure in self.get("/metrics")[1].decode()

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(SOON)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()


class Shop:
    """An installation of the shop that follows orders."""

    def __init__(self, urls: Database, amqp_url: str) -> None:
        self.amqp_url = amqp_url
        self.engine = make_engine(urls.superuser, "test", 2)
        contracts = Path(orders_pb2.__file__).parents[3]
        own = {name: value for name, value in os.environ.items() if not name.startswith(("CRM_", "OTEL_"))}
        self._environment = own | {
            "PYTHONPATH": os.pathsep.join((str(contracts), str(Path(crm_shop.__file__).parents[1]))),
            "DATABASE_URL_SHOP": urls.processes,
            "DATABASE_OWNER_URL_SHOP": urls.owner,
            "DATABASE_SEALER_URL_SHOP": urls.sealer,
            "AMQP_URL_SHOP": amqp_url,
            "CRM_SUBJECT_KEK": base64.b64encode(KEY).decode(),
            "CRM_HISTORY_KEY": base64.b64encode(KEY).decode(),
            "CRM_ACTOR_PUBLIC_KEY": base64.b64encode(raw_public_key(SEED)).decode(),
        }

    def run(self, *arguments: str, **environment: str) -> tuple[Any, str, str]:
        """What one command ends with, writes and complains of. It runs here, which is quicker than a process."""
        written, complained = io.TextIOWrapper(io.BytesIO()), io.StringIO()
        with (
            mock.patch.dict(os.environ, self._environment | environment, clear=True),
            # The log and the traces of this process are not those of the command.
            mock.patch("crm_chassis.logs.configure"),
            mock.patch("crm_chassis.tracing.stop"),
            capture_logs(),
            redirect_stdout(written),
            redirect_stderr(complained),
        ):
            try:
                cli.run("crm_shop.following:service", list(arguments))
                ended: Any = 0
            except SystemExit as end:
                ended = end.code
        return ended, written.buffer.getvalue().decode(), complained.getvalue()  # type: ignore[attr-defined]

    def told(self, *arguments: str) -> list[Any]:
        """What a command that succeeds writes, line by line."""
        ended, written, _ = self.run(*arguments)
        assert ended == 0, ended
        return [json.loads(line) for line in written.splitlines()]

    def refused(self, *arguments: str, **environment: str) -> str:
        """What a command says that does nothing."""
        ended, written, complained = self.run(*arguments, **environment)
        assert ended
        assert written == ""
        return f"{ended} {complained}"

    @contextmanager
    def started(self, role: str) -> Iterator[Process]:
        program = "from crm_chassis.cli import run; run('crm_shop.following:service')"
        process = Process([sys.executable, "-c", program, role], self._environment)
        try:
            process.said("serving" if role == "api" else "working")
            yield process
        finally:
            process.kill()

    def begin(self) -> Any:
        """A transaction of the system."""
        return transaction(self.engine, SYSTEM, vault=Vault(KEY))

    def noted(self, kind: str, record_id: str = "") -> int:
        """How often something of the kind stands in the audit trail."""
        query = select(func.count()).select_from(History).where(History.kind == kind)
        with Session(self.engine) as session:
            return session.scalar(query.where(History.record_id == record_id) if record_id else query) or 0

    def park(self, *, dead: bool = False) -> Parked:
        """An event that waits for its turn."""
        one = event(uuid7(), 2)
        now = datetime.now(UTC)
        row = Parked(
            subscription="notices", event_id=one.id, type=one.type, record_id=one.record_id, version=2, dead=dead,
            envelope=one.envelope, attempts=8, error="unwanted", parked_at=now, next_attempt_at=now + timedelta(days=9),
        )  # fmt: skip
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.add(row)
        return row


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    amqp_url = os.environ.get("CRM_TEST_AMQP_URL")
    if not amqp_url:
        pytest.fail("CRM_TEST_AMQP_URL is not set; run the tests with `make test`")
    with database("shop") as urls:
        installed = Shop(urls, amqp_url)
        assert installed.told("setup") == []
        yield installed
        installed.engine.dispose()
        with connect(amqp_url) as connection:
            for queue in (control_queue("shop"), public_queue("shop"), *service_queues("shop", {"crm.shop.order"})):
                queue(connection.default_channel).delete()


def rows(shop: Shop, query: Any) -> list[Any]:
    with Session(shop.engine) as session:
        return list(session.scalars(query))


def test_processes_do_the_whole_work_of_a_service_and_end_when_they_are_asked_to(shop: Shop) -> None:
    with shop.started("api") as api, shop.started("worker") as worker:
        port, token = api.said("serving")["grpc_port"], Issuer(SEED).issue(ADMIN, "shop")
        client = Client(f"127.0.0.1:{port}")

        def create(name: str) -> Any:
            request = orders_pb2.CreateOrderRequest(order={"name": name})
            return client.call("crm.shop.v1.OrderService.CreateOrder", request, x_actor_token=token)

        unwanted, order = create(UNWANTED), create(unique("Desk"))

        until(lambda: shop.noted("crm.shop.notice", order.id), "the event came over the bus")
        until(lambda: shop.noted("crm.shop.parcel", order.id), "the job ran")
        until(lambda: shop.noted("crm.shop.stock", NIL), "the timer ran")
        (sent,) = rows(shop, select(Outbox.published_at).where(Outbox.record_id == order.id))
        assert sent is not None
        until(lambda: rows(shop, select(HistorySeal.seq).limit(1)), "the audit trail is sealed")
        (error,) = until(
            lambda: rows(shop, select(Parked.error).where(Parked.record_id == unwanted.id)), "what fails is held"
        )
        assert "unwanted" in error

        with pytest.raises(DomainError) as stranger:
            client.call("crm.shop.v1.OrderService.GetOrder", standard_pb2.GetRequest(id=order.id), x_actor_token="no")
        assert stranger.value.status == 401
        client.close()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=10)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING

        assert worker.said("working")["follows"] == ["crm.shop.order"]
        for process in (api, worker):
            assert process.get("/healthz") == (200, b'{"status":"ok"}')
            until(partial(process.answers, "/readyz", 200), "it is ready")
            assert process.answers("/elsewhere", 404)
        assert api.shows("crm_rpc_seconds_count")
        until(partial(worker.shows, 'crm_jobs{condition="DEAD",kind="wrapping"} 0.0'), "it has measured")

        for process in (api, worker):
            assert process.stop() == 0
            assert process.said("stopped")


def test_the_set_up_may_be_repeated(shop: Shop) -> None:
    before = rows(shop, select(Followed.name)), rows(shop, select(JobRow.id).where(JobRow.kind == "backfill"))

    shop.told("setup")

    assert (rows(shop, select(Followed.name)), rows(shop, select(JobRow.id).where(JobRow.kind == "backfill"))) == before
    assert before[0] == ["notices"]


@pytest.mark.parametrize("role", ["setup", "api"])
def test_no_process_starts_in_an_environment_that_it_does_not_understand(shop: Shop, role: str) -> None:
    said = shop.refused(role, CRM_SUBJECT_KEY="x", CRM_SUBJECT_KEK="")

    assert "crm-shop: " in said
    assert "CRM_SUBJECT_KEY is not a setting of shop, did you mean CRM_SUBJECT_KEK?" in said
    assert "CRM_SUBJECT_KEK is not set" in said


def test_a_person_is_found_and_erased_and_that_is_in_the_audit_trail(shop: Shop) -> None:
    from crm_shop.orders import Order

    with shop.begin() as tx:
        order = tx.add(Order(name="Ada", email="ada@engines.example", status="OPEN"))
    id_ = order.id

    (found,) = shop.told("subject", "find", "crm.shop.order", id_)
    assert (found["kind"], found["id"], found["rows"]["orders"]) == ("crm.shop.order", id_, 1)
    assert rows(shop, select(Order.email).where(Order.id == id_)) == ["ada@engines.example"]
    assert shop.told("subject", "erase", "crm.shop.order", id_) == [found]
    assert rows(shop, select(Order.email).where(Order.id == id_)) == [""]
    assert rows(shop, select(History.action).where(History.kind == "crm.shop.subject")) == ["erased"]
    assert shop.told("subject", "find", "crm.shop.order", id_)[0]["rows"].get("orders") is None
    assert "the id is none" in shop.refused("subject", "erase", "crm.shop.order", "ada")


def test_references_to_what_is_not_known_here_are_listed(shop: Shop) -> None:
    from crm_shop.orders import Order

    with shop.begin() as tx:
        order = tx.add(Order(name="Owned", status="OPEN", owner_id=uuid7()))

    told = shop.told("references")

    assert [one["field"] for one in told] == ["crm.shop.order.owner_id"]
    assert rows(shop, select(Order.owner_id).where(Order.id == told[0]["example"])) != [None]
    with shop.begin() as tx:
        tx.delete(tx.find(Order, order.id))
    assert sum(one["records"] for one in shop.told("references")) == told[0]["records"] - 1


def test_texts_are_composed_and_what_is_one_by_that_is_listed(shop: Shop) -> None:
    from crm_shop import following
    from crm_shop.orders import Order

    number, name = unique("caf\u00e9"), unique("Jose\u0301")
    with shop.begin() as tx:
        tx.add(Order(name="first", status="OPEN", external_id=number))
        order = tx.add(Order(name=name, status="OPEN", external_id=number.replace("\u00e9", "e\u0301")))
    (composing,) = [one for one in following.service.every_backfill if one.name == "20261129.2 composed texts"]

    cursor = None
    with Session(shop.engine) as session, session.begin():
        while (cursor := composing.step(session, cursor)) is not None:
            pass

    assert rows(shop, select(Order.name).where(Order.id == order.id)) == [name.replace("e\u0301", "\u00e9")]
    told = shop.told("clashes")
    assert told == [{"clash": "orders.external_id: another record has it in its composed form", "ids": [order.id]}]


def test_events_that_are_held_are_listed_shown_tried_again_and_dropped_for_a_reason(shop: Shop) -> None:
    waiting, dead, other = shop.park(), shop.park(dead=True), shop.park(dead=True)

    ours = {one.event_id for one in (waiting, dead, other)}

    def listed(command: str) -> set[str]:
        return {one["id"] for one in shop.told(command, "list") if one["event_id"] in ours}

    assert listed("inbox") == {f"in-{one.id}" for one in (waiting, dead, other)}
    assert listed("dead") == {f"in-{one.id}" for one in (dead, other)}
    (shown,) = shop.told("inbox", "show", f"in-{waiting.id}")
    assert (shown["error"], shown["event"]["data"]["order"]["name"]) == ("unwanted", "Acme")
    assert "say why: --reason" in shop.refused("dead", "drop", f"in-{dead.id}")
    assert "which one? give its id" in shop.refused("dead", "retry")
    assert "No event in-0 is held" in shop.refused("dead", "show", "in-0")

    shop.told("dead", "drop", f"in-{dead.id}", "--reason", "nobody needs it")
    shop.told("dead", "retry", "all")

    assert rows(shop, select(Parked.id).where(Parked.id == dead.id)) == []
    assert rows(shop, select(Parked.dead).where(Parked.id.in_((waiting.id, other.id)))) == [False, False]
    assert listed("dead") == set()
    audited = select(History.action).where(History.record_id.in_((dead.event_id, other.event_id)))
    assert rows(shop, audited.order_by(History.id)) == ["dropped", "retried"]
    shop.told("inbox", "drop", "all", "--reason", "they are of a test")
    assert listed("inbox") == set()


def test_own_events_that_the_broker_refused_are_tried_again_and_never_dropped(shop: Shop) -> None:
    from crm_shop.orders import Order

    with shop.begin() as tx:
        order = tx.add(Order(name=unique("Chair"), status="OPEN"))
    with Session(shop.engine) as session, session.begin():
        of_order = Outbox.record_id == order.id
        session.execute(update(Outbox).where(of_order).values(attempts=3, last_error="too large"))
        id_ = session.scalar(select(Outbox.id).where(of_order))

    assert [one["id"] for one in shop.told("outbox", "list")] == [f"out-{id_}"]
    assert shop.told("outbox", "show", f"out-{id_}")[0]["event"]["subject"] == order.id
    shop.told("outbox", "retry", f"out-{id_}")

    assert rows(shop, select(Outbox.attempts).where(Outbox.id == id_)) == [0]
    assert shop.told("outbox", "list") == []
    assert "invalid choice" in shop.refused("outbox", "drop", f"out-{id_}")


def test_jobs_are_listed_by_what_they_are_tried_again_and_cancelled_for_a_reason(shop: Shop) -> None:
    with shop.begin() as tx:
        ids = [enqueue(tx, WRAPPING, {"order_id": NIL}, key=uuid7()) for _ in range(3)]
    dead, other, waiting = ids
    with Session(shop.engine) as session, session.begin():
        session.execute(update(JobRow).where(JobRow.id.in_((dead, other))).values(state="DEAD", error="torn"))

    def listed(*options: str) -> set[str]:
        return {one["id"] for one in shop.told("jobs", "list", "--kind", "wrapping", *options)}

    assert listed("--state", "dead") == {dead, other}
    assert listed("--state", "waiting") >= {waiting}
    assert shop.told("jobs", "show", dead)[0]["error"] == "torn"
    assert "all in which state? --state" in shop.refused("jobs", "retry", "all")
    assert "say why: --reason" in shop.refused("jobs", "cancel", dead)

    shop.told("jobs", "cancel", dead, "--reason", "torn")
    shop.told("jobs", "retry", "all", "--state", "dead")

    assert rows(shop, select(JobRow.state).where(JobRow.id.in_(ids)).order_by(JobRow.seq)) == [
        "CANCELLED", "WAITING", "WAITING"
    ]  # fmt: skip


def test_the_audit_trail_is_checked_against_anchors_that_lie_elsewhere(shop: Shop, tmp_path: Path) -> None:
    with shop.begin() as tx:
        tx.audit("crm.shop.stock", NIL, "counted", {})
    Sealer(shop.engine, KEY).seal()
    with Session(shop.engine) as session, session.begin():
        head = anchor(session)
        assert head is not None
        seq, mac = head.seq, head.mac.hex()
    log = tmp_path / "log"

    def verified(mac: str, service: str = "shop") -> tuple[Any, str]:
        entries = ({"event": "stopped"}, {"event": "history anchor", "service": service, "seq": seq, "mac": mac})
        log.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
        ended, written, _ = shop.run("history", "verify", "--anchors", str(log))
        return ended, json.loads(written)["fault"]

    assert verified(mac) == (0, "")
    ended, fault = verified("00" * 32)
    assert (ended, bool(fault)) == (1, True)
    assert verified("00" * 32, service="other") == (0, "")


def test_a_subscription_is_given_its_past_again(shop: Shop) -> None:
    assert "which subscription? `events state` lists them" in shop.refused("events", "replay")
    assert "has no subscription news; it has: notices" in shop.refused("events", "replay", "news")

    (begun,) = shop.told("events", "replay", "notices", "--since", "2026-01-01T00:00:00+00:00")
    (state,) = shop.told("events", "state")

    (followed,) = state["subscriptions"]
    assert (state["service"], followed["name"], followed["records"]) == ("shop", "notices", ["crm.shop.order"])
    assert followed["replay_id"] == begun["replay_id"] != ""
    assert rows(shop, select(Followed.since)) == [datetime(2026, 1, 1, tzinfo=UTC)]


def test_what_was_published_is_forwarded_again(shop: Shop) -> None:
    from crm_shop.orders import Order

    with shop.begin() as tx:
        tx.add(Order(name=unique("Lamp"), status="OPEN"))
    with Session(shop.engine) as session, session.begin():
        session.execute(update(Outbox).where(Outbox.published_at.is_(None)).values(published_at=func.now()))
        count = session.scalar(select(func.count()).select_from(Outbox))

    assert shop.told("events", "forward", "crm.shop.order") == [{"forwarded": count, "refused": 0}]
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert shop.told("events", "forward", "--since", later) == [{"forwarded": 0, "refused": 0}]
