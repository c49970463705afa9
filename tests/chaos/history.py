"""What the clients did and what they know of it, in the words of Jepsen.

A write is invoked and ends as `ok` (acknowledged), `fail` (certainly without effect) or `info` (nobody answered in
time: it may have happened or not). A record whose write ended as `info` is not written again.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

OK, FAIL, INFO = "ok", "fail", "info"


@dataclass
class Write:
    """One write. Times are seconds of the wall clock.

    `record` is the path of the record written, empty while it is not known; `mark` is text that only this write
    put into it. `sets` are the fields the record shows afterwards, `before` what they were.
    """

    kind: str
    record: str
    mark: str
    sets: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    invoked: float = field(default_factory=time.time)
    ended: float = 0.0
    attempts: int = 0
    outcome: str = ""
    status: int = 0
    reason: str = ""
    answer: dict[str, Any] = field(default_factory=dict)


class History:
    """All writes of all clients, in the order of their end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.writes: list[Write] = []
        self.counts: Counter[str] = Counter()

    def add(self, write: Write) -> None:
        """Notes a write that has ended."""
        write.ended = time.time()
        with self._lock:
            self.writes.append(write)
            self.counts[write.outcome] += 1

    def acknowledged(self) -> list[Write]:
        """Every write that was answered with success."""
        return [write for write in self.writes if write.outcome == OK]

    def unknown(self) -> list[Write]:
        """Every write whose outcome nobody told."""
        return [write for write in self.writes if write.outcome == INFO]

    def expected(self) -> dict[str, tuple[dict[str, Any], int]]:
        """Path of every record to its acknowledged fields and the least version it must have.

        What a write of unknown outcome may have changed is left out.
        """
        found: dict[str, tuple[dict[str, Any], int]] = {}
        for write in self.acknowledged():
            fields, version = found.get(write.record, ({}, 0))
            etag = str(write.answer.get("etag", ""))
            found[write.record] = (fields | write.sets, max(version, int(etag) if etag.isdigit() else 0))
        for write in self.unknown():
            if write.record in found:
                fields, version = found[write.record]
                found[write.record] = ({k: v for k, v in fields.items() if k not in write.sets}, version)
        return found
