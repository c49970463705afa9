"""The supervisor of one instance: it makes reality match `plan.json` and tells what it sees in `state.json`.

The plan lists the processes that shall run. Whoever changes the plan (see `instance.py`) replaces the file;
the supervisor starts, restarts and stops processes accordingly. A process that exits is started again, first
at once, then after a pause that doubles up to two seconds. SIGTERM stops everything in order.

A supervisor locks `supervisor.lock` as long as it lives, so no stale file can be mistaken for a live one.
Every child has LAUNCHER_RUN_DIR in its environment, which is how left-over children are recognised; on Linux the
kernel signals the children when the supervisor dies.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

GRACE = 25.0  # seconds between the polite and the hard way to stop a process
LONGEST_PAUSE = 2.0  # seconds between two attempts to start a process
SETTLED = 10.0  # a process that ran this long (seconds) starts again without a pause
LOG_LIMIT = 10 * 1024 * 1024  # bytes of a log file before it is rotated; one older file is kept
TICK = 0.5  # seconds between two looks at the plan and, while a child starts or stops, at the children
CALM = 5.0  # seconds between two looks at everything else

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Spec:
    """One process of the plan.

    stage      processes of a higher stage are stopped before those of a lower one
    ready      URL that tells whether it is ready (http, tcp, amqp or postgresql scheme), or empty
    user       account to run as, empty for the supervisor's own
    revision   changes when the code behind the process does, so that the process is restarted
    held       known, but shall not run at the moment
    """

    name: str
    argv: list[str]
    env: dict[str, str]
    stage: int
    port: int = 0
    ready: str = ""
    metrics: str = ""
    user: str = ""
    cwd: str = "/"
    stop_signal: int = int(signal.SIGTERM)
    revision: str = ""
    held: bool = False

    @property
    def digest(self) -> str:
        """Tells this version of the process from any other."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]


def write_json(path: Path, document: object) -> None:
    """Replace a file at once, readable by its owner only."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(document, file, indent=1)
    temporary.replace(path)


def read_json(path: Path) -> Any:
    """The document in a file, None when there is none."""
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None


def read_plan(run_dir: Path) -> dict[str, Spec]:
    return {entry["name"]: Spec(**entry) for entry in read_json(run_dir / "plan.json") or []}


def write_plan(run_dir: Path, specs: list[Spec]) -> None:
    write_json(run_dir / "plan.json", [asdict(spec) for spec in specs])


def lock_holder(run_dir: Path) -> int | None:
    """Process id of the live supervisor of this directory, None when there is none."""
    try:
        with open(run_dir / "supervisor.lock") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or 0) or None
    except FileNotFoundError:
        pass
    return None


def die_with_parent(stop_signal: int) -> Callable[[], None] | None:
    """What a child does before exec so that the kernel stops it when its supervisor dies (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, stop_signal)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


@dataclass
class Child:
    """A process of the plan as it is: running, waiting for its next start, or being stopped."""

    spec: Spec
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: int = 0
    failures: int = 0
    next_start: float = 0.0
    stopping_since: float | None = None
    last_exit: int | None = None


