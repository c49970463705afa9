"""The process: `crm-gateway` serves until SIGTERM or SIGINT; requests in flight are finished first."""

from __future__ import annotations

import gc
import sys

import uvicorn
from crm_chassis import logs, tracing
from crm_chassis.errors import DomainError

from crm_gateway.app import Gateway
from crm_gateway.protocol import Protocol
from crm_gateway.settings import GatewaySettings

GRACE_SECONDS = 20


def main() -> None:
    """Console script."""
    logs.configure("gateway", "api")
    try:
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
    chain, key = settings.https or (None, None)
    uvicorn.run(
        gateway,
        host=settings.host,
        port=settings.port,
        ssl_certfile=chain,
        ssl_keyfile=key,
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
