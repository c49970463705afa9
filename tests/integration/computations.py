"""What child processes are given to compute in tests."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from crm_chassis.errors import InvalidInput


class Peculiar(Exception):
    """An error that cannot be read back from its pickled form."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def double(number: int) -> int:
    print("this goes to the log")  # noqa: T201
    return 2 * number


def refuse(field: str) -> None:
    raise InvalidInput.of(field, "is not what it should be")


def be_peculiar() -> None:
    raise Peculiar(1, 2)


def spin(seconds: float) -> int:
    """Keeps a processor busy."""
    rounds, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        rounds += 1
    return rounds


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def tell_and_spin(file: str, seconds: float) -> None:
    """Writes its process id into a file first."""
    path = Path(file)
    path.with_suffix(".new").write_text(str(os.getpid()))
    path.with_suffix(".new").rename(path)
    spin(seconds)


def grab(megabytes: int) -> int:
    return len(bytearray(megabytes * 2**20))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
