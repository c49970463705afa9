"""What takes long is computed in a child process, which ends with its worker, and the worker goes on meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from crm_chassis.errors import InvalidInput
from crm_chassis.jobs.children import ChildFailed, ChildTimedOut, in_child

from tests.e2e.client import eventually
from tests.integration import computations

GREEN = """
import json, sys, time
from crm_chassis.bus.worker.patch import patch
patch()
import eventlet
from crm_chassis.jobs.children import in_child
from tests.integration import computations
"""


def green(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A process like a worker's, in which one thread does everything."""
    command = [sys.executable, "-c", GREEN + code, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_the_result_comes_back() -> None:
    assert in_child(computations.double, 21, seconds=60) == 42


def test_an_error_comes_back_with_its_place() -> None:
    with pytest.raises(InvalidInput) as raised:
        in_child(computations.refuse, "name", seconds=60)
    assert raised.value.errors == {"name": ["is not what it should be"]}
    assert "in refuse" in raised.value.__notes__[0]


def test_an_error_that_cannot_be_passed_on_is_told() -> None:
    with pytest.raises(ChildFailed, match="Peculiar"):
        in_child(computations.be_peculiar, seconds=60)


def test_the_time_is_limited() -> None:
    before = set(psutil.Process().children())
    with pytest.raises(ChildTimedOut, match="longer than 2 s"):
        in_child(computations.sleep, 600.0, seconds=2)
    assert set(psutil.Process().children()) <= before


def test_the_memory_is_limited() -> None:
    assert in_child(computations.grab, 100, seconds=60, megabytes=800) == 100 * 2**20
    with pytest.raises(MemoryError):
        in_child(computations.grab, 900, seconds=60, megabytes=800)


def test_a_child_that_dies_is_told() -> None:
    with pytest.raises(ChildFailed, match="-9"):
        in_child(computations.die, seconds=60)


def test_green_threads_go_on_while_a_child_computes() -> None:
    code = """
ticks = []
def tick():
    while True:
        ticks.append(time.perf_counter())
        eventlet.sleep(0.01)
eventlet.spawn(tick)
rounds = in_child(computations.spin, 2.0, seconds=120)
print(json.dumps({"rounds": rounds, "ticks": len(ticks)}))
"""
    with green(code) as worker:
        answer, _ = worker.communicate(timeout=120)
    found: dict[str, Any] = json.loads(answer)
    assert found["rounds"] > 0
    assert found["ticks"] > 40


def pid_in(file: Path) -> int | None:
    return int(file.read_text()) if file.exists() else None


def test_a_child_ends_with_its_worker(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with green("in_child(computations.tell_and_spin, sys.argv[1], 600.0, seconds=900)", str(file)) as worker:
        child = eventually(lambda: pid_in(file), 60)
        worker.kill()
    eventually(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE, 30)


def test_a_child_ends_in_time_though_its_worker_is_frozen(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with green("in_child(computations.tell_and_spin, sys.argv[1], 600.0, seconds=4)", str(file)) as worker:
        child = eventually(lambda: pid_in(file), 60)
        os.kill(worker.pid, signal.SIGSTOP)
        try:
            eventually(lambda: psutil.Process(child).status() == psutil.STATUS_ZOMBIE, 180)
        finally:
            worker.kill()
