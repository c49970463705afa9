"""What is refused here is let be refused by a service too, so that its audit trail says that it was tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import cache

import crm_contracts
from crm.common.v1 import imports_pb2
from crm_chassis.context import CALLED_AS
from crm_chassis.errors import DomainError

from crm_gateway.audit import NOTING
from crm_gateway.settings import services
from crm_gateway.upstreams import Upstreams, calling
from crm_gateway.web import Request

SECONDS = 0.5


async def let_refuse(
    upstreams: Upstreams, method: crm_contracts.Method, request: Request, path: dict[str, str]
) -> None:
    """Calls the method, or of the gateway's own methods the one that asks for the same right, where it is refused."""
    called = counterpart(method)
    if called is None:
        return
    service = called.domain if called.domain in services() else path.get("service", NOTING)
    if service not in services():
        return
    more = () if called is method else ((CALLED_AS, method.name),)
    with suppress(DomainError):
        if called.descriptor.client_streaming:
            with calling(called, service, request) as span:
                metadata = (*request.metadata(service, span), *more)
                await upstreams[service].stream(called.path, _header(), metadata, timeout=SECONDS)
            return
        asked = called.request()
        for name in path.keys() & {*asked.DESCRIPTOR.fields_by_name}:
            setattr(asked, name, path[name])
        body = asked.SerializeToString()
        await upstreams.call(called, body, request, service=service, timeout=SECONDS, more=more)


@cache
def _asking() -> dict[str, list[crm_contracts.Method]]:
    """The methods of services by the permission that they ask for."""
    found: dict[str, list[crm_contracts.Method]] = {}
    for method in crm_contracts.methods().values():
        if method.domain in services() or method.domain == "common":
            found.setdefault(method.policy.permission, []).append(method)
    return found


def counterpart(method: crm_contracts.Method) -> crm_contracts.Method | None:
    """The method of a service that is refused to whom `method` is; None if any user may call it."""
    if method.domain != "gateway":
        return method
    if not method.policy.permission:
        return None
    return max(_asking().get(method.policy.permission, ()), key=lambda one: _likeness(method, one), default=None)


def _likeness(method: crm_contracts.Method, other: crm_contracts.Method) -> tuple[bool, bool, bool]:
    reads_one = other.http is not None and other.http.verb == "GET" and other.http.path.endswith("/{id}")
    return other.name == method.name, reads_one, "id" in other.request.DESCRIPTOR.fields_by_name


async def _header() -> AsyncIterator[bytes]:
    yield imports_pb2.UploadImportRequest(header=imports_pb2.ImportHeader()).SerializeToString()
