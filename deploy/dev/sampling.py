"""Whether the tests of a part notice when one of its rules is changed: a sample of mutants, each tried on its own."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy.dev import LauncherError, lanes, mutation
from deploy.dev.catalogue import REPOSITORY

PASSED, FAILED, INTERRUPTED, NO_TESTS = 0, 1, 2, 5
SECONDS = 300
"""How long the tests may take on a mutant; one that does not end has been noticed."""


@dataclass(frozen=True)
class Sampled:
    """A mutant of a file."""

    file: Path
    mutant: mutation.Mutant

    def __str__(self) -> str:
        place = f"{self.file.relative_to(REPOSITORY)}:{self.mutant.line}"
        return f"{place}\n    - {self.mutant.before}\n    + {self.mutant.after}"


def sample(part: Path, count: int, seed: int) -> tuple[list[Sampled], int]:
    """So many mutants of the part's rules, always the same for a seed; and how many there are."""
    files = sorted((part / "src").rglob("model.py"))
    every = [Sampled(file, mutant) for file in files for mutant in mutation.mutants(file.read_text())]
    return random.Random(seed).sample(every, min(count, len(every))), len(every)


def survivors(
    part: Path, sampled: list[Sampled], environment: Mapping[str, str], say: Callable[[str], None]
) -> list[Sampled]:
    """Those of them that no test of the part notices. Raises LauncherError if the tests fail without a mutant."""
    if _run([part / "tests"], environment) != PASSED:
        raise LauncherError(f"The tests of {part.relative_to(REPOSITORY)} fail as they are. Mend them first.")

    def survives(one: Sampled) -> bool:
        nearest = part / "tests" / one.file.parent.name
        changed = {**environment, mutation.VARIABLE: f"{one.file}:{one.mutant.number}"}
        # Most are noticed by the tests beside the rule.
        passed = all(_run([folder], changed) == PASSED for folder in (nearest, part / "tests") if folder.is_dir())
        say(f"{'survived' if passed else 'noticed '} {one.file.relative_to(part)}:{one.mutant.line}")
        return passed

    with ThreadPoolExecutor(lanes.LANES) as pool:
        return [one for one, survived in zip(sampled, pool.map(survives, sampled), strict=True) if survived]


def _run(paths: list[Path], environment: Mapping[str, str]) -> int:
    plugin = ["-p", "deploy.dev.mutation"] if mutation.VARIABLE in environment else []
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:schemathesis", *plugin, *map(str, paths)]
    try:
        done = subprocess.run(
            command, cwd=REPOSITORY, env={**os.environ, **environment}, capture_output=True, text=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return FAILED
    if done.returncode not in (PASSED, FAILED, INTERRUPTED, NO_TESTS):
        raise LauncherError(f"pytest ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
    return PASSED if done.returncode == NO_TESTS else done.returncode
