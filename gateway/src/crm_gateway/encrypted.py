"""Listening for encrypted connections: each counts from the moment it is accepted, not from the end of its handshake.

The loop's own server tells nobody of a connection before its handshake is over.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable

from crm_gateway import protocol
from crm_gateway.protocol import Connections, Protocol

PAUSE_SECONDS = 0.1
"""Between two attempts to accept where the process has no file descriptor left."""


class EncryptedServer:
    """What `loop.create_server` gives, as far as uvicorn needs it."""

    def __init__(
        self,
        listening: socket.socket,
        context: ssl.SSLContext,
        connections: Connections,
        make: Callable[[], Protocol],
    ) -> None:
        listening.setblocking(False)
        self.sockets = (listening,)
        self._context = context
        self._connections = connections
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._shaking: set[asyncio.Task[None]] = set()
        self._accepting = self._loop.create_task(self._accept())

    def close(self) -> None:
        """Accepts no more; handshakes under way end."""
        for task in (self._accepting, *self._shaking):
            task.cancel()
        self._loop.remove_reader(self.sockets[0])

    async def wait_closed(self) -> None:
        await asyncio.gather(self._accepting, *self._shaking, return_exceptions=True)
        self.sockets[0].close()

    async def _accept(self) -> None:
        while True:
            try:
                connection, address = await self._loop.sock_accept(self.sockets[0])
            except OSError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if not self._connections.enter(address[0]):
                # Without a word: to say why would take the handshake that there is no room for.
                connection.close()
                continue
            task = self._loop.create_task(self._shake(connection, address[0]))
            self._shaking.add(task)
            task.add_done_callback(self._shaking.discard)

    async def _shake(self, connection: socket.socket, address: str) -> None:
        made = self._make()
        made.admitted = address
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(
                lambda: made, connection, ssl=self._context, ssl_handshake_timeout=protocol.HEAD_SECONDS
            )
        except OSError:  # Whoever does not speak TLS, says nothing, or went away.
            connection.close()
        finally:
            if made.admitted:
                self._connections.leave(address)
