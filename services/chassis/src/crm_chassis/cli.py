"""The command of a service: `crm-<service> setup, api, worker, events, inbox, dead, outbox, history, migration`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
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
    from crm_chassis.settings import Settings

    module, name = service_path.split(":")
    service = getattr(importlib.import_module(module), name)
    logs.configure(service.name, arguments.command)
    settings = Settings(service.name)
    try:
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
    history = commands.add_parser("history", help="check the audit trail")
    history.add_argument("action", choices=["verify"])
    for name, does, help_ in (
        ("inbox", ("list", "show", "retry", "drop"), "events from others that could not be applied yet"),
        ("dead", ("list", "show", "retry", "drop"), "those of them that were given up"),
        ("outbox", ("list", "show", "retry"), "own events that the broker refused"),
    ):
        held = commands.add_parser(name, help=help_)
        held.add_argument("action", choices=does)
        held.add_argument("id", nargs="?", default="", help='as the list shows it, or "all"')
        held.add_argument("--reason", default="", help="why an event is dropped")
    events = commands.add_parser("events", help="how the service stands on the bus; the past for a subscription")
    events.add_argument("action", choices=["state", "replay", "forward"])
    events.add_argument("subscription", nargs="?", default="", help="for `forward` a kind of record of this service")
    events.add_argument("--since", type=datetime.fromisoformat, help="only what happened from this time on")
    return parser


def _setup(service: Any, settings: Any, _: argparse.Namespace) -> None:
    from sqlalchemy.orm import Session

    from crm_chassis.bus.topology import declare
    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.migrations import upgrade
    from crm_chassis.db.replays import register
    from crm_chassis.db.tx import Transaction
    from crm_chassis.db.vault import Vault

    engine = make_engine(settings.database_url, f"{service.name}-setup", 2)
    upgrade(engine, service.migrations)
    declare(settings.amqp_url, service.name, {r for s in service.subscriptions for r in s.records})
    if service.start is not None:
        service.start(settings)
    with Session(engine) as session, session.begin():
        tx = Transaction(session, vault=Vault(settings.key("CRM_SUBJECT_KEK")), source="system")
        if service.setup is not None:
            service.setup(tx)
            tx.settle()
        register(session, service.subscriptions, tx.now)
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


def _held(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from crm.common.v1 import common_pb2

    held = common_pb2.HeldEvent
    direction = held.OUTGOING if arguments.command == "outbox" else held.INCOMING
    state = held.DEAD if arguments.command == "dead" else held.STATE_UNSPECIFIED
    everything = common_pb2.ListHeldEventsRequest(service=service.name, direction=direction, state=state, page_size=200)
    if arguments.action == "list":
        for one in _pages(service, settings, everything):
            _print(one)
        return
    if not arguments.id:
        sys.exit("which one? give its id")
    if arguments.action == "drop" and not arguments.reason:
        sys.exit("say why: --reason")
    ids = [arguments.id]
    if arguments.id == "all":
        ids = [one.id for one in _pages(service, settings, everything)]
    for id_ in ids:
        given: dict[str, str] = {"service": service.name, "id": id_}
        if arguments.action == "drop":
            given["reason"] = arguments.reason
        name = {"show": "Get", "retry": "Retry", "drop": "Drop"}[arguments.action]
        _print(_operate(service, settings, f"{name}HeldEvent", getattr(common_pb2, f"{name}HeldEventRequest")(**given)))


def _pages(service: Any, settings: Any, request: Any) -> Iterator[Any]:
    while True:
        page = _operate(service, settings, "ListHeldEvents", request)
        yield from page.held_events
        request.page_token = page.next_page_token
        if not request.page_token:
            return


def _events(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from crm.common.v1 import common_pb2

    if arguments.action == "state":
        _print(_operate(service, settings, "GetBusState", common_pb2.GetBusStateRequest(service=service.name)))
        return
    if arguments.action == "forward":
        _forward(service, settings, arguments)
        return
    if not arguments.subscription:
        sys.exit("which subscription? `events state` lists them")
    request = common_pb2.ReplaySubscriptionRequest(service=service.name, subscription=arguments.subscription)
    if arguments.since is not None:
        request.since.FromDatetime(arguments.since.astimezone(UTC))
    _print(_operate(service, settings, "ReplaySubscription", request))


def _forward(service: Any, settings: Any, arguments: argparse.Namespace) -> None:
    from sqlalchemy.orm import Session

    from crm_chassis.bus.forwarder import forward_again
    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.vault import Vault

    kinds = [arguments.subscription] if arguments.subscription else []
    since = arguments.since.astimezone(UTC) if arguments.since is not None else None
    with Session(make_engine(settings.database_url, f"{service.name}-operator", 1)) as session:
        vault = Vault(settings.key("CRM_SUBJECT_KEK"))
        forwarded, refused = forward_again(session, settings.amqp_url, vault, kinds, since)
    _print({"forwarded": forwarded, "refused": refused})


def _operate(service: Any, settings: Any, rpc: str, request: Any) -> Any:
    """Calls a function of BusService here, on the database, as the system."""
    from sqlalchemy.orm import Session

    from crm_chassis.db.engine import make_engine
    from crm_chassis.db.tx import Transaction
    from crm_chassis.db.vault import Vault

    _, function = service.methods[f"/crm.common.v1.BusService/{rpc}"]
    engine = make_engine(settings.database_url, f"{service.name}-operator", 1)
    with Session(engine) as session, session.begin():
        tx = Transaction(session, vault=Vault(settings.key("CRM_SUBJECT_KEK")), source="system")
        found = function(tx, request)
        tx.close()
    engine.dispose()
    return found


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
    "inbox": _held,
    "dead": _held,
    "outbox": _held,
    "events": _events,
}
