"""A bad network: a TCP proxy between the processes of the suite, in a process of its own.

`Network` is the handle. Every link has a name such as "sales>postgres" and an address; what comes in there goes to the
server and back, unless the link is told to delay, to reset or to hold. Held data is not lost but waits. With cables
(see `cables.py`) packets between client and proxy can be lost too, one way or both ways.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.cables import Cables

HOST = "127.0.0.1"
THERE, BACK = "there", "back"


@dataclass
class Link:
    """One server as one client reaches it.

    `delay` is the mean of seconds each piece of data waits, `reset` the share of pieces that break their connection.
    """

    target: int
    cable: int = 0
    delay: float = 0.0
    reset: float = 0.0
    lost: list[str] = field(default_factory=list)
    open: dict[str, asyncio.Event] = field(default_factory=lambda: {THERE: asyncio.Event(), BACK: asyncio.Event()})
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hold([])

    def hold(self, directions: list[str]) -> None:
        """Lets nothing through in these directions from now on, and everything in the others."""
        for direction, event in self.open.items():
            if direction in directions:
                event.clear()
            else:
                event.set()

    def break_all(self) -> None:
        """Resets every connection."""
        for writer in list(self.writers):
            _reset(writer)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection until either side ends it."""
        self.writers.add(writer)
        try:
            await self.open[THERE].wait()
            server_reader, server_writer = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            self.writers.discard(writer)
            return
        self.writers.add(server_writer)
        pumps = [
            asyncio.create_task(self._pump(reader, server_writer, THERE)),
            asyncio.create_task(self._pump(server_reader, writer, BACK)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        for one in (writer, server_writer):
            one.close()
            self.writers.discard(one)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str) -> None:
        try:
            while data := await reader.read(1 << 16):
                if self.reset and random.random() < self.reset:
                    _reset(writer)
                    return
                if self.delay:
                    await asyncio.sleep(self.delay * random.uniform(0.5, 1.5))
                await self.open[direction].wait()
                writer.write(data)
                await writer.drain()
            await self.open[direction].wait()
        except OSError:
            return


def _reset(writer: asyncio.StreamWriter) -> None:
    """Closes a connection so that the other side gets a reset, not an end."""
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def serve() -> None:
    """Obeys commands, one JSON object per line of standard input, until it ends; answers each with a line."""
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    links: dict[str, Link] = {}
    servers = []
    cables = Cables() if "--cables" in sys.argv else None
    while line := await commands.readline():
        command = json.loads(line)
        answer = ""
        if "open" in command:
            number, listener = cables.lay() if cables else (0, socket.create_server((HOST, 0)))
            link = links[command["open"]] = Link(command["target"], number)
            servers.append(await asyncio.start_server(link.accept, sock=listener))
            host, port = listener.getsockname()
            answer = f"{host}:{port}"
        for name in command.get("links", ()):
            link = links[name]
            link.delay, link.reset = command.get("delay", 0.0), command.get("reset", 0.0)
            link.hold(command.get("hold", []))
            if command.get("break"):
                link.break_all()
            lost = command.get("lose", [])
            if cables and lost != link.lost:
                cables.lose(link.cable, there=THERE in lost, back=BACK in lost)
                link.lost = lost
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    os._exit(0)  # half-open connections have nobody to say goodbye to


class Network:
    """The proxy as seen by whoever starts it."""

    def __init__(self, *, cables: bool = False) -> None:
        """With `cables`, clients must be in the network of the calling thread."""
        command = [sys.executable, "-m", "tests.chaos.proxy", *(["--cables"] if cables else [])]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._addresses: dict[str, str] = {}
        self.cables = cables

    @property
    def links(self) -> list[str]:
        """Names of all links that were opened."""
        return sorted(self._addresses)

    def open(self, name: str, target: int) -> str:
        """The address "host:port" to connect to instead of port `target` of this machine."""
        if name not in self._addresses:
            self._addresses[name] = self._tell(open=name, target=target)
        return self._addresses[name]

    def disturb(self, links: list[str], **how: Any) -> None:
        """Sets delay (seconds), reset (share), hold and lose (directions), break (now) of links.

        What is not said is healed.
        """
        self._tell(links=links, **how)

    def _tell(self, **command: Any) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the proxy ended when told {command}")
        return answer.strip()

    def close(self) -> None:
        """Ends the proxy and with it every connection."""
        self._process.communicate()


if __name__ == "__main__":
    asyncio.run(serve())
