"""The process: `crm-gateway` serves until SIGTERM or SIGINT; requests in flight are finished first."""

from __future__ import annotations

import gc
import socket
import ssl
import sys
from typing import Any, cast

import uvicorn
from crm_chassis import logs, tracing
from crm_chassis.errors import DomainError
from crm_chassis.settings import GATEWAY

from crm_gateway.app import Gateway
from crm_gateway.encrypted import EncryptedServer
from crm_gateway.protocol import Connections, protocol_of
from crm_gateway.settings import GatewaySettings, environment

GRACE_SECONDS = 20
STARTUP_FAILURE = 3
BACKLOG = 2048


def main() -> None:
    """Console script."""
    logs.configure("gateway", "api")
    try:
        environment().check(GATEWAY)
        settings = GatewaySettings.from_environment()
    except DomainError as error:
        sys.exit(f"crm-gateway: {error.detail}")
    tracing.start("gateway")
    serve(settings)


def serve(settings: GatewaySettings) -> None:
    """Serves until a signal comes."""
    gateway = Gateway(settings)
    # What exists now stays, descriptors above all: the collector need not walk it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    server = Server(configuration(gateway, settings), gateway, settings)
    if settings.shared:
        with listening_socket(settings.host, settings.port, shared=True) as listening:
            server.run([listening])
    else:
        server.run()


class Server(uvicorn.Server):
    """Ends the streams before it waits for requests to be finished: they would never be. Counts handshakes."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway, settings: GatewaySettings) -> None:
        super().__init__(config)
        self._gateway = gateway
        self._settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self._settings.https is None:
            await super().startup(sockets)
            return
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self._settings.https)
        (listening,) = sockets or [listening_socket(self.config.host, self.config.port)]
        # It listens already, and serves nobody yet.
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            sys.exit(STARTUP_FAILURE)
        kind: Any = self.config.http_protocol_class

        def make() -> Any:
            return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

        self.servers = [cast(Any, EncryptedServer(listening, context, kind.counted, make))]
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._gateway.drain()
        await super().shutdown(sockets)


def listening_socket(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Listens on a port, a `shared` one with other processes of the same user. Raises OSError if another holds it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=shared)


def configuration(gateway: Gateway, settings: GatewaySettings) -> uvicorn.Config:
    """How the server listens."""
    connections = Connections(settings.max_connections, settings.max_connections_per_address, settings.trusted_proxies)
    return uvicorn.Config(
        gateway,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=protocol_of(connections),
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
