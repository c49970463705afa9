"""What happened between us and a customer: the services' timelines, merged, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import crm_contracts
from crm.common.v1 import timelines_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import dumps
from crm_chassis.errors import DomainError, InvalidInput
from crm_chassis.violations import INVALID_FORMAT

from crm_gateway.fanout import ask
from crm_gateway.tokens import PageTokens, query_of
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request, next_page

DEFAULT_PAGE = 50
PROFILE_SECONDS = 0.3
MAX_CONTACTS = 500
OWNER = "contacts"
PROFILE = crm_contracts.method("crm.contacts.v1.CustomerService.GetCustomerProfile")

_OLDEST = datetime.min.replace(tzinfo=UTC)


def newest_first(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Encoded timeline entries without duplicates, in timeline order."""
    unique = {entry["id"]: entry for entry in entries}
    return sorted(unique.values(), key=lambda entry: (entry["at"] or _OLDEST, entry["id"]), reverse=True)


def position_of(entry: dict[str, Any]) -> list[str]:
    """The place behind an entry: its moment and id."""
    at: datetime = entry["at"] or _OLDEST
    return [at.isoformat(), entry["id"]]


def position_query(request: Any) -> bytes:
    """What a page token of a timeline belongs to: the kinds of entries. After a merge a customer has two ids."""
    return query_of("timeline", request, "id")


def customer_ref(type_: str, id_: str, contact_ids: Iterable[str] = ()) -> timelines_pb2.CustomerRef:
    """The customer as the services are told. Raises InvalidInput if the id is no UUID."""
    try:
        id_ = str(UUID(id_))
    except ValueError as error:
        raise InvalidInput.of("id", INVALID_FORMAT("must be a UUID", format="UUID")) from error
    if type_ == "contact":
        return timelines_pb2.CustomerRef(contact_id=id_)
    return timelines_pb2.CustomerRef(account_id=id_, contact_ids=list(contact_ids)[:MAX_CONTACTS])


class Timeline:
    """Handles /v1/contacts/{id}/timeline and /v1/accounts/{id}/timeline."""

    def __init__(
        self, upstreams: Upstreams, tokens: PageTokens, method: crm_contracts.Method, http: crm_contracts.Http
    ) -> None:
        self._upstreams = upstreams
        self._tokens = tokens
        self._binding = Binding(method, http)
        self._type = "account" if method.name == "ListAccountTimeline" else "contact"
        self._methods = {m.domain: m for m in crm_contracts.parts(crm_contracts.View.TIMELINE)}

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        query = position_query(wanted)
        place = self._tokens.open_value(wanted.page_token, query)
        wanted.page_token = ""
        validate(wanted)
        ref = customer_ref(self._type, wanted.id)
        size = wanted.page_size or DEFAULT_PAGE
        position = timelines_pb2.TimelinePosition(kinds=wanted.kinds, limit=size)
        if place is not None:
            at, position.before_id = place
            position.before.FromDatetime(datetime.fromisoformat(at))
        missing: set[str] = set()
        if self._type == "account" and request.caller.actor.may(PROFILE.policy.permission):
            await self._find_contacts(request, ref, missing)
        body = timelines_pb2.ListCustomerTimelineRequest(customer=ref, position=position).SerializeToString()
        actor = request.caller.actor
        answers = await ask(
            {
                service: self._upstreams.call(method, body, request)
                for service, method in self._methods.items()
                if actor.may(method.policy.permission) and service not in missing
            }
        )
        answers.raise_input("position.", "customer.")
        if OWNER in answers.failed and answers.failed[OWNER].status == 404:
            raise answers.failed[OWNER]
        encoder = request.caller.encoder
        entries = newest_first(
            encoder.encode(entry)
            for raw in answers.good.values()
            for entry in timelines_pb2.ListCustomerTimelineResponse.FromString(raw).entries
        )
        more = len(entries) >= size
        next_token = self._tokens.seal_value(position_of(entries[size - 1]), query) if more else ""
        found = {
            "entries": entries[:size],
            "next_page_token": next_token,
            "unavailable_services": sorted({*answers.unavailable, *missing}),
        }
        return Reply(200, dumps(found), headers=next_page(request, next_token))

    async def _find_contacts(self, request: Request, ref: timelines_pb2.CustomerRef, missing: set[str]) -> None:
        """Adds the account's people, by whom the other services gather. Raises NotFound if there is no account."""
        body = timelines_pb2.GetCustomerRequest(customer=ref).SerializeToString()
        try:
            raw = await self._upstreams.call(PROFILE, body, request, timeout=PROFILE_SECONDS)
        except DomainError as error:
            if error.status < 500:
                raise
            missing.add(OWNER)
            return
        profile: Any = PROFILE.response.FromString(raw)
        ref.contact_ids.extend(list(profile.contact_ids)[:MAX_CONTACTS])
