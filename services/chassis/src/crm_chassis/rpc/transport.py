"""How calls travel: encrypted between processes that know each other, if there are certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc

from crm_chassis.tls import Tls, identity

LARGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes that a call or its answer may have."""


def listen(server: grpc.Server, address: str, tls: Tls | None) -> int:
    """Opens a server's port and returns it; with certificates, callers must show one of the same authority."""
    if tls is None:
        return server.add_insecure_port(address)
    own = (tls.key.read_bytes(), tls.certificate.read_bytes())
    return server.add_secure_port(address, grpc.ssl_server_credentials([own], tls.ca.read_bytes(), True))


def channel(library: Any, address: str, service: str, options: Sequence[tuple[str, Any]], tls: Tls | None) -> Any:
    """A channel to a service, of `grpc` or `grpc.aio`; the service must show that it is that one.

    Where `service` is empty, its certificate must name the host of the address.
    """
    if tls is None:
        return library.insecure_channel(address, options=options)
    credentials = grpc.ssl_channel_credentials(tls.ca.read_bytes(), tls.key.read_bytes(), tls.certificate.read_bytes())
    known = [("grpc.ssl_target_name_override", identity(service))] if service else []
    return library.secure_channel(address, credentials, options=[*options, *known])


def caller_names(call: grpc.ServicerContext) -> set[str]:
    """The names in the certificate of the process that calls; empty without one."""
    return {name.decode() for name in call.auth_context().get("x509_subject_alternative_name", ())}
