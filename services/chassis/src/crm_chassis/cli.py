"""The command of a service: `crm-<service> setup | api | worker | migration | history | inbox`."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import Any

import orjson


def run(service_path: str, argv: list[str] | None = None) -> None:
    """Runs a sub-command for the service object at `service_path` ("crm_sales.service:service")."""
    arguments = _parser(service_path).parse_args(argv)
    if arguments.command == "worker":
        from crm_chassis.bus.worker.patch import patch

        patch()
    from crm_chassis import clock, logs
    from crm_chassis.errors import DomainError
    from crm_chassis.settings import Settings

    module, name = service_path.split(":")
    service = getattr(importlib.import_module(module), name)
    logs.configure(service.name, arguments.command)
    settings = Settings(service.name)
    try:
        clock.set_skew(settings.clock_skew)
        _COMMANDS[arguments.command](service, settings, arguments)
    except DomainError as error:
        sys.exit(f"crm-{service.name}: {error.detail}")


def _parser(service_path: str) -> argparse.ArgumentParser:
    package = service_path.split(".")[0]
    parser = argparse.ArgumentParser(prog=package.replace("_", "-"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="migrate the database and declare the queues; may be repeated")
    commands.add_parser("api", help="serve gRPC")
    commands.add_parser("worker", help="receive and publish events, run timers and imports")
    migration = commands.add_parser("migration", help="write a migration from the models (development)")
    migration.add_argument("message")
    history = commands.add_parser("history", help="check the audit trail")
    history.add_argument("action", choices=["verify"])
    inbox = commands.add_parser("inbox", help="events that could not be applied")
    inbox.add_argument("action", choices=["list", "show", "retry", "drop"])
    inbox.add_argument("id", nargs="?", type=int)
    bootstrap = commands.add_parser("bootstrap", help="fill a new subscriber from another service's event log")
    bootstrap.add_argument("address", help="host:port of the other service's api")
    bootstrap.add_argument("--token", required=True, help="actor token of the gateway for that service")
    return parser


def _setup(service: Any, settings: Any, _: argparse.Namespace) -> None:
    from sqlalchemy.orm import Session

    from crm_chassis.bus.topology import declare
    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.migrations import upgrade
    from crm_chassis.db.tx import Transaction
    from crm_chassis.db.vault import Vault

    engine = make_engine(settings.database_url, f"{service.name}-setup", 2)
    upgrade(engine, service.migrations)
    declare(settings.amqp_url, service.name, {r for s in service.subscriptions for r in s.records})
    if service.start is not None:
        service.start(settings)
    if service.setup is not None:
        with Session(engine) as session, session.begin():
            tx = Transaction(session, vault=Vault(settings.key("CRM_SUBJECT_KEK")), source="system")
            service.setup(tx)
            tx.settle()
            tx.close()
    engine.dispose()


def _api(service: Any, settings: Any, _: argparse.Namespace) -> None:
    from crm_chassis.rpc.server import serve

    serve(service, settings)


def _worker(service: Any, settings: Any, _: argparse.Namespace) -> None:
    from crm_chassis.bus.worker.main import work

    work(service, settings)


def _migration(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.migrations import revision, upgrade

    engine = make_engine(settings.database_url, "migration", 2)
    if (service.migrations / "versions").exists():
        upgrade(engine, service.migrations)
    _print({"written": str(revision(engine, service.migrations, arguments.message))})


def _history(service: Any, settings: Any, _: argparse.Namespace) -> None:
    from sqlalchemy.orm import Session

    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.history import verify

    with Session(make_engine(settings.database_url, "history", 1)) as session:
        found = verify(session, settings.key("CRM_HISTORY_KEY"))
    _print({"checked": found.checked, "unsealed": found.unsealed, "fault": found.fault})
    if found.fault:
        sys.exit(1)


def _inbox(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from sqlalchemy import select
    from sqlalchemy.orm import Session

    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.inbox import drop, revive
    from crm_chassis.db.tables import Parked

    with Session(make_engine(settings.database_url, "inbox", 1)) as session, session.begin():
        if arguments.action in ("list", "show"):
            query = select(Parked).order_by(Parked.id).limit(500)
            if arguments.id is not None:
                query = query.where(Parked.id == arguments.id)
            for row in session.scalars(query):
                found = {
                    "id": row.id, "subscription": row.subscription, "type": row.type, "record_id": row.record_id,
                    "version": row.version, "attempts": row.attempts, "dead": row.dead, "error": row.error,
                    "parked_at": row.parked_at, "next_attempt_at": row.next_attempt_at,
                }  # fmt: skip
                if arguments.action == "show":
                    found["event"] = orjson.loads(row.envelope)
                _print(found)
            return
        if arguments.id is None:
            sys.exit("which one? give its id")
        done = (revive if arguments.action == "retry" else drop)(session, arguments.id)
        _print({"done": done})


def _bootstrap(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    """Replays the log of another service through the inbox; what has been applied before changes nothing."""
    from itertools import islice

    from crm.common.v1 import common_pb2

    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.inbox import Receiver
    from crm_chassis.db.vault import Vault
    from crm_chassis.envelope import IncomingEvent
    from crm_chassis.rpc.client import Client

    if service.start is not None:
        service.start(settings)
    engine = make_engine(settings.database_url, f"{service.name}-bootstrap", 2)
    receiver = Receiver(engine, service.subscriptions, Vault(settings.key("CRM_SUBJECT_KEK")))
    client = Client(arguments.address, arguments.token)
    answers = client.stream("crm.common.v1.EventLogService.ReplayEvents", common_pb2.ReplayEventsRequest(), timeout=100)
    count = 0
    while batch := list(islice(answers, 50)):
        events = [IncomingEvent.read(answer.event) for answer in batch]
        receiver.receive([event for event in events if event.record in receiver.records])
        count += len(batch)
    _print({"read": count})


def _print(value: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.flush()


_COMMANDS = {
    "setup": _setup,
    "api": _api,
    "worker": _worker,
    "migration": _migration,
    "history": _history,
    "inbox": _inbox,
    "bootstrap": _bootstrap,
}
