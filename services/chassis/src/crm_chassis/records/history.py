"""The audit trail: reading it, sealing it with a keyed hash chain, verifying the chain."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import crm_contracts
import orjson
from crm.common.v1 import history_pb2
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor
from google.protobuf.struct_pb2 import Value
from sqlalchemy import Engine, Row, String, cast, func, literal, select, text, tuple_
from sqlalchemy.orm import Session

from crm_chassis.access.actor import ALL, Actor
from crm_chassis.contracts.filtering import Field, parse
from crm_chassis.db.tables import History, HistoryAnchor, HistorySeal
from crm_chassis.db.vault import Vault
from crm_chassis.records.directory import DirectoryUser, OwnerReach
from crm_chassis.records.filtering import to_sql
from crm_chassis.records.mapping import timestamp, within
from crm_chassis.records.model import Record
from crm_chassis.records.paging import PAGE_BYTES, page_size, read_token, write_token
from crm_chassis.records.tx import Transaction, written
from crm_chassis.records.visibility import predicate

_FILTERS = {
    "record_type": Field("text", func.split_part(History.kind, ".", 3)),
    "record_id": Field("id", History.record_id),
    "actor_id": Field("text", History.actor_id),
    "action": Field("text", History.action),
    "source": Field("text", History.source),
    "request_id": Field("text", History.request_id),
    "at": Field("time", History.at),
}


def list_history(tx: Transaction, request: Any) -> Any:
    """Changes of records, newest first, that those have made whom the actor reaches.

    Values of fields the actor may not read are left out.
    """
    query = select(History).where(to_sql(parse(request.filter), _FILTERS))
    if tx.actor.scope_of("audit_entries.read") != ALL:
        reach = predicate(tx, OwnerReach, "audit_entries.read")
        query = query.where(History.actor_id.in_(select(cast(DirectoryUser.id, String)).where(reach)))
    if request.page_token:
        at, id_ = read_token(request.page_token, "history", [datetime, int])
        query = query.where(tuple_(History.at, History.id) < tuple_(literal(at), literal(id_)))
    size = page_size(request)
    rows = list(tx.session.scalars(query.order_by(History.at.desc(), History.id.desc()).limit(size + 1)))
    entries = within(_entries(tx, rows[:size]), PAGE_BYTES)
    response = history_pb2.ListHistoryResponse(audit_entries=entries)
    if len(rows) > len(entries):
        response.next_page_token = write_token("history", [rows[len(entries) - 1].at, rows[len(entries) - 1].id])
    return response


def _entries(tx: Transaction, rows: Sequence[History]) -> Iterator[history_pb2.AuditEntry]:
    """The entries of rows; those of erased records without what was personal in them."""
    opened = iter(tx.unseal((row.record_id, row.sealed) for row in rows if row.sealed is not None))
    for row in rows:
        secret = next(opened) if row.sealed is not None else None
        yield _entry(tx, row, row.changes | (orjson.loads(secret) if secret else {}))


def _entry(tx: Transaction, row: History, changes: dict[str, list[Any]]) -> history_pb2.AuditEntry:
    _, service, record_type = row.kind.split(".")
    return history_pb2.AuditEntry(
        id=f"{service}-{row.id}",
        at=timestamp(row.at),
        service=service,
        record_type=record_type,
        record_id=row.record_id,
        version=row.version,
        action=row.action,
        actor_id=row.actor_id,
        source=row.source,
        request_id=row.request_id,
        caused_by=row.caused_by,
        changes=[
            history_pb2.FieldChange(field=name, old_value=json_value(old), new_value=json_value(new))
            for name, (old, new) in sorted(readable(tx.actor, row, changes).items())
        ],
    )


def readable(actor: Actor, row: History, changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The changes of an entry as far as the actor may read them.

    What a record keeps beside the fields of its contract is shown to nobody, because no rule says who may read it;
    notes around a record have names of their own.
    """
    fields = _fields_of(row.kind)
    shown = {}
    for name, values in changes.items():
        field = fields.get(name) or fields.get(name.removesuffix("_currency"))
        if field is not None and actor.can_read(field):
            shown[name] = [readable_part(actor, field.message_type, value) for value in values]
        elif field is None and not (fields and row.version):
            shown[name] = values
    return shown


