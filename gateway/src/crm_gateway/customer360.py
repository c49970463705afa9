"""Everything about one customer in one call.

The services are asked at the same time, under one deadline. A section says how it came about; a service that does
not answer costs its section and never the page. Which RPC fills which section follows from the contracts: the one
whose answer is the type of the section's data.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import crm_contracts
import orjson
from crm.common.v1 import timelines_pb2
from crm.gateway.v1 import customer360_pb2
from crm_chassis.contracts.transcode import Encoder, dumps, to_datetime
from crm_chassis.errors import DomainError

from crm_gateway.kept import Kept, Key, ids_in
from crm_gateway.metrics import PAGES, SECTIONS
from crm_gateway.timeline import MAX_CONTACTS, PROFILE_SECONDS, customer_ref, newest_first, position_of, position_query
from crm_gateway.tokens import PageTokens
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request

TOTAL_SECONDS = 0.7
# What has changed since is undone record by record, and nobody looks at the past on the telephone.
PAST_SECONDS = 5.0
PAGE_SECONDS = 5.0
PAGE_BYTES = 64 * 1024 * 1024
# Within this time services have usually heard of an event that the gateway has heard of.
PAGE_SETTLE_SECONDS = 2.0
STALE_SECONDS = 15 * 60
STALE_BYTES = 64 * 1024 * 1024
# A copy lives longer than a page, so it waits for services that lag far behind.
STALE_SETTLE_SECONDS = 60.0
TIMELINE_ENTRIES = 20

OK, PARTIAL, STALE, UNAVAILABLE = "OK", "PARTIAL", "STALE", "UNAVAILABLE"
NOT_ALLOWED, UNTOLD = "NOT_ALLOWED", "UNTOLD"
TIMELINE = "timeline"
PROFILE = "profile"


@dataclass(frozen=True)
class Source:
    """The RPC behind a section."""

    section: str
    method: crm_contracts.Method
    has_timeline: bool
    has_as_of: bool


@dataclass(frozen=True, slots=True)
class Who:
    """The customer as the profile knows it; `id` differs from the one asked for after a merge."""

    id: str
    name: str
    contact_ids: tuple[str, ...]


@dataclass(slots=True)
class Section:
    """One section of the answer. `data` is JSON text; `entries` are encoded timeline entries."""

    state: str
    as_of: datetime | None = None
    reason: str = ""
    data: bytes | None = None
    entries: tuple[dict[str, Any], ...] = ()
    customer: Who | None = None

    def json(self) -> dict[str, Any]:
        data = orjson.Fragment(self.data) if self.data is not None else None
        return {"state": self.state, "as_of": self.as_of, "reason": self.reason, "data": data}


def sources() -> dict[str, Source]:
    """The RPC of each section but the timeline, which is merged from the others."""
    found: dict[str, Source] = {}
    for method in crm_contracts.parts(crm_contracts.View.CUSTOMER_360):
        section, names = method.part.section, method.descriptor.output_type.fields_by_name
        found[section] = Source(section, method, "timeline" in names, "as_of" in names)
    return found


class Memory:
    """What is kept of earlier answers: whole pages for a moment, and the last good sections for when a service dies."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.pages: Kept[bytes] = Kept(
            lambda page: 2 * len(page),
            seconds=PAGE_SECONDS, room=PAGE_BYTES, settle_seconds=PAGE_SETTLE_SECONDS, clock=clock,
        )  # fmt: skip
        self.copies: Kept[Section] = Kept(
            lambda section: 500 + 2 * len(section.data or b""),
            seconds=STALE_SECONDS, room=STALE_BYTES, settle_seconds=STALE_SETTLE_SECONDS, clock=clock,
        )  # fmt: skip
        self._hits, self._misses = PAGES.labels("hit"), PAGES.labels("miss")

    def page(self, key: Key) -> bytes | None:
        """A kept page that is still true."""
        page = self.pages.get(key)
        (self._misses if page is None else self._hits).inc()
        return page

    def followed(self, running: bool) -> None:
        """Whether events are followed from now on."""
        self.pages.followed(running)
        self.copies.followed(running)

    def forget(self, ids: set[str]) -> None:
        """Something happened to these records."""
        self.pages.forget(ids)
        self.copies.forget(ids)

    def forget_all(self) -> None:
        """What somebody may see has changed."""
        self.pages.forget_all()
        self.copies.forget_all()


