"""Proposals: a set of changes goes to the service that has the records (decision 0048)."""

from __future__ import annotations

from typing import Any

import crm_contracts
from crm_chassis.contracts.schema import validate
from crm_chassis.errors import DomainError, InvalidInput
from crm_chassis.violations import UNKNOWN_VALUE

from crm_gateway.references import call_verified
from crm_gateway.routes import changeable
from crm_gateway.settings import services
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request

CREATE = crm_contracts.method("crm.common.v1.ProposalService.CreateProposal")
GET = crm_contracts.method("crm.common.v1.ProposalService.GetProposal")


def owners() -> dict[str, str]:
    """The service that has each kind of record whose changes can be proposed, by the plural of the record."""
    return {plural: service for plural, service in changeable().items() if service in services()}


class CreateProposal:
    """Handles POST /v1/proposals."""

    def __init__(self, upstreams: Upstreams, method: crm_contracts.Method, http: crm_contracts.Http) -> None:
        self._upstreams = upstreams
        self._binding = Binding(method, http)
        self._owners = owners()

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        validate(wanted)
        service = self._service(wanted.commands)
        try:
            raw = await call_verified(self._upstreams, CREATE, wanted.SerializeToString(), request, service)
        except DomainError as error:
            raise self._binding.outside(error) from None
        found: Any = CREATE.response.FromString(raw)
        body = request.caller.encoder.dumps(found)
        return Reply(201, body, headers=[(b"location", b"/v1/proposals/" + found.id.encode())])

    def _service(self, commands: Any) -> str:
        """The one that has all records. Raises InvalidInput."""
        for place, command in enumerate(commands):
            where = f"commands.{place}.resource"
            if command.resource not in self._owners:
                raise InvalidInput.of(where, UNKNOWN_VALUE(values=sorted(self._owners)))
            if self._owners[command.resource] != self._owners[commands[0].resource]:
                raise InvalidInput.of(where, "the records of one proposal must be of one service")
        return self._owners[commands[0].resource]
