"""docs/logs.md lists every event the suite logs with its fields, and lines of running processes fit it."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from crm_gateway.access_log import AccessLog

from deploy.dev.catalogue import REPOSITORY
from tests import settings

PAGE = (REPOSITORY / "docs/logs.md").read_text()
LEVELS = ("debug", "info", "warning", "error")
EVENTS = {
    event: (level, set(re.findall(r"`(\w+)`", fields)))
    for event, level, fields in re.findall(r"^\| `([^`]+)` \| (\w+) \| ([^|]*)\|", PAGE, re.MULTILINE)
}
ALWAYS = {"time", "level", "service", "process", "event"}
SOMETIMES = {"request_id", "trace_id"}
REQUEST = {
    "time", "service", "event", "method", "route", "status", "ms", "request_id", "trace_id", "user_id",
}  # fmt: skip


def written() -> Iterator[tuple[str, str, set[str]]]:
    """(event, level, fields) of every call of a logger in the sources."""
    sources = [*REPOSITORY.glob("services/*/src/**/*.py"), *REPOSITORY.glob("gateway/src/**/*.py")]
    for path in sources:
        if "subscriber" in path.relative_to(REPOSITORY).parts[1]:
            continue  # runs in programs of others, who log as they like
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and ast.unparse(node.func.value) in ("log", "self._log")
            ):
                (event,) = node.args
                assert isinstance(event, ast.Constant), f"{path}: the event must be written literally"
                fields = {"exception" if one.arg == "exc_info" else str(one.arg) for one in node.keywords}
                yield str(event.value), node.func.attr, fields - SOMETIMES


def check(line: str) -> dict[str, Any]:
    """A line of a process. Raises AssertionError if it is not as documented."""
    found: dict[str, Any] = json.loads(line)
    assert set(found) >= ALWAYS, line
    assert datetime.fromisoformat(found["time"]).utcoffset() is not None, line
    # An event that is not on the page is a line of a library.
    _, fields = EVENTS.get(found["event"], ("", {"exception"}))
    assert set(found) - ALWAYS - SOMETIMES <= fields, line
    return found


def test_the_page_lists_what_the_code_writes() -> None:
    levels: dict[str, set[str]] = {}
    fields: dict[str, set[str]] = {}
    for event, level, names in written():
        levels.setdefault(event, set()).add(level)
        fields.setdefault(event, set()).update(names)
    assert fields == {event: names for event, (_, names) in EVENTS.items()}
    assert all(EVENTS[event][0] in found for event, found in levels.items())
    assert not any(names & ALWAYS for names in fields.values()), "an event may not overwrite where it comes from"


@pytest.mark.timeout(60)
def test_lines_of_a_running_worker_fit_the_page() -> None:
    """One without servers, so that it has something to say."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("crm-contacts"), "worker"],
        env=settings.values("contacts", "worker"),
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    wanted = {"working", "timer failed"}
    try:
        for line in process.stderr:
            found = check(line)
            assert (found["service"], found["process"]) == ("contacts", "worker")
            wanted.discard(found["event"])
            if not wanted:
                break
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
    assert not wanted


def test_a_request_of_the_gateway_fits_the_page() -> None:
    async def note() -> bytes:
        stream = io.BytesIO()
        log = AccessLog(stream)
        log.add("GET", "/v1/me", 200, 0.0123, "r", "t", "u")
        log.flush()
        return stream.getvalue()

    found = json.loads(asyncio.run(note()))
    assert set(found) == REQUEST
    assert isinstance(found["time"], float)


@pytest.mark.parametrize("line", re.findall(r"^\{.*\}$", PAGE, re.MULTILINE))
def test_the_lines_on_the_page_fit_it(line: str) -> None:
    found = json.loads(line)
    if found["event"] == "request":
        assert set(found) == REQUEST
    else:
        check(line)
