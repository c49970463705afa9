"""The tables every service has beside its own: what a change of a record leaves behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from crm_chassis.db.base import Base, Id


class Xid8(UserDefinedType[str]):
    """A full transaction id of PostgreSQL, as text."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


ischema_names["xid8"] = Xid8


class Outbox(Base):
    """An event that happened. Published by the relay, kept for replay; partitioned by month."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_unpublished", "partition", "id", postgresql_where=text("published_at IS NULL")),
        Index("outbox_record", "record_id"),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(Id)
    type: Mapped[str] = mapped_column(String)
    record_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int] = mapped_column(BigInteger)
    partition: Mapped[int] = mapped_column(SmallInteger)
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    """The CloudEvent as JSON; ciphertext under the subject's key if `sealed`."""
    sealed: Mapped[bool] = mapped_column(Boolean, default=False)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None]


class SubjectKey(Base):
    """The key under which personal events of one record are archived; destroying it erases them."""

    __tablename__ = "subject_keys"

    subject_id: Mapped[str] = mapped_column(Id, primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class History(Base):
    """One change of a record: who, when, from where, what from what to what. Append-only."""

    __tablename__ = "history"
    __table_args__ = (
        Index("history_record", "record_id", "id"),
        Index("history_at", "at", "id"),
        Index("history_actor", "actor_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(String)
    record_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String)
    actor_id: Mapped[str] = mapped_column(String)
    source: Mapped[str] = mapped_column(String)
    request_id: Mapped[str] = mapped_column(String)
    caused_by: Mapped[str] = mapped_column(String)
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Field name to [old, new], but for those in `sealed`."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The changes that may say something about a person, as JSON under the key of the record (crm_chassis.db.vault)."""
    mac: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Keyed hash over what the service wrote: who has only the database cannot make one. None in rows of 0.1.0."""
    uid: Mapped[str | None] = mapped_column(Id)
    """The row's own id, which its writer gives it. None in rows of former versions, whose `mac` does not cover `at`."""
    xid: Mapped[str] = mapped_column(Xid8(), server_default=text("pg_current_xact_id()"))


class HistorySeal(Base):
    """A link of the keyed hash chain over the history."""

    __tablename__ = "history_seals"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    history_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    mac: Mapped[bytes] = mapped_column(LargeBinary)


class HistoryAnchor(Base):
    """The head of the chain at a moment, kept so that cutting the tail shows."""

    __tablename__ = "history_anchors"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    mac: Mapped[bytes] = mapped_column(LargeBinary)


class Request(Base):
    """A write that came with an idempotency key, and its answer."""

    __tablename__ = "requests"
    __table_args__ = (Index("requests_created", "created_at"),)

    actor_id: Mapped[str] = mapped_column(String, primary_key=True)
    key: Mapped[str] = mapped_column(String, primary_key=True)
    method: Mapped[str] = mapped_column(String)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    response: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class Inbox(Base):
    """An event that a subscription has applied."""

    __tablename__ = "inbox"
    __table_args__ = (Index("inbox_received", "received_at"),)

    subscription: Mapped[str] = mapped_column(String, primary_key=True)
    event_id: Mapped[str] = mapped_column(Id, primary_key=True)
    received_at: Mapped[datetime]


class InboxPosition(Base):
    """The last version of a record that a subscription has applied."""

    __tablename__ = "inbox_positions"

    subscription: Mapped[str] = mapped_column(String, primary_key=True)
    record_id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


class Followed(Base):
    """A subscription of the service, and the replay it waits for, if it does."""

    __tablename__ = "bus_subscriptions"

    name: Mapped[str] = mapped_column(String, primary_key=True)
    records: Mapped[list[str]]
    replay_id: Mapped[str | None] = mapped_column(Id)
    """Of the replay under way; none while the subscription lives on new events alone."""
    replays: Mapped[list[str]]
    """The kinds of records that the replay under way is of."""
    since: Mapped[datetime | None]
    """The replay begins with events of this time."""
    awaited: Mapped[list[str]]
    """Queues and publishers, "<n>:<publisher>", whose end of the replay has not arrived."""
    requested_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    """When the broker has taken the request; none while it has not."""


class Parked(Base):
    """An event that could not be applied yet: it failed, waits behind one that did, or came before its turn."""

    __tablename__ = "parked"
    __table_args__ = (
        UniqueConstraint("subscription", "event_id"),
        Index("parked_record", "subscription", "record_id", "version"),
        Index("parked_due", "next_attempt_at", postgresql_where=text("NOT dead")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subscription: Mapped[str] = mapped_column(String)
    event_id: Mapped[str] = mapped_column(Id)
    type: Mapped[str] = mapped_column(String)
    record_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int] = mapped_column(BigInteger)
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    dead: Mapped[bool] = mapped_column(Boolean, default=False)
    parked_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    request_id: Mapped[str] = mapped_column(Text, default="")
    """Of the request that the event goes back to; empty if the event does not say one, or was parked by 0.1.0."""


class Refused(Base):
    """A message that is none of the suite's, or cannot be answered (crm_chassis.events.refused)."""

    __tablename__ = "refused"
    __table_args__ = (Index("refused_held", "held_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    queue: Mapped[str] = mapped_column(String)
    exchange: Mapped[str] = mapped_column(String)
    routing_key: Mapped[str] = mapped_column(String)
    body: Mapped[str] = mapped_column(Text)
    """Its beginning, escaped."""
    error: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime]


class MissingReference(Base):
    """A record of another service that there is none of, as its owner says of what was referred to here."""

    __tablename__ = "missing_references"

    kind: Mapped[str] = mapped_column(String, primary_key=True)
    record_id: Mapped[str] = mapped_column(Id, primary_key=True)
    told_at: Mapped[datetime]


class Alias(Base):
    """An id that leads to another record since the two were merged (crm_chassis.merging)."""

    __tablename__ = "aliases"
    __table_args__ = (Index("aliases_new", "new_id"), Index("aliases_merge", "merge_id"))

    old_id: Mapped[str] = mapped_column(Id, primary_key=True)
    into_id: Mapped[str] = mapped_column(Id)
    """The record that it was merged into."""
    new_id: Mapped[str] = mapped_column(Id)
    """Where that leads to, after all merges."""
    merge_id: Mapped[str] = mapped_column(Id)


class MergedRow(Base):
    """A row that named a record which was merged, and what the merge has done to it: for taking them apart again."""

    __tablename__ = "merged_rows"
    __table_args__ = (
        Index("merged_rows_merge", "merge_id", "id"),
        Index("merged_rows_record", "record_id", "field"),
        Index("merged_rows_old", "old_id"),
        Index("merged_rows_new", "new_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    merge_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String)
    """Kind of the record, or the name of what is no record."""
    record_id: Mapped[str] = mapped_column(Id)
    field: Mapped[str] = mapped_column(String)
    old_id: Mapped[str] = mapped_column(Id)
    new_id: Mapped[str] = mapped_column(Id)
    folded: Mapped[bool] = mapped_column(Boolean)
    """It gave way to a row that said the same of the survivor."""
    note: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What stood there before and after, as far as the ids do not say it: ids, states and times, no personal values."""


class Proposal(Base):
    """Changes of records that wait for somebody's yes, and what became of them (crm_chassis.proposals)."""

    __tablename__ = "proposals"
    __table_args__ = (
        Index("proposals_author", "author_id", "id"),
        Index("proposals_state", "state", "id"),
        Index("proposals_ended", "ended_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    author_id: Mapped[str] = mapped_column(Id)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String)
    """OPEN, APPLIED, DECLINED, WITHDRAWN or UNDONE: EXPIRED and OUTDATED is what an open one has become by itself."""
    terms_hash: Mapped[str] = mapped_column(String)
    told: Mapped[int] = mapped_column(Integer)
    """How many events have told of it."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    """When it was last decided; of an open one, when it expires."""
    decided_by: Mapped[str | None] = mapped_column(Id)
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str] = mapped_column(Text)
    undone_by: Mapped[str | None] = mapped_column(Id)
    undone_at: Mapped[datetime | None]


class ProposalCommand(Base):
    """The update of one record within a proposal."""

    __tablename__ = "proposal_commands"
    __table_args__ = (Index("proposal_commands_record", "record_id"),)

    proposal_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    resource: Mapped[str] = mapped_column(String)
    """Plural of the kind of record."""
    record_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int] = mapped_column(BigInteger)
    """Of the record: that which it is about, and once it is applied, that which it has led to."""
    new: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The proposed values by field, as answers write them."""
    old: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Those before, and which of them nobody had set."""


class SearchTerm(Base):
    """A word by which a record is found. Collation "C", so that a beginning is a range of the index."""

    __tablename__ = "search_terms"
    __table_args__ = (Index("search_terms_record", "record_id", "term"),)

    kind: Mapped[str] = mapped_column(String, primary_key=True)
    term: Mapped[str] = mapped_column(String(collation="C"), primary_key=True)
    record_id: Mapped[str] = mapped_column(Id, primary_key=True)
    field: Mapped[str] = mapped_column(String, primary_key=True)


class JobRow(Base):
    """Work that is done later, step by step (crm_chassis.jobs)."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("jobs_due", "kind", "due_at", postgresql_where=text("state IN ('WAITING', 'RUNNING')")),
        Index(
            "jobs_order", "kind", "key", "seq",
            postgresql_where=text("key <> '' AND state IN ('WAITING', 'RUNNING', 'DEAD')"),
        ),
        Index("jobs_timer", "kind", "key", unique=True, postgresql_where=text("timer")),
        Index("jobs_listed", "seq", unique=True),
        Index("jobs_state", "state", "seq"),
        Index("jobs_finished", "finished_at", postgresql_where=text("state IN ('DONE', 'CANCELLED')")),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """The order of enqueueing, within a key."""
    kind: Mapped[str] = mapped_column(String)
    key: Mapped[str] = mapped_column(String)
    """Jobs of one kind and key run one after the other; "" stands for no order."""
    state: Mapped[str] = mapped_column(String)
    """WAITING, RUNNING, DONE, DEAD or CANCELLED."""
    timer: Mapped[bool] = mapped_column(Boolean)
    """A job that was scheduled and has not begun: its due time may still be moved."""
    due_at: Mapped[datetime]
    """When it may be taken; of a running job, when its lease ends and another worker may take it over."""
    lease: Mapped[str | None] = mapped_column(Id)
    """Says which taking of the job counts: whoever holds another one must change nothing."""
    attempts: Mapped[int] = mapped_column(Integer)
    """How often the present step was begun."""
    error: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What was asked for."""
    cursor: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """How far it has come."""
    done: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int | None] = mapped_column(BigInteger)
    cancel_requested: Mapped[bool] = mapped_column(Boolean)
    actor_id: Mapped[str] = mapped_column(String)
    """Who asked for it."""
    grants: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    permission: Mapped[str] = mapped_column(String)
    """Empty, as `grants` is: rights that are copied when a job is enqueued would outlive the user's."""
    request_id: Mapped[str] = mapped_column(String)
    caused_by: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
