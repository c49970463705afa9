"""A circuit breaker: stops asking a replica that has stopped answering."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

CONSECUTIVE = 3
WINDOW = 20
OPEN_SECONDS = 2.0


class Breaker:
    """Opens after three failures in a row, or when more than half of the last twenty calls failed.

    Two seconds later a single call may probe; its outcome closes the breaker or opens it again.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._failed_in_row = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def state(self) -> str:
        """ "closed", "open" or "half-open"."""
        if self._opened_at is None:
            return "closed"
        return "open" if self.wait() > 0 or self._probing else "half-open"

    def wait(self) -> float:
        """Seconds until the next probe may go out."""
        return 0.0 if self._opened_at is None else max(0.0, self._opened_at + OPEN_SECONDS - self._now())

    def allows(self) -> bool:
        """Whether a call may go out now."""
        return self._opened_at is None or (self.wait() == 0 and not self._probing)

    def started(self) -> bool:
        """Notes a call that goes out; tells whether it is the probe."""
        if self._opened_at is None or self._probing:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        self._recent.append(True)
        self._failed_in_row = 0
        if self._opened_at is not None:
            self._opened_at, self._probing = None, False
            self._recent.clear()

    def failed(self) -> None:
        self._recent.append(False)
        self._failed_in_row += 1
        mostly = len(self._recent) == WINDOW and self._recent.count(False) * 2 > WINDOW
        if self._opened_at is not None or self._failed_in_row >= CONSECUTIVE or mostly:
            self._opened_at, self._probing = self._now(), False

    def abandoned(self, probe: bool) -> None:
        """A call ended without an outcome; a probe may be sent again."""
        if probe:
            self._probing = False
