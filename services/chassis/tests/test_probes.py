"""The side door of a process: it answers, and a crowd at it has a bound."""

from __future__ import annotations

import http.client
import socket
import time

import pytest
from crm_chassis import probes
from crm_chassis.probes import Probes
from prometheus_client import CollectorRegistry


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> int:
    """The port of probes that take three connections."""
    monkeypatch.setattr(probes, "MOST_CONNECTIONS", 3)
    served = Probes("127.0.0.1", 0, {}, CollectorRegistry())
    served.start()
    return served.port  # It serves as long as the process lives.


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait(port: int, *, answered: bool) -> None:
    until = time.monotonic() + 10
    while answers(port) != answered:
        assert time.monotonic() < until


def test_one_connection_too_many_is_closed(door: int) -> None:
    assert answers(door)
    held = [socket.create_connection(("127.0.0.1", door), timeout=10) for _ in range(3)]
    wait(door, answered=False)
    for connection in held:
        connection.close()
    wait(door, answered=True)
