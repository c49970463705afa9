"""The transaction a use case works in.

A use case changes records and, where a change has a name of its own, publishes the event that says so. The
transaction does the rest for every changed record, once per use case: it raises the version, writes the history
row and the outbox row, and keeps the search index, all or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Self, TypeVar, cast

import crm_contracts
import orjson
from google.protobuf.message import Message
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Engine,
    Executable,
    Result,
    Select,
    TextClause,
    and_,
    bindparam,
    delete,
    event,
    exists,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    true,
)
from sqlalchemy.orm import ORMExecuteState, Session

from crm_chassis.access.actor import ALL, OWN, SYSTEM, TEAM, TERRITORY, Actor
from crm_chassis.access.levels import FULL, READ
from crm_chassis.clock import Clock, system_clock
from crm_chassis.context import RequestContext
from crm_chassis.db.base import Id
from crm_chassis.db.engine import database_time
from crm_chassis.db.outbox import envelope_of
from crm_chassis.db.tables import Outbox, SearchTerm, SubjectKey
from crm_chassis.db.vault import Erased, Vault
from crm_chassis.envelope import PLACES, Occurrence, seal
from crm_chassis.errors import (
    DomainError,
    NotFound,
    PermissionDenied,
    Referenced,
    ReferencesUnverified,
    UnknownReference,
    UserInactive,
)
from crm_chassis.ids import partition_of, uuid7
from crm_chassis.records import aliases, personal
from crm_chassis.records.directory import DirectoryUser, OwnerReach
from crm_chassis.records.mapping import to_message
from crm_chassis.records.model import Record
from crm_chassis.records.sharing import SHARE_COLUMNS, readers_of
from crm_chassis.records.terms import index_terms
from crm_chassis.records.view import View, kept, parameters_of
from crm_chassis.records.visibility import predicate, shared_with

R = TypeVar("R", bound=Record)
# Write history, events and search terms of all changes in one statement with an array per column: one round trip, and
# one text that PostgreSQL prepares once, however many changes there are. The history belongs to the owner of the
# database, whose function adds to it.
_LEAVE = text(
    """
    WITH key AS (
        INSERT INTO subject_keys (subject_id, wrapped_key, created_at)
        SELECT k.*, CAST(:at AS timestamptz)
        FROM unnest(CAST(:key_subjects AS uuid[]), CAST(:wrapped_keys AS bytea[])) k
    ), happened AS (
        INSERT INTO outbox
            (event_id, type, record_id, version, partition, envelope, sealed, occurred_at, attempts)
        SELECT o.*, CAST(:at AS timestamptz), 0
        FROM unnest(
            CAST(:event_ids AS uuid[]), CAST(:types AS text[]), CAST(:event_records AS uuid[]),
            CAST(:event_versions AS bigint[]), CAST(:partitions AS smallint[]), CAST(:envelopes AS bytea[]),
            CAST(:sealed AS boolean[])
        ) o
    ), words AS (
        INSERT INTO search_terms (kind, record_id, field, term)
        SELECT t.* FROM unnest(
            CAST(:term_kinds AS text[]), CAST(:term_records AS uuid[]), CAST(:term_fields AS text[]),
            CAST(:terms AS text[])
        ) t
    )
    SELECT add_history(
        CAST(:kinds AS text[]), CAST(:records AS uuid[]), CAST(:versions AS bigint[]), CAST(:actions AS text[]),
        CAST(:changes AS jsonb[]), CAST(:sealed_changes AS bytea[]), CAST(:uids AS uuid[]), CAST(:macs AS bytea[]),
        CAST(:written_at AS timestamptz), CAST(:actor_id AS text), CAST(:source AS text), CAST(:request_id AS text),
        CAST(:caused_by AS text)
    )
    """
)
_WATCHING = "transactions"
_READS = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)
_UNTRACKED = frozenset({"id", "version", "created_at", "updated_at", "created_by"}) | SHARE_COLUMNS


class ReadOnly(RuntimeError):
    """A method that its policy calls read-only has tried to write."""


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


@dataclass(frozen=True)
class Verdict:
    """What a judge says of a written record: why it may not stay, or what the answer shows in computed fields."""

    record: Record
    refused: DomainError | None = None
    shows: Mapping[str, Any] = field(default_factory=dict)


Judge = Callable[["Transaction", Sequence[tuple[Record, Any]], bool], Iterable[Verdict]]
"""Judges records that a transaction has written, all at once, each with what its use case said about it. The last
argument says whether the answer shows the record: it does not in calls for many records and in imports."""


@dataclass
class _Left:
    """The rows that changes leave behind: keys of subjects, history, events and search terms."""

    keys: list[tuple[str, bytes]] = field(default_factory=list)
    history: list[tuple[str, str, int, str, str, bytes | None, str]] = field(default_factory=list)
    events: list[tuple[str, str, str, int, int, bytes, bool]] = field(default_factory=list)
    terms: list[tuple[str, str, str, str]] = field(default_factory=list)

    def note(
        self,
        kind: str,
        record_id: str,
        version: int,
        action: str,
        changes: dict[str, list[Any]],
        sealed: bytes | None = None,
    ) -> None:
        self.history.append((kind, record_id, version, action, orjson.dumps(changes).decode(), sealed, uuid7()))

    def columns(self) -> dict[str, list[Any]]:
        """The parameters of _LEAVE that hold them."""
        return {
            name: list(values)
            for names, rows in (
                (("key_subjects", "wrapped_keys"), self.keys),
                (("kinds", "records", "versions", "actions", "changes", "sealed_changes", "uids"), self.history),
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
        reach: str = "",
        read_only: bool = False,
        context: RequestContext | None = None,
        clock: Clock = system_clock,
        source: str = "api",
        caused_by: str = "",
    ) -> None:
        super().__init__(actor, session, clock())
        self.permission = permission
        self.reach = reach or permission.partition(".")[0]
        """Plural of the records that the scope of the permission limits."""
        self.read_only = read_only
        self.context = context or RequestContext()
        self.source = source
        self.caused_by = caused_by
        self.recorded = False
        """Whether this transaction has left something in the audit trail."""
        self.current_ids: set[str] = set()
        """Ids of records that can be merged, of which this transaction knows that they are not old."""
        self.call: Callable[[crm_contracts.Method, Message, str], Message] = _no_calls
        """Makes another call of the same actor within this transaction, under a source of its own for the audit trail:
        all of both is committed, or nothing (crm_chassis.calls.pipeline)."""
        self._vault = vault
        self._changes: dict[Record, _Change] = {}
        self._named: dict[Record, Message] = {}
        self._unverified: dict[str, list[str]] = {}
        self._fetched: dict[tuple[type[Record], str, bool], tuple[Record, bool] | None] = {}
        self._unusable: dict[type[Any], tuple[set[str], set[str], set[str]]] = {}
        self._awaiting: dict[Judge, list[tuple[Record, Any]]] = {}
        self._shown: list[Verdict] = []
        self._keyed: set[str] = set()
        """Records that have got their keys with a note, before they were settled."""
        session.info.setdefault(_WATCHING, []).append(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Writes what changes leave behind, unless the block raised. The owner of the session commits."""
        try:
            if kind is None:
                self.settle()
        finally:
            self.session.info[_WATCHING].remove(self)

    # -- reading ------------------------------------------------------------------------------------------

    def execute(self, statement: Executable, **parameters: Any) -> Result[*tuple[Any, ...]]:
        """Runs a statement that is kept (crm_chassis.records.view) with its parameters, and the actor's id."""
        return self.session.execute(statement, parameters_of(self, statement) | parameters)

    def get(self, model: type[R], id_: str, *, etag: str = "", deleted: bool = False) -> R:
        """The record with that id, locked unless the running method only reads.

        The id of a record that was merged into another one leads to that.

        Raises NotFound if it is not there or the actor may not read it, PermissionDenied if the actor may read
        it but the permission of the running method does not reach it, EtagMismatch if `etag` is given and old.
        """
        row: Any
        if (model, id_, deleted) in self._fetched:
            row = self._fetched[model, id_, deleted]
        else:
            needed = self.permission if not self.read_only and self.reach == model.plural else ""
            row = self.execute(_by_id(self, model, deleted, not self.read_only, needed), id=id_).first()
        if row is None or row[0].deleted_at is not None:
            survivor_id = self._led_to(model, id_)
            if survivor_id is not None:
                return self.get(model, survivor_id, etag=etag, deleted=deleted)
        if row is None:
            raise NotFound(f"There is no {model.record_kind.rsplit('.', 1)[1]} {id_}.")
        record, reached = row
        if not reached:
            raise PermissionDenied(f"{self.permission} does not reach this record.")
        record.check_etag(etag)
        return cast(R, record)

    def fetch(self, model: type[R], ids: Iterable[str], *, deleted: bool = False) -> None:
        """Reads and locks many records in one statement: `get` with the same `deleted` need not ask for each."""
        wanted = set(ids)
        if not wanted:
            return
        limited = self.reach == model.plural
        reached = predicate(self, model, self.permission) if limited else literal(True)
        query = self.visible(model, deleted=deleted).where(model.id.in_(wanted)).add_columns(reached).order_by(model.id)
        rows = self.session.execute(query.with_for_update(of=model).execution_options(populate_existing=True))
        self._fetched |= {(model, id_, deleted): None for id_ in wanted}
        self._fetched |= {(model, record.id, deleted): (record, bool(reached)) for record, reached in rows}

    def _led_to(self, model: type[R], id_: str) -> str | None:
        """The id that an old one leads to."""
        if model.record_kind not in crm_contracts.mergeable():
            return None
        return aliases.resolved(self.session, {id_}).get(id_)

    def find(self, model: type[R], id_: str) -> R | None:
        """The record with that id, locked, deleted or not, whoever may see it; for rules and subscribers.

        The id of a record that was merged into another one leads to that.
        """
        query = select(model).where(model.id == id_).with_for_update().execution_options(populate_existing=True)
        record = self.session.scalar(query)
        if record is not None and record.deleted_at is not None and (survivor_id := self._led_to(model, id_)):
            return self.find(model, survivor_id)
        return record

    def hold(self, *keys: str) -> None:
        """Lets transactions that hold one of the same keys wait for each other, until they end.

        For what has no row yet that could be locked. Keys begin with a word for what they are keys of.
        """
        for key in sorted(set(keys)):
            self.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))

    def changeable(self, model: type[Any]) -> ColumnElement[bool]:
        """Whether the actor may change a row of `model`."""
        return and_(*(predicate(self, model, f"{model.plural}.{right}") for right in ("read", "update")))

    def may_change(self, record: Record) -> bool:
        """Whether the actor may change a stored record, for whoever comes to it through another one."""
        model = type(record)
        query = select(model.id).where(model.id == record.id, self.changeable(model))
        with self.session.no_autoflush:
            return self.session.scalar(query) is not None

    def check_changeable(self, record: Record) -> None:
        """Raises PermissionDenied, with the kind of the record and who owns it, unless the actor may change it.

        For whoever writes a record through another one: the permission of the running method says nothing about it.
        """
        if self.may_change(record):
            return
        kind = record.record_kind.rsplit(".", 1)[1]
        owner_id = getattr(record, record.owner_field) if record.owner_field else None
        owner = owner_id and self.session.scalar(
            select(DirectoryUser.display_name).where(DirectoryUser.id == owner_id, DirectoryUser.active)
        )
        raise PermissionDenied(f"You may not change this {kind}; ask {owner or 'somebody who may'}.")

    def check_reference(self, model: type[Any], id_: str | None, field_name: str) -> None:
        """Raises UnknownReference if `id_` names a row of `model` that is deleted or that the actor may not see.

        For copies of other services' records, a row that is not there is let pass: its event may be on the way.
        """
        self.check_references(model, [id_], field_name)

    def check_references(self, model: type[Any], ids: Iterable[str | None], field_name: str) -> None:
        """The same for several ids."""
        refused, unknown = self.unusable(model, {id_ for id_ in ids if id_})
        if refused:
            raise UnknownReference.of(field_name, model.plural)
        for id_ in unknown:
            self.note_unverified(field_name, model.kind, id_)

    def unusable(self, model: type[Any], ids: set[str]) -> tuple[set[str], set[str]]:
        """The ids of `model` that may not be named: of rows deleted or hidden from the actor, and of none known here.

        What is no record of this service but a copy may be on the way; of records there is no second kind.
        """
        if not ids:
            return set(), set()
        asked, hidden, unknown = self._unusable.get(model, (set[str](), set[str](), set[str]()))
        if not ids <= asked:
            hidden, unknown = self._ask_unusable(model, ids)
        return hidden & ids, unknown & ids

    def fetch_references(self, model: type[Any], ids: set[str]) -> None:
        """Asks once which ids may not be named, so that `check_reference` need not ask for each."""
        if ids:
            self._unusable[model] = (ids, *self._ask_unusable(model, ids))

    def _ask_unusable(self, model: type[Any], ids: set[str]) -> tuple[set[str], set[str]]:
        usable = self.visible(model).where(model.id.in_(ids)).with_only_columns(model.id)
        # In one statement: of two, the second could see a copy that came after the first, and call it hidden.
        present = self.session.execute(select(model.id, model.id.in_(usable)).where(model.id.in_(ids))).all()
        hidden = {id_ for id_, may_be_named in present if not may_be_named}
        unknown = ids.difference(id_ for id_, _ in present)
        return (hidden | unknown, set()) if issubclass(model, Record) else (hidden, unknown)

    def note_unverified(self, field_name: str, kind: str, id_: str) -> None:
        """Notes an id that a field names and that only the owner of the kind knows, if there is such a record."""
        noted = self._unverified.setdefault(field_name, [])
        if f"{kind} {id_}" not in noted:
            noted.append(f"{kind} {id_}")

    @property
    def unverified(self) -> set[tuple[str, str]]:
        """Kind and id of each record that was noted so."""
        found = (text.split() for texts in self._unverified.values() for text in texts)
        return {(kind, id_) for kind, id_ in found}

    def check_verified(self) -> None:
        """Raises ReferencesUnverified if ids were noted and the caller wants to know. Others are let pass."""
        if self._unverified and self.context.verify_references:
            raise ReferencesUnverified(errors=self._unverified)

    def changed_fields(self) -> set[str]:
        """The columns that were changed since the last settlement, of whatever record."""
        self.session.flush()
        return {name for change in self._changes.values() for name in change.new}

    def changed_values(self) -> dict[tuple[Record, str], Any]:
        """By record and column, what was changed since the last settlement, as it is now."""
        self.session.flush()
        return {(record, name): value for record, change in self._changes.items() for name, value in change.new.items()}

    def changes_of(self, record: Record) -> set[str]:
        """The columns of a record that were changed since the last settlement, flushed or not."""
        flushed = self._changes[record].new.keys() if record in self._changes else ()
        return {*flushed, *_changed_columns(record)}

    # -- writing ------------------------------------------------------------------------------------------

    def await_verdict(self, judge: Judge, record: Record, about: Any = None) -> None:
        """Has a record judged once it is written, together with the others of the call: at settlement, or before it by
        whoever asks for `verdicts`. `about` is given to the judge with the record."""
        self._awaiting.setdefault(judge, []).append((record, about))

    @property
    def awaiting(self) -> list[Record]:
        """The records that have not been judged yet."""
        return [record for waiting in self._awaiting.values() for record, _ in waiting]

    def verdicts(self, *, answered: bool = False) -> dict[Record, DomainError]:
        """Has the records judged that wait for it; those that may not stay, each with the reason.

        `answered` says whether the answer shows them.
        """
        awaiting, self._awaiting = self._awaiting, {}
        refused: dict[Record, DomainError] = {}
        if awaiting:
            self.session.flush()
        for judge, written in awaiting.items():
            for verdict in judge(self, written, answered):
                if verdict.refused is not None:
                    refused.setdefault(verdict.record, verdict.refused)
                elif verdict.shows:
                    self._shown.append(verdict)
        return refused

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
        """Marks a record as deleted. Raises Referenced while a record that restricts this names it."""
        for model, restriction in record.restricted_by:
            column = getattr(model, restriction.column)
            naming = column.contains([record.id]) if isinstance(column.type, ARRAY) else column == record.id
            if self.session.scalar(select(exists().where(naming, model.deleted_at.is_(None)))):
                raise Referenced(restriction.detail)
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

    def tell(self, message: Message, version: int = 1, **known: Any) -> None:
        """Publishes an event that tells of no record: its subject is an id of its own, and it is the only one of it.

        Otherwise `version` counts the events of the subject from 1. `known` is what else the envelope says.
        """
        event = crm_contracts.event_of(type(message))
        subject: Any = message
        for name in event.subject.split("."):
            subject = getattr(subject, name)
        id_ = uuid7()
        occurrence = Occurrence(
            event_id=id_, record_id=subject, version=version, at=self.now, actor_id=self.actor.id,
            correlation_id=self.context.request_id, causation_id=self.caused_by, traceparent=self.context.traceparent,
            actor_type=self.actor.auth_type, **known,
        )  # fmt: skip
        left = _Left()
        left.events.append((id_, event.type, subject, version, partition_of(subject), seal(message, occurrence), False))
        self._leave(left)

    def audit(self, kind: str, record_id: str, action: str, changes: Mapping[str, Any]) -> None:
        """Notes in the audit trail what happened around a record without changing it: a login, a refused attempt."""
        left = _Left()
        noted = {name: [None, _json(v)] for name, v in changes.items()}
        sealed = None
        if noted and personal.is_about_somebody(kind, record_id):
            (sealed,), left.keys = self._vault.seal(self.session, [(record_id, orjson.dumps(noted))], ())
            self._keyed.update(subject_id for subject_id, _ in left.keys)
            noted = {}
        left.note(kind, record_id, 0, action, noted, sealed)
        self._leave(left)

    def acting(self, actor: Actor, permission: str, *, reach: str = "", source: str = "") -> Transaction:
        """A transaction of somebody else on the session of this one: its changes are noted as that actor's, and the
        change sets of the two are apart."""
        return Transaction(
            self.session, actor, vault=self._vault, permission=permission, reach=reach, context=self.context,
            clock=lambda: self.now, source=source or self.source, caused_by=self.caused_by,
        )  # fmt: skip

    def fingerprint(self, content: bytes) -> bytes:
        """What stands for a content without telling it."""
        return self._vault.fingerprint(content)

    def unseal(self, rows: Iterable[tuple[str, bytes]]) -> list[bytes | None]:
        """What is sealed under the keys of records, by (record id, ciphertext); None where the record was erased."""
        pairs = list(rows)
        self._vault.fetch(self.session, {record_id for record_id, _ in pairs})
        opened: list[bytes | None] = []
        for record_id, ciphertext in pairs:
            try:
                opened.append(self._vault.open(self.session, record_id, ciphertext))
            except Erased:
                opened.append(None)
        return opened

    def seal(self, rows: Iterable[tuple[str, bytes]]) -> list[bytes]:
        """Ciphertexts under the keys of records, of (record id, plaintext)."""
        sealed, made = self._vault.seal(self.session, list(rows), ())
        for subject_id, wrapped_key in made:
            key = {"subject_id": subject_id, "wrapped_key": wrapped_key, "created_at": self.now}
            self.session.execute(insert(SubjectKey).values(key))
            self._keyed.add(subject_id)
        return sealed

    def open(self, row: Outbox) -> bytes:
        """The envelope of an event of this service's log. Raises Erased if its subject was."""
        return envelope_of(self.session, row, self._vault)

    def settle(self) -> None:
        """Writes history, events and search terms of all changes so far. Raises what a judge of a record says."""
        for error in self.verdicts(answered=True).values():
            raise error
        self.session.flush()
        self._settle()
        shown, self._shown = self._shown, []
        for verdict in shown:
            # Only now: events do not tell what is shown to this caller.
            for name, value in verdict.shows.items():
                setattr(verdict.record, name, value)

    def _settle(self) -> None:
        changes, self._changes = self._changes, {}
        named, self._named = self._named, {}
        for record in named:
            if record not in changes:
                raise ValueError("an event was published for a record that did not change")
        if not changes:
            return
        self._check_owners(changes)
        self._check_given_away(changes)
        left = _Left()
        told: list[tuple[Record, crm_contracts.Event, str, bytes]] = []
        noted: list[tuple[Record, str, dict[str, list[Any]], bytes]] = []
        for record, change in changes.items():
            payload = self._payload(record, change, named.get(record))
            kind = crm_contracts.event_of(type(payload))
            action = kind.action if record in named else change.action
            values = {n: [_json(change.old.get(n)), _json(v)] for n, v in change.new.items()}
            secret = {n: values.pop(n) for n in values.keys() & personal.columns_of(cast(Any, type(record)))}
            noted.append((record, action, values, orjson.dumps(secret) if secret else b""))
            event_id = uuid7()
            told.append((record, kind, event_id, seal(payload, self._occurrence(record, change, event_id))))
        open_ = [(record.id, envelope) for record, kind, _, envelope in told if kind.personal]
        open_ += [(record.id, secret) for record, _, _, secret in noted if secret]
        new = {record.id for record, change in changes.items() if change.created} - self._keyed
        sealed, left.keys = self._vault.seal(self.session, open_, new) if open_ else ([], [])
        ciphertexts = iter(sealed)
        for record, kind, event_id, envelope in told:
            content = next(ciphertexts) if kind.personal else envelope
            place = partition_of(record.id)
            left.events.append((event_id, kind.type, record.id, record.version, place, content, kind.personal))
        for record, action, values, hidden in noted:
            ciphertext = next(ciphertexts) if hidden else None
            left.note(record.record_kind, record.id, record.version, action, values, ciphertext)
        self._index(changes, left)
        self._leave(left)

    def forget(self) -> None:
        """Forgets the changes since the last settlement, which a savepoint has undone."""
        self._changes, self._named = {}, {}
        self._fetched, self._unusable = {}, {}
        self._awaiting, self._shown = {}, []
        self.forget_reach()

    def forget_reach(self) -> None:
        """Asks anew what the actor's scopes cover: shares have changed."""
        self._covered.clear()

    # -- what a change leaves behind ----------------------------------------------------------------------

    def flushing(self) -> None:
        """Notes what the session is about to write. Raises ReadOnly if this transaction must not write."""
        if self.read_only:
            raise ReadOnly()
        records = [one for one in (*self.session.new, *self.session.dirty) if isinstance(one, Record)]
        for record in records:
            record.settle()
        aliases.rename_records(self.session, records, self.current_ids)
        for record in records:
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
            message = crm_contracts.current_event(record.record_kind, action).message()
        subject = crm_contracts.event_of(type(message)).subject.split(".", 1)[0]
        if message.DESCRIPTOR.fields_by_name[subject].message_type is not None:
            getattr(message, subject).CopyFrom(to_message(record, record.message))
        if "changed_fields" in message.DESCRIPTOR.fields_by_name:
            fields = record.message.DESCRIPTOR.fields_by_name
            cast(Any, message).changed_fields.extend(sorted(name for name in change.new if name in fields))
        return message

    def _occurrence(self, record: Record, change: _Change, event_id: str) -> Occurrence:
        columns = zip(PLACES, (record.owner_field, record.team_field, record.territory_field), strict=True)
        return Occurrence(
            event_id=event_id,
            record_id=record.id,
            version=record.version,
            at=self.now,
            actor_id=self.actor.id,
            correlation_id=self.context.request_id,
            causation_id=self.caused_by,
            traceparent=self.context.traceparent,
            actor_type=self.actor.auth_type,
            former={
                name: change.old.get(column) or ""
                for name, column in columns
                if column in change.new and not change.created
            },
            readers=self._readers(record),
        )

    def _readers(self, record: Record) -> frozenset[str]:
        """Whom the record is shared with, or the one that it is read with."""
        told = record.told_as or record
        return readers_of(self.session, told, self.now) if told.shareable else frozenset()

    def _leave(self, left: _Left) -> None:
        if self.read_only:
            raise ReadOnly()
        self.recorded = True
        origin = (self.actor.id, self.source, self.context.request_id, self.caused_by)
        at = database_time(self.session.connection())
        self.session.execute(
            _LEAVE,
            {
                **left.columns(),
                "macs": [self._vault.fingerprint(written(*row, at, *origin)) for row in left.history],
                "at": self.now,
                "written_at": at,
                **dict(zip(("actor_id", "source", "request_id", "caused_by"), origin, strict=True)),
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
        """Nobody gives records to a user who has left, and few to somebody out of their reach."""
        checked: set[tuple[str, str]] = set()
        for record, change in changes.items():
            owner_field = record.owner_field
            if self.actor.kind != "user" or not owner_field or owner_field == "id":
                continue
            owner = getattr(record, owner_field)
            if owner is None or owner == self.actor.id or owner_field not in change.new:
                continue
            permission = self.permission or f"{record.plural}.update"
            if change.created and permission == f"{record.plural}.update":
                permission = f"{record.plural}.create"
            if (owner, permission) not in checked:
                checked.add((owner, permission))
                self.check_owner(owner, permission, owner_field)

    def check_owner(self, owner: str, permission: str, field_name: str) -> None:
        """Raises UserInactive for a user who has left, PermissionDenied for one out of reach of the permission."""
        gone = select(DirectoryUser.id).where(DirectoryUser.id == owner, ~DirectoryUser.active)
        if self.session.scalar(gone) is not None:
            raise UserInactive(errors={field_name: ["is deactivated"]})
        if self.actor.scope_of(permission) == ALL:
            return
        reach = predicate(self, OwnerReach, permission)
        query = select(DirectoryUser.id).where(DirectoryUser.id == owner, DirectoryUser.active, reach)
        if self.session.scalar(query) is None:
            raise PermissionDenied(f"{field_name}: you may not give records to this user.")

    def _check_given_away(self, changes: dict[Record, _Change]) -> None:
        """Raises PermissionDenied if who has a record by a share alone, and not fully, changes whose it is."""
        for record, change in changes.items():
            model: Any = type(record)
            columns = {name for name in (model.owner_field, model.team_field, model.territory_field) if name}
            if self.actor.kind != "user" or not model.shareable or change.created or columns.isdisjoint(change.new):
                continue
            permission = self.permission if self.reach == model.plural else f"{model.plural}.update"
            scope = self.actor.scope_of(permission)
            if scope in (0, ALL) or self._covers(scope, model, record, change.old):
                continue
            somehow, fully = (shared_with(self, model, scope, level) for level in (READ, FULL))
            if somehow is None or fully is None:
                continue
            query = select(model.id).where(model.id == record.id, somehow, ~fully)
            if self.session.scalar(query) is not None:
                raise PermissionDenied("This record was not shared with you so far that you may give it to somebody.")

    def _covers(self, scope: int, model: Any, record: Record, old: Mapping[str, Any]) -> bool:
        """Whether a scope covers a record as it was, by whose it was."""

        def was(name: str | None) -> Any:
            return (old[name] if name in old else getattr(record, name)) if name else None

        owner, team, territory = was(model.owner_field), was(model.team_field), was(model.territory_field)
        if owner == self.actor.id or (
            owner is None and model.queue_permission and self.actor.may(model.queue_permission)
        ):
            return True
        if scope == OWN:
            return False
        covered = self.covered(scope)
        return (
            (scope != TERRITORY and owner in covered.owners)
            or (scope == TEAM and team in covered.teams)
            or (scope == TERRITORY and territory in covered.territories)
        )


def written(
    kind: str,
    record_id: str,
    version: int,
    action: str,
    changes: str | dict[str, Any],
    sealed: bytes | None,
    uid: str | None,
    at: datetime,
    actor_id: str,
    source: str,
    request_id: str,
    caused_by: str,
) -> bytes:
    """What the keyed hash of a history row is taken of: all of it but its place among the others.

    `changes` as JSON text or as the database gives it back, which writes numbers in its own way. Without `uid` it is
    that of a former version, whose rows got their time from the database.
    """
    values = orjson.loads(changes) if isinstance(changes, str) else changes
    content = [
        kind, record_id, version, action, _numbers(values), sealed.hex() if sealed is not None else None, actor_id,
        source, request_id, caused_by,
    ]  # fmt: skip
    if uid is not None:
        content += [uid, at.astimezone(UTC).isoformat()]
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def _numbers(value: Any) -> Any:
    """The value with numbers in one spelling."""
    if isinstance(value, dict):
        return {name: _numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(float(value))
    return value


def _no_calls(*_: Any) -> Message:
    raise RuntimeError("only what was called itself makes calls")


@contextmanager
def transaction(engine: Engine, actor: Actor = SYSTEM, *, vault: Vault, **how: Any) -> Iterator[Transaction]:
    """A transaction of its own on the service's database, committed at the end of the block unless that raises.

    `how` is what Transaction takes beside.
    """
    with Session(engine, expire_on_commit=False) as session:
        # Not `session.begin()`: a use case may commit what must outlive its refusal, and go on.
        with Transaction(session, actor, vault=vault, **how) as tx:
            yield tx
        session.commit()


@kept
def _by_id(view: View, model: Any, deleted: bool, locked: bool, permission: str) -> Select[Any]:
    """The record with an id, and whether the permission, if there is one, reaches it."""
    reached = predicate(view, model, permission) if permission else true()
    query = view.visible(model, deleted=deleted).where(model.id == bindparam("id", type_=Id)).add_columns(reached)
    return query.with_for_update(of=model).execution_options(populate_existing=True) if locked else query


@event.listens_for(Session, "before_flush")
def _flushing(session: Session, *_: Any) -> None:
    """One listener for all sessions: to add and remove one for each transaction would cost more than what it does."""
    for tx in session.info.get(_WATCHING, ())[-1:]:
        tx.flushing()


@event.listens_for(Session, "do_orm_execute")
def _executing(state: ORMExecuteState) -> None:
    statement = state.statement
    writes = statement.is_dml or (isinstance(statement, TextClause) and not _READS.match(statement.text))
    if writes and any(tx.read_only for tx in state.session.info.get(_WATCHING, ())):
        raise ReadOnly()


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
