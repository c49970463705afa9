"""Runs the measurements and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import platform
import time
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from deploy.dev import demo
from deploy.dev.instance import Instance
from tests.bench import console, cost, fill, peer, suite
from tests.bench.load import Connection
from tests.bench.suite import Bench
from tests.e2e.client import Api

ROOT = Path(__file__).resolve().parents[2]
HISTORY = ROOT / "docs" / "benchmarks.csv"
"""The figures of each version."""
CUSTOMERS = 2_000
"""Of these are the costs: with five contacts, deals, tickets and activities each."""
FOUND = "Last7"
"""A word that the palette of the console is asked for: last names of the fill begin so."""
IDLE_CPU, IDLE_MEMORY = 5, 1_500
"""What the idle suite may cost: percent of one core, MB."""
DIGESTED = 300.0
"""Seconds that the workers may take at most for what a load leaves them to do."""

Idle = tuple[dict[str, float], dict[str, float]]


def main() -> None:
    """Starts a copy of the suite, measures, writes the report and a line per operation into the history of figures."""
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("--profile", choices=["quick", "full"], default="quick")
    parser.add_argument("--sizes", type=lambda text: [int(one) for one in text.split(",")], default=[10_000, 1_000_000],
                        help="of the growth that the full profile measures: of each kind")  # fmt: skip
    parser.add_argument("--peer", help="the address of another system, to be measured beside ours instead")
    parser.add_argument("--adapter", type=Path, default=peer.OUR_ADAPTER, help="how to speak to it")
    arguments = parser.parse_args()
    if arguments.peer:
        beside(peer.Peer.of(arguments.peer, arguments.adapter), 2 if arguments.profile == "quick" else 8)
        return
    quick = arguments.profile == "quick"
    began = time.perf_counter()
    idle = None if quick else at_rest(120)
    with Instance("bench") as instance:
        bench, model = started(instance, 2 if quick else 8)
        requests = suite.operations(bench.api)
        suite.cost_of(bench, requests, rounds=3, count=200 if quick else 500)
        asyncio.run(suite.rates(bench, requests, [1] if quick else [1, 32], floors=not quick))
        if not quick:
            bench.notes["memory of all processes under load, MB"] = round(sum(cost.memory(instance).values()))
            asyncio.run(suite.profiles(bench, requests, 4))
            suite.latency(bench)
            suite.relay_and_worker(bench)
            instance.wait_ready(60)
            suite.grown(bench, model, arguments.sizes, 100)
        feel = console.measure(instance.gateway_url, bench.api, FOUND, 3 if quick else 20)
    instance.erase()
    seconds = time.perf_counter() - began
    remember(bench, arguments.profile)
    report(bench, idle, feel, arguments.profile, seconds)


def started(instance: Instance, seconds: float) -> tuple[Bench, fill.Pattern]:
    """A copy of the suite with customers in it, and what more of them are written after."""
    instance.erase()
    began = time.perf_counter()
    instance.start(env={"CRM_RATE_LIMITS": "off"})
    instance.wait_ready(120)
    start = round(time.perf_counter() - began, 1)
    admin = Api(instance.gateway_url, *instance.admin)
    model = fill.pattern(admin, suite.staff(admin))
    fill.digested(instance)
    fill.fill(instance, model, CUSTOMERS)
    bench = Bench(instance, admin, Api(instance.gateway_url, suite.MANAGER, suite.PASSWORD), seconds)
    bench.notes["start on an empty database, s"] = start
    return bench, model


def beside(other: peer.Peer, seconds: float) -> None:
    """Measures the operations that another system has too, in turn with ours, and prints them."""
    with Instance("bench") as instance:
        bench, _ = started(instance, seconds)
        requests = suite.operations(bench.api)
        processes = peer.pids()
        compared = {
            name: asyncio.run(
                peer.compare(
                    requests[name].once(bench.connection()),
                    other.operation(name, Connection(other.url, other.headers)),
                    lambda: sum(cost.spent(instance).values()),
                    (lambda: peer.cpu(processes)) if processes else None,
                    seconds,
                )
            )
            for name in other.adapter["operations"]
        }
    instance.erase()
    print(peer.table(compared))


def remember(bench: Bench, profile: str) -> None:
    """Adds the figures to the history, in place of those of the same version and profile."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    rows: list[dict[str, Any]] = []
    if HISTORY.exists():
        rows = list(csv.DictReader(HISTORY.open(newline="")))
    rows = [row for row in rows if (row["version"], row["profile"]) != (version, profile)]
    for name, one in bench.costs.items():
        values = {
            "loop_ms": one.calibrators.loop, "select_ms": one.calibrators.select, "cpu_ms": one.ms, "loops": one.loops,
            "selects": one.ms / one.calibrators.select, **asdict(bench.counts[name]),
        }  # fmt: skip
        rounded = {key: f"{value:.3g}" for key, value in values.items()}
        rows.append({"version": version, "profile": profile, "operation": name, **rounded, "errors": one.errors})
    with HISTORY.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def at_rest(seconds: float) -> Idle:
    """CPU and memory of what `make up` leaves running, measured for so many seconds when the demo company is digested."""
    with Instance("idle") as instance:
        instance.erase()
        instance.start()
        instance.wait_ready(120)
        demo.load(instance.gateway_url, *instance.admin, instance.run_dir, instance.tell)
        digest(instance)
        idle = cost.cpu(instance, seconds), cost.memory(instance)
    instance.erase()
    return idle


def digest(instance: Instance) -> None:
    """Waits until the workers have done what a load left them to do."""
    until = time.monotonic() + DIGESTED
    while sum(cost.cpu(instance, 5).values()) > 2 * IDLE_CPU and time.monotonic() < until:
        continue


