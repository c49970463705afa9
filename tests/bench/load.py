"""A closed-loop load generator: so many connections, each sends its next request when the last one is answered."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Figure:
    """Requests per second, median and 99th percentile in milliseconds, and how many answers were errors."""

    per_second: float
    p50: float
    p99: float
    errors: int

    @classmethod
    def of(cls, latencies: list[float], seconds: float, errors: int) -> Figure:
        ordered = sorted(latencies) or [0.0]
        return cls(
            len(latencies) / seconds,
            statistics.median(ordered) * 1000,
            ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
            errors,
        )


Once = Callable[[], Awaitable[bool]]


async def drive(workers: list[Once], seconds: float) -> Figure:
    """Runs every worker in a loop for that long; a worker returns whether the answer was good."""
    latencies: list[float] = []
    errors = 0
    until = time.perf_counter() + seconds

    async def loop(once: Once) -> None:
        nonlocal errors
        while (started := time.perf_counter()) < until:
            good = await once()
            latencies.append(time.perf_counter() - started)
            errors += not good

    began = time.perf_counter()
    await asyncio.gather(*(loop(worker) for worker in workers))
    return Figure.of(latencies, time.perf_counter() - began, errors)


class Connection:
    """One kept-alive HTTP/1.1 connection; as little client as will do, because it shares the machine."""

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def request(self, verb: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of the answer."""
        if self._writer is None or self._reader is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=8 * 2**20)
        kind = "Content-Type: application/json\r\n" if body else ""
        self._writer.write(
            f"{verb} {path} HTTP/1.1\r\nHost: {self._host}\r\n{self._head}{kind}Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if "transfer-encoding: chunked" in head:
            content = b"".join([chunk async for chunk in _chunks(self._reader)])
        else:
            length = int(head.split("content-length:", 1)[1].split("\r\n", 1)[0]) if "content-length:" in head else 0
            content = await self._reader.readexactly(length) if length else b""
        return int(head[9:12]), content

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while length := int((await reader.readline()).split(b";")[0], 16):
        yield (await reader.readexactly(length + 2))[:-2]
    await reader.readline()
