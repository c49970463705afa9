"""The worker process: a nameko container with the subscriber, the relay and the timers of one service."""

from __future__ import annotations

import os
import signal
import time
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import eventlet
from eventlet.semaphore import Semaphore
from nameko.containers import ServiceContainer
from nameko.extensions import Entrypoint
from sqlalchemy import Engine, Row, text
from sqlalchemy.orm import Session

from crm_chassis.access.actor import Actor
from crm_chassis.bus.forwarder import Forwarder
from crm_chassis.bus.relay import Relay
from crm_chassis.bus.replayer import Replayer, ask
from crm_chassis.bus.topology import publishes
from crm_chassis.bus.worker.jobs import JobSlots
from crm_chassis.bus.worker.subscriber import Subscriber
from crm_chassis.calls import requests
from crm_chassis.clock import system_clock
from crm_chassis.db import outbox
from crm_chassis.db.engine import make_engine
from crm_chassis.db.vault import Vault
from crm_chassis.events import inbox, refused
from crm_chassis.events.inbox import Receiver
from crm_chassis.imports.tables import forget_failures
from crm_chassis.jobs import queue
from crm_chassis.jobs.runner import Runner
from crm_chassis.logs import get_logger
from crm_chassis.metrics import (
    HISTORY_UNANCHORED_SECONDS,
    HISTORY_UNSEALED,
    JOBS,
    JOBS_LATE_SECONDS,
    OUTBOX_OLDEST_SECONDS,
    OUTBOX_UNPUBLISHED,
)
from crm_chassis.probes import Probes
from crm_chassis.records import anchors, history
from crm_chassis.records.tx import Transaction, transaction
from crm_chassis.service import Service, Timer
from crm_chassis.settings import Settings

SEALERS = 2
"""Connections of the sealer's own: one seals, the other anchors."""
POOL, KEPT = 8, 3
"""Connections to the database at most, and those that stay open: for the subscriber, a job and a timer."""
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
    happens in between. It may also say in how many seconds (a float) there will be something.
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
                busy = self._run()
            except Exception as error:
                busy = True
                self._log.warning("timer failed", timer=self._name, error=repr(error))
            longer = min(max(pause, self._seconds) * 2, self._idle)
            if isinstance(busy, float):
                pause = min(longer, busy)
            else:
                pause = self._seconds if busy else longer

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

    def __init__(
        self, service: Service, engine: Engine, sealer: Engine, key: bytes, vault: Vault, receiver: Receiver
    ) -> None:
        self._service = service.name
        self._engine = engine
        self._sealing = sealer
        self._sealer = history.Sealer(sealer, key)
        self._vault = vault
        self._receiver = receiver
        self._kinds = service.job_kinds
        self._log = get_logger()

    def seal_history(self) -> int:
        return self._sealer.seal()

    def anchor_history(self) -> None:
        """The anchor goes to the log and to identity too, which are outside the reach of the database's owner."""
        with Session(self._sealing) as session, session.begin():
            found = history.anchor(session)
            if found is not None:
                self._log.info("history anchor", seq=found.seq, mac=found.mac.hex())
        with transaction(self._engine, vault=self._vault, source="system") as tx:
            anchors.tell_identity(tx, self._service)

    def measure(self) -> bool:
        """Sets the gauges; returns whether anything waits."""
        with Session(self._engine) as session:
            count, oldest = outbox.backlog(session)
            unsealed, unanchored = history.backlog(session)
            jobs = queue.depth(session)
        OUTBOX_UNPUBLISHED.set(count)
        OUTBOX_OLDEST_SECONDS.set(oldest)
        HISTORY_UNSEALED.set(unsealed)
        HISTORY_UNANCHORED_SECONDS.set(unanchored)
        self._show(jobs)
        held = self._receiver.measure()
        return bool(count or unsealed or unanchored or held or any(row.condition != "SCHEDULED" for row in jobs))

    def _show(self, jobs: Sequence[Row[Any]]) -> None:
        JOBS.clear()
        JOBS_LATE_SECONDS.clear()
        for kind in self._kinds:
            JOBS_LATE_SECONDS.labels(kind.name)
            for condition in queue.CONDITIONS:
                JOBS.labels(kind.name, condition)
        for row in jobs:
            JOBS.labels(row.kind, row.condition).set(row.jobs)
            if row.condition == queue.WAITING:
                JOBS_LATE_SECONDS.labels(row.kind).set(row.late)

    def tidy(self) -> None:
        with Session(self._engine) as session, session.begin():
            now = system_clock()
            outbox.ensure_months(session, now)
            requests.forget_old(session, now)
            refused.forget_old(session, now)
            forget_failures(session, now)
            events, inbox_rows = outbox.compact(session, now - LOG_IN_FULL), inbox.forget_old(session, now - DUPLICATES)
        jobs = more = self._forget_jobs()
        while more:
            more = self._forget_jobs()
            jobs += more
        if events or inbox_rows or jobs:
            self._log.info("tidied", outdated_events=events, old_inbox_rows=inbox_rows, old_jobs=jobs)

    def _forget_jobs(self) -> int:
        with Session(self._engine) as session, session.begin():
            return queue.forget_finished(session, self._kinds)