def report(bench: Bench, idle: Idle | None, feel: console.Feel | None, profile: str, seconds: float) -> None:
    """Writes docs/benchmarks.md."""
    first = next(iter(bench.costs.values())).calibrators
    lines = [
        "# Benchmarks", "",
        f"Written by `make bench PROFILE={profile}` in {seconds:.0f} s on {os.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GB, {platform.machine()}, Python {platform.python_version()}.",
        "The load generator, PostgreSQL, RabbitMQ and all processes of the suite share those cores. Everything is asked for by a",
        f"sales manager who sees half of {CUSTOMERS:,} customers. Each has five contacts, and the one that is read has five deals,",
        "tickets and activities and two campaigns. Role checks are on, rate limits are off. An answer of which a part is missing or",
        "old is an error. The figures of each version are in [benchmarks.csv](benchmarks.csv).",
        "", "## Costs", "",
        "What one request costs while one client repeats it: CPU of every process that has a part in it, the work that its event",
        "causes included and what the suite spends at rest taken off; SQL statements of all processes; rows and buffers that",
        "PostgreSQL read. The CPU stands beside two calibrators that were measured next to it, so that machines can be compared:",
        f"a loop of plain Python (here {first.loop:.2f} ms) and a SELECT by primary key over the wire, both ends (here {first.select:.3f} ms).",
        "", "| operation | CPU ms | limit | in loops | in SELECTs | SQL statements | rows | buffers | errors |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, one in bench.costs.items():
        lines.append(
            f"| {name} | {one.ms:.2f} | {suite.MOST_MS.get(name, '')} | {one.loops:.2f} | "
            f"{one.ms / one.calibrators.select:.0f} | {bench.counts[name].statements:.1f} | {bench.counts[name].rows:.0f} | {bench.counts[name].buffers:.0f} | {one.errors} |"
        )
    processes = sorted({process for one in bench.costs.values() for process, ms in one.cpu.items() if ms >= cost.NAMED})
    lines += [
        "",
        "CPU ms by process:",
        "",
        f"| operation | {' | '.join(processes)} |",
        "|---" * (len(processes) + 1) + "|",
    ]
    for name, one in bench.costs.items():
        spent = (f"{ms:.2f}" if (ms := one.cpu.get(process, 0.0)) >= cost.NAMED else "" for process in processes)
        lines.append(f"| {name} | {' | '.join(spent)} |")
    lines += [
        "", "## Rates", "",
        "c is the number of connections that each wait for an answer before they send again.", "",
        "| what | c | per second | p50 ms | p99 ms | errors | floor |", "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in bench.rows:
        lines.append(
            f"| {row['name'].replace('  ', '&nbsp;&nbsp;')} | {row['c']} | {row['per_second']} | {row['p50']} | {row['p99']} "
            f"| {row['errors']} | {row['floor']} |"
        )
    lines += ["", "| figure | value |", "|---|---|"]
    lines += [f"| {name} | {value:,} |" for name, value in bench.notes.items()]
    if bench.growth:
        lines += _growth(bench)
    if feel is not None:
        lines += console.lines(feel)
    if idle is not None:
        lines += _idle(idle)
    if bench.functions:
        lines += ["", "## Where the time goes", "",
                  "Self time of Python functions in the two processes that spend most."]  # fmt: skip
    for name, by_process in bench.functions.items():
        lines += ["", f"**{name}**"]
        for process, functions in by_process.items():
            lines += ["", f"{process}:", "", "```", *functions, "```"]
    (ROOT / "docs" / "benchmarks.md").write_text("\n".join(lines) + "\n")
    print(f"written: docs/benchmarks.md ({seconds:.0f} s)")


def _growth(bench: Bench) -> list[str]:
    sizes = sorted({size for costs in bench.growth.values() for size in costs})
    lines = [
        "", "## Growth", "",
        "CPU ms per request with so many contacts, deals, tickets, activities, members of campaigns and facts, and what the",
        f"largest size costs beside the smallest. The limit is {suite.MOST_GROWTH}.", "",
        f"| operation | {' | '.join(f'{size:,}' for size in sizes)} | ratio | errors |", "|---" * (len(sizes) + 3) + "|",
    ]  # fmt: skip
    for name, costs in bench.growth.items():
        told = " | ".join(f"{costs[size].ms:.2f}" for size in sizes)
        ratio = costs[sizes[-1]].loops / costs[sizes[0]].loops
        lines.append(f"| {name} | {told} | {ratio:.2f} | {sum(one.errors for one in costs.values())} |")
    lines += [
        "",
        "Tables that these operations read from end to end at the largest size, and how many rows of them:",
        "",
    ]
    read = [f"- {table}: {rows:,}" for table, rows in sorted(bench.scanned.items()) if rows]
    return lines + (read or ["none."])


def _idle(idle: Idle) -> list[str]:
    used, memory = idle
    lines = [
        "", "## Idle", "",
        "What `make up` leaves running when nobody does anything: CPU in percent of one core, memory as proportional set size.",
        "", "| process | CPU % | MB |", "|---|---|---|",
    ]  # fmt: skip
    lines += [f"| {name} | {used[name]:.2f} | {memory[name]:.1f} |" for name in sorted(used)]
    return [
        *lines,
        f"| all | {sum(used.values()):.2f} | {sum(memory.values()):,.0f} |",
        f"| limit | {IDLE_CPU} | {IDLE_MEMORY:,} |",
    ]


if __name__ == "__main__":
    main()
