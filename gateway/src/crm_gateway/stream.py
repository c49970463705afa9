"""The stream of changes: what happens to the records that a caller sees, as server-sent events (decision 0039).

Events come from the feed, one consumer for the whole process. Those of the last minutes are kept, so that a reader who
was cut off goes on where it was, on this replica or another. Whoever may have missed something is told to read again.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import crm_contracts
import orjson
from crm_chassis.access.actor import Actor
from crm_chassis.access.reach import NOWHERE, Place, Standing, place_of, reaches
from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import DomainError
from crm_contracts.resources import Resource, resources

from crm_gateway.authn import Claims, bearer
from crm_gateway.authz import Caller
from crm_gateway.errors import Overloaded, TooManyStreams
from crm_gateway.metrics import STREAM_ENDS, STREAMS
from crm_gateway.presence import At
from crm_gateway.principals import Principals
from crm_gateway.web import Reply, Request

KEPT_SECONDS = 330.0
"""For how long a reader may be away."""
MAX_KEPT = 100_000
"""Changes kept, some 600 bytes each; when more than 300 happen in a second, the time away is shorter."""
OVERLAP_SECONDS = 15.0
"""What is told again to a reader who comes back: so far may clocks and queues of replicas differ."""
MAX_REPLAYED = 10_000
MAX_WAITING = 1_000
"""How many changes a reader may be behind."""
MAX_UNTOLD = 10_000
"""How many changes may wait until it is decided who is told of them."""
HEARTBEAT_SECONDS = 15.0
MAX_PER_USER = 20
CHECKS_AT_ONCE = 20

MAX_POSITION = 15
"""Digits of a position."""

_FIRST = b"retry: 2000\n\n"
"""How long a browser waits before it comes back, in milliseconds."""
_CONTENT_TYPE = b"text/event-stream"

_COMMENTED = "commented"
_SHARED = {"granted": "shared", "revoked": "unshared"}
_PLACE_FIELDS = ("owner_id", "team_id", "territory_id")

_Owners = tuple[Standing, Standing]
"""Where the present and the former owner of a record stand."""
FindClaims = Callable[[str], Awaitable[Claims]]
FindPresence = Callable[[Actor, At], Awaitable[Mapping[str, Any] | None]]
"""Who else is at a record, for somebody who is there; None for who is not."""


@dataclass(slots=True)
class _Change:
    """A change of a record, without its values."""

    at: int
    """When it was heard of, in milliseconds since 1970: its position in the stream."""
    resource: Resource
    id: str
    version: int
    action: str
    place: Place
    former: Place | None
    """Whose the record was before, if that has changed."""

    def told(self, action: str) -> bytes:
        """The event that tells of it."""
        change = {"kind": self.resource.kind, "id": self.id, "version": str(self.version), "action": action}
        return _event("change", change, self.at)


class _Reader:
    """Somebody who follows the stream."""

    __slots__ = (
        "around", "caller", "claims", "doubts", "ending", "held", "missed", "moved", "standing", "token", "waiting",
        "wake",
    )  # fmt: skip

    def __init__(self, token: str, claims: Claims, caller: Caller, standing: Standing) -> None:
        self.token = token
        self.claims = claims
        self.caller = caller
        self.standing = standing
        self.waiting: deque[bytes] = deque()
        self.wake = asyncio.Event()
        self.doubts = 0
        """Events that may have changed the reader's rights, since these were asked for."""
        self.held: list[tuple[_Change, _Owners]] = []
        """Changes since then, to be decided by what the rights turn out to be."""
        self.missed = False
        """Whether there were changes that cannot be decided any more."""
        self.moved: set[At] = set()
        """Records where the reader is to be told anew who else is there."""
        self.around: dict[At, bytes] = {}
        """What the reader was told of that."""
        self.ending = ""

    def tell(self, text: bytes) -> None:
        if len(self.waiting) >= MAX_WAITING:
            self.end("TOO_SLOW")
        else:
            self.waiting.append(text)
            self.wake.set()

    def reset(self, reason: str, at: int) -> None:
        """Tells the reader to read everything again, which makes all that waits needless."""
        self.waiting.clear()
        self.tell(_event("reset", {"reason": reason}, at))

    def doubt(self) -> None:
        """Tells the reader nothing more until its rights have been asked for again."""
        self.doubts += 1
        self.wake.set()

    def hold(self, change: _Change, owners: _Owners) -> None:
        if len(self.held) < MAX_WAITING:
            self.held.append((change, owners))
        else:
            self.missed = True

    def miss(self) -> None:
        """Notes that a change cannot be decided: when the rights are known, everything has to be read again."""
        self.missed = True
        self.doubt()

    def end(self, reason: str) -> None:
        self.waiting.clear()
        self.ending = self.ending or reason
        self.wake.set()