def _run_timer(engine: Engine, vault: Vault, timer: Timer) -> bool:
    """One run of a service's timer, and whether it had anything to do; replicas that come second pass it over."""
    with Session(engine) as session, session.begin():
        lock = zlib.crc32(f"timer:{timer.name}".encode())
        if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock}):
            return False
        with Transaction(session, Actor(timer.name, "system"), vault=vault, source="rule") as tx:
            busy = timer.run(tx)
        return bool(busy) or tx.recorded


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
    receiver = Receiver(engine, service.every_subscription, vault)
    repeated: list[Periodically] = []

    def happened() -> None:
        for one in repeated:
            one.poke()

    relay = Relay(engine, settings.amqp_url, vault, eventlet.sleep, happened)
    replayer = Replayer(service.name, engine, settings.amqp_url, vault, eventlet.sleep)
    subscriber = Subscriber(service.name, settings.amqp_url, receiver, happened)
    sealer = make_engine(settings.database_sealer_url, f"{service.name}-sealer", SEALERS, kept=1, measured=False)
    chores = Chores(service, engine, sealer, settings.key("CRM_HISTORY_KEY"), vault, receiver)
    repeated += [
        Periodically("retry", 1.0, receiver.retry_due, idle=30.0),
        Periodically("replays", 2.5, lambda: ask(service.name, engine, settings.amqp_url), idle=60.0),
        Periodically("seal", 1.0, chores.seal_history, idle=30.0),
        Periodically("anchor", 60.0, chores.anchor_history),
        Periodically("measure", 10.0, chores.measure, idle=60.0),
        Periodically("tidy", 3600.0, chores.tidy),
    ]
    if service.job_kinds:
        slots = JobSlots(Runner(engine, service.job_kinds, vault, pause=eventlet.sleep), lambda: jobs.poke())
        jobs = Periodically("jobs", 0.5, slots.fill, idle=30.0)
        repeated.append(jobs)
    for timer in service.every_timer:
        run = partial(_run_timer, engine, vault, timer)
        repeated.append(Periodically(timer.name, timer.seconds, run, timer.idle_seconds))

    shell = type(f"{service.name}_worker", (), {"name": service.name})
    container = ServiceContainer(shell)
    loops: list[Any] = [Loop("relay", relay.run, relay.stop), Loop("replayer", replayer.run, replayer.stop)]
    if publishes(service.name):
        forwarder = Forwarder(service.name, engine, settings.amqp_url, eventlet.sleep)
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
    sealer.dispose()
    engine.dispose()
    log.info("stopped")