def readable_part(actor: Actor, message: Descriptor | None, value: Any) -> Any:
    """Of messages within a value only the fields that the actor may read."""
    if message is None or message.full_name.startswith("google."):
        return value
    if isinstance(value, list):
        return [readable_part(actor, message, one) for one in value]
    if not isinstance(value, dict):
        return value
    if message.GetOptions().map_entry:
        return {
            key: readable_part(actor, message.fields_by_name["value"].message_type, one) for key, one in value.items()
        }
    return {
        name: readable_part(actor, field.message_type, value[name])
        for name, field in message.fields_by_name.items()
        if name in value and actor.can_read(field)
    }


def _fields_of(kind: str) -> Any:
    for message in crm_contracts.messages():
        resource = crm_contracts.resource_of(message.DESCRIPTOR)
        if resource is not None and kind == f"crm.{message.DESCRIPTOR.file.package.split('.')[1]}.{resource.name}":
            return message.DESCRIPTOR.fields_by_name
    return {}


def json_value(value: Any) -> Value:
    """A value of the history as it stands in answers."""
    return json_format.ParseDict(value, Value())


# -- the chain --------------------------------------------------------------------------------------------

_SEALABLE = text(
    """
    SELECT h.id FROM history h
    WHERE h.id > :floor AND h.xid >= CAST(:since AS xid8) AND h.xid < CAST(:horizon AS xid8)
        AND NOT EXISTS (SELECT FROM history_seals s WHERE s.history_id = h.id OFFSET 0)
    ORDER BY h.id LIMIT :limit
    """
)
_HORIZON = text("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)")
_BACKLOG = text(
    """
    SELECT coalesce((SELECT max(id) FROM history), 0) - coalesce((SELECT max(history_id) FROM history_seals), 0),
           coalesce((SELECT extract(epoch FROM now() - min(at)) FROM history WHERE id > coalesce(
             (SELECT history_id FROM history_seals WHERE seq = (SELECT max(seq) FROM history_anchors)), 0)), 0)
    """
)
_SEAL = text("SELECT seal_history(:first, CAST(:ids AS bigint[]), CAST(:macs AS bytea[]))")
# How far below the newest sealed row a transaction may still commit an older row.
_WINDOW = 100_000
BATCH = 5000
"""So many rows are sealed at once."""
EVERYTHING = "0"
"""The transaction before all others."""


def _mac(key: bytes, previous: bytes, row: History) -> bytes:
    # Of what workers of the version before know, because they seal rows of this one too; `mac` covers the rest.
    content = orjson.dumps(
        [
            row.id, row.kind, row.record_id, row.version, row.at.isoformat(), row.action, row.actor_id,
            row.source, row.request_id, row.caused_by, row.changes,
            *((part or b"").hex() for part in (row.sealed, row.mac) if row.mac is not None),
        ],
        option=orjson.OPT_SORT_KEYS,
    )  # fmt: skip
    return hmac.new(key, previous + content, hashlib.sha256).digest()


class Sealer:
    """Adds committed history rows to the chain, looking only at what may be new since it last did."""

    def __init__(self, engine: Engine, key: bytes) -> None:
        self._engine = engine
        self._key = key
        self._since = EVERYTHING

    def seal(self) -> int:
        """Seals the next rows in a transaction of its own; returns how many."""
        with Session(self._engine) as session, session.begin():
            horizon: str = session.scalar(_HORIZON)
            # A database that was restored counts from where it was.
            since = self._since if int(self._since) <= int(horizon) else EVERYTHING
            count = seal(session, self._key, since=since, horizon=horizon)
        # Once that is committed, all rows of transactions before the horizon are sealed, unless there were too many.
        if count < BATCH:
            self._since = horizon
        return count


