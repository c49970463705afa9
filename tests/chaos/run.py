"""One run: start a copy of the suite, load it, harm it, let it come to rest, check everything."""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from sqlalchemy import create_engine

from deploy.dev.catalogue import catalogue
from deploy.dev.instance import Instance
from tests.chaos import cables, checks, figures, jobs, tables, watch
from tests.chaos.client import Client, Session
from tests.chaos.databases import Databases
from tests.chaos.harm import BROKER, DATABASE, FILL, FREEZE, KILL, LOSS, WAIT, Disks, Fault, Harm
from tests.chaos.history import FAIL, INFO, OK, History
from tests.chaos.load import Scene, Worker, set_the_scene
from tests.chaos.nemesis import Dose, Nemesis, plan
from tests.chaos.proxy import Network
from tests.chaos.report import Report

QUIET = 60.0  # seconds the suite has to come to rest after the last fault
PATIENCE = 180.0  # seconds the checks wait for it all the same
REPLICA = "contacts.api.1"


@dataclass(frozen=True)
class Profile:
    """How much of everything. `seconds` is how long the faults are spread over, `rate` writes per second."""

    dose: Dose
    seconds: float
    writes: int
    healthy: float = 10.0
    clients: int = 4
    rate: float = 20.0
    jobs: int = 0
    job_kills: int = 0
    """Jobs that are worked on at the end, while their workers are killed so often; `make test` has a thousand."""
    leniency: float = 1.0
    """By how much the limits in seconds are longer: the quick profile runs beside other tests on machines of any speed,
    so its seconds say whether something hangs; `full`, alone on a machine, says how fast it is."""


PROFILES = {
    "quick": Profile(Dose(kills=8, broker_kills=1, database_kills=2), seconds=30, writes=300, healthy=5, leniency=10),
    "full": Profile(
        Dose(
            kills=50,
            broker_kills=5,
            database_kills=6,
            freezes=8,
            delays=4,
            resets=6,
            cuts=6,
            losses=6,
            skews=3,
            fills=4,
        ),
        seconds=740,
        writes=10_000,
        jobs=10_000,
        job_kills=200,
    ),
    "long": Profile(
        Dose(
            kills=300,
            broker_kills=40,
            database_kills=40,
            freezes=60,
            delays=30,
            resets=40,
            cuts=40,
            losses=40,
            skews=14,
            fills=16,
        ),
        seconds=6300,
        writes=100_000,
        jobs=10_000,
        job_kills=200,
    ),
}


