"""One look at `make status` says which process is not well, and why."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, cast

import pytest

from deploy.dev.instance import Status
from deploy.dev.view import screen

METRICS = """
crm_outbox_unpublished 12.0
crm_outbox_oldest_seconds 272.4
crm_inbox_lag_seconds{subscription="people"} 3.2
crm_inbox_lag_seconds{subscription="directory"} 61.0
crm_inbox_parked 4.0
crm_inbox_dead 1.0
"""
READINESS = '{"status": "not ready", "failed": {"relay": "not publishing"}}'


@pytest.fixture
def address() -> Iterator[str]:
    """A process that is not ready."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = (503, READINESS) if self.path == "/readyz" else (200, METRICS)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def status(name: str, metrics: str, ready: bool | None) -> Status:
    return Status(name, 1234567, 19303, 93_784.0, 12, ready, False, None, metrics)


def shown(*processes: Status) -> list[str]:
    return screen(cast(Any, SimpleNamespace(processes=lambda: list(processes)))).splitlines()


def test_figures_and_the_reason(address: str) -> None:
    lines = shown(status("rabbitmq", "", True), status("contacts.worker.1", f"{address}/metrics", False))
    assert lines[0].split()[-5:] == ["UNSENT", "OLDEST", "LAG", "PARKED", "DEAD"]
    assert lines[2].split()[-6:] == ["no", "12", "4m32s", "1m01s", "4", "1"]
    assert lines[3:] == ["", "contacts.worker.1 is not ready: relay: not publishing"]
    assert max(map(len, lines)) <= 100


def test_nothing_is_said_of_processes_that_are_well(address: str) -> None:
    assert len(shown(status("sales.worker", f"{address}/metrics", True))) == 2


def test_a_process_that_hangs_is_named(address: str) -> None:
    lines = shown(status("sales.worker", "http://127.0.0.1:1/metrics", False))
    assert lines[-1] == "sales.worker is not ready: no answer (ConnectionRefusedError)"
