"""The worker process: a nameko container with the subscriber, the relay and the timers of one service."""

from __future__ import annotations

import os
import signal
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import eventlet
from eventlet.semaphore import Semaphore
from nameko.containers import ServiceContainer
from nameko.extensions import Entrypoint
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from crm_chassis.bus.forwarder import Forwarder
from crm_chassis.bus.relay import Relay
from crm_chassis.bus.replayer import Replayer, ask
from crm_chassis.bus.topology import publishes
from crm_chassis.bus.worker.subscriber import Subscriber
from crm_chassis.clock import system_clock
from crm_chassis.db import history, inbox, outbox, requests
from crm_chassis.db.engine import make_engine
from crm_chassis.db.imports import ImportRunner
from crm_chassis.db.inbox import Receiver
from crm_chassis.db.tx import Transaction
from crm_chassis.db.vault import Vault
from crm_chassis.logs import get_logger
from crm_chassis.metrics import (
    HISTORY_UNANCHORED_SECONDS,
    HISTORY_UNSEALED,
    OUTBOX_OLDEST_SECONDS,
    OUTBOX_UNPUBLISHED,
)
from crm_chassis.probes import Probes
from crm_chassis.service import Service, Timer
from crm_chassis.settings import Settings

POOL, KEPT = 8, 3
"""Connections to the database at most, and those that stay open: for the subscriber, an import and a timer."""
LOG_IN_FULL = timedelta(days=400)
"""Older events stay only if no later event of their record has outdated them."""
DUPLICATES = timedelta(days=90)
"""How long the inbox knows an event by its id; then the version of its record alone keeps it from coming twice."""


class Loop(Entrypoint):
    """A function that runs in a green thread of the container for as long as it lives."""

    def __init__(self, name: str, run: Callable[[], None], stop: Callable[[], None]) -> None:
        super().__init__()
        self._name, self._run, self._stop = name, run, stop

    def bind(self, container: Any, method_name: str) -> Loop:
        self.container, self.method_name = container, method_name
        return self

    def start(self) -> None:
        self.container.spawn_managed_thread(self._run, identifier=self._name)

    def stop(self) -> None:
        self._stop()


class Periodically:
    """Calls a function every so many seconds until stopped; an error is logged and does not end it.

    If `run` says that there was nothing to do, the next call may be later, up to `idle` seconds, unless something
    happens in between.
    """

    def __init__(self, name: str, seconds: float, run: Callable[[], Any], idle: float = 0.0) -> None:
        self._name, self._seconds, self._run, self._idle = name, seconds, run, max(idle, seconds)
        self._wake = Semaphore(0)
        self._stopping = False
        self._log = get_logger()

    def loop(self) -> None:
        pause = self._seconds * (zlib.crc32(self._name.encode()) % 100) / 100
        while not self._stopping:
            if self._sleep(pause):
                pause = self._seconds
            if self._stopping:
                return
            try:
                idle = not self._run()
            except Exception as error:
                idle = False
                self._log.warning("timer failed", timer=self._name, error=repr(error))
            pause = min(max(pause, self._seconds) * 2, self._idle) if idle else self._seconds

    def _sleep(self, seconds: float) -> bool:
        """Sleeps that long, or for the shortest pause once something happens; True if something did."""
        until, woken = time.monotonic() + seconds, False
        while not self._stopping and (left := until - time.monotonic()) > 0:
            if self._wake.acquire(timeout=left) and not woken:
                woken, until = True, min(until, time.monotonic() + self._seconds)
        return woken

    def poke(self) -> None:
        """Something has happened: the next run is at most the shortest pause away."""
        if not self._wake.balance > 0:
            self._wake.release()

    def stop(self) -> None:
        self._stopping = True
        self._wake.release()