@dataclass
class Run:
    """The state of a run and its steps in their order."""

    instance: Instance
    profile: Profile
    seed: int
    say: Callable[[str], None]
    network: Network | None
    disks: Disks
    history: History = field(default_factory=History)
    faults: list[Fault] = field(default_factory=list)
    halt: threading.Event = field(default_factory=threading.Event)
    opened: ExitStack = field(default_factory=ExitStack)
    report: Report = field(default_factory=Report)
    loads: int = 0
    troubles: list[str] = field(default_factory=list)
    """What kept the run itself from its work; then what the checkers find says less than it should."""

    def go(self) -> Report:
        """Everything; the report says what held, also when the run could not go on."""
        try:
            with self.opened:
                self._go()
        except Exception:
            self.troubles.append(traceback.format_exc())
        self.report.check("run", "faults, load and checks carried out", self.troubles)
        return self.report

    def _login(self, email: str, password: str) -> Session:
        session = Session(self.instance.gateway_url, email, password)
        self.opened.callback(session.close)
        return session

    def _client(self, session: Session | None = None) -> Client:
        client = Client(self.instance.gateway_url, session or self.admin, self.history)
        self.opened.callback(client.close)
        return client

    def _go(self) -> None:
        self.admin = self._login(*self.instance.admin)
        self.client = self._client()
        scene = set_the_scene(self.client)
        self.customers = watch.known_customers(self.client, 4)
        stranger = self._client(self._hire_stranger())
        watchers = [watch.customer360(self._client(), self.customers), watch.stranger(stranger, self.customers)]
        with self._running(watchers):
            with self._load(scene):
                self.say(f"load of {self.profile.rate:g} writes/s from {self.profile.clients} clients, no faults")
                healthy = time.time(), self._wait(lambda: False, self.profile.healthy)
                self._replicas()
                self._broker()
                # Later a wrong clock may date other events into this time.
                databases = Databases(self.instance)
                self.lags = figures.lag(databases, *healthy)
                databases.close()
                self._harm()
            self.say(f"{len(self.history.writes)} writes done, waiting for quiet")
            self.report.examine("R2", "every process is ready again", self._ready)
            databases = Databases(self.instance)
            self.opened.callback(databases.close)
            self._rest(databases)
            last = max(fault.until for fault in self.faults)
            self.report.figure(
                "R2", "seconds from the last fault until nothing was left to do", time.time() - last, self._limit(QUIET)
            )
            if self.history.counts[OK] < self.profile.writes:
                with self._load(scene) as workers:
                    self._wait(
                        lambda: (
                            self.history.counts[OK] >= self.profile.writes or not all(w.is_alive() for w in workers)
                        ),
                        3 * self.profile.writes / self.profile.rate,
                    )
                self._rest(databases)
        if self.history.counts[OK] < self.profile.writes:
            self.troubles.append(f"{self.history.counts[OK]} of {self.profile.writes} writes were acknowledged")
        self._check(databases, scene.customers)
        self._figures(databases, *watchers)
        if self.profile.jobs:
            self.report.examine(
                "R1", f"{self.profile.jobs:,} jobs and {self.profile.job_kills} kills of their workers", self._jobs
            )

    def _jobs(self) -> list[str]:
        """Jobs of the chaos run's own kinds, which no worker of the suite takes, in the database of a service."""
        service = catalogue().services["contacts"]
        owner = create_engine(self.instance.database_owner_url(service))
        try:
            profile, url = self.profile, self.instance.database_url(service)
            return jobs.examine(owner, url, profile.jobs, profile.job_kills, self.seed, self.say)
        finally:
            owner.dispose()

    @contextmanager
    def _running(self, threads: Sequence[Worker | watch.Watcher]) -> Iterator[None]:
        """These clients are at work meanwhile; at the end each finishes what it has in hand."""
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for thread in threads:
                thread.stop()
            until = time.monotonic() + 100
            for thread in threads:
                thread.join(max(0.0, until - time.monotonic()))
                if thread.is_alive():
                    self.troubles.append(f"{thread.name} does not end")

    @contextmanager
    def _load(self, scene: Scene) -> Iterator[list[Worker]]:
        """Clients write meanwhile."""
        self.loads += 1
        names = [f"{self.seed}.{self.loads}.{number}" for number in range(self.profile.clients)]
        rate = self.profile.rate / self.profile.clients
        workers = [Worker(self.instance.gateway_url, self.admin, self.history, scene, name, rate) for name in names]
        with self._running(workers):
            yield workers
        self.troubles += [f"{worker.name}: {worker.error!r}" for worker in workers if worker.error is not None]

    def _harm(self) -> None:
        """All faults of the plan."""
        harm = Harm(self.instance, self.network, self.disks, self.seed, self.halt.wait)
        nemesis = Nemesis(harm, self.halt, self._plan(), self.profile.seconds, self.say)
        nemesis.start()
        self._wait(lambda: not nemesis.is_alive(), self.profile.seconds * 2)
        self.halt.set()
        nemesis.join(2 * WAIT)
        self.faults += nemesis.done
        if nemesis.error is not None:
            self.troubles.append(f"{nemesis.done[-1]}: {nemesis.error!r}")
        if left := nemesis.plan[len(nemesis.done) :]:
            self.troubles.append(f"{len(left)} faults of the plan were not done")

    def _hire_stranger(self) -> Session:
        """A seller without a team."""
        roles = self.client.get("/v1/roles", page_size=200) or {}
        role = next(one["id"] for one in roles["roles"] if one["name"] == "sales_rep")
        email, password = f"stranger-{secrets.token_hex(4)}@test.example", secrets.token_urlsafe(16)
        body = {"email": email, "display_name": "Stranger", "password": password, "role_ids": [role]}
        answer = self.client.request("POST", "/v1/users", json=body)
        assert answer.status_code == 201, answer.text
        return self._login(email, password)

    def _plan(self) -> list[Fault]:
        """The faults of the profile that this machine can do."""
        processes = [one.name for one in self.instance.processes() if "." in one.name or one.name == "gateway"]
        faults = plan(self.profile.dose, processes, self.seed)
        for kind, obstacle in (FILL, self.disks.reason), (LOSS, cables.impossible()):
            if obstacle and any(fault.kind == kind for fault in faults):
                self.report.remark(f"no {kind}: {obstacle}")
                faults = [fault for fault in faults if fault.kind != kind]
        return faults

    def _wait(self, done: Callable[[], bool], seconds: float) -> float:
        """Until it is done or the time is over, with a line of progress every few seconds; returns the wall clock."""
        until, told = time.monotonic() + seconds, 0.0
        while not done() and time.monotonic() < until:
            if time.monotonic() - told > 5:
                told = time.monotonic()
                counts = self.history.counts
                self.say(f"{counts[OK]} writes acknowledged, {counts[FAIL]} refused, {counts[INFO]} unknown")
            time.sleep(0.1)
        return time.time()

    def _replicas(self) -> None:
        """R5: one of the two apis of contacts dies, then one freezes, while clients read."""
        for number, what in ((signal.SIGKILL, "killed"), (signal.SIGSTOP, "frozen")):
            readers = [watch.reader(self._client(), self.customers) for _ in range(2)]
            for one in readers:
                one.start()
            self._wait(lambda: all(len(one.samples) > 20 for one in readers), 20)  # noqa: B023
            self.say(f"{REPLICA} is {what}")
            at, pid = time.time(), self.instance.kill(REPLICA, number)
            self._wait(lambda: False, 6)
            if number == signal.SIGSTOP:
                os.kill(pid, signal.SIGCONT)
            self.instance.wait_ready(60)
            for one in readers:
                one.stop()
                one.join(20)
            self.faults.append(Fault(KILL if number == signal.SIGKILL else FREEZE, REPLICA, at=at, until=time.time()))
            samples = [s for one in readers for s in one.samples if s.at + s.seconds > at]
            bad = [s for s in samples if s.status != 200]
            self.report.figure(
                "R5", f"failed reads of {len(samples)}, one of two replicas {what}", len(bad),
                0 if number == signal.SIGKILL else 3, [f"{s.status} {s.wrong}" for s in bad],
            )  # fmt: skip
            if number == signal.SIGSTOP:
                slow = [s.at + s.seconds - at for s in samples if s.status != 200 or s.seconds > 1]
                self.report.figure("R5", "seconds until the frozen replica was left out", max(slow, default=0.0), 2.0)

    def _broker(self) -> None:
        """R2: the broker dies, and nothing else does until every service publishes again."""
        self.say("the broker is killed")
        fault = Fault(KILL, BROKER, at=time.time())
        self.instance.kill(BROKER)
        self._wait(lambda: False, 15)
        databases = Databases(self.instance)
        self._wait(lambda: not figures.unpublished(databases, fault.at, fault.at + 10), PATIENCE)
        databases.close()
        fault.until = time.time()
        self.faults.append(fault)
        self.alone = fault

    def _before(self, at: float) -> str:
        """The last fault before a moment."""
        earlier = [fault for fault in self.faults if fault.at <= at]
        return f"{earlier[-1]} began {at - earlier[-1].at:.1f} s ago" if earlier else "nothing"

    def _limit(self, seconds: float) -> float:
        return seconds * self.profile.leniency

    def _ready(self) -> list[str]:
        self.instance.wait_ready(PATIENCE)
        return []

    def _rest(self, databases: Databases) -> None:
        until = time.monotonic() + PATIENCE
        while (left := tables.behind(databases)) and time.monotonic() < until:
            self.say(f"still to do: {left}")
            time.sleep(1)

    def _check(self, databases: Databases, accounts: list[str]) -> None:
        report, clients = self.report, [self._client() for _ in range(4)]
        self.say("checking")
        sample = [customer.account for customer in self.customers] + accounts[:: max(1, len(accounts) // 20)]
        report.examine(
            "C6", "customer-360 is the sum of the services",
            lambda: checks.customer360_is_the_sum(clients[0], sample),
        )  # fmt: skip
        lost = report.examine(
            "C1", f"{len(self.history.expected())} records as last acknowledged",
            lambda: checks.acknowledged_is_readable(clients, self.history),
        )  # fmt: skip
        found = tables.deliveries(databases)
        report.check("C2", f"{found.deliveries} deliveries of {found.events} events", found.faults["C2"])
        report.check("C3", "copies equal their sources, effects happened once", found.faults["C3"])
        report.check("C4", "versions 1..n per record and subscriber", found.faults["C4"])
        unsealed = time.monotonic() + 10
        while checks.unsealed(databases) and time.monotonic() < unsealed:
            time.sleep(0.2)
        instance = self.instance
        report.examine("C5", "audit chains and anchors", lambda: checks.audit_trail(instance, databases))
        report.examine("C7", "nothing parked, dead or unroutable", lambda: checks.nothing_given_up(instance, databases))
        report.examine(
            "C8", "no process, lock or transaction left behind",
            lambda: checks.nothing_left_behind(instance, databases),
        )  # fmt: skip
        fates: Counter[str] = Counter()
        report.examine(
            "C9", "unknown outcomes are whole or absent",
            lambda: checks.unknown_is_absent_or_whole(clients[0], self.history, fates),
        )  # fmt: skip
        for fate, count in sorted(fates.items()):
            report.note(f"unknown outcomes: {fate}", count)
        counts = self.history.counts
        report.note("acknowledged writes", counts[OK])
        report.note("refused writes", counts[FAIL])
        report.note("writes of unknown outcome", counts[INFO])
        report.note("writes that needed more than one try", sum(w.attempts > 1 for w in self.history.writes))
        for kind, victim in ((KILL, BROKER), (KILL, DATABASE)):
            report.note(
                f"{kind}s of {victim}", sum(f.kind == kind and f.victim.startswith(victim) for f in self.faults)
            )
        for kind in sorted({fault.kind for fault in self.faults}):
            report.note(f"faults: {kind}", sum(fault.kind == kind for fault in self.faults))
        report.figure("R1", "acknowledged records lost or older", len(lost), 0)
        report.figure("R1", "deliveries never applied", found.never_applied, 0)
        report.figure("R1", "duplicate effects", found.duplicates, 0)
        report.figure("R1", "order breaks", found.order_breaks, 0)
        report.note("events that came early and were held back", found.early)
        for line in checks.traces(self.instance):
            report.remark(line)

    def _figures(self, databases: Databases, pages: watch.Watcher, stranger: watch.Watcher) -> None:
        report = self.report
        p99 = figures.percentile(self.lags, 0.99)
        report.figure("R2", f"p99 lag of {len(self.lags)} deliveries while healthy, s", p99, self._limit(1))
        resumed = figures.resumptions(databases, [self.alone])
        slowest = max(resumed, default=0.0) if resumed else float("inf")
        report.figure("R2", "publishing of the slowest service back after a broker kill, s", slowest, self._limit(15))
        among = figures.resumptions(databases, self.faults)
        report.note(f"the same of {len(among)} broker kills among other faults, s", round(max(among), 1))
        told = figures.outside_the_gateways_own(pages.samples, self.faults)
        bad = [f"{s.status} {s.wrong}" for s in told if s.status != 200 or s.wrong]
        report.figure("R4", f"wrong or failed customer-360 of {len(told)}", len(bad), 0, bad)
        seconds = [s.seconds for s in told]
        report.figure("R4", "customer-360 p99, s", figures.percentile(seconds, 0.99), figures.LIMIT_360)
        slow = sorted((s for s in told if s.seconds > figures.LIMIT_360), key=lambda s: -s.seconds)
        report.figure(
            "R4", "slowest customer-360, s", max(seconds, default=0.0), self._limit(figures.LIMIT_360),
            [f"{s.seconds:.2f} s after {self._before(s.at)}" for s in slow],
        )  # fmt: skip
        seen = [s.wrong for s in stranger.samples if s.wrong and s.status]
        report.check("C10", f"{sum(s.status > 0 for s in stranger.samples)} answers to a stranger show nothing", seen)
