"""Questions to a running process: is it ready, and what does it count."""

import http.client
import json
import re
import socket
from urllib.parse import urlsplit

import psycopg


def is_ready(url: str, timeout: float = 1.0) -> bool:
    """Whether the process behind the URL takes work.

    http asks for status 200, amqp for the broker's greeting, postgresql for a session, tcp for a connection.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    try:
        if parts.scheme == "http":
            return _get(url, timeout)[0] == 200
        if parts.scheme == "postgresql":
            psycopg.connect(url, connect_timeout=max(2, int(timeout))).close()
            return True
        with socket.create_connection((host, port), timeout) as connection:
            if parts.scheme == "amqp":
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"
            return True
    except (OSError, http.client.HTTPException, psycopg.Error):
        return False


def _get(url: str, timeout: float) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def problems(url: str, timeout: float = 1.0) -> str:
    """Why the process behind the URL of its readiness is not ready: "database: OperationalError"; "" if it is."""
    try:
        _, text = _get(url, timeout)
        failed: dict[str, str] = json.loads(text).get("failed", {})
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"no answer ({type(error).__name__})"
    return ", ".join(f"{name}: {what}" for name, what in failed.items())


def metrics(url: str, names: list[str], timeout: float = 1.0) -> dict[str, float]:
    """The largest value over all labels of the named metrics; those the process does not have are left out."""
    try:
        status, text = _get(url, timeout)
    except (OSError, http.client.HTTPException):
        return {}
    found: dict[str, float] = {}
    if status == 200:
        for name, value in re.findall(r"^(\w+)(?:\{.*\})? (\S+)", text, re.MULTILINE):
            if name in names:
                found[name] = max(found.get(name, 0.0), float(value))
    return found
