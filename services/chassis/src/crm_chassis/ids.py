"""Identifiers: UUIDv7 (RFC 9562), so that new rows land at the end of an index."""

from __future__ import annotations

import os
import time
import uuid
import zlib

PARTITIONS = 32


def uuid7() -> str:
    """A new time-ordered id."""
    millis = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10), "big")
    value = (millis << 80) | (0x7 << 76) | ((tail >> 62 & 0xFFF) << 64) | (0b10 << 62) | (tail & (1 << 62) - 1)
    return str(uuid.UUID(int=value))


def partition_of(record_id: str) -> int:
    """The event partition of a record: crc32(id) % 32, the same for ever."""
    return zlib.crc32(record_id.encode()) % PARTITIONS
