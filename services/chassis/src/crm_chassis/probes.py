"""The HTTP side door of a process: /healthz, /readyz, /metrics."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], str]


class Probes:
    """Serves health, readiness and metrics in a thread of its own.

    `checks` maps a name to a function that returns "" if all is well, else what is wrong.
    """

    def __init__(self, host: str, port: int, checks: dict[str, Check]) -> None:
        self.draining = False
        probes = self

        class Handler(BaseHTTPRequestHandler):
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
                    self._answer(200, CONTENT_TYPE_LATEST, generate_latest())
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

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        # It lives as long as the process, so it need not look whether it is to stop.
        threading.Thread(target=self._server.serve_forever, args=(3600.0,), name="probes", daemon=True).start()
