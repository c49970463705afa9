"""The command of a service: `crm-<service> setup, api, worker, ...`; `--help` lists the others."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson


def run(service_path: str, argv: list[str] | None = None) -> None:
    """Runs a sub-command for the service object at `service_path` ("crm_sales.service:service")."""
    arguments = _parser(service_path).parse_args(argv)
    if arguments.command == "worker":
        from crm_chassis.bus.worker.patch import patch

        patch()
    from crm_chassis import clock, logs, tracing
    from crm_chassis.errors import DomainError
    from crm_chassis.settings import PROCESSES, Settings

    module, name = service_path.split(":")
    service = getattr(importlib.import_module(module), name)
    logs.configure(service.name, arguments.command)
    settings = Settings(service.name)
    try:
        if arguments.command in PROCESSES:
            settings.check(arguments.command)
        clock.set_skew(settings.clock_skew)
        if arguments.command in ("api", "worker"):
            tracing.start(service.name)
        _COMMANDS[arguments.command](service, settings, arguments)
    except DomainError as error:
        sys.exit(f"crm-{service.name}: {error.detail}")
    finally:
        tracing.stop()


def _parser(service_path: str) -> argparse.ArgumentParser:
    package = service_path.split(".")[0]
    parser = argparse.ArgumentParser(prog=package.replace("_", "-"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="migrate the database and declare the queues; may be repeated")
    commands.add_parser("api", help="serve gRPC")
    commands.add_parser("worker", help="receive and publish events, run timers and imports")
    migration = commands.add_parser("migration", help="write a migration from the models (development)")
    migration.add_argument("message")
    migration.add_argument("--chassis", action="store_true", help="of the tables that every service has")
    subject = commands.add_parser("subject", help="what is kept about a person")
    subject.add_argument("action", choices=["find", "erase"])
    subject.add_argument("kind", help='of the record that the person is: "crm.<service>.<record>"')
    subject.add_argument("id")
    history = commands.add_parser(
        "history", help="check the audit trail; print the anchors that identity keeps of others"
    )
    history.add_argument("action", choices=["verify", "anchors"])
    what = "a file of lines that say `history anchor`, from logs or from identity; - for the standard input"
    history.add_argument("--anchors", action="append", default=[], help=what)
    references = commands.add_parser(
        "references", help="list stored ids of other services' records that are not known here"
    )
    references.add_argument(
        "--ask", action="store_true", help="ask the owners about records of which there is no copy here, and list none"
    )
    commands.add_parser("clashes", help="list records that the rules of today take for one; nothing merges them")
    shares = commands.add_parser(
        "shares", help="list records that do not say whom their shares say they are shared with"
    )
    shares.add_argument("--repair", action="store_true", help="bring them in line with their shares too")
    for name, does, help_ in (
        ("inbox", ("list", "show", "retry", "drop"), "events from others that could not be applied yet"),
        ("dead", ("list", "show", "retry", "drop"), "those of them that were given up"),
        ("outbox", ("list", "show", "retry"), "own events that the broker refused"),
    ):
        held = commands.add_parser(name, help=help_)
        held.add_argument("action", choices=does)
        held.add_argument("id", nargs="?", default="", help='as the list shows it, or "all"')
        held.add_argument("--reason", default="", help="why an event is dropped")
    jobs = commands.add_parser("jobs", help="work that the service does later")
    jobs.add_argument("action", choices=["list", "show", "retry", "cancel"])
    jobs.add_argument("id", nargs="?", default="", help='as the list shows it, or "all" that it shows')
    jobs.add_argument("--state", default="", choices=["waiting", "running", "done", "dead", "cancelled"])
    jobs.add_argument("--kind", default="", help="only jobs of this kind")
    jobs.add_argument("--reason", default="", help="why a job is cancelled")
    events = commands.add_parser("events", help="how the service stands on the bus; the past for a subscription")
    events.add_argument("action", choices=["state", "replay", "forward"])
    events.add_argument("subscription", nargs="?", default="", help="for `forward` a kind of record of this service")
    events.add_argument("--since", type=datetime.fromisoformat, help="only what happened from this time on")
    return parser


@contextmanager
def _database(url: str, who: str, connections: int = 1) -> Iterator[Any]:
    """An engine for as long as a command needs it."""
    from crm_chassis.db.engine import make_engine

    engine = make_engine(url, who, connections)
    try:
        yield engine
    finally:
        engine.dispose()


def _setup(service: Any, settings: Any, _: argparse.Namespace) -> None:

    from crm_chassis.bus.topology import declare
    from crm_chassis.db.vault import Vault
    from crm_chassis.events.replays import register
    from crm_chassis.jobs.backfills import enqueue_backfills
    from crm_chassis.logs import get_logger
    from crm_chassis.records.tx import transaction

    _migrate(service, settings)
    declare(settings.amqp_url, service.name, {r for s in service.every_subscription for r in s.records})
    if service.start is not None:
        service.start(settings)
    with (
        _database(settings.database_url, f"{service.name}-setup", 2) as engine,
        transaction(engine, vault=Vault(settings.key("CRM_SUBJECT_KEK")), source="system") as tx,
    ):
        if service.setup is not None:
            service.setup(tx)
        register(tx.session, service.every_subscription, tx.now)
        if missing := enqueue_backfills(tx, service.every_backfill):
            get_logger().info("backfills enqueued", names=missing)


def _migrate(service: Any, settings: Any) -> None:
    """Migrates the database as its owner, and lets the processes' role use what is there."""
    from sqlalchemy import make_url

    from crm_chassis.db.migrations import upgrade
    from crm_chassis.logs import get_logger

    urls = (settings.database_owner_url, settings.database_url, settings.database_sealer_url)
    owner, processes, sealer = (make_url(url).username for url in urls)
    log = get_logger()
    if owner == processes:
        log.info("the processes own their database", role=processes)
    elif sealer == processes:
        log.info("the processes seal their audit trail", role=processes)
    with _database(settings.database_owner_url, f"{service.name}-setup") as engine:
        separate = owner != processes
        upgrade(
            engine,
            service.migrations,
            processes if separate else None,
            sealer if separate and sealer != processes else None,
        )


