"""Runs the measurements and writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import time
from pathlib import Path

import psutil

from deploy.dev import demo
from deploy.dev.instance import Instance
from tests.bench import suite
from tests.bench.suite import Bench
from tests.e2e.client import Api

ROOT = Path(__file__).resolve().parents[2]
IDLE_CPU, IDLE_MEMORY = 5, 1_500
"""What the idle suite may cost: percent of one core, MB."""
DIGESTED = 300.0
"""Seconds that the workers may take at most for what a load leaves them to do."""

Idle = tuple[dict[str, float], dict[str, float]]


def main() -> None:
    """Starts a copy of the suite, measures, writes the report."""
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("--profile", choices=["quick", "full"], default="quick")
    quick = parser.parse_args().profile == "quick"
    began = time.perf_counter()
    idle = at_rest(60 if quick else 120)
    with Instance("bench") as instance:
        instance.erase()
        started = time.perf_counter()
        instance.start(env={"CRM_RATE_LIMITS": "off"})
        instance.wait_ready(120)
        bench = Bench(instance, Api(instance.gateway_url, *instance.admin), seconds=2.5 if quick else 8)
        bench.notes["start on an empty database, s"] = round(time.perf_counter() - started, 1)
        ids = suite.seed(bench, 5_000 if quick else 20_000)
        digest(instance)
        requests = suite.requests(bench, ids)
        asyncio.run(suite.peers(bench, ids, requests))
        suite.latency(bench)
        bench.notes["memory of all processes under load, MB"] = round(sum(suite.memory(instance).values()))
        suite.relay_and_worker(bench)
        instance.wait_ready(60)
        asyncio.run(suite.growth(bench, [10_000, 100_000] if quick else [10_000, 100_000, 1_000_000]))
        for name, make in requests.items():
            asyncio.run(suite.costs(bench, name, make, 4))
    instance.erase()
    report(bench, idle, "quick" if quick else "full", time.perf_counter() - began)


def at_rest(seconds: float) -> Idle:
    """CPU and memory of what `make up` leaves running, measured for so many seconds when the demo company is digested."""
    with Instance("idle") as instance:
        instance.erase()
        instance.start()
        instance.wait_ready(120)
        demo.load(instance.gateway_url, *instance.admin, instance.run_dir, instance.tell)
        digest(instance)
        idle = suite.cpu(instance, seconds), suite.memory(instance)
    instance.erase()
    return idle


def digest(instance: Instance) -> None:
    """Waits until the workers have done what a load left them to do."""
    until = time.monotonic() + DIGESTED
    while sum(suite.cpu(instance, 5).values()) > 2 * IDLE_CPU and time.monotonic() < until:
        continue


def report(bench: Bench, idle: Idle, profile: str, seconds: float) -> None:
    """Writes docs/benchmarks.md."""
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench PROFILE={profile}` in {seconds:.0f} s on {os.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GB, {platform.machine()}, Python {platform.python_version()}.",
        "The load generator, PostgreSQL, RabbitMQ and all processes of the suite share those cores. Role checks are on,",
        "rate limits are off. c is the number of connections that each wait for an answer before they send again.",
        "",
        "| what | c | per second | p50 ms | p99 ms | errors | target or floor |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in bench.rows:
        compared = f"target {row['target']}" if row["target"] else row["floor"]
        lines.append(
            f"| {row['name'].replace('  ', '&nbsp;&nbsp;')} | {row['c']} | {row['per_second']} | {row['p50']} | {row['p99']} "
            f"| {row['errors']} | {compared} |"
        )
    aimed = [row for row in bench.rows if row["target"] and row["c"] == 32]
    lines += [
        "", "Requests per second at 32 connections, and the targets as a line:", "", "```mermaid", "xychart-beta",
        f"    x-axis [{', '.join(json.dumps(row['name']) for row in aimed)}]",
        '    y-axis "per second" 0 -->' + f" {max(max(row['per_second'], row['target']) for row in aimed):.0f}",
        f"    bar {[row['per_second'] for row in aimed]}", f"    line {[row['target'] for row in aimed]}", "```",
    ]  # fmt: skip
    lines += ["", "| figure | value |", "|---|---|"]
    lines += [f"| {name} | {value:,} |" for name, value in bench.notes.items()]
    cpu, memory = idle
    lines += [
        "", "## Idle", "",
        "What `make up` leaves running when nobody does anything: CPU in percent of one core, memory as proportional set size.",
        "", "| process | CPU % | MB |", "|---|---|---|",
    ]  # fmt: skip
    lines += [f"| {name} | {cpu[name]:.2f} | {memory[name]:.1f} |" for name in sorted(cpu)]
    lines += [
        f"| all | {sum(cpu.values()):.2f} | {sum(memory.values()):,.0f} |",
        f"| limit | {IDLE_CPU} | {IDLE_MEMORY:,} |",
    ]
    lines += [
        "", "## Where the time goes", "",
        "What one request costs while one client repeats it: CPU of every process that has a part in it, the work that its",
        "event causes included, SQL statements of the api processes, and self time of Python functions in the busiest two.",
    ]  # fmt: skip
    for name, cost in bench.costs.items():
        lines += ["", f"**{name.strip()}**", "", "| process | CPU ms | SQL statements |", "|---|---|---|"]
        shown = sorted((one for one, ms in cost.cpu.items() if ms >= 0.02), key=lambda one: -cost.cpu[one])
        lines += [f"| {one} | {cost.cpu[one]:.2f} | {cost.statements.get(one, 0):.1f} |" for one in shown]
        lines += [f"| all | {sum(cost.cpu.values()):.2f} | {sum(cost.statements.values()):.1f} |"]
        for process, functions in cost.functions.items():
            lines += ["", f"{process}:", "", "```", *functions, "```"]
    (ROOT / "docs" / "benchmarks.md").write_text("\n".join(lines) + "\n")
    print(f"written: docs/benchmarks.md ({seconds:.0f} s)")


if __name__ == "__main__":
    main()
