"""Cables between two networks of the kernel, which lose what they are told to lose.

A cable is a pair of veth devices, one end in the network of its owner, the other in a network that holds nothing but
such ends. A packet is lost by giving it an address at the far end that nobody has: it leaves, nobody answers, nobody
is told. All of it is gone when the last process in these networks has ended. Needs root, `ip` and `unshare`.
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

Result = TypeVar("Result")

CLONE_NEWNET = 0x40000000
NOBODY = "02:00:00:00:00:00"
# What a server is asked for by its clients or does by itself: after so many seconds without an answer, or so many
# milliseconds with something unacknowledged, the client has vanished.
PATIENCE = {
    socket.TCP_KEEPIDLE: 10, socket.TCP_KEEPINTVL: 5, socket.TCP_KEEPCNT: 2, socket.TCP_USER_TIMEOUT: 10_000,
}  # fmt: skip

_libc = ctypes.CDLL(None, use_errno=True)


@cache
def impossible() -> str:
    """Why there can be no cables here; empty if there can."""
    if os.geteuid() != 0:
        return "only root may make networks whose packets are lost"
    trial = ["unshare", "--net", "ip", "link", "add", "near", "type", "veth", "peer", "name", "far"]
    try:
        done = subprocess.run(trial, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "the program unshare is missing"
    return done.stderr.strip() if done.returncode else ""


def _enter(network: int) -> None:
    if _libc.setns(network, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _current() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def _new() -> None:
    if _libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    _ip("link set lo up")


def _ip(*commands: str) -> None:
    """Runs commands of `ip` in the network of this thread."""
    batch = "\n".join(commands)
    done = subprocess.run(["ip", "-batch", "-"], input=batch, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip: {done.stderr.strip()}")


@contextmanager
def own_network() -> Iterator[None]:
    """What this thread starts meanwhile, processes and threads, is in a network of its own."""
    before = _current()
    try:
        _new()
        yield
    finally:
        _enter(before)
        os.close(before)


class Cables:
    """Cables from the network of the thread that makes this object; it alone may use them."""

    def __init__(self) -> None:
        self._near = _current()
        _new()
        self._far = _current()
        _enter(self._near)
        self._count = 0

    def lay(self) -> tuple[int, socket.socket]:
        """A new cable: its number, and a listening socket at its far end."""
        self._count += 1
        number = self._count
        near, far = _mac(number, 1), _mac(number, 2)
        _ip(
            f"link add near{number} address {near} type veth peer name far{number} address {far} "
            f"netns /proc/{os.getpid()}/fd/{self._far}",
            f"addr add {_address(number, 1)}/30 dev near{number}",
            f"link set near{number} up",
        )
        self._at_far_end(lambda: _ip(f"addr add {_address(number, 2)}/30 dev far{number}", f"link set far{number} up"))
        self.lose(number, there=False, back=False)
        listener = self._at_far_end(lambda: socket.create_server((_address(number, 2), 0), backlog=128))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in PATIENCE.items():
            listener.setsockopt(socket.IPPROTO_TCP, option, value)
        return number, listener

    def lose(self, number: int, *, there: bool, back: bool) -> None:
        """From now on what goes to the far end, or comes back from it, is lost or not."""
        to_far, to_near = NOBODY if there else _mac(number, 2), NOBODY if back else _mac(number, 1)
        _ip(f"neigh replace {_address(number, 2)} lladdr {to_far} dev near{number} nud permanent")
        command = f"neigh replace {_address(number, 1)} lladdr {to_near} dev far{number} nud permanent"
        self._at_far_end(lambda: _ip(command))

    def _at_far_end(self, do: Callable[[], Result]) -> Result:
        _enter(self._far)
        try:
            return do()
        finally:
            _enter(self._near)


def _address(number: int, end: int) -> str:
    return f"10.77.{number}.{end}"


def _mac(number: int, end: int) -> str:
    return f"02:00:00:00:{number:02x}:{end:02x}"
