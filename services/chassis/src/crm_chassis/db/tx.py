"""The transaction a use case works in.

A use case changes records and, where a change has a name of its own, publishes the event that says so. The
transaction does the rest for every changed record, once per use case: it raises the version, writes the history
row and the outbox row, and keeps the search index, all or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

import crm_contracts
import orjson
from google.protobuf.message import Message
from sqlalchemy import Executable, Result, Select, bindparam, delete, event, inspect, select, text
from sqlalchemy.orm import Session

from crm_chassis.access.actor import ALL, SYSTEM, Actor
from crm_chassis.access.directory import DirectoryUser, OwnerReach
from crm_chassis.access.visibility import predicate
from crm_chassis.clock import Clock, system_clock
from crm_chassis.context import RequestContext
from crm_chassis.contracts.mapping import to_message
from crm_chassis.db.model import Id, Record
from crm_chassis.db.outbox import envelope_of
from crm_chassis.db.search import index_terms
from crm_chassis.db.tables import Outbox, SearchTerm
from crm_chassis.db.vault import Vault
from crm_chassis.db.view import ACTOR, View, kept
from crm_chassis.envelope import Occurrence, seal
from crm_chassis.errors import EtagMismatch, NotFound, PermissionDenied, UnknownReference
from crm_chassis.ids import partition_of, uuid7

R = TypeVar("R", bound=Record)
# What changes leave behind, with an array per column: one statement of one text, however many changes there are, is
# one journey and is planned once.
_LEAVE = text(
    """
    WITH key AS (
        INSERT INTO subject_keys (subject_id, wrapped_key, created_at)
        SELECT k.*, CAST(:at AS timestamptz)
        FROM unnest(CAST(:key_subjects AS uuid[]), CAST(:wrapped_keys AS bytea[])) k
    ), change AS (
        INSERT INTO history (kind, record_id, version, action, changes, at, actor_id, source, request_id, caused_by)
        SELECT h.*, CAST(:at AS timestamptz), CAST(:actor_id AS text), CAST(:source AS text), CAST(:request_id AS text),
            CAST(:caused_by AS text)
        FROM unnest(
            CAST(:kinds AS text[]), CAST(:records AS uuid[]), CAST(:versions AS bigint[]), CAST(:actions AS text[]),
            CAST(:changes AS jsonb[])
        ) h
    ), happened AS (
        INSERT INTO outbox
            (event_id, type, record_id, version, partition, envelope, sealed, occurred_at, attempts)
        SELECT o.*, CAST(:at AS timestamptz), 0
        FROM unnest(
            CAST(:event_ids AS uuid[]), CAST(:types AS text[]), CAST(:event_records AS uuid[]),
            CAST(:event_versions AS bigint[]), CAST(:partitions AS smallint[]), CAST(:envelopes AS bytea[]),
            CAST(:sealed AS boolean[])
        ) o
    )
    INSERT INTO search_terms (kind, record_id, field, term)
    SELECT t.* FROM unnest(
        CAST(:term_kinds AS text[]), CAST(:term_records AS uuid[]), CAST(:term_fields AS text[]), CAST(:terms AS text[])
    ) t
    """
)
_WATCHING = "transactions"
_UNTRACKED = frozenset({"id", "version", "created_at", "updated_at", "created_by"})


@dataclass
class _Change:
    """What happened to one record since the last settlement."""

    created: bool
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str:
        if self.created:
            return "created"
        if "deleted_at" in self.new:
            return "deleted" if self.new["deleted_at"] is not None else "undeleted"
        return "updated"


@dataclass
class _Left:
    """The rows that changes leave behind: keys of subjects, history, events and search terms."""

    keys: list[tuple[str, bytes]] = field(default_factory=list)
    history: list[tuple[str, str, int, str, str]] = field(default_factory=list)
    events: list[tuple[str, str, str, int, int, bytes, bool]] = field(default_factory=list)
    terms: list[tuple[str, str, str, str]] = field(default_factory=list)

    def note(self, kind: str, record_id: str, version: int, action: str, changes: dict[str, list[Any]]) -> None:
        self.history.append((kind, record_id, version, action, orjson.dumps(changes).decode()))

    def columns(self) -> dict[str, list[Any]]:
        """The parameters of _LEAVE that hold them."""
        return {
            name: list(values)
            for names, rows in (
                (("key_subjects", "wrapped_keys"), self.keys),
                (("kinds", "records", "versions", "actions", "changes"), self.history),
                (("event_ids", "types", "event_records", "event_versions", "partitions", "envelopes", "sealed"),
                 self.events),
                (("term_kinds", "term_records", "term_fields", "terms"), self.terms),
            )
            for name, values in zip(names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True)
        }  # fmt: skip


class Transaction(View):
    """One database transaction on behalf of one actor."""

    def __init__(
        self,
        session: Session,
        actor: Actor = SYSTEM,
        *,
        vault: Vault,
        permission: str = "",
        context: RequestContext | None = None,
        clock: Clock = system_clock,
        source: str = "api",
        caused_by: str = "",
    ) -> None:
        super().__init__(actor)
        self.session = session
        self.permission = permission
        self.context = context or RequestContext()
        self.source = source
        self.caused_by = caused_by
        self.now: datetime = clock()
        self.recorded = False
        """Whether this transaction has left something in the audit trail."""
        self._vault = vault
        self._changes: dict[Record, _Change] = {}
        self._named: dict[Record, Message] = {}
        session.info.setdefault(_WATCHING, []).append(self)

    # -- reading ------------------------------------------------------------------------------------------

    def execute(self, statement: Executable, **parameters: Any) -> Result[*tuple[Any, ...]]:
        """Runs a statement that is kept (crm_chassis.db.view) with its parameters, and the actor's id."""
        return self.session.execute(statement, {ACTOR: self.actor.id, **parameters})

    def get(self, model: type[R], id_: str, *, etag: str = "", deleted: bool = False) -> R:
        """The record with that id, locked if the running method changes records.

        Raises NotFound if it is not there or the actor may not read it, PermissionDenied if the actor may read
        it but the permission of the running method does not reach it, EtagMismatch if `etag` is given and old.
        """
        writing = bool(self.permission) and not self.permission.endswith(".read")
        statement = _by_id(self, model, deleted, writing or self.actor.kind == "system")
        record = self.execute(statement, id=id_).scalar()
        if record is None:
            raise NotFound(f"There is no {model.record_kind.rsplit('.', 1)[1]} {id_}.")
        if writing and self.permission.split(".", 1)[0] == model.plural and not self._reaches(model, id_):
            raise PermissionDenied(f"{self.permission} does not reach this record.")
        if etag and etag.strip('"') != record.etag:
            raise EtagMismatch(f"The record is at version {record.etag}, not {etag}.")
        return cast(R, record)

    def find(self, model: type[R], id_: str) -> R | None:
        """The record with that id, locked, deleted or not, whoever may see it; for rules and subscribers."""
        query = select(model).where(model.id == id_).with_for_update().execution_options(populate_existing=True)
        return self.session.scalar(query)

    def _reaches(self, model: type[R], id_: str) -> bool:
        condition = predicate(model, self.actor, self.permission)
        if str(condition) == "true":
            return True
        return self.session.scalar(select(model.id).where(model.id == id_, condition)) is not None

    def check_reference(self, model: type[Any], id_: str | None, field_name: str) -> None:
        """Raises UnknownReference if `id_` names a row of `model` that the actor may not see.

        For copies of other services' records, a row that is not there yet is let pass: its event may be on the way.
        """
        if not id_ or self.session.scalar(self.visible(model).where(model.id == id_)) is not None:
            return
        known = self.session.scalar(select(model.id).where(model.id == id_)) is not None
        if known or issubclass(model, Record):
            raise UnknownReference.of(field_name, model.plural)

    # -- writing ------------------------------------------------------------------------------------------

    def add(self, record: R) -> R:
        """A new record. Its owner, if it has one and none is named, is the actor."""
        owner = record.owner_field
        if owner and owner != "id" and getattr(record, owner) is None and self.actor.kind == "user":
            setattr(record, owner, self.actor.id)
        if record.id is None:
            record.id = uuid7()
        record.version = 0
        record.created_by = self.actor.id
        record.created_at = record.created_at or self.now
        record.updated_at = self.now
        self.session.add(record)
        return record

    def delete(self, record: Record) -> None:
        """Marks a record as deleted."""
        record.deleted_at = self.now

    def undelete(self, record: Record) -> None:
        """Brings a deleted record back."""
        record.deleted_at = None

    def publish(self, message: Message, record: Record) -> None:
        """Names the event of this change of `record`, instead of the plain created, updated or deleted.

        The snapshot of the record and `changed_fields` are filled in at settlement.
        """
        if record in self._named:
            raise ValueError("one change of a record has one event")
        self._named[record] = message

    def audit(self, kind: str, record_id: str, action: str, changes: Mapping[str, Any]) -> None:
        """Notes in the audit trail what happened around a record without changing it: a login, a refused attempt."""
        left = _Left()
        left.note(kind, record_id, 0, action, {name: [None, _json(v)] for name, v in changes.items()})
        self._leave(left)

    def fingerprint(self, content: bytes) -> bytes:
        """What stands for a content without telling it."""
        return self._vault.fingerprint(content)

    def open(self, row: Outbox) -> bytes:
        """The envelope of an event of this service's log. Raises Erased if its subject was."""
        return envelope_of(self.session, row, self._vault)

    def settle(self) -> None:
        """Writes history, events and search terms of all changes so far."""
        self.session.flush()
        changes, self._changes = self._changes, {}
        named, self._named = self._named, {}
        for record in named:
            if record not in changes:
                raise ValueError("an event was published for a record that did not change")
        if not changes:
            return
        self._check_owners(changes)
        left = _Left()
        told: list[tuple[Record, crm_contracts.Event, str, bytes]] = []
        for record, change in changes.items():
            payload = self._payload(record, change, named.get(record))
            kind = crm_contracts.event_of(type(payload))
            action = kind.action if record in named else change.action
            found = {n: [_json(change.old.get(n)), _json(v)] for n, v in change.new.items()}
            left.note(record.record_kind, record.id, record.version, action, found)
            event_id = uuid7()
            told.append((record, kind, event_id, seal(payload, self._occurrence(record, event_id))))
        personal = [(record.id, envelope) for record, kind, _, envelope in told if kind.personal]
        new = {record.id for record, change in changes.items() if change.created}
        sealed, left.keys = self._vault.seal(self.session, personal, new) if personal else ([], [])
        ciphertexts = iter(sealed)
        for record, kind, event_id, envelope in told:
            content = next(ciphertexts) if kind.personal else envelope
            place = partition_of(record.id)
            left.events.append((event_id, kind.type, record.id, record.version, place, content, kind.personal))
        self._index(changes, left)
        self._leave(left)

    def close(self) -> None:
        """Stops watching the session."""
        self.session.info[_WATCHING].remove(self)

    # -- what a change leaves behind ----------------------------------------------------------------------

    def flushing(self) -> None:
        """Notes what the session is about to write."""
        for record in list(self.session.new) + list(self.session.dirty):
            if isinstance(record, Record):
                self._note(record, record in self.session.new)

    def _note(self, record: Record, created: bool) -> None:
        found = _changed_columns(record)
        if not found and not created and record not in self._named:
            return
        change = self._changes.get(record)
        if change is None:
            change = self._changes[record] = _Change(created)
            record.version += 1
            record.updated_at = self.now
        for name, (old, new) in found.items():
            change.old.setdefault(name, old)
            change.new[name] = new

    def _payload(self, record: Record, change: _Change, message: Message | None) -> Message:
        if message is None:
            action = "updated" if change.action == "undeleted" else change.action
            message = crm_contracts.event(f"{record.record_kind}.{action}.v1").message()
        subject = crm_contracts.event_of(type(message)).subject.split(".", 1)[0]
        if message.DESCRIPTOR.fields_by_name[subject].message_type is not None:
            getattr(message, subject).CopyFrom(to_message(record, record.message))
        if "changed_fields" in message.DESCRIPTOR.fields_by_name:
            fields = record.message.DESCRIPTOR.fields_by_name
            cast(Any, message).changed_fields.extend(sorted(name for name in change.new if name in fields))
        return message

    def _occurrence(self, record: Record, event_id: str) -> Occurrence:
        return Occurrence(
            event_id=event_id,
            record_id=record.id,
            version=record.version,
            at=self.now,
            actor_id=self.actor.id,
            correlation_id=self.context.request_id,
            causation_id=self.caused_by,
            traceparent=self.context.traceparent,
        )

    def _leave(self, left: _Left) -> None:
        self.recorded = True
        self.session.execute(
            _LEAVE,
            {
                **left.columns(),
                "at": self.now,
                "actor_id": self.actor.id,
                "source": self.source,
                "request_id": self.context.request_id,
                "caused_by": self.caused_by,
            },
        )

    def _index(self, changes: dict[Record, _Change], left: _Left) -> None:
        touched = [
            (record, change)
            for record, change in changes.items()
            if record.search_columns
            and (change.created or change.new.keys() & (record.search_columns | {"deleted_at"}))
        ]
        stale = [record.id for record, change in touched if not change.created]
        if stale:
            self.session.execute(delete(SearchTerm).where(SearchTerm.record_id.in_(stale)))
        left.terms = [
            (record.record_kind, record.id, name, term)
            for record, _ in touched
            if record.deleted_at is None
            for name, term in index_terms(record.search_texts())
        ]

    def _check_owners(self, changes: dict[Record, _Change]) -> None:
        """Nobody but one who reaches everything may give a record to somebody out of reach."""
        for record, change in changes.items():
            owner_field = record.owner_field
            if self.actor.kind != "user" or not owner_field or owner_field == "id":
                continue
            owner = getattr(record, owner_field)
            if owner is None or owner == self.actor.id or owner_field not in change.new:
                continue
            permission = self.permission or f"{record.plural}.update"
            if self.actor.scope_of(permission) == ALL:
                continue
            reach = predicate(OwnerReach, self.actor, permission)
            query = select(DirectoryUser.id).where(DirectoryUser.id == owner, DirectoryUser.active, reach)
            if self.session.scalar(query) is None:
                raise PermissionDenied(f"{owner_field}: you may not give records to this user.")


@kept
def _by_id(view: View, model: Any, deleted: bool, locked: bool) -> Select[Any]:
    query = view.visible(model, deleted=deleted).where(model.id == bindparam("id", type_=Id))
    return query.with_for_update(of=model).execution_options(populate_existing=True) if locked else query


@event.listens_for(Session, "before_flush")
def _flushing(session: Session, *_: Any) -> None:
    """One listener for all sessions: to add and remove one for each transaction would cost more than what it does."""
    for tx in session.info.get(_WATCHING, ()):
        tx.flushing()


def _changed_columns(record: Record) -> dict[str, tuple[Any, Any]]:
    state = inspect(record)
    found: dict[str, tuple[Any, Any]] = {}
    skipped = _UNTRACKED | record.unlogged
    for column in state.mapper.column_attrs:
        name = column.key
        if name in skipped:
            continue
        history = state.attrs[name].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            if old != new:
                found[name] = (old, new)
    return found


def _json(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