class Streams:
    """Handles /v1/stream.

    `find_claims` tells what a token stands for, `find_presence` who is at a record; `most` is how many readers there
    may be; `now` is the time in seconds since 1970.
    """

    def __init__(
        self,
        principals: Principals,
        find_claims: FindClaims,
        find_presence: FindPresence,
        most: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._principals = principals
        self._find_claims = find_claims
        self._find_presence = find_presence
        self._most = most
        self._now = now
        self._resources = {r.kind: r for r in resources(crm_contracts.methods().values()).values()}
        self._readers: set[_Reader] = set()
        self._kept: deque[_Change] = deque()
        self._untold: asyncio.Queue[_Change] = asyncio.Queue(MAX_UNTOLD)
        self._since: int | None = None
        """From when on nothing is missing; None while events are not followed."""
        self._checks = asyncio.Semaphore(CHECKS_AT_ONCE)
        self._teller: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to tell of changes; must run in the event loop that serves."""
        self._teller = asyncio.ensure_future(self._tell_all())

    def stop(self) -> None:
        """Ends every stream: the process is stopping."""
        for reader in self._readers:
            reader.end("STOPPING")
        if self._teller is not None:
            self._teller.cancel()

    # -- events -------------------------------------------------------------------------------------------

    def followed(self, running: bool) -> None:
        """Events are followed from now on, or not any more. What happened in between nobody has been told of."""
        if not running:
            self._since = None
            return
        self._begin_again("RECONNECTED")
        for reader in self._readers:
            reader.doubt()

    def moved(self, user_id: str, at: At) -> None:
        """Who is at a record where that user is has changed. Programs with a key are not told: they are nowhere."""
        for reader in self._readers:
            if reader.claims.user_id == user_id and not reader.claims.api_key:
                reader.moved.add(at)
                reader.wake.set()

    def hear(self, event: IncomingEvent) -> None:
        """An event of any kind."""
        if event.source == "identity":
            self._doubt(event)
        change = self._change(event)
        if change is None or self._since is None:
            return
        try:
            self._untold.put_nowait(change)
        except asyncio.QueueFull:
            self._begin_again("OVERLOADED")

    def _change(self, event: IncomingEvent) -> _Change | None:
        """What the event says to readers; None if it is about nothing that they can read."""
        declared = crm_contracts.events().get(event.type)
        if declared is None:
            return None
        name = declared.subject.partition(".")[0]
        told: dict[str, Any] = event.payload.get(name) or {}
        if event.record.endswith(".share"):
            return self._shared(event, told)
        options = crm_contracts.resource_of(declared.message.DESCRIPTOR.fields_by_name[name].message_type)
        if options is not None and options.told_with:
            return self._told_with(event, options, told)
        resource = self._resources.get(event.record)
        if resource is None:
            return None
        place = place_of(crm_contracts.resource_of(resource.descriptor), told, event.readers)
        formerly: Any = event.former
        former = replace(place, **formerly) if formerly else None
        return _Change(self._at(), resource, event.record_id, event.version, event.action, place, former)

    def _told_with(self, event: IncomingEvent, options: Any, told: dict[str, Any]) -> _Change | None:
        """A change of what is read with another record, as one of that record: whoever sees it is told."""
        resource = next((one for one in self._resources.values() if one.plural == told.get("resource")), None)
        record_id = told.get(options.told_with)
        if resource is None or not record_id:
            return None
        place = _place(told, event.readers)
        return _Change(self._at(), resource, record_id, event.version, _COMMENTED, place, None)

    def _shared(self, event: IncomingEvent, told: dict[str, Any]) -> _Change | None:
        """A change of whom a record is shared with: whoever sees it from now on is told, and who does not any more."""
        resource = next((one for one in self._resources.values() if one.plural == told.get("resource")), None)
        if resource is None:
            return None
        place = _place(told, event.readers)
        former = None if event.former_readers is None else replace(place, readers=event.former_readers)
        return _Change(self._at(), resource, event.record_id, event.version, _SHARED[event.action], place, former)

    def _doubt(self, event: IncomingEvent) -> None:
        """Whose rights may have changed is asked for again."""
        of_user = event.record == "crm.identity.user"
        for reader in self._readers:
            if not of_user or reader.claims.user_id == event.record_id:
                reader.doubt()

    def _begin_again(self, reason: str) -> None:
        self._kept.clear()
        self._untold = asyncio.Queue(MAX_UNTOLD)
        self._since = self._at()
        if self._teller is not None:
            self._teller.cancel()
            self.start()
        for reader in self._readers:
            reader.reset(reason, self._since)

    async def _tell_all(self) -> None:
        untold = self._untold
        while True:
            change = await untold.get()
            if self._readers:
                await self._tell(change)
            # Not before: whoever came meanwhile has just been told, and must not find it here too.
            self._keep(change)

    def _keep(self, change: _Change) -> None:
        self._kept.append(change)
        oldest = change.at - KEPT_SECONDS * 1000
        while len(self._kept) > MAX_KEPT or self._kept[0].at < oldest:
            self._since = self._kept.popleft().at + 1

    async def _tell(self, change: _Change) -> None:
        try:
            owners = await self._owners(change)
        except DomainError:
            # Who may see it cannot be said without identity. Those concerned read again, by which rights hold.
            for reader in self._readers:
                reader.miss()
            return
        for reader in self._readers:
            if reader.doubts:
                reader.hold(change, owners)
            elif action := _seen(reader, change, owners):
                reader.tell(change.told(action))

    async def _owners(self, change: _Change) -> _Owners:
        """Where the present and the former owner of the record stand."""
        former = change.former or change.place
        present = await self._standing(change.place.owner)
        return present, present if former.owner == change.place.owner else await self._standing(former.owner)

    async def _standing(self, user_id: str) -> Standing:
        return await self._principals.standing(user_id) if user_id else NOWHERE

    # -- readers ------------------------------------------------------------------------------------------

    async def handle(self, request: Request, path: Mapping[str, str]) -> Reply:
        """Opens a stream. Raises TooManyStreams, Overloaded, and Unauthenticated without a bearer token."""
        token = bearer(request.header(b"authorization"))
        claims = await self._find_claims(token)
        if sum(reader.claims.user_id == claims.user_id for reader in self._readers) >= MAX_PER_USER:
            raise TooManyStreams(HEARTBEAT_SECONDS)
        if len(self._readers) >= self._most:
            raise Overloaded("There are too many streams; repeat later.")
        standing = await self._principals.standing(claims.user_id)
        reader = _Reader(token, claims, request.caller, standing)
        headers = [(b"x-accel-buffering", b"no")]
        return Reply(200, b"", _CONTENT_TYPE, headers, stream=self._follow(reader, request))

    async def _follow(self, reader: _Reader, request: Request) -> AsyncGenerator[bytes, None]:
        self._readers.add(reader)
        STREAMS.set(len(self._readers))
        watch = asyncio.ensure_future(request.until_disconnected())
        watch.add_done_callback(lambda _: reader.end("GONE"))
        try:
            # From here on events tell of changed rights; what happened since they were asked for is asked once more.
            reader.doubt()
            missed = self._told_again(reader, self._since_position(reader, request.header(b"last-event-id")))
            await self._check(reader)
            yield _FIRST
            async for text in missed:
                yield text
            while not reader.ending:
                yield await self._next(reader)
            yield _event("end", {"reason": reader.ending}, None)
        finally:
            watch.cancel()
            self._readers.discard(reader)
            STREAMS.set(len(self._readers))
            STREAM_ENDS.labels(reader.ending or "GONE").inc()

    async def _next(self, reader: _Reader) -> bytes:
        """What there is to tell, at the latest a heartbeat."""
        left = reader.claims.expires - time.time()
        try:
            async with asyncio.timeout(max(0.0, min(HEARTBEAT_SECONDS, left))):
                await reader.wake.wait()
            quiet = False
        except TimeoutError:
            quiet = True
        reader.wake.clear()
        if reader.doubts or quiet:
            await self._check(reader)
        text = b"".join(reader.waiting)
        reader.waiting.clear()
        if reader.moved and not reader.doubts:
            text += await self._around(reader)
        return text or self._heartbeat(reader)

    async def _around(self, reader: _Reader) -> bytes:
        """Who is where the reader is, as far as that has changed; without a position, as it is not told again."""
        moved, reader.moved = reader.moved, set()
        texts = []
        for at in moved:
            found = await self._find_presence(reader.caller.actor, at)
            if found is None:
                reader.around.pop(at, None)
                continue
            text = _event("presence", found, None)
            # Whoever may not read the names of those who came is not told that somebody came.
            if text != reader.around.get(at) and (found["people"] or at in reader.around):
                texts.append(text)
            reader.around[at] = text
        return b"".join(texts)

    async def _check(self, reader: _Reader) -> None:
        """Asks for the reader's rights again; ends the stream if they have ended."""
        if reader.claims.expires <= time.time():
            reader.end("TOKEN_EXPIRED")
            return
        try:
            async with self._checks:
                doubts = reader.doubts
                claims = await self._find_claims(reader.token)
                caller = await self._principals.caller(claims)
                standing = await self._principals.standing(claims.user_id)
        except DomainError as error:
            reader.end(error.reason)
            return
        changed = (caller.actor.rights, standing) != (reader.caller.actor.rights, reader.standing)
        reader.claims, reader.caller, reader.standing = claims, caller, standing
        reader.doubts -= doubts
        if reader.doubts:
            reader.wake.set()
            return
        held, reader.held = reader.held, []
        if changed or reader.missed:
            reader.missed = False
            reader.reset("RIGHTS_CHANGED" if changed else "UNDECIDED", self._at())
            return
        for change, owners in held:
            if action := _seen(reader, change, owners):
                reader.tell(change.told(action))

    def _since_position(self, reader: _Reader, position: str) -> list[_Change]:
        """What happened since a reader was at a position. If that is not known, it is told to read everything."""
        if not position:
            return []
        if not position.isascii() or not position.isdigit() or len(position) > MAX_POSITION:
            reader.reset("UNKNOWN_POSITION", self._at())
            return []
        start = int(position) - int(OVERLAP_SECONDS * 1000)
        changes = [change for change in self._kept if change.at >= start]
        if self._since is None or start < self._since or len(changes) > MAX_REPLAYED:
            reader.reset("TOO_LONG_AGO", self._at())
            return []
        return changes

    async def _told_again(self, reader: _Reader, changes: list[_Change]) -> AsyncIterator[bytes]:
        for change in changes:
            try:
                owners = await self._owners(change)
            except DomainError:
                reader.miss()
                return
            if reader.doubts:
                reader.hold(change, owners)
            elif action := _seen(reader, change, owners):
                yield change.told(action)

    def _heartbeat(self, reader: _Reader) -> bytes:
        """A comment. While nothing is missing or undecided it moves the reader's position on."""
        return b":\n\n" if self._since is None or reader.doubts else b":\nid: %d\n\n" % self._at()

    def _at(self) -> int:
        return int(self._now() * 1000)


def _seen(reader: _Reader, change: _Change, owners: _Owners) -> str:
    """What the reader is told of a change: its action, "gone" if it takes the record out of sight, "" for nothing."""
    if change.resource.is_own:
        return change.action if change.place.owner == reader.caller.actor.id else ""
    options = crm_contracts.resource_of(change.resource.descriptor)
    actor, standing = reader.caller.actor, reader.standing
    if reaches(actor, standing, options, change.place, owners[0]):
        return change.action
    former = change.former
    return "gone" if former is not None and reaches(actor, standing, options, former, owners[1]) else ""


def _place(told: dict[str, Any], readers: frozenset[str]) -> Place:
    """Whose the record is that something is told with."""
    owner, team, territory = (told.get(field) or "" for field in _PLACE_FIELDS)
    return Place(owner, team, territory, readers)


def _event(name: str, data: Mapping[str, Any], at: int | None) -> bytes:
    position = b"" if at is None else b"id: %d\n" % at
    return b"event: %s\n%sdata: %s\n\n" % (name.encode(), position, orjson.dumps(data))
