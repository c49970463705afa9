"""Fixtures for the tests of a service, on a real database and through a real gRPC server.

A service's `tests/conftest.py` defines one fixture, `service`, and gets the rest from here:

| fixture     | what it is |
|-------------|------------|
| `rpc`       | calls an RPC as an actor: `rpc("WinOpportunity", request, as_=user(...))` |
| `deliver`   | hands an event to the service as if it came from the bus |
| `published` | the events the service has recorded for a record, oldest first, as IncomingEvent |
| `leftovers` | the tables in whose rows a text stands |
| `tick`      | runs one of the service's timers, or imports |
| `import_csv` | imports a file; `upload` only sends it |
| `rights`    | what users may do while their imports are worked off, by id; of others the service knows it itself |
| `clock`     | the time of the service under test: `clock.now`, `clock.advance(hours=1)` |
| `engine`    | the database itself, migrated and set up, for what has no interface; as api and worker connect to it |
| `owner_engine` | the same as its owner, who may also change tables |
| `begin` | a transaction of the service that a test holds open: `with begin(as_=actor) as tx` |
| `meanwhile` | a call in a thread of its own that waits for a lock, or is done: `meanwhile(call).result()` |
| `ledger` | `engine` with a table in which a handler may note what it applied |
| `sample_settings` | values for the settings that the service requires; `engine` has them |

The database server comes from CRM_TEST_DATABASE_URL; without it tests that need one fail.
"""

from __future__ import annotations

import base64
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crm_chassis.testing import FrozenClock

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crm_chassis.testing.databases import Database

_SEED = b"\x07" * 32
_KEY = b"\x05" * 32
_ANSWERED = pytest.StashKey[dict[str, set[str]]]()
"""The RPCs that `rpc` got an answer of, by service."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ANSWERED] = {}


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Adds what is tested of every service behind the tests beside its source, if all of them are to run."""
    collected = _by_conftest(items)
    yield
    selected = _by_conftest(items)
    arguments = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
    for conftest, tests in collected.items():
        folder = config.rootpath / conftest
        whole = len(tests) == len(selected.get(conftest, ())) and any(map(folder.is_relative_to, arguments))
        if whole and folder.with_name("src").is_dir():
            parent = tests[-1].getparent(pytest.Module)
            items += [pytest.Function.from_parent(parent, name=name, callobj=test) for name, test in _OF_EVERY.items()]


