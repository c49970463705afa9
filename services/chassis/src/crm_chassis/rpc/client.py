"""Calling a service from synchronous code: operators' commands, bootstrap, tests. The gateway has its own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import crm_contracts
import grpc
from google.protobuf.message import Message

from crm_chassis.rpc.status import from_rpc_error
from crm_chassis.rpc.transport import LARGEST_MESSAGE, channel
from crm_chassis.tls import of_process

CHANNEL_OPTIONS = [
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.initial_reconnect_backoff_ms", 200),
    # Also how long one try to connect may take.
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_metadata_size", 32 * 1024),
]


class Client:
    """Calls one service at one address; with certificates, `service` is who must answer there."""

    def __init__(self, address: str, token: str = "", service: str = "") -> None:
        self._channel = channel(grpc, address, service, CHANNEL_OPTIONS, of_process())
        self._token = token

    def call(self, method: str, request: Message, *, timeout: float = 10, **metadata: str) -> Any:
        """The answer of a unary call; `metadata` with underscores for dashes. Raises the DomainError it failed with."""
        found = crm_contracts.method(method)
        stub = self._channel.unary_unary(
            found.path, request_serializer=type(request).SerializeToString,
            response_deserializer=found.response.FromString,
        )  # fmt: skip
        try:
            return stub(request, timeout=timeout, metadata=self._metadata(metadata))
        except grpc.RpcError as error:
            raise from_rpc_error(error, found.domain) from error

    def stream(self, method: str, request: Message, *, timeout: float = 100) -> Iterator[Any]:
        """The answers of a server-streaming call."""
        found = crm_contracts.method(method)
        stub = self._channel.unary_stream(
            found.path, request_serializer=type(request).SerializeToString,
            response_deserializer=found.response.FromString,
        )  # fmt: skip
        try:
            yield from stub(request, timeout=timeout, metadata=self._metadata({}))
        except grpc.RpcError as error:
            raise from_rpc_error(error, found.domain) from error

    def close(self) -> None:
        self._channel.close()

    def _metadata(self, extra: dict[str, str]) -> tuple[tuple[str, str], ...]:
        found = [(key.replace("_", "-"), value) for key, value in extra.items()]
        return (*found, ("x-actor-token", self._token)) if self._token else tuple(found)
