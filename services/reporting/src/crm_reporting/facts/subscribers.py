"""How events become facts: every event carries its whole record, so what it says replaces what was known before.

The events of one transaction are written together just before it commits, one statement per kind of record, and of
several events of a record only the last. So nothing but the batch decides how fast events can be taken in.

The subscription names every kind of record in the contracts, so that no event of the suite is without a reader;
kinds from which no figure is computed are passed over. What was applied last, the inbox knows (see freshness.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import crm_contracts
import orjson
from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent
from crm_chassis.subscription import Handler, Subscription
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Numeric, String, Table, Uuid, text
from sqlalchemy import event as hooks
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from crm_reporting.facts.model import MODELS, Dimension, Fact, Opportunity, Reply, Ticket

Snapshot = Mapping[str, Any]
Read = Callable[[Snapshot], Any]
Row = dict[str, Any]


class Copy:
    """Keeps the rows of one model equal to the records they are copies of."""

    def __init__(self, model: type[Fact]) -> None:
        table = model.__table__
        assert isinstance(table, Table)
        self._field = model.kind.rsplit(".", 1)[1]
        self._lasting = issubclass(model, Dimension)
        self._counts = _COUNTS.get(model, _always)
        self._readers = [(c.name, _DERIVED.get((model, c.name)) or _reader(c)) for c in table.columns]
        names = [name for name, _ in self._readers]
        self._store = text(
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(names)} "
            f"FROM jsonb_populate_recordset(NULL::{table.name}, CAST(:rows AS jsonb)) "
            f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in names if n != 'id')}"
        )
        self._remove = text(f"DELETE FROM {table.name} WHERE id = ANY(CAST(:ids AS uuid[]))")

    def on_event(self, tx: Transaction, event: IncomingEvent) -> None:
        """Takes over the record as it is after the event; one that no longer counts goes."""
        record = event.payload[self._field]
        stays = self._lasting or (not record.get("deleted_at") and self._counts(record))
        row = {name: read(record) for name, read in self._readers} if stays else None
        _pending(tx.session).setdefault(self, {})[record["id"]] = row

    def write(self, session: Session, rows: Mapping[str, Row | None]) -> None:
        """Stores rows by id, and removes those that are None."""
        present = [row for row in rows.values() if row is not None]
        if present:
            session.execute(self._store, {"rows": orjson.dumps(present).decode()})
        if len(present) < len(rows):
            session.execute(self._remove, {"ids": [id_ for id_, row in rows.items() if row is None]})


def _pending(session: Session) -> dict[Copy, dict[str, Row | None]]:
    """What the transaction of a session has to write at its end."""
    pending: dict[Copy, dict[str, Row | None]] | None = session.info.get("facts")
    if pending is None:
        pending = session.info["facts"] = {}
        hooks.listen(session, "before_commit", _write_pending, once=True)
    return pending


def _write_pending(session: Session) -> None:
    for copy, rows in session.info.pop("facts").items():
        copy.write(session, rows)


def pass_over(tx: Transaction, event: IncomingEvent) -> None:
    """Nothing is computed from records of this kind."""


# -- from a snapshot to columns; times, days, ids and decimals stay text, which the database reads ------------


def _reader(column: Column[Any]) -> Read:
    name = column.name
    if name == "deleted":
        return lambda record: record.get("deleted_at") is not None
    if name.endswith("_currency"):
        money = name.removesuffix("_currency")
        return lambda record: found["currency"] if (found := record.get(money)) else None
    if isinstance(column.type, Numeric) and column.type.scale:
        return lambda record: found["amount"] if (found := record.get(name)) else None
    if isinstance(column.type, JSONB):
        return lambda record: record.get(name) or []
    if isinstance(column.type, (Uuid, Date, DateTime)):
        return lambda record: record.get(name) or None
    if isinstance(column.type, Boolean):
        return lambda record: bool(record.get(name))
    if isinstance(column.type, String):
        return lambda record: record.get(name) or ""
    if isinstance(column.type, Integer) and not column.nullable:
        return lambda record: record.get(name) or 0
    return lambda record: record.get(name)


def line_totals(record: Snapshot) -> dict[str, Decimal]:
    """What the lines of an opportunity come to, by product."""
    totals: dict[str, Decimal] = {}
    for line in record.get("lines") or ():
        if line.get("product_id"):
            total = Decimal((line.get("total") or {}).get("amount") or 0)
            totals[line["product_id"]] = totals.get(line["product_id"], Decimal(0)) + total
    return totals


def shares(totals: Mapping[str, Decimal]) -> list[Decimal]:
    """The part of each product in the whole; equal parts where the lines come to nothing."""
    whole = sum(totals.values())
    if not whole:
        return [Decimal(1) / len(totals) for _ in totals]
    return [total / whole for total in totals.values()]


def solution_minutes(record: Snapshot) -> int | None:
    """Working minutes from creation to solution, once the ticket is solved."""
    clocks = record.get("sla_clocks") or () if record.get("resolved_at") else ()
    return next((clock["elapsed_minutes"] for clock in clocks if clock.get("kind") == "SOLUTION"), None)


def _always(_: Snapshot) -> bool:
    return True


def _is_reply(record: Snapshot) -> bool:
    return not record.get("internal") and record.get("author") in ("AGENT", None)


_DERIVED: dict[tuple[type[Fact], str], Read] = {
    (Opportunity, "product_ids"): lambda record: list(line_totals(record)),
    (Opportunity, "product_shares"): lambda record: [str(share) for share in shares(line_totals(record))],
    (Ticket, "solution_minutes"): solution_minutes,
}
_COUNTS: dict[type[Fact], Callable[[Snapshot], bool]] = {Reply: _is_reply}


def _handlers() -> dict[str, Handler]:
    stored = {model.kind: Copy(model).on_event for model in MODELS}
    kinds = sorted({event.record for event in crm_contracts.events().values()})
    return {f"{kind}.*": stored.get(kind, pass_over) for kind in kinds}


FACTS = Subscription("facts", _handlers())
