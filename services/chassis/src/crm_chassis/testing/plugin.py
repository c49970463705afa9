"""Fixtures for the tests of a service, on a real database and through a real gRPC server.

A service's `tests/conftest.py` defines one fixture, `service`, and gets the rest from here:

| fixture     | what it is |
|-------------|------------|
| `rpc`       | calls an RPC as an actor: `rpc("WinOpportunity", request, as_=user(...))` |
| `deliver`   | hands an event to the service as if it came from the bus |
| `published` | the events the service has recorded for a record, oldest first, as IncomingEvent |
| `tick`      | runs one of the service's timers, or imports |
| `clock`     | the time of the service under test: `clock.now`, `clock.advance(hours=1)` |
| `engine`    | the database itself, migrated and set up, for what has no interface |

The database server comes from CRM_TEST_DATABASE_URL; without it tests that need one fail.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crm_chassis.testing import FrozenClock

_SEED = b"\x07" * 32
_KEY = b"\x05" * 32


@pytest.fixture(scope="session")
def engine(service: Any) -> Iterator[Any]:
    """A fresh, migrated and set-up database for the service; dropped afterwards."""
    from sqlalchemy import create_engine, make_url, text
    from sqlalchemy.orm import Session

    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.migrations import upgrade
    from crm_chassis.db.tx import Transaction
    from crm_chassis.db.vault import Vault

    server = os.environ.get("CRM_TEST_DATABASE_URL")
    if not server:
        pytest.fail("CRM_TEST_DATABASE_URL is not set; run the tests with `make test`")
    name = f"test_{service.name}_{secrets.token_hex(4)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    database = make_engine(make_url(server).set(database=name).render_as_string(hide_password=False), "test", 20)
    upgrade(database, service.migrations)
    if service.start is not None:
        from crm_chassis.settings import Settings

        service.start(Settings(service.name))
    if service.setup is not None:
        with Session(database) as session, session.begin():
            tx = Transaction(session, vault=Vault(_KEY), source="system")
            service.setup(tx)
            tx.settle()
            tx.close()
    yield database
    database.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def _clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def clock(_clock: FrozenClock) -> Iterator[FrozenClock]:
    """The service's time. It runs unless a test sets `now` or advances it."""
    _clock.release()
    yield _clock
    _clock.release()