def _by_conftest(items: Iterable[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """The tests by the folder whose conftest.py says which service they are of."""
    found: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if isinstance(item, pytest.Function) and (services := item._fixtureinfo.name2fixturedefs.get("service")):
            found[services[-1].baseid].append(item)
    return found


def _every_rpc(service: Any, request: pytest.FixtureRequest) -> None:
    """Every RPC of the service was answered in some test."""
    own = {method.name for method, _ in service.methods.values() if method.domain == service.name}
    answered = request.config.stash[_ANSWERED].get(service.name, set())
    assert not own - answered, f"no test got an answer of {', '.join(sorted(own - answered))}"


def _least_rights(service: Any, rpc: Callable[..., Any]) -> None:
    """The gateway's own token opens the internal RPCs and nothing else."""
    from crm_chassis.access.actor import Actor
    from crm_chassis.errors import DomainError

    gateway, opened = Actor("", "gateway"), set()
    for method, _ in service.methods.values():
        try:
            rpc(method.name, method.request(), as_=gateway)
        except DomainError as error:
            if error.reason == "PERMISSION_DENIED":
                continue
        opened.add(method.full_name)
    assert opened == {method.full_name for method, _ in service.methods.values() if method.policy.internal}


def _personal(service: Any) -> None:
    """Every table of the service, and of those that all services have, says how a person is found in it and erased."""
    from crm_chassis.db.base import Base
    from crm_chassis.records.personal import mapped
    from crm_chassis.subjects import COMMON, personal_columns

    models = {model.__table__.name: model for model in mapped(service.tables)}
    silent = [name for name in service.tables.tables if not hasattr(models.get(name), "personal")]
    whose = [name for name, model in models.items() if personal_columns(model) and model.personal is None]
    assert not silent, f"no `personal` in the classes of {', '.join(sorted(silent))}"
    assert not whose, f"`personal` must say whom the rows are about: {', '.join(sorted(whose))}"
    assert set(COMMON) == set(Base.metadata.tables), "crm_chassis.subjects.COMMON lists every table"


_INDEX_BYTES = 2700
"""What the database takes of a row in a B-tree."""
_BOUND_BY_FORMAT = 255


def _indexes(service: Any) -> None:
    """No text that a client may send is too long for an index: the database would refuse the whole record."""
    import crm_contracts
    from sqlalchemy import String

    from crm_chassis.records.model import Record
    from crm_chassis.records.personal import mapped

    wide: list[str] = []
    records: list[Any] = [one for one in mapped(service.tables) if issubclass(one, Record) and hasattr(one, "message")]
    for model in records:
        fields = model.message.DESCRIPTOR.fields_by_name
        for index in model.__table__.indexes:
            if index.dialect_options["postgresql"]["using"] in ("gin", "gist", "brin"):
                continue
            texts = [one.name for one in index.columns if isinstance(one.type, String) and one.name in fields]
            rules = [crm_contracts.rules_of(fields[name]) for name in texts]
            longest = sum(rule.max_length or _BOUND_BY_FORMAT for rule in rules)
            if longest * 4 > _INDEX_BYTES:
                wide.append(f"{index.name} ({longest} characters)")
    assert not wide, f"too wide for what may be sent: {', '.join(wide)}"


_OF_EVERY = {
    "every_rpc_is_answered": _every_rpc,
    "the_gateway_has_no_rights_of_its_own": _least_rights,
    "every_table_says_whose_personal_values_it_has": _personal,
    "every_index_holds_what_may_be_sent": _indexes,
}


# Fixtures that depend on the service are looked up anew in each module, because the next one may be of another service;
# what they find is kept for the whole session.


@pytest.fixture(scope="module")
def sample_settings(service: Any) -> None:
    """Gives what the service requires, and no test has set, a value that works."""
    from crm_chassis.settings import own_settings

    for setting in own_settings(service.name).values():
        if setting.default is None:
            os.environ.setdefault(setting.name, setting.example or base64.b64encode(bytes(range(32))).decode())


@pytest.fixture(scope="session")
def _of_services() -> Iterator[Callable[..., Any]]:
    """Enters a context manager once for each service; it is left at the end of the session."""
    entered: dict[tuple[str, str], Any] = {}
    with ExitStack() as stack:

        def enter(manager: Callable[..., AbstractContextManager[Any]], service: Any, *arguments: Any) -> Any:
            key = service.name, manager.__name__
            if key not in entered:
                entered[key] = stack.enter_context(manager(service, *arguments))
            return entered[key]

        yield enter


@contextmanager
def _installed(service: Any) -> Iterator[tuple[Database, Engine]]:
    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.migrations import upgrade
    from crm_chassis.testing.databases import database

    with database(service.name) as installed:
        owner = make_engine(installed.owner, "test", 2)
        upgrade(owner, service.migrations, installed.role, installed.sealing_role)
        yield installed, owner
        owner.dispose()


@contextmanager
def _set_up(service: Any, installed: Database) -> Iterator[Engine]:
    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.vault import Vault
    from crm_chassis.records.tx import transaction
    from crm_chassis.settings import Settings

    engine = make_engine(installed.processes, "test", 20)
    if service.start is not None:
        service.start(Settings(service.name))
    if service.setup is not None:
        with transaction(engine, vault=Vault(_KEY), source="system") as tx:
            service.setup(tx)
    yield engine
    engine.dispose()


@contextmanager
def _sealing(_: Any, installed: Database) -> Iterator[Engine]:
    from crm_chassis.db.engine import make_engine

    engine = make_engine(installed.sealer, "test", 2, measured=False)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def owner_engine(service: Any, _of_services: Callable[..., Any]) -> Engine:
    """A fresh, migrated database for the service, as its owner; dropped afterwards."""
    _, owner = _of_services(_installed, service)
    return owner


@pytest.fixture(scope="module")
def engine(service: Any, sample_settings: None, _of_services: Callable[..., Any]) -> Engine:
    """The database of the service, set up, as its processes connect to it."""
    installed, _ = _of_services(_installed, service)
    return _of_services(_set_up, service, installed)


@pytest.fixture(scope="module")
def sealer_engine(service: Any, engine: Engine, _of_services: Callable[..., Any]) -> Engine:
    """The database of the service as the role that seals the audit trail."""
    installed, _ = _of_services(_installed, service)
    return _of_services(_sealing, service, installed)


@pytest.fixture(scope="session")
def _clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def clock(_clock: FrozenClock) -> Iterator[FrozenClock]:
    """The service's time. It runs unless a test sets `now` or advances it."""
    _clock.release()
    yield _clock
    _clock.release()


@pytest.fixture
def ledger(engine: Engine, owner_engine: Engine) -> Iterator[Engine]:
    """The database with a table `ledger` (n, record_id, version), in which a handler may note what it applied."""
    from sqlalchemy import text

    with owner_engine.begin() as connection:
        connection.execute(text("CREATE TABLE ledger (n serial, record_id text, version int)"))
    yield engine
    with owner_engine.begin() as connection:
        connection.execute(text("DROP TABLE ledger"))


@pytest.fixture
def begin(engine: Engine, clock: FrozenClock) -> Callable[..., AbstractContextManager[Any]]:
    """A transaction of an actor as a call of the service has one, committed at the end of the block."""
    from crm_chassis.db.vault import Vault
    from crm_chassis.records.tx import transaction

    return lambda *, as_: transaction(engine, as_, vault=Vault(_KEY), clock=clock)


@pytest.fixture
def meanwhile(engine: Engine) -> Iterator[Callable[[Callable[[], Any]], futures.Future[Any]]]:
    """Makes a call in a thread of its own; returns its future once the call waits for a lock, or is done."""
    from sqlalchemy import text

    waiting = text(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
    )
    with futures.ThreadPoolExecutor(8) as pool:

        def start(call: Callable[[], Any]) -> futures.Future[Any]:
            future = pool.submit(call)
            while not future.done():
                with engine.connect() as connection:
                    if connection.scalar(waiting):
                        break
                futures.wait([future], timeout=0.01)
            return future

        yield start


@contextmanager
def _serving(service: Any, engine: Engine, clock: FrozenClock) -> Iterator[tuple[str, Any]]:
    import grpc

    from crm_chassis.access.tokens import Issuer, Verifier, raw_public_key
    from crm_chassis.calls.pipeline import Calls
    from crm_chassis.db.vault import Vault
    from crm_chassis.rpc.server import Dispatcher

    verifier = Verifier([raw_public_key(_SEED)], service.name)
    server = grpc.server(futures.ThreadPoolExecutor(16))
    calls = Calls(service, engine, Vault(_KEY), clock)
    server.add_generic_rpc_handlers((Dispatcher(service, calls, verifier),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}", Issuer(_SEED)
    server.stop(None).wait()


@pytest.fixture(scope="module")
def _server(service: Any, engine: Engine, _clock: FrozenClock, _of_services: Callable[..., Any]) -> tuple[str, Any]:
    """Address of the running service, and who issues tokens for it."""
    return _of_services(_serving, service, engine, _clock)


@pytest.fixture
def rpc(service: Any, _server: tuple[str, Any], clock: FrozenClock, request: Any) -> Iterator[Callable[..., Any]]:
    """Calls an RPC of the service over gRPC: `rpc(name, request, as_=actor, key=idempotency key)`."""
    from crm_chassis.rpc.client import Client

    address, issuer = _server
    client = Client(address)
    methods = {method.name: method for method, _ in service.methods.values()}
    answered = request.config.stash[_ANSWERED].setdefault(service.name, set())

    def call(name: str, request: Any, *, as_: Any, key: str = "", **metadata: str) -> Any:
        # A token of its own for each call, as from the gateway: it lives for seconds only.
        extra = {"x_actor_token": issuer.issue(as_, service.name), **({"idempotency_key": key} if key else {})}
        answer = client.call(methods[name].full_name, request, timeout=10, **extra, **metadata)
        answered.add(name)
        return answer

    yield call
    client.close()


@pytest.fixture
def receiver(service: Any, engine: Any, clock: FrozenClock) -> Any:
    """The receiving side of the service."""
    from crm_chassis.db.vault import Vault
    from crm_chassis.events.inbox import Receiver

    return Receiver(engine, service.every_subscription, Vault(_KEY), clock)


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
def leftovers(engine: Any) -> Callable[[str], list[str]]:
    """The tables of the service in whose rows a text stands: `leftovers("erika@example.org")`."""
    from sqlalchemy import text

    def search(value: str) -> list[str]:
        with engine.connect() as connection:
            names = connection.scalars(
                text(
                    "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'p') "
                    "AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
                )
            )
            found = "SELECT EXISTS (SELECT FROM {} t WHERE position(lower(:value) IN lower(t::text)) > 0 "
            found += "OR position(encode(convert_to(:value, 'UTF8'), 'hex') IN t::text) > 0)"
            return [name for name in names.all() if connection.scalar(text(found.format(name)), {"value": value})]

    return search


@pytest.fixture
def rights() -> dict[str, Any]:
    """What users may do now (crm_chassis.records.directory.Rights), by id; `upload` puts its actors in."""
    return {}


@pytest.fixture
def import_runner(service: Any, engine: Any, clock: FrozenClock, rights: dict[str, Any]) -> Any:
    """The runner of the service's imports alone; it asks `rights` before the service."""
    from crm_chassis.db.vault import Vault
    from crm_chassis.imports.work import import_jobs
    from crm_chassis.jobs.runner import Runner

    def known(session: Any, user_id: str) -> Any:
        return rights.get(user_id) or service.rights(session, user_id)

    jobs = import_jobs(service.importers, known, service.references, service.unverified.ask_later)
    return Runner(engine, [jobs], Vault(_KEY), clock)


@pytest.fixture
def tick(service: Any, engine: Any, clock: FrozenClock, request: Any) -> Callable[[str], None]:
    """Runs a timer of the service once, by name; "imports" works through every import, "merges" through what follows
    merges, "jobs" through what is due of all jobs."""

    from crm_chassis.access.actor import Actor
    from crm_chassis.db.vault import Vault
    from crm_chassis.jobs.runner import Runner
    from crm_chassis.records.tx import transaction

    def work_off(what: str, runner: Any) -> None:
        patience = clock() + timedelta(hours=1)
        while clock() < patience:
            for taken in (found := runner.take(1)):
                runner.run(taken, seconds=60)
            if found:
                continue
            pause = runner.next_due()
            if pause is None:
                return
            clock.advance(seconds=pause)  # both wait for events and transactions that may be under way
        pytest.fail(f"{what} do not end")

    def run(name: str) -> None:
        if name == "jobs":
            jobs = Runner(engine, service.job_kinds, Vault(_KEY), clock)
            while taken := jobs.take(1):
                jobs.run(taken[0])
            return
        if name == "imports":
            work_off("imports", request.getfixturevalue("import_runner"))
            return
        if name == "merges":
            work_off("merges", Runner(engine, [service.merging.job], Vault(_KEY), clock))
            return
        timer = next(one for one in service.every_timer if one.name == name)
        with transaction(engine, Actor(name, "system"), vault=Vault(_KEY), source="rule", clock=clock) as tx:
            timer.run(tx)

    return run


@pytest.fixture
def upload(_server: tuple[str, Any], service: Any, rights: dict[str, Any]) -> Callable[..., Any]:
    """Sends a file: `upload("contacts", text or bytes, as_=actor, mapping={}, options={})`; returns the Import."""
    import grpc
    from crm.common.v1 import imports_pb2

    from crm_chassis.records.directory import Rights
    from crm_chassis.rpc.status import from_rpc_error

    address, issuer = _server
    part = imports_pb2.UploadImportRequest

    def run(
        kind: str,
        content: str | bytes,
        *,
        as_: Any,
        mapping: dict[str, str] | None = None,
        options: dict[str, Any] | None = None,
        dry_run: bool = False,
        key: str = "",
    ) -> Any:
        header = imports_pb2.ImportHeader(
            kind=kind, file_name="test.csv", mapping=mapping or {}, dry_run=dry_run, options=options or {}
        )
        file = content.encode() if isinstance(content, str) else content
        pieces = [part(chunk=file[start : start + 1_000_000]) for start in range(0, len(file), 1_000_000)]
        rights[as_.id] = Rights(True, as_.grants)
        token = issuer.issue(as_, service.name)
        with grpc.insecure_channel(address) as channel:
            send = channel.stream_unary(
                "/crm.common.v1.ImportService/UploadImport",
                request_serializer=part.SerializeToString,
                response_deserializer=imports_pb2.Import.FromString,
            )
            try:
                metadata = (("x-actor-token", token), *((("idempotency-key", key),) if key else ()))
                return send(iter([part(header=header), *pieces]), timeout=30, metadata=metadata)
            except grpc.RpcError as error:
                raise from_rpc_error(error, service.name) from error

    return run


@pytest.fixture
def import_csv(rpc: Any, upload: Any, tick: Any) -> Callable[..., Any]:
    """Imports a file to the end, with the arguments of `upload`; returns the finished Import."""
    from crm.common.v1 import imports_pb2

    def run(kind: str, content: str | bytes, *, as_: Any, **how: Any) -> Any:
        begun = upload(kind, content, as_=as_, **how)
        tick("imports")
        return rpc("GetImport", imports_pb2.GetImportRequest(id=begun.id), as_=as_)

    return run
