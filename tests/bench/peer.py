"""The same operations against another system, in turn with ours: `make bench PEER=<url> ADAPTER=<file>`.

An adapter is a TOML file that says how to speak to a system; `peers/crm.toml` is the one for another copy or version of
this suite, and the example to write others after:

- `headers` of every request, and `sign_in` with `request`, `body` and `token`, the name of the field of the answer that
  is sent as bearer token from then on. `{user}` and `{password}` stand for CRM_PEER_USER and CRM_PEER_PASSWORD.
- `ids.<name>`: a list (`request`, the way to its `items` by dots, `id`, `count` if not all) whose ids stand in requests
  as `{<name>}`, each in its turn.
- `operations.<name>`: `requests`, sent one after the other, each as [verb, path] or [verb, path, body]; `{number}` is
  one that was never used before. Names are those of our operations. `status` is that of a good answer.

What is measured is one client that waits for each answer: the median of what an operation takes, and with CRM_PEER_PIDS
(of the peer's processes on this machine, by comma) the CPU that it costs. The peer is filled by its own means.
"""

from __future__ import annotations

import itertools
import os
import statistics
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.bench.load import Connection, Figure, Once, drive

OUR_ADAPTER = Path(__file__).with_name("peers") / "crm.toml"
ROUNDS = 4
"""Of each system, in turn."""


@dataclass
class Peer:
    """Another system, as its adapter says."""

    url: str
    adapter: Mapping[str, Any]
    user: str = ""
    password: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    _ids: dict[str, Iterator[str]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(time.time_ns()))

    @classmethod
    def of(cls, url: str, file: Path) -> Peer:
        """Signs in and reads the ids. Raises httpx.HTTPError if the system refuses."""
        user, password = os.environ.get("CRM_PEER_USER", ""), os.environ.get("CRM_PEER_PASSWORD", "")
        peer = cls(url.rstrip("/"), tomllib.loads(file.read_text()), user, password)
        peer.headers |= peer.adapter.get("headers", {})
        if sign_in := peer.adapter.get("sign_in"):
            answer = peer._send(sign_in["request"], sign_in["body"])
            peer.headers["Authorization"] = f"Bearer {answer[sign_in['token']]}"
        for name, listed in peer.adapter.get("ids", {}).items():
            items = peer._send(listed["request"])
            for step in listed["items"].split("."):
                items = items[int(step) if step.isdigit() else step]
            peer._ids[name] = itertools.cycle([str(item[listed["id"]]) for item in items[: listed.get("count")]])
        return peer

    def _send(self, request: Sequence[str], body: str = "") -> Any:
        verb, path = request
        told = {"user": self.user, "password": self.password}
        headers = self.headers | ({"Content-Type": "application/json"} if body else {})
        answer = httpx.request(verb, self.url + path, content=_filled(body, told), headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def operation(self, name: str, connection: Connection) -> Once:
        """Carries an operation out once, over a connection."""
        operation = self.adapter["operations"][name]

        async def once() -> bool:
            values = {name: next(ids) for name, ids in self._ids.items()} | {"number": str(next(self._numbers))}
            good = True
            for verb, path, *body in operation["requests"]:
                sent = _filled(body[0], values).encode() if body else b""
                status, _ = await connection.request(verb, _filled(path, values), sent)
                good &= status == operation.get("status", 200)
            return good

        return once


def _filled(pattern: str, values: Mapping[str, str]) -> str:
    """Bodies are JSON, full of braces: only names that there are stand for something."""
    for name, value in values.items():
        pattern = pattern.replace("{" + name + "}", value)
    return pattern


def pids() -> list[int]:
    """The peer's processes on this machine, if they were told."""
    return [int(one) for one in os.environ.get("CRM_PEER_PIDS", "").split(",") if one]


def cpu(processes: list[int]) -> float:
    """CPU seconds that processes and their children have used so far."""
    families = [one for pid in processes for one in (psutil.Process(pid), *psutil.Process(pid).children(True))]
    return sum(sum(one.cpu_times()[:4]) for one in families)


@dataclass(frozen=True)
class Beside:
    """One operation of both systems: ms that it takes in the middle, ms of CPU (None: not told), answers not good."""

    ours: float
    theirs: float
    our_cpu: float | None
    their_cpu: float | None
    errors: int


async def compare(
    ours: Once, theirs: Once, our_cpu: Callable[[], float] | None, their_cpu: Callable[[], float] | None, seconds: float
) -> Beside:
    """Measures both in turn, ROUNDS times, so that a machine that changes does so for both."""
    figures: dict[bool, list[tuple[Figure, float | None]]] = {True: [], False: []}
    for mine in (True, False) * ROUNDS:
        once, used = (ours, our_cpu) if mine else (theirs, their_cpu)
        before = used() if used else 0.0
        figure = await drive([once], seconds)
        spent = (used() - before) * 1000 / (figure.per_second * seconds) if used else None
        figures[mine].append((figure, spent))

    def middle(values: list[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return statistics.median(known) if known else None

    return Beside(
        statistics.median(figure.p50 for figure, _ in figures[True]),
        statistics.median(figure.p50 for figure, _ in figures[False]),
        middle([spent for _, spent in figures[True]]),
        middle([spent for _, spent in figures[False]]),
        sum(figure.errors for both in figures.values() for figure, _ in both),
    )


def table(compared: Mapping[str, Beside]) -> str:
    """What was measured, as a table in Markdown; a ratio says how much the peer needs of what we need."""
    lines = [
        "| operation | ours, ms | peer, ms | ratio | ours, CPU ms | peer, CPU ms | ratio | errors |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, one in compared.items():
        ours, theirs = (f"{ms:.2f}" if ms is not None else "" for ms in (one.our_cpu, one.their_cpu))
        ratio = f"{one.their_cpu / one.our_cpu:.1f}" if one.our_cpu and one.their_cpu else ""
        lines.append(
            f"| {name} | {one.ours:.2f} | {one.theirs:.2f} | {one.theirs / one.ours:.1f} | {ours} | {theirs} | {ratio} | {one.errors} |"
        )
    return "\n".join(lines)
