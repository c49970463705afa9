"""Identifiers: UUIDv7 (RFC 9562), so that new rows land at the end of an index."""

from __future__ import annotations

import os
import time
import uuid
import zlib
from datetime import datetime

PARTITIONS = 32
QUEUES = 4
"""Queues of a service; each takes every fourth partition."""
NIL = str(uuid.UUID(int=0))
"""The id of nothing."""


def uuid7() -> str:
    """A new time-ordered id."""
    millis = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big")
    value = (millis << 80) | (0x7 << 76) | ((tail >> 62 & 0xFFF) << 64) | (0b10 << 62) | (tail & (1 << 62) - 1)
    return str(uuid.UUID(int=value))


def uuid7_floor(moment: datetime) -> str:
    """The lowest id of that millisecond."""
    return str(uuid.UUID(int=(int(moment.timestamp() * 1000) << 80) | (0x7 << 76) | (0b10 << 62)))


def as_uuid(text: str) -> str | None:
    """The id that a text holds, in its usual spelling; None if it is none."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None


def partition_of(record_id: str) -> int:
    """The event partition of a record: crc32(id) % 32, the same for ever."""
    return zlib.crc32(record_id.encode()) % PARTITIONS