def _api(service: Any, settings: Any, _: argparse.Namespace) -> None:
    from crm_chassis.rpc.server import serve

    serve(service, settings)


def _worker(service: Any, settings: Any, _: argparse.Namespace) -> None:
    from crm_chassis.bus.worker.main import work

    work(service, settings)


def _migration(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from crm_chassis.db.migrations import CHASSIS, line_of
    from crm_chassis.db.revisions import write

    _migrate(service, settings)
    line = CHASSIS if arguments.chassis else line_of(service.migrations)
    with _database(settings.database_owner_url, "migration") as engine:
        _print({"written": [str(path) for path in write(engine, line, service.tables, arguments.message)]})


def _history(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    (_verify if arguments.action == "verify" else _kept_anchors)(service, settings, arguments)


def _kept_anchors(service: Any, settings: Any, _: argparse.Namespace) -> None:
    if service.kept_anchors is None:
        sys.exit("no anchors are kept here: ask crm-identity")
    with _operating(service, settings) as tx:
        for anchor in service.kept_anchors(tx):
            _print(anchor.line())


def _verify(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from sqlalchemy.orm import Session

    from crm_chassis.db.vault import Vault
    from crm_chassis.records.anchors import anchors_in
    from crm_chassis.records.history import verify
    from crm_chassis.records.model import Record
    from crm_chassis.records.personal import mapped

    files = [Path("/dev/stdin" if name == "-" else name).read_bytes() for name in arguments.anchors]
    anchors = list(anchors_in(b"\n".join(files).splitlines(), service.name))
    records = [model for model in mapped(service.tables) if issubclass(model, Record)]
    vault = Vault(settings.key("CRM_SUBJECT_KEK"))
    with _database(settings.database_url, "history") as engine, Session(engine) as session:
        found = verify(session, settings.key("CRM_HISTORY_KEY"), vault, anchors, records)
    _print({"checked": found.checked, "unsealed": found.unsealed, "fault": found.fault})
    if found.fault:
        sys.exit(1)


def _references(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from sqlalchemy.orm import Session

    from crm_chassis.db.vault import Vault
    from crm_chassis.records.tx import transaction

    with _database(settings.database_url, f"{service.name}-operator", 2) as engine, Session(engine) as session:
        if arguments.ask:
            asked = 0
            for batch in service.references.unasked(session):
                with transaction(engine, vault=Vault(settings.key("CRM_SUBJECT_KEK")), source="system") as tx:
                    asked += service.unverified.ask(tx, batch)
            _print({"asked": asked})
            return
        for dangling in service.references.dangling(session):
            _print(dangling)


def _clashes(service: Any, settings: Any, _: argparse.Namespace) -> None:
    from sqlalchemy.orm import Session

    from crm_chassis.jobs.composing import uncomposed

    with _database(settings.database_url, f"{service.name}-operator") as engine, Session(engine) as session:
        for by, query in service.clashes.items():
            for ids in session.scalars(query):
                _print({"clash": by, "ids": ids})
        for column, ids in uncomposed(session, service.tables):
            _print({"clash": f"{column}: another record has it in its composed form", "ids": ids})


def _shares(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from sqlalchemy.orm import Session

    from crm_chassis.records.sharing import astray, rewrite

    with _database(settings.database_url, f"{service.name}-operator") as engine, Session(engine) as session:
        for model in service.shareable_tables:
            ids = astray(session, model)
            for id_ in ids:
                _print({"table": model.__tablename__, "id": id_})
            if arguments.repair and ids:
                rewrite(session, model, ids)
        session.commit()


def _subject(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from crm_chassis import subjects
    from crm_chassis.ids import as_uuid

    subject = as_uuid(arguments.id)
    if subject is None:
        sys.exit("the id is none")
    with _operating(service, settings) as tx:
        if arguments.action == "find":
            rows = subjects.find(tx.session, service.tables, subject)
        else:
            rows = subjects.erase(tx.session, service.tables, subject)
            tx.audit(f"crm.{service.name}.subject", subject, "erased", {"kind": arguments.kind, "rows": rows})
    _print({"kind": arguments.kind, "id": subject, "rows": rows})


def _held(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from crm.common.v1 import bus_pb2

    held = bus_pb2.HeldEvent
    direction = held.OUTGOING if arguments.command == "outbox" else held.INCOMING
    state = held.DEAD if arguments.command == "dead" else held.STATE_UNSPECIFIED
    everything = bus_pb2.ListHeldEventsRequest(service=service.name, direction=direction, state=state, page_size=200)
    _look_after(service, settings, arguments, "BusService", "HeldEvent", everything)


def _jobs(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from crm.common.v1 import jobs_pb2

    if arguments.id == "all" and not arguments.state:
        sys.exit("all in which state? --state")
    state = jobs_pb2.Job.State.Value(arguments.state.upper() or "STATE_UNSPECIFIED")
    everything = jobs_pb2.ListJobsRequest(service=service.name, state=state, kind=arguments.kind, page_size=200)
    _look_after(service, settings, arguments, "JobService", "Job", everything)


def _look_after(
    service: Any, settings: Any, arguments: argparse.Namespace, rpcs: str, resource: str, everything: Any
) -> None:
    """Prints what a List request finds, or does with one or all of that what the action says."""
    if arguments.action == "list":
        for one in _pages(service, settings, f"{rpcs}/List{resource}s", everything):
            _print(one)
        return
    if not arguments.id:
        sys.exit("which one? give its id")
    verb = {"show": "Get", "retry": "Retry", "drop": "Drop", "cancel": "Cancel"}[arguments.action]
    path = f"{rpcs}/{verb}{resource}"
    request = _method(service, path)[0].request
    reason = {}
    if "reason" in request.DESCRIPTOR.fields_by_name:
        if not arguments.reason:
            sys.exit("say why: --reason")
        reason = {"reason": arguments.reason}
    ids = [arguments.id]
    if arguments.id == "all":
        ids = [one.id for one in _pages(service, settings, f"{rpcs}/List{resource}s", everything)]
    for id_ in ids:
        _print(_operate(service, settings, path, request(service=service.name, id=id_, **reason)))


def _pages(service: Any, settings: Any, path: str, request: Any) -> Iterator[Any]:
    while True:
        page = _operate(service, settings, path, request)
        (resources,) = [value for field, value in page.ListFields() if field.name != "next_page_token"] or [()]
        yield from resources
        request.page_token = page.next_page_token
        if not request.page_token:
            return


def _events(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from crm.common.v1 import bus_pb2

    if arguments.action == "state":
        _print(_operate(service, settings, "BusService/GetBusState", bus_pb2.GetBusStateRequest(service=service.name)))
        return
    if arguments.action == "forward":
        _forward(service, settings, arguments)
        return
    if not arguments.subscription:
        sys.exit("which subscription? `events state` lists them")
    replay = bus_pb2.ReplaySubscriptionRequest(service=service.name, subscription=arguments.subscription)
    if arguments.since is not None:
        replay.since.FromDatetime(arguments.since.astimezone(UTC))
    _print(_operate(service, settings, "BusService/ReplaySubscription", replay))


def _forward(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from sqlalchemy.orm import Session

    from crm_chassis.bus.forwarder import forward_again
    from crm_chassis.db.vault import Vault

    kinds = [arguments.subscription] if arguments.subscription else []
    since = arguments.since.astimezone(UTC) if arguments.since is not None else None
    with _database(settings.database_url, f"{service.name}-operator") as engine, Session(engine) as session:
        vault = Vault(settings.key("CRM_SUBJECT_KEK"))
        forwarded, refused = forward_again(session, settings.amqp_url, vault, kinds, since)
    _print({"forwarded": forwarded, "refused": refused})


def _method(service: Any, path: str) -> Any:
    """Method and function of an RPC that every service has."""
    return service.methods[f"/crm.common.v1.{path}"]


def _operate(service: Any, settings: Any, path: str, request: Any) -> Any:
    """Calls the function of an RPC here, on the database, as the system."""
    _, function = _method(service, path)
    with _operating(service, settings) as tx:
        return function(tx, request)


@contextmanager
def _operating(service: Any, settings: Any) -> Iterator[Any]:
    """A transaction of the system on the database of the service."""
    from crm_chassis.db.vault import Vault
    from crm_chassis.records.tx import transaction

    with (
        _database(settings.database_url, f"{service.name}-operator") as engine,
        transaction(engine, vault=Vault(settings.key("CRM_SUBJECT_KEK")), source="system") as tx,
    ):
        yield tx


def _print(value: Any) -> None:
    """Writes a message or plain values as a line of JSON."""
    from google.protobuf.message import Message

    from crm_chassis.contracts.transcode import Encoder

    sys.stdout.buffer.write(orjson.dumps(Encoder().encode(value) if isinstance(value, Message) else value) + b"\n")
    sys.stdout.flush()


_COMMANDS = {
    "setup": _setup,
    "api": _api,
    "worker": _worker,
    "migration": _migration,
    "history": _history,
    "references": _references,
    "clashes": _clashes,
    "shares": _shares,
    "subject": _subject,
    "inbox": _held,
    "dead": _held,
    "outbox": _held,
    "jobs": _jobs,
    "events": _events,
}
