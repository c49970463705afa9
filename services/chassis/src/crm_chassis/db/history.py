"""The audit trail: reading it, sealing it with a keyed hash chain, verifying the chain."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import crm_contracts
import orjson
from crm.common.v1 import common_pb2
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Value
from sqlalchemy import String, cast, func, insert, literal, select, text, tuple_
from sqlalchemy.orm import Session

from crm_chassis.access.actor import ALL
from crm_chassis.access.directory import DirectoryUser, OwnerReach
from crm_chassis.access.visibility import predicate
from crm_chassis.contracts.filtering import Field, parse, to_sql
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.paging import page_size, read_token, write_token
from crm_chassis.db.tables import History, HistoryAnchor, HistorySeal
from crm_chassis.db.tx import Transaction

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
        reach = predicate(OwnerReach, tx.actor, "audit_entries.read")
        query = query.where(History.actor_id.in_(select(cast(DirectoryUser.id, String)).where(reach)))
    if request.page_token:
        at, id_ = read_token(request.page_token, "history")
        query = query.where(tuple_(History.at, History.id) < tuple_(literal(at), literal(int(id_))))
    size = page_size(request)
    rows = list(tx.session.scalars(query.order_by(History.at.desc(), History.id.desc()).limit(size + 1)))
    response = common_pb2.ListHistoryResponse(audit_entries=[_entry(tx, row) for row in rows[:size]])
    if len(rows) > size:
        response.next_page_token = write_token("history", [rows[size - 1].at, rows[size - 1].id])
    return response


def _entry(tx: Transaction, row: History) -> common_pb2.AuditEntry:
    _, service, record_type = row.kind.split(".")
    return common_pb2.AuditEntry(
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
            common_pb2.FieldChange(field=name, old_value=_value(old), new_value=_value(new))
            for name, (old, new) in sorted(row.changes.items())
            if _readable(tx, row.kind, name)
        ],
    )


def _readable(tx: Transaction, kind: str, name: str) -> bool:
    field = _fields_of(kind).get(name.removesuffix("_currency"))
    return field is None or tx.actor.can_read(field)


def _fields_of(kind: str) -> Any:
    for message in crm_contracts.messages():
        resource = crm_contracts.resource_of(message.DESCRIPTOR)
        if resource is not None and kind == f"crm.{message.DESCRIPTOR.file.package.split('.')[1]}.{resource.name}":
            return message.DESCRIPTOR.fields_by_name
    return {}


def _value(value: Any) -> Value:
    return json_format.ParseDict(value, Value())


# -- the chain --------------------------------------------------------------------------------------------

_SEALABLE = text(
    """
    SELECT h.id FROM history h
    LEFT JOIN history_seals s ON s.history_id = h.id
    WHERE s.history_id IS NULL AND h.id > :floor AND h.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY h.id LIMIT :limit
    """
)
_BACKLOG = text(
    """
    SELECT coalesce((SELECT max(id) FROM history), 0) - coalesce((SELECT max(history_id) FROM history_seals), 0),
           coalesce((SELECT extract(epoch FROM now() - min(at)) FROM history WHERE id > coalesce(
             (SELECT history_id FROM history_seals WHERE seq = (SELECT max(seq) FROM history_anchors)), 0)), 0)
    """
)
# How far below the newest sealed row a transaction may still commit an older row.
_WINDOW = 100_000


def _mac(key: bytes, previous: bytes, row: History) -> bytes:
    content = orjson.dumps(
        [
            row.id, row.kind, row.record_id, row.version, row.at.isoformat(), row.action, row.actor_id,
            row.source, row.request_id, row.caused_by, row.changes,
        ],
        option=orjson.OPT_SORT_KEYS,
    )  # fmt: skip
    return hmac.new(key, previous + content, hashlib.sha256).digest()


def seal(session: Session, key: bytes, limit: int = 5000) -> int:
    """Adds committed history rows to the chain; returns how many.

    Only rows below the oldest running transaction are taken, so that no writer ever waits for the chain. One
    sealer works at a time.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('history_seals'))"))
    head = session.execute(select(HistorySeal).order_by(HistorySeal.seq.desc()).limit(1)).scalar_one_or_none()
    floor = (session.scalar(select(func.max(HistorySeal.history_id))) or 0) - _WINDOW
    ids = list(session.scalars(_SEALABLE, {"floor": floor, "limit": limit}))
    if not ids:
        return 0
    seq, previous = (head.seq, head.mac) if head else (0, b"")
    links = []
    for row in session.scalars(select(History).where(History.id.in_(ids)).order_by(History.id)):
        seq, previous = seq + 1, _mac(key, previous, row)
        links.append({"seq": seq, "history_id": row.id, "mac": previous})
    session.execute(insert(HistorySeal), links)
    return len(links)


def anchor(session: Session, now: datetime) -> HistoryAnchor | None:
    """Records the head of the chain; the caller also writes it where the database's owner cannot reach."""
    head = session.execute(select(HistorySeal).order_by(HistorySeal.seq.desc()).limit(1)).scalar_one_or_none()
    last = session.scalar(select(func.max(HistoryAnchor.seq))) or 0
    if head is None or head.seq == last:
        return None
    found = HistoryAnchor(seq=head.seq, at=now, mac=head.mac)
    session.add(found)
    return found


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


def verify(session: Session, key: bytes, anchors: list[tuple[int, bytes]] | None = None) -> Verdict:
    """Recomputes the chain. Finds edited, removed, reordered and forged rows, and a tail cut below an anchor."""
    previous, checked = b"", 0
    macs: dict[int, bytes] = {}
    query = select(HistorySeal, History).outerjoin(History, History.id == HistorySeal.history_id)
    while page := session.execute(query.where(HistorySeal.seq > checked).order_by(HistorySeal.seq).limit(1000)).all():
        for link, row in page:
            if link.seq != checked + 1:
                return Verdict(checked, 0, f"link {checked + 1} is missing")
            if row is None:
                return Verdict(checked, 0, f"history row {link.history_id} of link {link.seq} is missing")
            previous = _mac(key, previous, row)
            if not hmac.compare_digest(previous, link.mac):
                return Verdict(checked, 0, f"history row {row.id} does not match link {link.seq}")
            checked += 1
            macs[link.seq] = previous
        session.expunge_all()
    kept = [(a.seq, a.mac) for a in session.scalars(select(HistoryAnchor))] + list(anchors or ())
    for seq, mac in kept:
        if macs.get(seq) != mac:
            return Verdict(checked, 0, f"anchor {seq} does not match the chain")
    unsealed = session.scalar(
        select(func.count())
        .select_from(History)
        .where(~select(HistorySeal).where(HistorySeal.history_id == History.id).exists())
    )
    return Verdict(checked, unsealed or 0, "")
