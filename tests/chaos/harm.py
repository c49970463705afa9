"""The kinds of harm, each as one method: it strikes, lasts, and is healed again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.dev import LauncherError
from deploy.dev.instance import Instance
from tests.chaos.proxy import BACK, THERE, Network

KILL, FREEZE, DELAY, RESET, CUT, LOSS, SKEW, FILL = "kill", "freeze", "delay", "reset", "cut", "loss", "skew", "fill"
BROKER, DATABASE, BACKEND, GATEWAY = "rabbitmq", "postgres", "postgres back-end", "gateway"
WAIT = 60.0  # seconds for a victim of an earlier fault to be back
SKEW_SECONDS = 300
LEFT = {BROKER: 100 << 20, DATABASE: 64 << 10}  # bytes that a filled disk still has: the broker stops at 150 MB
TMPFS_BYTES = 6 << 30


@dataclass
class Fault:
    """One piece of harm. `at` and `until` are seconds of the wall clock; `seconds` is how long it is meant to last."""

    kind: str
    victim: str
    seconds: float = 0.0
    how: str = ""
    at: float = 0.0
    until: float = 0.0

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.0f} s" if self.seconds else ""
        return f"{self.kind} {self.victim}{f' ({self.how})' if self.how else ''}{lasting}"


class Disks:
    """File systems of their own for the database (with the logs) and for the broker, so that they can be filled.

    They are in memory and need root. A disk is filled by making it smaller.
    """

    def __init__(self, run_dir: Path) -> None:
        self._places = {DATABASE: run_dir, BROKER: run_dir / "rabbitmq"}
        self.mounted = False
        self.reason = ""

    def mount(self) -> None:
        """Mounts both; if that cannot be, `reason` says why."""
        if os.geteuid() != 0:
            self.reason = "only root may mount disks that can be filled"
        elif psutil.virtual_memory().available < TMPFS_BYTES:
            self.reason = f"less than {TMPFS_BYTES >> 30} GB of memory are free for disks that can be filled"
        else:
            for place, mode in zip(self._places.values(), ("711", "700"), strict=True):
                place.mkdir(parents=True, exist_ok=True)
                command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES},mode={mode}", "chaos", str(place)]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    self.unmount()
                    self.reason = done.stderr.strip()
                    return
            self.mounted = True

    def fill(self, whose: str) -> None:
        """Leaves next to nothing free."""
        for _ in range(100):
            with suppress(subprocess.CalledProcessError):  # more was written since than was to be left
                return self._resize(whose, shutil.disk_usage(self._places[whose]).used + LEFT[whose])
        raise RuntimeError(f"the disk of {whose} could not be filled, it grows too fast")

    def heal(self, whose: str) -> None:
        """Gives it its size again."""
        self._resize(whose, TMPFS_BYTES)

    def _resize(self, whose: str, size: int) -> None:
        command = ["mount", "-o", f"remount,size={size}", str(self._places[whose])]
        subprocess.run(command, check=True, capture_output=True)

    def unmount(self) -> None:
        """Drops them with all their files; also those that an earlier run left mounted."""
        for place in reversed(self._places.values()):
            while os.path.ismount(place):
                subprocess.run(["umount", str(place)], check=True, capture_output=True)


class Harm:
    """Does one fault at a time to one instance; `wait` is how time passes meanwhile."""

    def __init__(
        self, instance: Instance, network: Network | None, disks: Disks, seed: int, wait: Callable[[float], object]
    ) -> None:
        self._instance = instance
        self._network = network
        self._disks = disks
        self._random = random.Random(f"harm {seed}")
        self._wait = wait

    def do(self, fault: Fault) -> None:
        """Strikes, waits and heals; the fault then knows its times."""
        if fault.kind in (KILL, FREEZE):
            victim = self._pid(fault.victim)
            fault.how = f"pid {victim}"
        fault.at = time.time()
        if fault.kind in (KILL, FREEZE):
            self._signal(victim, fault)
        elif fault.kind == SKEW:
            self._skew(fault)
        elif fault.kind == FILL:
            self._fill(fault)
        else:
            self._disturb(fault)
        fault.until = time.time()

    def _signal(self, victim: int, fault: Fault) -> None:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL if fault.kind == KILL else signal.SIGSTOP)
            if fault.kind == FREEZE:
                self._wait(fault.seconds)
                os.kill(victim, signal.SIGCONT)

    def _pid(self, victim: str) -> int:
        """The process to harm; waits for one that is just being started again."""
        until = time.monotonic() + WAIT
        while True:
            with suppress(LauncherError, psutil.Error, IndexError):
                if victim != BACKEND:
                    return self._instance.pid(victim)
                sessions = psutil.Process(self._instance.pid(DATABASE)).children()
                return self._random.choice([one for one in sessions if one.status() != psutil.STATUS_ZOMBIE]).pid
            if time.monotonic() > until:
                raise TimeoutError(f"{victim} did not come back within {WAIT:.0f} s")
            time.sleep(0.1)

    def _disturb(self, fault: Fault) -> None:
        """Disturbs the links of a client ("sales") or to a server ("postgres")."""
        assert self._network is not None
        links = [name for name in self._network.links if fault.victim in name.replace(".", ">").split(">")]
        if fault.kind == RESET:
            self._network.disturb(links, **{"break": True})
            return
        if fault.kind == DELAY:
            self._network.disturb(links, delay=0.2, reset=0.01)
        else:
            ways = {"both ways": [THERE, BACK], "there": [THERE], "back": [BACK]}[fault.how]
            self._network.disturb(links, **{"hold" if fault.kind == CUT else "lose": ways})
        try:
            self._wait(fault.seconds)
        finally:
            self._network.disturb(links)

    def _skew(self, fault: Fault) -> None:
        """Restarts both processes of a service with a wrong clock, and later with the right one."""
        processes = [one.name for one in self._instance.processes() if one.name.startswith(f"{fault.victim}.")]
        try:
            for name in processes:
                self._instance.adjust(name, CRM_CLOCK_SKEW_SECONDS=fault.how)
            self._wait(fault.seconds)
        finally:
            for name in processes:
                self._instance.adjust(name, CRM_CLOCK_SKEW_SECONDS="0")

    def _fill(self, fault: Fault) -> None:
        self._disks.fill(fault.victim)
        try:
            self._wait(fault.seconds)
        finally:
            self._disks.heal(fault.victim)
