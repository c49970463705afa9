"""What happened between us and a customer: the services' timelines, merged, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import crm_contracts
from crm.common.v1 import common_pb2
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import dumps
from crm_chassis.errors import DomainError, InvalidInput
from google.protobuf.timestamp_pb2 import Timestamp

from crm_gateway.fanout import ask
from crm_gateway.tokens import read_token, write_token, wrong_token
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request

DEFAULT_PAGE = 50
PROFILE_SECONDS = 0.3
MAX_CONTACTS = 500
OWNER = "contacts"
PROFILE = crm_contracts.method("crm.contacts.v1.ContactsService.GetCustomerProfile")

_OLDEST = datetime.min.replace(tzinfo=UTC)


def newest_first(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Encoded timeline entries without duplicates, in timeline order."""
    unique = {entry["id"]: entry for entry in entries}
    return sorted(unique.values(), key=lambda entry: (entry["at"] or _OLDEST, entry["id"]), reverse=True)


def position_of(entry: dict[str, Any]) -> str:
    """The page token that continues behind an entry."""
    at: datetime = entry["at"] or _OLDEST
    return write_token([at.isoformat(), entry["id"]])


def read_position(token: str) -> tuple[datetime, str]:
    """The moment and the id that a page token stands for. Raises InvalidInput."""
    try:
        at, id_ = read_token(token)
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not isinstance(id_, str) or len(id_) > 64:
            raise ValueError("not a position")
    except (ValueError, TypeError) as error:
        raise wrong_token() from error
    return moment.astimezone(UTC), id_


def customer_ref(type_: str, id_: str, contact_ids: Iterable[str] = ()) -> common_pb2.CustomerRef:
    """The customer as the services are told. Raises InvalidInput if the id is no UUID."""
    try:
        id_ = str(UUID(id_))
    except ValueError as error:
        raise InvalidInput.of("id", "must be a UUID") from error
    if type_ == "contact":
        return common_pb2.CustomerRef(contact_id=id_)
    return common_pb2.CustomerRef(account_id=id_, contact_ids=list(contact_ids)[:MAX_CONTACTS])


class Timeline:
    """Handles /v1/contacts/{id}/timeline and /v1/accounts/{id}/timeline."""

    def __init__(self, upstreams: Upstreams, method: crm_contracts.Method, http: crm_contracts.Http) -> None:
        self._upstreams = upstreams
        self._binding = Binding(method, http)
        self._type = "account" if method.name == "ListAccountTimeline" else "contact"
        self._methods = {m.domain: m for m in crm_contracts.methods().values() if m.name == "ListCustomerTimeline"}

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        wanted: Any = await self._binding.message(request, path)
        validate(wanted)
        ref = customer_ref(self._type, wanted.id)
        size = wanted.page_size or DEFAULT_PAGE
        position = common_pb2.TimelinePosition(kinds=wanted.kinds, limit=size)
        if wanted.page_token:
            at, position.before_id = read_position(wanted.page_token)
            before = Timestamp()
            before.FromDatetime(at)
            position.before.CopyFrom(before)
        missing: set[str] = set()
        if self._type == "account" and request.caller.actor.may(PROFILE.policy.permission):
            await self._find_contacts(request, ref, missing)
        body = common_pb2.ListCustomerTimelineRequest(customer=ref, position=position).SerializeToString()
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
            for entry in common_pb2.ListCustomerTimelineResponse.FromString(raw).entries
        )
        more = len(entries) >= size
        found = {
            "entries": entries[:size],
            "next_page_token": position_of(entries[size - 1]) if more else "",
            "unavailable_services": sorted({*answers.unavailable, *missing}),
        }
        return Reply(200, dumps(found))

    async def _find_contacts(self, request: Request, ref: common_pb2.CustomerRef, missing: set[str]) -> None:
        """Adds the account's people, by whom the other services gather. Raises NotFound if there is no account."""
        body = common_pb2.GetCustomerRequest(customer=ref).SerializeToString()
        try:
            raw = await self._upstreams.call(PROFILE, body, request, timeout=request.within(PROFILE_SECONDS))
        except DomainError as error:
            if error.status < 500:
                raise
            missing.add(OWNER)
            return
        profile: Any = PROFILE.response.FromString(raw)
        ref.contact_ids.extend(list(profile.contact_ids)[:MAX_CONTACTS])