@dataclass
class Supervisor:
    """The loop described at the top of this file."""

    run_dir: Path
    owner: int | None = None
    children: dict[str, Child] = field(default_factory=dict)
    plan: dict[str, Spec] = field(default_factory=dict)
    stopping: bool = False
    _plan_seen: tuple[int, int] = (0, 0)
    _state_written: str = ""

    def run(self) -> None:
        """Supervise until told to stop."""
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_read, False)
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, lambda *_: None)
        selector = selectors.DefaultSelector()
        selector.register(wake_read, selectors.EVENT_READ)
        self._log("supervisor started", pid=os.getpid())
        while True:
            try:
                self._step()
            except OSError as error:  # a full disk must not end the supervision
                self._log("supervision failed", level="error", error=str(error))
            if self.stopping and not self.children:
                break
            until = time.monotonic() + (0 if self._unsettled() else CALM)
            while not (signalled := selector.select(TICK)):
                if time.monotonic() >= until or self._orphaned() or self._plan_stamp() != self._plan_seen:
                    break
            if signalled:
                os.read(wake_read, 4096)
        self._log("supervisor stopped")

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _orphaned(self) -> bool:
        return self.owner is not None and os.getppid() != self.owner

    def _unsettled(self) -> bool:
        return any(child.process is None or child.stopping_since is not None for child in self.children.values())

    def _step(self) -> None:
        if self._orphaned():
            self.stopping = True
        self._read_plan()
        now = time.monotonic()
        wanted = {} if self.stopping else {name: spec for name, spec in self.plan.items() if not spec.held}
        for name, spec in wanted.items():
            self.children.setdefault(name, Child(spec))
        self._reap(now)
        unwanted = [child for name, child in self.children.items() if wanted.get(name) != child.spec]
        self._stop_last_stage(unwanted, now)
        for name, child in list(self.children.items()):
            if child.process is None:
                if name not in wanted:
                    del self.children[name]
                    continue
                if child.spec != wanted[name]:
                    self.children[name] = child = Child(wanted[name], restarts=child.restarts + 1)
                if now >= child.next_start:
                    self._start(child, now)
        self._rotate_logs()
        self._write_state()

    def _plan_stamp(self) -> tuple[int, int]:
        """Changes with the plan; stays when the plan is gone."""
        try:
            status = os.stat(self.run_dir / "plan.json")
        except FileNotFoundError:
            return self._plan_seen
        return status.st_ino, status.st_mtime_ns

    def _read_plan(self) -> None:
        seen = self._plan_stamp()
        if seen != self._plan_seen:
            self.plan = read_plan(self.run_dir)
            self._plan_seen = seen

    def _reap(self, now: float) -> None:
        for child in self.children.values():
            if child.process is None or child.process.poll() is None:
                continue
            child.last_exit = child.process.returncode
            child.process = None
            if child.stopping_since is not None:
                child.stopping_since = None
                continue
            child.failures = 0 if now - child.started > SETTLED else child.failures + 1
            child.next_start = now + (min(0.25 * 2 ** (child.failures - 2), LONGEST_PAUSE) if child.failures > 1 else 0)
            child.restarts += 1
            self._log("process exited", level="warning", process=child.spec.name, exit=child.last_exit)

    def _stop_last_stage(self, unwanted: list[Child], now: float) -> None:
        running = [child for child in unwanted if child.process is not None]
        last = max((child.spec.stage for child in running), default=0)
        for child in running:
            assert child.process is not None
            if child.stopping_since is None and child.spec.stage == last:
                child.stopping_since = now
                child.process.send_signal(child.spec.stop_signal)
                child.process.send_signal(signal.SIGCONT)
            elif child.stopping_since is not None and now - child.stopping_since > GRACE:
                self._log("process killed", level="warning", process=child.spec.name)
                child.process.kill()

    def _start(self, child: Child, now: float) -> None:
        spec = child.spec
        with open(self.log_file(spec.name), "ab") as log:
            try:
                child.process = subprocess.Popen(
                    spec.argv,
                    env=spec.env,
                    cwd=spec.cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=die_with_parent(spec.stop_signal),
                    user=spec.user or None,
                    group=spec.user or None,
                    extra_groups=[] if spec.user else None,
                )
            except (OSError, subprocess.SubprocessError) as error:
                child.failures += 1
                child.restarts += 1
                child.next_start = now + LONGEST_PAUSE
                self._log("process cannot start", level="error", process=spec.name, error=str(error))
                return
        child.started = now
        self._log("process started", process=spec.name, pid=child.process.pid)

    def log_file(self, name: str) -> Path:
        return self.run_dir / "logs" / f"{name}.log"

    def _rotate_logs(self) -> None:
        for path in (self.run_dir / "logs").glob("*.log"):
            if path.stat().st_size > LOG_LIMIT:  # the writer appends, so the file can be emptied under its hands
                shutil.copyfile(path, path.with_suffix(".log.1"))
                os.truncate(path, 0)

    def _write_state(self) -> None:
        uptime_origin = time.time() - time.monotonic()
        processes = {
            name: {
                "pid": child.process.pid if child.process else None,
                "digest": child.spec.digest,
                "started": round(child.started + uptime_origin, 1) if child.process else None,
                "restarts": child.restarts,
                "last_exit": child.last_exit,
                "stopping": child.stopping_since is not None,
            }
            for name, child in self.children.items()
        }
        state = {"supervisor": os.getpid(), "processes": processes}
        if (
            text := json.dumps({name: {**entry, "started": 0} for name, entry in processes.items()})
        ) != self._state_written:
            write_json(self.run_dir / "state.json", state)
            self._state_written = text

    def _log(self, event: str, level: str = "info", **values: object) -> None:
        time_ = datetime.now(UTC).isoformat(timespec="milliseconds")
        record = {"time": time_, "level": level, "service": "supervisor", "event": event, **values}
        with suppress(OSError), open(self.log_file("supervisor"), "a") as file:  # the log's disk may be full
            file.write(json.dumps(record) + "\n")


def main(arguments: list[str]) -> int:
    """`python -m deploy.dev.supervisor RUN_DIR [OWNER_PID]`: end with the owner when one is given."""
    run_dir = Path(arguments[0])
    owner = int(arguments[1]) if len(arguments) > 1 else None
    with open(run_dir / "supervisor.lock", "a+") as lock:
        for _ in range(20):  # somebody who asks whether a supervisor lives holds the lock for a moment
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.05)
        else:
            return 3
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        Supervisor(run_dir, owner).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
