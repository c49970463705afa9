"""How much of each part its tests reach, branches included, and the least that it may be."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.dev import LauncherError, lanes
from deploy.dev.catalogue import REPOSITORY

FLOOR = 90
"""The least percentage of lines and branches that tests reach, of a part that is not named in FLOORS."""
FLOORS = {"gateway": 95, "services/chassis": 95}
BESIDE = {
    "services/chassis": [
        "tests/contract",
        "tests/integration",
        "services/contacts/tests",
        "services/identity/tests/auth",
        "services/identity/tests/teams",
        "services/reporting/tests/test_freshness.py",
        "services/sales/tests/test_references.py",
        "services/support/tests/tickets",
    ],
    "services/kit": [
        "services/contacts/tests/test_reassignment.py",
        "services/support/tests/comments",
        "services/support/tests/customers",
    ],
}
"""Tests that are about a part and do not lie in it."""


def every() -> list[str]:
    """The parts that have tests of their own."""
    services = sorted(path.parent.relative_to(REPOSITORY).as_posix() for path in REPOSITORY.glob("services/*/tests"))
    return ["gateway", *services]


def measure(parts: Sequence[str], environment: Mapping[str, str], say: Callable[[str], None]) -> bool:
    """Runs the tests of the parts, says what they do not reach, and whether all passed and reach enough.

    Threads and processes that the tests start are measured too; of a process that is killed nothing is known. Raises
    LauncherError for what is no part.
    """
    if unknown := set(parts).difference(every()):
        raise LauncherError(f"{', '.join(sorted(unknown))} is none of {', '.join(every())}.")
    with ThreadPoolExecutor(lanes.LANES) as pool:
        return all(list(pool.map(lambda part: _measure(part, environment, say), parts)))


def _measure(part: str, environment: Mapping[str, str], say: Callable[[str], None]) -> bool:
    floor = FLOORS.get(part, FLOOR)
    folder = REPOSITORY / ".run" / "coverage" / part.replace("/", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    data = f"--data-file={folder / 'data'}"
    # A folder of sources, so that what no test imports counts as well.
    source = next(Path(REPOSITORY / part / "src").glob("crm_*"))
    tests = [f"{part}/tests", *BESIDE.get(part, [])]
    plugin = ["-p", "no:schemathesis"]

    def coverage(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "coverage", *arguments]
        return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)

    # Each service has a run of its own, as in `make test`.
    tried = [
        coverage("run", data, f"--source={source}", "-m", "pytest", *plugin, *paths)
        for paths in lanes.runs(tests).values()
    ]
    coverage("combine", data)
    report = coverage("report", data, f"--fail-under={floor}", "--skip-covered", "--show-missing")
    said = "".join(run.stdout[-3000:] for run in tried)
    say(f"{part} (at least {floor} %):\n{said}{report.stdout}{report.stderr}")
    return all(run.returncode == 0 for run in (*tried, report))
