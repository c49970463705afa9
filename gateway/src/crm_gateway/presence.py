"""Who looks at a record or types there: known for seconds, told to who is there too, never stored (decision 0046).

Whoever says that they are at a record has just read it with their own rights, at the service that has it: so whoever is
known to be there may be told who else is. What ends a right drops what was known; the next word is asked for again.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import crm_contracts
import orjson
from crm.gateway.v1 import presence_pb2
from crm.identity.v1 import users_pb2
from crm_chassis.access.actor import Actor
from crm_chassis.access.reach import NOWHERE, Place, Standing, reaches
from crm_chassis.contracts.schema import validate
from crm_chassis.contracts.transcode import dumps
from crm_chassis.envelope import IncomingEvent
from crm_chassis.errors import DomainError, InvalidInput
from crm_chassis.ids import as_uuid, uuid7
from crm_contracts.resources import resources

from crm_gateway.limits import Limits
from crm_gateway.principals import Principals
from crm_gateway.transcode import Binding
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Reply, Request

LIFE_SECONDS = 15.0
"""How long a word holds."""
PASSED_ON_SECONDS = 3.0
"""The same word of the same user is not told to other processes more often."""
SWEEP_SECONDS = 0.5
MAX_RECORDS = 20
"""At how many records a user may be; the first of them is left for another one."""
MAX_PEOPLE = 50
"""How many are known at one record; later ones are told of them and are not known themselves."""
MAX_TOLD = 20
MAX_RECORDS_KNOWN = 20_000
WORDS_PER_SECOND = 10

_WORDS = "presence"
_STATES = {presence_pb2.VIEWING, presence_pb2.TYPING}
_RIGHTS = frozenset(f"crm.identity.{name}" for name in ("role", "team", "territory"))
_USER = crm_contracts.resource_of(users_pb2.User.DESCRIPTOR)


class At(NamedTuple):
    """A record."""

    kind: str
    id: str


@dataclass(slots=True)
class _Word:
    """What somebody said to do at a record."""

    state: int
    until: float
    told: tuple[int, float] = (0, 0.0)
    """Which word other processes were told last, and when."""


class Presences:
    """Handles /v1/presence.

    `tell(user_id, at)` is called when somebody who is there, or has just left, should be told anew, `say(text)` with
    what other processes should hear; `now` is a clock in seconds.
    """

    def __init__(
        self,
        upstreams: Callable[[], Upstreams],
        principals: Principals,
        tell: Callable[[str, At], object],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._upstreams = upstreams
        self._principals = principals
        self._tell = tell
        self._now = now
        self.say: Callable[[bytes], object] = lambda _: None
        self._process = uuid7()
        self._limits = Limits({_WORDS: WORDS_PER_SECOND}, now)
        self._there: OrderedDict[At, dict[str, _Word]] = OrderedDict()
        self._records: dict[str, OrderedDict[At, None]] = {}
        """Where each user is, the place of the oldest word first."""
        self._gets = {
            resource.kind: action.method
            for resource in resources(crm_contracts.methods().values()).values()
            for action in resource.actions
            if action.name == "get"
        }
        self._noted, self._asked = _binding("NotePresence"), _binding("GetPresence")
        self._sweeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to notice who has gone; must run in the event loop that serves."""
        self._sweeper = asyncio.ensure_future(self._sweep_all())

    def stop(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()

    # -- requests -----------------------------------------------------------------------------------------

    async def note(self, request: Request, path: Mapping[str, str]) -> Reply:
        """Takes a word. Raises InvalidInput, RateLimited, and what reading the record raises."""
        message: Any = await self._noted.message(request, dict(path))
        validate(message)
        user_id, at = request.caller.actor.id, At(message.kind, message.id)
        self._limits.user(_WORDS, user_id)
        if message.state == presence_pb2.LEFT:
            self._method(at)
            self._put(user_id, at, message.state)
            self._pass_on(user_id, at, message.state)
            return self._reply(request, presence_pb2.Presence(kind=at.kind, id=at.id))
        try:
            await self._read(request, at)
        except DomainError as error:
            if error.status < 500:
                self._leave(user_id, at)
            raise
        self._put(user_id, at, message.state)
        self._pass_on(user_id, at, message.state)
        return self._reply(request, await self.of(request.caller.actor, at))

    async def get(self, request: Request, path: Mapping[str, str]) -> Reply:
        """Answers who is at a record."""
        message: Any = await self._asked.message(request, dict(path))
        validate(message)
        at = At(message.kind, message.id)
        await self._read(request, at)
        return self._reply(request, await self.of(request.caller.actor, at))

    async def _read(self, request: Request, at: At) -> None:
        """Raises what the service says of the caller's reading the record, which it notes as any other."""
        method = self._method(at)
        message: Any = method.request(id=at.id)
        await self._upstreams().call(method, message.SerializeToString(), request)

    def _method(self, at: At) -> crm_contracts.Method:
        method = self._gets.get(at.kind)
        if method is None:
            raise InvalidInput.of("kind", "must be the kind of a resource that GET /v1/describe lists")
        return method

    @staticmethod
    def _reply(request: Request, presence: presence_pb2.Presence) -> Reply:
        return Reply(200, dumps(request.caller.encoder.encode(presence)))

    # -- who is there -------------------------------------------------------------------------------------

    def is_there(self, user_id: str, at: At) -> bool:
        """Whether a user has said so, with a right that has not been in doubt since."""
        word = self._there.get(at, {}).get(user_id)
        return word is not None and word.until > self._now()

    async def of(self, actor: Actor, at: At) -> presence_pb2.Presence:
        """Who else is at a record that `actor` may read, as far as `actor` may read their names."""
        found = presence_pb2.Presence(kind=at.kind, id=at.id)
        reach = await self._principals.standing(actor.id) if actor.may("users.read") else NOWHERE
        for user_id, word in list(self._there.get(at, {}).items()):
            if len(found.people) == MAX_TOLD:
                break
            if user_id != actor.id and word.until > self._now() and await self._may_name(actor, reach, user_id):
                found.people.add(user_id=user_id, state=presence_pb2.PresenceState.Name(word.state))
        return found

    async def _may_name(self, actor: Actor, reach: Standing, user_id: str) -> bool:
        if not actor.may("users.read"):
            return False
        try:
            return reaches(actor, reach, _USER, Place(owner=user_id), await self._principals.standing(user_id))
        except DomainError:
            # Without identity it cannot be said who may read whom.
            return False

    def _put(self, user_id: str, at: At, state: int) -> None:
        if state not in _STATES:
            self._leave(user_id, at)
            return
        there = self._there.get(at)
        if there is None:
            if len(self._there) >= MAX_RECORDS_KNOWN:
                return
            there = self._there[at] = {}
        word = there.get(user_id)
        if word is None:
            if len(there) >= MAX_PEOPLE:
                return
            word = there[user_id] = _Word(0, 0.0)
        changed, word.state, word.until = word.state != state, state, self._now() + LIFE_SECONDS
        places = self._records.setdefault(user_id, OrderedDict())
        places[at] = None
        places.move_to_end(at)
        if len(places) > MAX_RECORDS:
            self._leave(user_id, next(iter(places)))
        if changed:
            self._tell_those_at(at)

    def _pass_on(self, user_id: str, at: At, state: int) -> None:
        """Tells the other processes, unless they were told the same a moment ago."""
        word = self._there.get(at, {}).get(user_id)
        if word is not None:
            now, (told, at_time) = self._now(), word.told
            if told == state and now - at_time < PASSED_ON_SECONDS:
                return
            word.told = (state, now)
        self.say(orjson.dumps([self._process, user_id, at.kind, at.id, state]))

    def heard(self, text: bytes) -> None:
        """A word that another process was told."""
        try:
            process, user_id, kind, id_, state = orjson.loads(text)
        except (ValueError, TypeError):
            return
        told = isinstance(kind, str) and isinstance(user_id, str) and isinstance(id_, str) and isinstance(state, int)
        if process != self._process and told and kind in self._gets and as_uuid(user_id) and as_uuid(id_):
            self._put(user_id, At(kind, id_), state)

    def _leave(self, user_id: str, at: At) -> None:
        there = self._there.get(at, {})
        if there.pop(user_id, None) is None:
            return
        if not there:
            del self._there[at]
        places = self._records[user_id]
        del places[at]
        if not places:
            del self._records[user_id]
        self._tell_those_at(at)
        self._tell(user_id, at)

    def _tell_those_at(self, at: At) -> None:
        for user_id in self._there.get(at, ()):
            self._tell(user_id, at)

    # -- what ends it -------------------------------------------------------------------------------------

    def hear(self, event: IncomingEvent) -> None:
        """An event: whoever may not be there any more is not, until they have read the record again."""
        if event.record == "crm.identity.user":
            for at in list(self._records.get(event.record_id, ())):
                self._leave(event.record_id, at)
        elif event.record in _RIGHTS:
            for at in list(self._there):
                self._leave_all(at)
        if event.former or event.action in ("deleted", "merged"):
            self._leave_all(At(event.record, event.record_id))

    def _leave_all(self, at: At) -> None:
        for user_id in list(self._there.get(at, ())):
            self._leave(user_id, at)

    async def _sweep_all(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = self._now()
            gone = [(u, at) for at, there in self._there.items() for u, word in there.items() if word.until <= now]
            for user_id, at in gone:
                self._leave(user_id, at)


def _binding(name: str) -> Binding:
    method = crm_contracts.method(f"crm.gateway.v1.PresenceService.{name}")
    assert method.http is not None
    return Binding(method, method.http)
