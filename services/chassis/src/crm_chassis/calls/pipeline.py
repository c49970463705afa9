"""The one way in which a use case is called, whoever calls: the gRPC server, a job, a timer.

Every call goes through the same steps, in this order: may the actor (the method's policy and the rights to fields),
is the input good, then the use case in one transaction, then history, events and the idempotency key, then commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import crm_contracts
from crm.common.v1 import imports_pb2
from google.protobuf.message import DecodeError, Message
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm_chassis.access.actor import Actor
from crm_chassis.calls.answers import Answers
from crm_chassis.calls.requests import claim, keep, remember
from crm_chassis.clock import Clock, system_clock
from crm_chassis.context import GATEWAY_KEY, RequestContext
from crm_chassis.db.faults import is_conflict
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError, InvalidInput, NotFound, PermissionDenied, Unauthenticated
from crm_chassis.ids import NIL, as_uuid
from crm_chassis.records.aliases import rename
from crm_chassis.records.input import check_input
from crm_chassis.records.mapping import to_message
from crm_chassis.records.model import Record
from crm_chassis.records.taken import already_exists, is_taken
from crm_chassis.records.tx import Transaction, transaction
from crm_chassis.refusals import Refusals
from crm_chassis.service import Service, UseCase

ATTEMPTS = 3
FORBIDDEN = PermissionDenied.status
NOT_FOUND = NotFound.status
UPLOAD = crm_contracts.method("crm.common.v1.ImportService.UploadImport")


class _Overtaken(Exception):
    """A write was sent again while it was under way, and that attempt came first."""


class Calls:
    """The use cases of one service, called by name of the method on behalf of an actor.

    Everything here raises a DomainError for what the caller did wrong; what else is raised, `as_domain_error`
    (crm_chassis.db.faults) translates.
    """

    def __init__(self, service: Service, engine: Engine, vault: Vault, clock: Clock = system_clock) -> None:
        self._service = service
        self._engine = engine
        # Without a transaction block a read costs one round trip, not three.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._vault = vault
        self._clock = clock
        self._refusals = Refusals()
        self._answers = Answers(service)

    def call(
        self,
        method: crm_contracts.Method,
        request: Message | bytes,
        actor: Actor,
        context: RequestContext,
        *,
        source: str = "api",
        replayed: Callable[[], object] = lambda: None,
    ) -> Message:
        """The answer of a method to `request`, which may be given as it comes over the wire.

        A call that lost against another one in the database is repeated. With an idempotency key in `context` it
        happens once and is answered the same each time, as long as the actor may see what the answer shows
        (crm_chassis.calls.answers); `replayed` is called when an answer is given again. `source` is what the audit
        trail says of changes.
        """
        authorize(method.policy, actor)
        message = _read(method, request) if isinstance(request, bytes) else request
        check_input(message, actor)
        _, function = self._service.methods[method.path]
        for attempt in range(1, ATTEMPTS + 1):
            first = context.first_attempt and attempt == 1
            try:
                return self._run(method, function, message, actor, context, source, replayed, first=first)
            except _Overtaken:
                continue
            except IntegrityError as error:
                if not is_taken(error):
                    raise
                if method.asserts and attempt < ATTEMPTS:
                    continue  # Somebody else has made the record meanwhile: there is one to change now.
                with Session(self._reading) as session:
                    raise already_exists(session, self._service.base, actor, error) from error
            except Exception as error:
                if attempt == ATTEMPTS or not is_conflict(error):
                    raise
        raise AssertionError("unreachable")

    def _run(
        self,
        method: crm_contracts.Method,
        function: UseCase,
        request: Message,
        actor: Actor,
        context: RequestContext,
        source: str,
        replayed: Callable[[], object],
        *,
        first: bool,
    ) -> Message:
        policy = method.policy
        # Answers to credential checks hold secrets, which must not be stored to be given again.
        unstored = method.repeatable or policy.rate == crm_contracts.RateClass.CREDENTIAL
        key = "" if unstored else context.idempotency_key
        content = _settled(request) if key else b""
        with self.transaction(method, actor, context, source=source) as tx:
            stored = claim(tx, key, method.full_name, content) if key and not first else None
            if stored is None:
                return self._perform(tx, method, function, request, key, content, first=first)
        answer = self._again(method, request, method.response.FromString(stored), actor, context)
        replayed()
        return answer

    def _perform(
        self,
        tx: Transaction,
        method: crm_contracts.Method,
        function: UseCase,
        request: Message,
        key: str,
        content: bytes,
        *,
        first: bool,
    ) -> Message:
        """Does what is asked for, and stores the answer under the key if there is one."""
        request, tx.current_ids = rename(tx.session, request)
        result = function(tx, request)
        policy = method.policy
        if tx.actor.kind == "user" and not policy.read_only and crm_contracts.rows_of(request.DESCRIPTOR) is None:
            self._service.references.check(tx, request)
        tx.check_verified()
        if not tx.context.references_verified:
            self._service.unverified.ask_later(tx)
        tx.settle()
        self._audit(tx, method, request)
        response: Message = to_message(result, method.response) if isinstance(result, Record) else result
        if key and not first:
            remember(tx, key, response)
        elif key and not keep(tx, key, method.full_name, content, response):
            raise _Overtaken
        return response

    def _again(
        self, method: crm_contracts.Method, request: Message, answer: Message, actor: Actor, context: RequestContext
    ) -> Message:
        """A stored answer, as far as the actor may see now what it shows."""
        if context.idempotency_key.startswith(GATEWAY_KEY):
            return answer  # The gateway sends one call again within seconds: its rights were asked for when it came.
        reading = replace(context, idempotency_key="")

        def read(reader: crm_contracts.Method, asking: Message) -> Message:
            return self.call(reader, asking, actor, reading)

        with transaction(
            self._reading, actor, vault=self._vault, read_only=True, context=reading, clock=self._clock
        ) as tx:
            return self._answers.seen(method, request, answer, tx, read)

    @contextmanager
    def transaction(
        self, method: crm_contracts.Method, actor: Actor, context: RequestContext, *, source: str = "api"
    ) -> Iterator[Transaction]:
        """The transaction of one call of a method, committed at the end of the block unless it raises."""
        policy = method.policy
        engine = self._reading if policy.read_only else self._engine
        with transaction(
            engine,
            actor,
            vault=self._vault,
            permission=policy.permission,
            reach=policy.reach,
            read_only=policy.read_only,
            context=context,
            clock=self._clock,
            source=f"api_key {actor.api_key}" if actor.api_key else source,
        ) as tx:
            tx.call = partial(self._within, tx)
            yield tx

    def _within(self, tx: Transaction, method: crm_contracts.Method, request: Message, source: str) -> Message:
        """A call within one that is under way: the same steps, in the transaction of that one."""
        policy = method.policy
        authorize(policy, tx.actor)
        check_input(request, tx.actor)
        _, function = self._service.methods[method.path]
        with tx.acting(tx.actor, policy.permission, reach=policy.reach, source=source) as inner:
            return self._perform(inner, method, function, request, "", b"", first=False)

    def upload(self, parts: Iterator[Any], actor: Actor, context: RequestContext) -> Any:
        """Stores a file and begins its import. The actor needs the right to create the kind of record too."""
        authorize(UPLOAD.policy, actor)
        imports = self._service.imports
        assert imports is not None, "a service without importers does not serve this"
        header = next(parts, imports_pb2.UploadImportRequest()).header
        imports.check(header, actor)
        with self.transaction(UPLOAD, actor, context) as tx:
            file = imports.receive(tx, parts)
            if file.header is not None:
                header = file.header
                imports.check(header, actor)
            key = context.idempotency_key
            content = _settled(header) + file.digest if key else b""
            stored = claim(tx, key, "UploadImport", content) if key else None
            if stored is None:
                about = {"kind": header.kind, "file_name": header.file_name}
                tx.audit(f"crm.{self._service.name}.import", file.id, "created", about)
                begun = imports.begin(tx, header, file)
                if key:
                    remember(tx, key, begun)
                return begun
            tx.session.rollback()
        return self._again(UPLOAD, header, imports_pb2.Import.FromString(stored), actor, context)

    def note_refusal(
        self, method: crm_contracts.Method, body: bytes, actor: Actor, context: RequestContext, error: DomainError
    ) -> None:
        """Notes that a call was refused for want of a right, or by a rule if the rule or the policy asks for an
        entry.

        A record that is hidden from the caller is not found; whoever would change one has tried more than to look.
        """
        ruled = (method.policy.audit or error.noted) and FORBIDDEN < error.status < 500
        hidden = error.status == NOT_FOUND and not method.policy.read_only
        if not (error.status == FORBIDDEN or ruled or hidden):
            return
        if not self._refusals.is_noted(actor.id, method.full_name):
            return
        with transaction(self._engine, actor, vault=self._vault, context=context, clock=self._clock) as tx:
            about = _subject(method, body) or as_uuid(actor.id) or NIL
            told = {"method": context.called_as or method.name, "reason": error.reason}
            tx.audit(f"crm.{self._service.name}.call", about, "refused", told)

    def _audit(self, tx: Transaction, method: crm_contracts.Method, request: Message | None = None) -> None:
        """Notes a call whose policy asks for it, unless what it did stands in an audit trail already."""
        if not method.policy.audit or tx.recorded or getattr(request, "noted_elsewhere", False):
            return
        action = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", method.name).lower()
        about = as_uuid(getattr(request, "id", "")) or as_uuid(tx.actor.id) or NIL
        tx.audit(f"crm.{self._service.name}.call", about, action, {})


def authorize(policy: crm_contracts.Policy, actor: Actor) -> None:
    """Raises Unauthenticated or PermissionDenied unless the policy lets the actor call the method."""
    if actor.kind == "gateway" and not policy.internal:
        raise PermissionDenied("The gateway may not call this on its own account.")
    if policy.public:
        return
    if actor.kind == "anonymous":
        raise Unauthenticated()
    if policy.internal and actor.kind not in ("gateway", "system"):
        raise PermissionDenied("Only the suite itself may call this.")
    if policy.authenticated and actor.api_key and not policy.read_only:
        raise PermissionDenied("Somebody has to log in for this; an API key does what its permissions name.")
    if policy.permission and not actor.may(policy.permission):
        raise PermissionDenied(f"This needs the permission {policy.permission}.")


def _read(method: crm_contracts.Method, body: bytes) -> Message:
    try:
        return method.request.FromString(body)
    except DecodeError as error:
        raise InvalidInput("The request is not a valid message.") from error


def _subject(method: crm_contracts.Method, body: bytes) -> str | None:
    """The id of the record that a request is about, if it says one."""
    try:
        request: Any = method.request.FromString(body)
    except DecodeError:
        return None
    named = [request, *(value for field, value in request.ListFields() if crm_contracts.is_resource(field))]
    return next((id_ for one in named if (id_ := as_uuid(getattr(one, "id", "")))), None)


def _settled(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)
