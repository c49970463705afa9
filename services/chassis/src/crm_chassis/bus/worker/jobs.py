"""The jobs of a service in green threads of its worker."""

from __future__ import annotations

from collections.abc import Callable

import eventlet
from eventlet.semaphore import Semaphore

from crm_chassis.jobs.runner import Runner, Taken
from crm_chassis.logs import get_logger

SLOTS = 3
"""Jobs that run at once in a worker. One that is long makes way for others every few seconds."""
GRACE_SECONDS = 15.0


class JobSlots:
    """Runs jobs, some of them at once."""

    def __init__(self, runner: Runner, finished: Callable[[], object], slots: int = SLOTS) -> None:
        """`finished` is called when a slot has become free: what is due next may have changed."""
        self._runner = runner
        self._finished = finished
        self._slots = slots
        self._free = Semaphore(slots)
        self._stopping = False
        self._log = get_logger()

    def fill(self) -> float | None:
        """Takes jobs as long as any is due; returns the seconds until the next one is, if that is known."""
        while not self._stopping:
            self._free.acquire()
            job = None
            try:
                job = self._take()
            finally:
                if job is None:
                    self._free.release()
            if job is None:
                return self._runner.next_due()
            eventlet.spawn(self._work, job)
        return None

    def _take(self) -> Taken | None:
        taken = [] if self._stopping else self._runner.take(1)
        return taken[0] if taken else None

    def _work(self, job: Taken | None) -> None:
        try:
            while job is not None:
                self._runner.run(job)
                job = self._take()
        except Exception as error:
            self._log.warning("timer failed", timer="jobs", error=repr(error))
        finally:
            self._free.release()
            self._finished()

    def stop(self) -> None:
        """Waits until the steps under way are made."""
        self._stopping = True
        self._runner.stop()
        with eventlet.Timeout(GRACE_SECONDS, False):
            for _ in range(self._slots):
                self._free.acquire()