def seal(session: Session, key: bytes, *, since: str = EVERYTHING, horizon: str = "") -> int:
    """Adds committed history rows to the chain, BATCH at most; returns how many.

    Only rows of transactions from `since` on, before which everything is sealed, and before `horizon` are taken. The
    latter is the oldest running transaction, or one that was it a moment ago, so that no writer ever waits for the
    chain. One sealer works at a time.
    """
    horizon = horizon or session.scalar(_HORIZON)
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('history_seals'))"))
    head = session.execute(select(HistorySeal).order_by(HistorySeal.seq.desc()).limit(1)).scalar_one_or_none()
    floor = (session.scalar(select(func.max(HistorySeal.history_id))) or 0) - _WINDOW
    bounds = {"floor": floor, "since": since, "horizon": horizon, "limit": BATCH}
    ids = list(session.scalars(_SEALABLE, bounds))
    if not ids:
        return 0
    seq, previous = (head.seq, head.mac) if head else (0, b"")
    rows, macs = [], []
    for row in session.scalars(select(History).where(History.id.in_(ids)).order_by(History.id)):
        previous = _mac(key, previous, row)
        rows.append(row.id)
        macs.append(previous)
    session.execute(_SEAL, {"first": seq + 1, "ids": rows, "macs": macs})
    return len(rows)


def anchor(session: Session) -> HistoryAnchor | None:
    """Records the head of the chain, if it has grown; the caller also writes it where the owner cannot reach."""
    return session.scalar(select(HistoryAnchor).from_statement(text("SELECT * FROM anchor_history()")))


def backlog(session: Session) -> tuple[int, float]:
    """(rows not yet in the chain, age in seconds of the oldest row above the last anchor)."""
    unsealed, unanchored = session.execute(_BACKLOG).one()
    return max(0, unsealed), max(0.0, float(unanchored))


@dataclass(frozen=True)
class Verdict:
    """What verification found: links checked, rows not sealed yet, and the first fault, if any."""

    checked: int
    unsealed: int
    fault: str


_TRIGGERS = {
    ("history", "history_append_only"),
    ("history", "history_notify"),
}
_FOREIGN = text(
    """
    SELECT CAST(tgrelid AS regclass)::text, tgname, tgenabled = 'O' FROM pg_trigger
    WHERE tgrelid = ANY (CAST(ARRAY['history', 'history_seals', 'history_anchors'] AS regclass[])) AND NOT tgisinternal
    """
)
# Every version of a record has its row, so a row that was taken away before it was sealed leaves a gap.
_GAP = text(
    """
    SELECT kind, CAST(record_id AS text) AS record_id, count(*) > max(version) AS twice FROM history WHERE version > 0
    GROUP BY kind, record_id HAVING count(DISTINCT version) <> max(version) OR count(*) <> max(version) LIMIT 1
    """
)
# No two rows have the same hash, but for notes of former versions, which had nothing of their own.
_COPY = text(
    """
    SELECT min(id) AS first, max(id) AS second FROM history WHERE mac IS NOT NULL AND (uid IS NOT NULL OR version > 0)
    GROUP BY mac HAVING count(*) > 1 LIMIT 1
    """
)
_PAGE = 1000
SIDE_BY_SIDE = timedelta(days=1)
"""How long processes of the version before may go on writing rows in their form beside those of this one."""


def verify(
    session: Session,
    key: bytes,
    vault: Vault,
    anchors: Iterable[tuple[int, bytes]] = (),
    records: Iterable[type[Record]] = (),
) -> Verdict:
    """Recomputes the chain and what was written, and compares it with the records that it is the history of.

    Finds edited, re-dated, copied, removed, reordered and forged rows, whether they were sealed or not, triggers that
    are none of ours, and a tail cut below an anchor. `anchors` are those kept elsewhere: (seq, mac).
    """
    session.execute(text("SET LOCAL statement_timeout = 0"))
    wanted = [(one.seq, one.mac) for one in session.scalars(select(HistoryAnchor))] + list(anchors)
    chain, authorship = _Chain(key, wanted), _Authorship(vault)
    for link, row in _sealed(session):
        chain.see(link, row)
        if row is None or chain.fault:
            break
        authorship.see(row)
    unsealed = 0
    for row in _unsealed(session):
        unsealed += 1
        authorship.see(row)
    fault = chain.end() or _triggers(session) or authorship.fault or _copies(session) or _gaps(session, records)
    return Verdict(chain.checked, unsealed, fault)


def _sealed(session: Session) -> Iterator[Row[HistorySeal, History]]:
    """The links of the chain in their order, with the rows that they seal."""
    last = 0
    query = select(HistorySeal, History).outerjoin(History, History.id == HistorySeal.history_id)
    query = query.order_by(HistorySeal.seq).limit(_PAGE)
    while page := session.execute(query.where(HistorySeal.seq > last)).all():
        last = page[-1][0].seq
        yield from page
        session.expunge_all()