class Customer360:
    """Handles /v1/contacts/{id}/customer360 and /v1/accounts/{id}/customer360."""

    def __init__(
        self,
        upstreams: Upstreams,
        memory: Memory,
        tokens: PageTokens,
        type_: str,
        method: crm_contracts.Method,
        http: crm_contracts.Http,
    ) -> None:
        self._binding = Binding(method, http)
        self._upstreams = upstreams
        self._tokens = tokens
        self._memory = memory
        self._type = type_
        self._sources = sources()
        self._counters: dict[tuple[str, str], Any] = {}

    async def handle(self, request: Request, path: dict[str, str]) -> Reply:
        said: Any = await self._binding.message(request, path)
        wanted = timelines_pb2.GetCustomerRequest(customer=customer_ref(self._type, path["id"]))
        key = self._type, path["id"], request.caller.fingerprint
        if said.HasField("as_of"):
            wanted.as_of.CopyFrom(said.as_of)
        ref = wanted.customer
        kept = None if wanted.HasField("as_of") else self._memory.page(key)
        if kept is not None and self._upstreams.reachable():
            return Reply(200, kept)
        asked_at = self._memory.clock()
        # From when it came: to ask who the caller is may have taken its time already.
        deadline = request.came_at + (PAST_SECONDS if wanted.HasField("as_of") else TOTAL_SECONDS)
        if self._type == "contact":
            sections = await self._contact(request, wanted, deadline)
        else:
            sections = await self._account(request, wanted, deadline)
        sections[TIMELINE] = self._timeline(sections)
        if wanted.HasField("as_of"):
            sections = {name: _then(name, section, to_datetime(wanted.as_of)) for name, section in sections.items()}
        for name, section in sections.items():
            self._count(name, section.state)
        who = sections[PROFILE].customer
        customer = customer360_pb2.Customer(
            id=who.id if who else ref.contact_id or ref.account_id, type=self._type, name=who.name if who else ""
        )
        names = customer360_pb2.Sections.DESCRIPTOR.fields_by_name
        answer = {
            "customer": request.caller.encoder.encode(customer),
            "sections": {field: sections[field].json() for field in names},
            "partial": any(section.state != OK for section in sections.values()),
        }
        page = dumps(answer)
        if wanted.HasField("as_of"):
            return Reply(200, page)
        self._keep(ref, request, key, page, sections, asked_at)
        return Reply(200, page)

    def _keep(
        self,
        ref: timelines_pb2.CustomerRef,
        request: Request,
        key: Key,
        page: bytes,
        sections: Mapping[str, Section],
        asked_at: float,
    ) -> None:
        """Keeps a whole page, and a copy of each good section.

        What a section shows may depend on every record of the page: the tickets on the owner of the account.
        """
        ids = ids_in(page) | {ref.contact_id, ref.account_id, *ref.contact_ids}
        if all(section.state in (OK, NOT_ALLOWED) for section in sections.values()):
            self._memory.pages.put(key, page, ids, asked_at)
        for name in self._sources:
            if sections[name].state == OK:
                self._memory.copies.put(self._copy_key(name, ref, request), sections[name], ids, asked_at)

    def _copy_key(self, section: str, ref: timelines_pb2.CustomerRef, request: Request) -> Key:
        return section, self._type, ref.contact_id or ref.account_id, request.caller.fingerprint

    async def _contact(
        self, request: Request, wanted: timelines_pb2.GetCustomerRequest, deadline: float
    ) -> dict[str, Section]:
        """All services at once. The old id of a merged contact leads to the other one."""
        others = self._start_others(request, wanted, deadline)
        try:
            profile = await self._ask(self._sources[PROFILE], request, wanted, deadline)
            if profile.customer is not None and profile.customer.id != wanted.customer.contact_id:
                await _stop(others)
                wanted.customer.contact_id = profile.customer.id
                others = self._start_others(request, wanted, deadline)
            return {PROFILE: profile} | {name: await task for name, task in others.items()}
        except BaseException:
            await _stop(others)
            raise

    async def _account(
        self, request: Request, wanted: timelines_pb2.GetCustomerRequest, deadline: float
    ) -> dict[str, Section]:
        """First the profile, which knows the account's people; the others gather by them."""
        before = deadline if wanted.HasField("as_of") else min(deadline, time.monotonic() + PROFILE_SECONDS)
        profile = await self._ask(self._sources[PROFILE], request, wanted, before)
        if profile.customer is not None:
            wanted.customer.account_id = profile.customer.id
            wanted.customer.contact_ids.extend(profile.customer.contact_ids)
        others = self._start_others(request, wanted, deadline)
        return {PROFILE: profile} | {name: await task for name, task in others.items()}

    def _start_others(
        self, request: Request, wanted: timelines_pb2.GetCustomerRequest, deadline: float
    ) -> dict[str, asyncio.Task[Section]]:
        return {
            name: asyncio.create_task(self._ask(source, request, wanted, deadline))
            for name, source in self._sources.items()
            if name != PROFILE
        }

    async def _ask(
        self, source: Source, request: Request, wanted: timelines_pb2.GetCustomerRequest, deadline: float
    ) -> Section:
        """One section. Raises NotFound if the profile says that there is no such customer."""
        permission = source.method.policy.permission
        caller = request.caller
        if not caller.actor.may(permission):
            return Section(NOT_ALLOWED, reason=f"This needs the permission {permission}.")
        then = wanted.HasField("as_of")
        if then and not source.method.part.as_of:
            return Section(UNTOLD, reason="Nobody knows what this was at that time.")
        key = self._copy_key(source.section, wanted.customer, request)
        body = wanted.SerializeToString()
        try:
            timeout = max(deadline - time.monotonic(), 0.001)
            raw = await self._upstreams.call(source.method, body, request, timeout=timeout)
        except DomainError as error:
            if error.status in (403, 404):
                self._memory.copies.discard(key)
            if source.section == PROFILE and error.status in (400, 404):
                raise
            if error.status == 403:
                return Section(NOT_ALLOWED, reason=error.detail)
            if then:
                return Section(UNTOLD if error.status < 500 else UNAVAILABLE, reason=error.detail)
            return self._instead(key, error, hurried=request.hurries(TOTAL_SECONDS))
        return self._read(source, raw, caller.past_encoder if then else caller.encoder)

    def _read(self, source: Source, raw: bytes, encoder: Encoder) -> Section:
        message: Any = source.method.response.FromString(raw)
        data = encoder.encode(message)
        as_of = datetime.now(UTC)
        if source.has_as_of and message.HasField("as_of"):
            as_of = to_datetime(message.as_of)
        entries = tuple(data["timeline"]) if source.has_timeline else ()
        customer = self._who(message) if source.section == PROFILE else None
        return Section(OK, as_of, "", dumps(data), entries, customer)

    def _who(self, profile: Any) -> Who | None:
        if self._type == "contact" and profile.HasField("contact"):
            contact = profile.contact
            name = contact.display_name or f"{contact.first_name} {contact.last_name}".strip()
            return Who(contact.id, name, ())
        if self._type == "account" and profile.HasField("account"):
            return Who(profile.account.id, profile.account.name, tuple(profile.contact_ids[:MAX_CONTACTS]))
        return None

    def _instead(self, key: Key, error: DomainError, *, hurried: bool) -> Section:
        """The last good answer, if the service is dead or frozen and there is one.

        That a client did not want to wait says nothing about the service, and what a living service says is never
        replaced.
        """
        dead = error.status == 503 or (error.status == 504 and not hurried)
        kept = self._memory.copies.get(key) if dead else None
        if kept is None:
            return Section(UNAVAILABLE, reason=error.detail)
        return replace(kept, state=STALE, reason=error.detail)

    def _timeline(self, sections: Mapping[str, Section]) -> Section:
        """The newest entries of all sections that have any."""
        told = {name: sections[name] for name, source in self._sources.items() if source.has_timeline}
        entries = newest_first(entry for section in told.values() for entry in section.entries)
        shown = entries[:TIMELINE_ENTRIES]
        more = len(entries) >= TIMELINE_ENTRIES
        query = position_query(customer360_pb2.ListTimelineRequest())
        token = self._tokens.seal_value(position_of(shown[-1]), query) if more else ""
        data = {"entries": shown, "next_page_token": token}
        states = {section.state for section in told.values()}
        as_of = min((section.as_of for section in told.values() if section.as_of), default=None)
        if as_of is None:
            state = NOT_ALLOWED if states == {NOT_ALLOWED} else UNAVAILABLE
            return Section(state, reason="No service gave its part.")
        if states == {OK}:
            return Section(OK, as_of, "", dumps(data))
        lacking = [f"{name} is {s.state}" for name, s in told.items() if s.state != OK]
        state = STALE if states == {STALE} else PARTIAL
        return Section(state, as_of, f"The entries of {', '.join(lacking)}.", dumps(data))

    def _count(self, section: str, state: str) -> None:
        counter = self._counters.get((section, state))
        if counter is None:
            counter = self._counters[section, state] = SECTIONS.labels(section, state)
        counter.inc()


def _then(name: str, section: Section, moment: datetime) -> Section:
    """A section as of an earlier time, as honest as what is known of it."""
    if section.state not in (OK, PARTIAL):
        return section
    if name == TIMELINE:
        reason = "What had happened by then, as it reads today; what was deleted since is missing."
        return replace(section, state=PARTIAL, as_of=moment, reason=reason)
    if name != PROFILE:
        reason = "What has come to belong to another customer since is missing."
        return replace(section, state=PARTIAL, as_of=moment, reason=reason)
    return replace(section, as_of=moment)


async def _stop(tasks: Mapping[str, asyncio.Task[Section]]) -> None:
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)
