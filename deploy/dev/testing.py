"""Runs the tests: several runs of pytest beside each other, and once more, alone, what failed among them."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from deploy.dev import lanes
from deploy.dev.catalogue import REPOSITORY

FAILED, NO_TESTS = 1, 5
"""Exit codes of pytest: tests failed; it found no test."""
TRIED_AGAIN = 10
"""More tests than these do not fail by chance."""


def run(arguments: Sequence[str], environment: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Runs pytest in the runs that deploy.dev.lanes makes of the paths, a few at a time. Returns an exit code of it.

    A few tests that failed while others ran beside them are tried once more with the machine to themselves. One that
    passes then is called unsteady, and is a fault of the product or of the test like one that fails, but it does not
    keep a change of something else from landing.
    """
    paths = [argument for argument in arguments if Path(argument.split("::")[0]).exists()]
    options = [argument for argument in arguments if argument not in paths]
    folders = [
        folder for pattern in ("tests/*", "gateway/tests", "services/*/tests") for folder in Path().glob(pattern)
    ]
    chosen = lanes.runs(paths or [str(folder) for folder in sorted(folders) if folder.is_dir()])
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        runs = _all(chosen, options, environment, Path(scratch), lanes.LANES, say)
        failing = [run for run in runs if run.code not in (0, NO_TESTS)]
        code = failing[0].code if failing else min(run.code for run in runs)
        counts = [_counts(run.closing_line) for run in runs]
        suspects = [test for run in failing for test in run.failed()]
        if len(runs) > 1 and suspects and len(suspects) <= TRIED_AGAIN and all(run.code == FAILED for run in failing):
            say("once more, alone:\n" + "\n".join(suspects))
            again = _all(lanes.runs(suspects), options, environment, Path(scratch), 1, say)
            code = max(run.code for run in again)
            failed = {test for run in again for test in run.failed()}
            unsteady = [test for test in suspects if test not in failed] if code in (0, FAILED) else []
            if unsteady:
                say("\n".join(["unsteady, look for the reason:", *unsteady]))
            counts.append({"failed": -len(unsteady), "passed": len(unsteady), "unsteady": len(unsteady)})
    if len(runs) > 1:
        say(_closing_line(counts, time.monotonic() - began))
    return code


def _all(
    chosen: Mapping[str, Sequence[str]],
    options: Sequence[str],
    environment: Mapping[str, str],
    scratch: Path,
    at_a_time: int,
    say: Callable[[str], None],
) -> list["_Run"]:
    """Runs of pytest by name, so many at a time, carried out."""
    alone = len(chosen) == 1
    runs = [_Run(name, [*options, *own], environment, scratch, None if alone else say) for name, own in chosen.items()]

    def interrupt(*_: object) -> None:
        for run in runs:
            run.interrupt()

    before = signal.signal(signal.SIGTERM, interrupt)
    with ThreadPoolExecutor(at_a_time) as pool:
        pending = {pool.submit(run.go) for run in runs}
        while pending:
            try:
                _, pending = wait(pending)
            except KeyboardInterrupt:  # Ctrl-C reached the children too
                for run in runs:
                    run.cancelled = True
    signal.signal(signal.SIGTERM, before)
    return runs


def _counts(line: str) -> dict[str, int]:
    """What a closing line of pytest counts: {"passed": 3, "failed": 1}."""
    found = re.findall(r"(\d+) (failed|passed|skipped|deselected|xfailed|errors?)\b", line)
    return {what: int(count) for count, what in found}


def _closing_line(counts: Iterable[Mapping[str, int]], seconds: float) -> str:
    """What pytest would say at the end, of all runs together."""
    total: dict[str, int] = {}
    for one in counts:
        for what, count in one.items():
            total[what] = total.get(what, 0) + count
    told = ", ".join(f"{count} {what}" for what, count in total.items() if count)
    return f"{told or 'no tests ran'} in {seconds:.2f}s"


def _wait(process: subprocess.Popen[str]) -> tuple[int, float]:
    """The exit code of a process and the processor time in seconds that it and all that it has waited for took."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


class _Run:
    """One run of pytest. Beside others (`say`) it says how far it is, and everything else at its end."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        scratch: Path,
        say: Callable[[str], None] | None,
    ) -> None:
        # Only end-to-end tests are made by schemathesis, whose plugin loads slowly.
        plugins = [] if name == "e2e" else ["-p", "no:schemathesis"]
        self._name = name
        self._command = [sys.executable, "-m", "pytest", *plugins, *arguments]
        number, list_ = tempfile.mkstemp(dir=scratch)
        os.close(number)
        self._list = Path(list_)
        # Unbuffered: else progress would be told in blocks.
        self._environment = {**environment, "PYTHONUNBUFFERED": "1", "CRM_TEST_FAILED": list_}
        self._say = say
        self._process: subprocess.Popen[str] | None = None
        self.cancelled = False
        self.closing_line = ""
        self.code = 130

    def go(self) -> None:
        """Runs to the end, unless it was cancelled before it began."""
        if self.cancelled:
            return
        out, errors = (subprocess.PIPE, subprocess.STDOUT) if self._say else (None, None)
        self._process = subprocess.Popen(
            self._command, cwd=REPOSITORY, env=self._environment, text=True, stdout=out, stderr=errors
        )
        said = [f"{self._name}:\n"]
        for line in self._process.stdout or ():
            said.append(line)
            if self._say and (share := re.search(r"\[ *\d+%\]$", line)):
                self._say(f"{self._name} {share[0]}")
        if self._process.stdout is not None:
            self._process.stdout.close()
        code, seconds = _wait(self._process)
        self.code = code if code >= 0 else 128 - code
        self.closing_line = said[-1]
        # On a busy machine the time that passes says little about the tests.
        said.append(f"{seconds:.0f} s of processor time\n")
        if self._say:
            self._say("".join(said))

    def failed(self) -> list[str]:
        """The tests that failed, as pytest names them."""
        return list(dict.fromkeys(self._list.read_text().splitlines()))

    def interrupt(self) -> None:
        """Ends it as Ctrl-C would."""
        self.cancelled = True
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