def _unsealed(session: Session) -> Iterator[History]:
    """The rows that are not sealed, in their order."""
    last = 0
    is_sealed = select(HistorySeal).where(HistorySeal.history_id == History.id).exists()
    query = select(History).where(~is_sealed).order_by(History.id).limit(_PAGE)
    while page := session.scalars(query.where(History.id > last)).all():
        last = page[-1].id
        yield from page
        session.expunge_all()


class _Chain:
    """What is wrong with the chain, whose links are shown to it one after the other."""

    def __init__(self, key: bytes, anchors: Sequence[tuple[int, bytes]]) -> None:
        self.checked = 0
        self.fault = ""
        self._key = key
        self._anchors = anchors
        self._anchored = {seq for seq, _ in anchors}
        self._macs: dict[int, bytes] = {}
        self._previous = b""

    def see(self, link: HistorySeal, row: History | None) -> None:
        if link.seq != self.checked + 1:
            self.fault = f"link {self.checked + 1} is missing"
        elif row is None:
            self.fault = f"history row {link.history_id} of link {link.seq} is missing"
        elif not hmac.compare_digest(mac := _mac(self._key, self._previous, row), link.mac):
            self.fault = f"history row {row.id} does not match link {link.seq}"
        else:
            self.checked, self._previous = link.seq, mac
            if link.seq in self._anchored:
                self._macs[link.seq] = mac

    def end(self) -> str:
        """The fault, once all links were shown; anchors may lie beyond the last."""
        if self.fault:
            return self.fault
        odd = next((seq for seq, mac in self._anchors if self._macs.get(seq) != mac), None)
        return "" if odd is None else f"anchor {odd} does not match the chain"


class _Authorship:
    """Which row the service has not written as it stands. Rows are shown to it in the order of the chain.

    Those of 0.1.0, without a hash, come first. Those whose hash does not cover their time may come beside the first of
    today's, for as long as an upgrade may take; how long that was, the rows of today say, whose time is covered.
    """

    def __init__(self, vault: Vault) -> None:
        self.fault = ""
        self._vault = vault
        self._signed = False
        self._since: datetime | None = None
        self._latest: datetime | None = None

    def see(self, row: History) -> None:
        self._signed = self._signed or row.mac is not None
        if self.fault or not self._signed:
            return
        content = written(
            row.kind, row.record_id, row.version, row.action, row.changes, row.sealed, row.uid, row.at, row.actor_id,
            row.source, row.request_id, row.caused_by,
        )  # fmt: skip
        if not hmac.compare_digest(row.mac or b"", self._vault.fingerprint(content)):
            self.fault = f"history row {row.id} was not written by the service"
        elif row.uid is not None:
            self._since = self._since or row.at
            self._latest = max(self._latest or row.at, row.at)
        elif self._since and self._latest and self._latest - self._since > SIDE_BY_SIDE:
            self.fault = f"history row {row.id} has the form of a former version, long after this one was there"


def _triggers(session: Session) -> str:
    """What is wrong with the triggers of the tables; empty if nothing is."""
    present = {(table, name): enabled for table, name, enabled in session.execute(_FOREIGN)}
    for table, name in sorted(present.keys() ^ _TRIGGERS):
        return f"the trigger {name} of {table} is {'none of ours' if (table, name) in present else 'missing'}"
    return next((f"the trigger {name} is disabled" for (_, name), enabled in present.items() if not enabled), "")


def _copies(session: Session) -> str:
    """Which row repeats another one; empty if none does."""
    copy = session.execute(_COPY).first()
    return "" if copy is None else f"history row {copy.second} is a copy of {copy.first}"


def _gaps(session: Session, records: Iterable[type[Record]]) -> str:
    """Which version of a record has no history row, or two; empty if all have one."""
    gap = session.execute(_GAP).first()
    if gap is not None:
        return f"a history row of {gap.kind} {gap.record_id} is {'there twice' if gap.twice else 'missing'}"
    for model in records:
        last = select(func.coalesce(func.max(History.version), 0)).where(
            History.record_id == model.id, History.kind == model.record_kind
        )
        id_ = session.scalar(select(model.id).where(model.version > last.scalar_subquery()).limit(1))
        if id_ is not None:
            return f"the last history row of {model.record_kind} {id_} is missing"
    return ""