class Chores:
    """What every worker does on time beside the service's own timers."""

    def __init__(self, engine: Engine, settings: Settings, receiver: Receiver) -> None:
        self._engine = engine
        self._history_key = settings.key("CRM_HISTORY_KEY")
        self._receiver = receiver
        self._log = get_logger()

    def seal_history(self) -> int:
        with Session(self._engine) as session, session.begin():
            return history.seal(session, self._history_key)

    def anchor_history(self) -> None:
        """The anchor goes to the log too, which is outside the reach of the database's owner."""
        with Session(self._engine) as session, session.begin():
            found = history.anchor(session, system_clock())
            if found is not None:
                self._log.info("history anchor", seq=found.seq, mac=found.mac.hex())

    def measure(self) -> bool:
        """Sets the gauges; returns whether anything waits."""
        with Session(self._engine) as session:
            count, oldest = outbox.backlog(session)
            unsealed, unanchored = history.backlog(session)
        OUTBOX_UNPUBLISHED.set(count)
        OUTBOX_OLDEST_SECONDS.set(oldest)
        HISTORY_UNSEALED.set(unsealed)
        HISTORY_UNANCHORED_SECONDS.set(unanchored)
        held = self._receiver.measure()
        return bool(count or unsealed or unanchored or held)

    def tidy(self) -> None:
        with Session(self._engine) as session, session.begin():
            now = system_clock()
            outbox.ensure_months(session, now)
            requests.forget_old(session, now)
            removed = outbox.compact(session, now - LOG_IN_FULL), inbox.forget_old(session, now - DUPLICATES)
        if any(removed):
            self._log.info("tidied", outdated_events=removed[0], old_inbox_rows=removed[1])


def _run_timer(engine: Engine, vault: Vault, timer: Timer) -> bool:
    """One run of a service's timer, and whether it had anything to do; replicas that come second pass it over."""
    with Session(engine) as session, session.begin():
        lock = zlib.crc32(f"timer:{timer.name}".encode())
        if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock}):
            return False
        tx = Transaction(session, vault=vault, source="rule")
        try:
            busy = timer.run(tx)
            tx.settle()
            return bool(busy) or tx.recorded
        finally:
            tx.close()


def _give_way(nice: int) -> None:
    """Lets requests go first where the processor is short; events catch up."""
    if nice:
        os.nice(nice)
        # Linux may share the processor between sessions before it does between processes (CONFIG_SCHED_AUTOGROUP).
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(nice))


def work(service: Service, settings: Settings) -> None:
    """Runs the worker until SIGTERM or SIGINT."""
    _give_way(settings.worker_nice)
    log = get_logger()
    engine = make_engine(settings.database_url, f"{service.name}-worker", POOL, kept=KEPT)
    vault = Vault(settings.key("CRM_SUBJECT_KEK"))
    if service.start is not None:
        service.start(settings)
    receiver = Receiver(engine, service.subscriptions, vault)
    repeated: list[Periodically] = []

    def happened() -> None:
        for one in repeated:
            one.poke()

    relay = Relay(engine, settings.amqp_url, vault, eventlet.sleep, happened)
    replayer = Replayer(service.name, engine, settings.amqp_url, vault, eventlet.sleep)
    subscriber = Subscriber(service.name, settings.amqp_url, receiver, happened)
    chores = Chores(engine, settings, receiver)
    importers = {importer.kind: importer for importer in service.importers}
    runner = ImportRunner(engine, importers, vault)
    repeated += [
        Periodically("retry", 1.0, receiver.retry_due, idle=30.0),
        Periodically("replays", 2.5, lambda: ask(service.name, engine, settings.amqp_url), idle=60.0),
        Periodically("seal", 1.0, chores.seal_history, idle=30.0),
        Periodically("anchor", 60.0, chores.anchor_history),
        Periodically("measure", 10.0, chores.measure, idle=60.0),
        Periodically("tidy", 3600.0, chores.tidy),
    ]
    if importers:
        repeated.append(Periodically("imports", 0.5, lambda: runner.run(5.0), idle=30.0))
    for timer in service.timers:
        run = partial(_run_timer, engine, vault, timer)
        repeated.append(Periodically(timer.name, timer.seconds, run, timer.idle_seconds))

    shell = type(f"{service.name}_worker", (), {"name": service.name})
    container = ServiceContainer(shell)
    loops: list[Any] = [Loop("relay", relay.run, relay.stop), Loop("replayer", replayer.run, replayer.stop)]
    if publishes(service.name):
        forwarder = Forwarder(service.name, settings.amqp_url, eventlet.sleep)
        loops.append(Loop("forwarder", forwarder.run, forwarder.stop))
    loops += [Loop("periodically", one.loop, one.stop) for one in repeated]
    if receiver.records:
        loops.append(subscriber)
    for loop in loops:
        container.entrypoints.add(loop.bind(container, "work"))

    probes = Probes(
        settings.host,
        settings.probes_port,
        {
            "relay": lambda: "" if relay.healthy else "not publishing",
            "subscriber": lambda: subscriber.problem if receiver.records else "",
        },
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: eventlet.spawn_after(0, container.stop))
    container.start()
    probes.start()
    log.info("working", probes_port=probes.port, follows=sorted(receiver.records))
    container.wait()
    engine.dispose()
    log.info("stopped")
