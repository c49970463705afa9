"""The HTTP side door of a process: /healthz, /readyz, /metrics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

Check = Callable[[], str]
PATIENCE_SECONDS = 10
"""A connection that says nothing for so long is closed: each has a thread."""
MOST_CONNECTIONS = 32
"""A connection beyond is closed at once. Whoever looks after a process holds a few."""


class _Server(ThreadingHTTPServer):
    """A thread for each connection, and a bound for how many there are."""

    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        self._free = threading.Semaphore(MOST_CONNECTIONS)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # There is no room for a thread.
            self._free.release()
            raise

    def process_request_thread(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


class Probes:
    """Serves health, readiness and metrics in a thread of its own.

    `checks` maps a name to a function that returns "" if all is well, else what is wrong.
    """

    def __init__(
        self, host: str, port: int, checks: Mapping[str, Check], registry: CollectorRegistry = REGISTRY
    ) -> None:
        self.draining = False
        probes = self

        class Handler(BaseHTTPRequestHandler):
            timeout = PATIENCE_SECONDS

            def do_GET(self) -> None:
                if self.path == "/healthz":
                    self._answer(200, "application/json", b'{"status":"ok"}')
                elif self.path == "/readyz":
                    failed = {name: found for name, check in checks.items() if (found := check())}
                    if probes.draining:
                        failed["process"] = "stopping"
                    body = orjson.dumps({"status": "not ready" if failed else "ready", "failed": failed})
                    self._answer(503 if failed else 200, "application/json", body)
                elif self.path == "/metrics":
                    self._answer(200, CONTENT_TYPE_LATEST, generate_latest(registry))
                else:
                    self._answer(404, "text/plain", b"not found\n")

            def _answer(self, status: int, content_type: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Probes are not worth a log line."""

        self._server = _Server((host, port), Handler)
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        # It lives as long as the process, so it need not look whether it is to stop.
        threading.Thread(target=self._server.serve_forever, args=(3600.0,), name="probes", daemon=True).start()
