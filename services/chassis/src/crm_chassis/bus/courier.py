"""Base of the worker's loops that use the broker: connect, work, reconnect with back-off, stop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from crm_chassis.logs import get_logger


class Courier(ABC):
    """Works at the broker until told to stop; starts anew after every error."""

    def __init__(self, amqp_url: str, pause: Callable[[float], object]) -> None:
        self._amqp_url = amqp_url
        self._pause = pause
        self._stopping = False
        self._log = get_logger()

    def stop(self) -> None:
        """Lets the batch in hand finish, then ends `run`."""
        self._stopping = True

    def run(self) -> None:
        """Works until stopped."""
        while not self._stopping:
            try:
                self._work()
            except Exception as error:
                self._interrupted(error)
                self._pause(1.0)

    @abstractmethod
    def _work(self) -> None:
        """Connects and works until stopped. Whatever it raises, it leaves a closed socket."""

    @abstractmethod
    def _interrupted(self, error: Exception) -> None:
        """Says in the log what was interrupted."""