@pytest.fixture(scope="session")
def _server(service: Any, engine: Any, _clock: FrozenClock) -> Iterator[tuple[str, Any]]:
    from concurrent import futures

    import grpc

    from crm_chassis.access.tokens import Issuer, Verifier, raw_public_key
    from crm_chassis.db.vault import Vault
    from crm_chassis.rpc.server import Dispatcher

    verifier = Verifier([raw_public_key(_SEED)], service.name)
    server = grpc.server(futures.ThreadPoolExecutor(16))
    server.add_generic_rpc_handlers((Dispatcher(service, engine, Vault(_KEY), verifier, _clock),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}", Issuer(_SEED)
    server.stop(None).wait()


@pytest.fixture
def rpc(service: Any, _server: tuple[str, Any], clock: FrozenClock) -> Iterator[Callable[..., Any]]:
    """Calls an RPC of the service over gRPC: `rpc(name, request, as_=actor, key=idempotency key)`."""
    from crm_chassis.rpc.client import Client

    address, issuer = _server
    clients: dict[Any, Client] = {}
    paths = {method.name: method.full_name for method, _ in service.methods.values()}

    def call(name: str, request: Any, *, as_: Any, key: str = "", **metadata: str) -> Any:
        identity = (as_.id, as_.kind, tuple(sorted(as_.grants.items())), as_.session_id)
        if identity not in clients:
            clients[identity] = Client(address, issuer.issue(as_, service.name))
        extra = {"idempotency_key": key} if key else {}
        return clients[identity].call(paths[name], request, timeout=10, **extra, **metadata)

    yield call
    for client in clients.values():
        client.close()


@pytest.fixture
def receiver(service: Any, engine: Any, clock: FrozenClock) -> Any:
    """The receiving side of the service."""
    from crm_chassis.db.inbox import Receiver
    from crm_chassis.db.vault import Vault

    return Receiver(engine, service.subscriptions, Vault(_KEY), clock)


@pytest.fixture
def deliver(receiver: Any, clock: FrozenClock) -> Callable[..., Any]:
    """Hands an event to the service: `deliver(OpportunityWon(opportunity=...), version=2)`; returns the event."""
    from crm_chassis.envelope import IncomingEvent, Occurrence, seal
    from crm_chassis.ids import uuid7

    def send(message: Any, *, version: int = 1, record_id: str = "", actor_id: str = "", event_id: str = "") -> Any:
        import crm_contracts

        subject = message
        for part in crm_contracts.event_of(type(message)).subject.split("."):
            subject = getattr(subject, part)
        occurrence = Occurrence(
            event_id=event_id or uuid7(),
            record_id=record_id or subject,
            version=version,
            at=clock(),
            actor_id=actor_id,
            correlation_id=uuid7(),
            causation_id="",
            traceparent="",
        )
        event = IncomingEvent.read(seal(message, occurrence))
        receiver.receive([event])
        return event

    return send


@pytest.fixture
def published(engine: Any) -> Callable[..., list[Any]]:
    """The events recorded for a record, oldest first; only those of `type_` if it is given."""
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from crm_chassis.db.tables import Outbox
    from crm_chassis.db.vault import Vault
    from crm_chassis.envelope import IncomingEvent

    vault = Vault(_KEY)

    def read(record_id: str, type_: str = "") -> list[Any]:
        with Session(engine) as session:
            query = select(Outbox).where(Outbox.record_id == record_id).order_by(Outbox.id)
            if type_:
                query = query.where(Outbox.type == type_)
            return [
                IncomingEvent.read(vault.open(session, row.record_id, row.envelope) if row.sealed else row.envelope)
                for row in session.scalars(query)
            ]

    return read


@pytest.fixture
def tick(service: Any, engine: Any, clock: FrozenClock) -> Callable[[str], None]:
    """Runs a timer of the service once, by name; "imports" works through every running import."""
    from sqlalchemy.orm import Session

    from crm_chassis.db.imports import ImportRunner
    from crm_chassis.db.tx import Transaction
    from crm_chassis.db.vault import Vault

    def run(name: str) -> None:
        if name == "imports":
            runner = ImportRunner(engine, {one.kind: one for one in service.importers}, Vault(_KEY), clock)
            runner.run(seconds=60)
            while runner.run(seconds=60):
                clock.advance(seconds=5)  # rows wait for records whose events may be on the way
            return
        timer = next(one for one in service.timers if one.name == name)
        with Session(engine) as session, session.begin():
            tx = Transaction(session, vault=Vault(_KEY), source="rule", clock=clock)
            timer.run(tx)
            tx.settle()
            tx.close()

    return run


@pytest.fixture
def import_csv(_server: tuple[str, Any], service: Any, tick: Any) -> Callable[..., Any]:
    """Imports CSV text to the end: `import_csv("contacts", text, as_=actor)`; returns the finished Import."""
    import grpc
    from crm.common.v1 import common_pb2

    from crm_chassis.rpc.client import Client
    from crm_chassis.rpc.status import from_rpc_error

    address, issuer = _server

    def run(
        kind: str, text: str, *, as_: Any, mapping: dict[str, str] | None = None, dry_run: bool = False, key: str = ""
    ) -> Any:
        header = common_pb2.ImportHeader(kind=kind, file_name="test.csv", mapping=mapping or {}, dry_run=dry_run)
        parts = [
            common_pb2.UploadImportRequest(header=header),
            common_pb2.UploadImportRequest(chunk=text.encode()),
        ]
        token = issuer.issue(as_, service.name)
        with grpc.insecure_channel(address) as channel:
            upload = channel.stream_unary(
                "/crm.common.v1.ImportService/UploadImport",
                request_serializer=common_pb2.UploadImportRequest.SerializeToString,
                response_deserializer=common_pb2.Import.FromString,
            )
            try:
                metadata = (("x-actor-token", token), *((("idempotency-key", key),) if key else ()))
                job = upload(iter(parts), timeout=30, metadata=metadata)
            except grpc.RpcError as error:
                raise from_rpc_error(error, service.name) from error
        tick("imports")
        client = Client(address, issuer.issue(as_, service.name))
        found = client.call("crm.common.v1.ImportService.GetImport", common_pb2.GetImportRequest(id=job.id))
        client.close()
        return found

    return run
