"""What a request costs, told so that machines can be compared: CPU, SQL statements, rows and buffers.

CPU is that of every process of the suite and of its servers, the work that the events of a write cause included, and
without what they spend anyway when nobody asks for anything. Beside it stand two calibrators, measured before and after
each operation: a loop of plain Python, and a SELECT by primary key over the wire. Time that another program takes does
not count as CPU; a slower machine, or a busier one, makes the calibrators slower too.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil

from deploy.dev import LauncherError
from deploy.dev.catalogue import catalogue
from deploy.dev.instance import Instance
from deploy.dev.probes import metrics
from deploy.dev.supervisor import lock_holder, read_plan
from tests.bench.fill import connect
from tests.bench.load import Once

NAMED = 0.02
"""ms per request from which on a process is named."""
STATISTICS_SECONDS = 11
"""A session of PostgreSQL that does nothing tells its statistics after ten seconds."""
_COUNTED = "crm_db_statement_seconds_count"


@dataclass(frozen=True)
class Calibrators:
    """ms of CPU that the two calibrators cost: the loop, and the SELECT with both ends."""

    loop: float
    select: float


@dataclass(frozen=True)
class Counts:
    """SQL statements of all processes, rows and buffers that PostgreSQL read."""

    statements: float
    rows: float
    buffers: float

    def per_request(self, before: Counts, idle: Counts, seconds: float, count: float) -> Counts:
        """What has come to them since `before` for each of so many requests; `idle` comes in a second at rest."""

        def each(after: float, before: float, at_rest: float) -> float:
            return max(0.0, after - before - at_rest * seconds) / count

        return Counts(
            each(self.statements, before.statements, idle.statements),
            each(self.rows, before.rows, idle.rows),
            each(self.buffers, before.buffers, idle.buffers),
        )


_NOTHING = Counts(0, 0, 0)


@dataclass(frozen=True)
class Cost:
    """What one request costs: ms of CPU by process."""

    cpu: dict[str, float]
    errors: int
    calibrators: Calibrators

    @property
    def ms(self) -> float:
        """CPU of all processes."""
        return sum(self.cpu.values())

    @property
    def loops(self) -> float:
        """CPU of all processes in loops of the first calibrator: comparable between machines."""
        return self.ms / self.calibrators.loop

    @classmethod
    def median(cls, rounds: list[Cost]) -> Cost:
        """The rounds as one: the CPU of the middle round by `loops`, and all errors."""
        middle = sorted(rounds, key=lambda cost: cost.loops)[len(rounds) // 2]
        return cls(middle.cpu, sum(cost.errors for cost in rounds), middle.calibrators)


class Meter:
    """Measures what requests to a running copy of the suite cost."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._probed = [one.metrics for one in instance.processes() if one.name.rpartition(".")[2] in ("api", "worker")]
        self._idle: dict[str, float] = {}
        self._idle_counts = _NOTHING
        self._counted: tuple[Counts, float] | None = None
        """What was counted last, and when."""

    def rest(self, seconds: float) -> None:
        """Measures what the suite spends when nobody asks for anything, which is taken off what requests cost."""
        counted, before = self._counts(), spent(self._instance)
        time.sleep(seconds)
        after = spent(self._instance)
        self._idle = {name: (after[name] - before[name]) / seconds for name in after}
        self._idle_counts = self._counts().per_request(counted, _NOTHING, 0, seconds)

    def count(self, client: Callable[[], Once], count: int) -> Counts:
        """What is counted of a request, sent so often by one client."""
        if self._counted is None:
            self._counted = self._told(), time.perf_counter()
        before, began = self._counted
        asyncio.run(_repeat(client(), count))
        self._settle()
        self._counted = self._told(), time.perf_counter()
        after, ended = self._counted
        return after.per_request(before, self._idle_counts, ended - began, count)

    def measure(self, client: Callable[[], Once], count: int) -> Cost:
        """The CPU that a request costs, sent so often by one client."""
        asyncio.run(_repeat(client(), max(10, count // 10)))
        self._settle()
        earlier = calibrate(self._instance)
        began, before = time.perf_counter(), spent(self._instance)
        errors = asyncio.run(_repeat(client(), count))
        self._settle()
        seconds, after = time.perf_counter() - began, spent(self._instance)
        cpu = {
            name: max(0.0, after[name] - before[name] - self._idle.get(name, 0.0) * seconds) * 1000 / count
            for name in after
        }
        later = calibrate(self._instance)
        between = Calibrators((earlier.loop + later.loop) / 2, (earlier.select + later.select) / 2)
        return Cost(cpu, errors, between)

    def _told(self) -> Counts:
        """What is counted once every session of PostgreSQL has told what it read."""
        time.sleep(STATISTICS_SECONDS)
        return self._counts()

    def _settle(self) -> None:
        """Waits until the workers have done what the requests left them to do."""
        until = time.monotonic() + 60
        before = spent(self._instance)
        while time.monotonic() < until:
            time.sleep(0.5)
            after = spent(self._instance)
            busy = sum(after[name] - before[name] - 0.5 * self._idle.get(name, 0.0) for name in after)
            if busy < 0.05:
                return
            before = after

    def _counts(self) -> Counts:
        with connect(self._instance, "postgres") as connection:
            query = """
                SELECT sum(tup_returned), sum(blks_hit + blks_read) FROM pg_stat_database WHERE datname = ANY (%s)
            """
            names = [service.database for service in catalogue().services.values()]
            rows, buffers = connection.execute(query, [names]).fetchall()[0]
        statements = sum(metrics(url, [_COUNTED]).get(_COUNTED, 0.0) for url in self._probed)
        return Counts(statements, float(rows), float(buffers))


async def _repeat(once: Once, count: int) -> int:
    """Sends a request so often; how many answers were not good."""
    return sum([not await once() for _ in range(count)])


def calibrate(instance: Instance) -> Calibrators:
    """The calibrators, each the smallest of several rounds."""
    with connect(instance, "postgres") as connection:
        backend = psutil.Process(connection.info.backend_pid)
        client = psutil.Process()
        connection.execute(
            "CREATE TEMPORARY TABLE calibrator AS SELECT n AS id, n::text AS value FROM generate_series(1, 1000) n"
        )
        connection.execute("ALTER TABLE calibrator ADD PRIMARY KEY (id)")

        def selects() -> None:
            for n in range(1_000):
                connection.execute("SELECT value FROM calibrator WHERE id = %s", (n,), prepare=True).fetchone()

        selects()
        select = min(_cpu_of(selects, client, backend) for _ in range(3)) / 1_000
    return Calibrators(min(_cpu_of(_loop) for _ in range(5)), select)


def _loop() -> None:
    """Plain Python of what services do most: calls, attributes, dictionaries, text."""
    seen: dict[str, int] = {}
    for n in range(5_000):
        key = f"key {n % 97}"
        seen[key] = seen.get(key, 0) + len(key.split())


def _cpu_of(work: Callable[[], None], *processes: psutil.Process) -> float:
    """ms of CPU that the work takes: of the processes, or of this thread if none are named."""
    if not processes:
        began = time.thread_time()
        work()
        return (time.thread_time() - began) * 1000
    before = sum(map(_own, processes))
    work()
    return (sum(map(_own, processes)) - before) * 1000


def _own(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def cpu(instance: Instance, seconds: float) -> dict[str, float]:
    """CPU of every process, with its children, during so many seconds in percent of one core."""
    before = spent(instance)
    time.sleep(seconds)
    return {name: (after - before[name]) * 100 / seconds for name, after in spent(instance).items()}


def spent(instance: Instance) -> dict[str, float]:
    """CPU seconds so far by process, with its children."""
    return defaultdict(float, {name: sum(map(_used, family)) for name, family in _families(instance).items()})


def memory(instance: Instance) -> dict[str, float]:
    """Proportional set size of every process in MB, with its children."""
    return {name: sum(map(_pss, family)) for name, family in _families(instance).items()}


def _families(instance: Instance) -> dict[str, list[psutil.Process]]:
    """Every process by name, after its children; the supervisor without those that have a name of their own."""
    supervisor = lock_holder(instance.run_dir)
    assert supervisor is not None
    families = {"supervisor": [psutil.Process(supervisor)]}
    # Do not ask the processes whether they are ready: to answer costs what is measured here.
    for name in read_plan(instance.run_dir):
        with suppress(LauncherError, psutil.NoSuchProcess):
            root = psutil.Process(instance.pid(name))
            families[name] = [*root.children(recursive=True), root]
    return families


def _used(process: psutil.Process) -> float:
    """CPU seconds so far, those of children that have ended included."""
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _pss(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 2**20
    except psutil.NoSuchProcess:
        return 0.0
