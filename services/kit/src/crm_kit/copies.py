"""Copies of other services' records, kept equal to them by their events.

Every event carries its whole record, so what it says replaces what was known before. The rows of one transaction are
written together just before it commits, one statement per kind of record, and of several events of a record only the
last. So nothing but the batch decides how fast events can be taken in.

One rule for a deleted record: the copy stays and is marked, because others still refer to it; whoever does not ask for
deleted rows does not see it, so nothing new can refer to it. A row that is only counted, and whose table has no column
for the mark, goes with its record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import crm_contracts
import orjson
from crm_chassis.db.base import Id
from crm_chassis.envelope import IncomingEvent
from crm_chassis.records.model import Personal, Visible
from crm_chassis.records.sharing import SHARE_COLUMNS, Shareable, catch_up
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Subscription
from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    String,
    Table,
    Uuid,
    select,
    text,
)
from sqlalchemy import event as hooks
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_kit.normalise import company_key

Snapshot = Mapping[str, Any]
"""A record as its events carry it."""
Row = dict[str, Any]
Reader = Callable[[Snapshot], Any]


class Copied(Visible):
    """A row that repeats a record. A column has the name of the field it repeats, or an entry in `derived`.

    Money `amount` is two columns, `amount` and `amount_currency`.
    """

    kind: ClassVar[str]
    """Kind of record in event types: "crm.sales.opportunity"."""
    derived: ClassVar[Mapping[str, Reader]] = {}
    """How columns that are no fields are computed from the record."""

    id: Mapped[str] = mapped_column(Id, primary_key=True)

    @classmethod
    def counts(cls, record: Snapshot, at: datetime) -> bool:
        """Whether a record that is not deleted has a row, as it is at the time of its event."""
        return True


class Lasting(Copied):
    """A row that outlives its record: others refer to it."""

    deleted: Mapped[bool] = mapped_column(Boolean, default=False)

    @classmethod
    def existing(cls) -> ColumnElement[bool]:
        return ~cls.deleted


class CopiedAccount(Shareable, Lasting):
    """An organisation, as far as it must be known to be named in files and in references."""

    kind = "crm.contacts.account"
    plural = "accounts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"
    derived: ClassVar[Mapping[str, Reader]] = {"key": lambda account: company_key(account["name"])}

    name: Mapped[str] = mapped_column(String, default="")
    key: Mapped[str] = mapped_column(String, default="")
    """The name reduced to what makes two spellings equal."""
    external_id: Mapped[str] = mapped_column(String, default="")
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)


class CopiedContact(Shareable, Lasting):
    """A person, as far as one must be known to be referred to."""

    kind = "crm.contacts.contact"
    personal: ClassVar[Personal | None] = Personal("id")
    plural = "contacts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    display_name: Mapped[str] = mapped_column(String, default="")
    account_id: Mapped[str | None] = mapped_column(Id)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)


class Copy:
    """Keeps the rows of one model equal to the records they are copies of."""

    def __init__(self, model: type[Copied]) -> None:
        """Raises LookupError for a column that no field of the record and no entry in `derived` fills."""
        table = model.__table__  # type: ignore[attr-defined]
        assert isinstance(table, Table)
        self._model, self._table = model, table
        self._field = model.kind.rsplit(".", 1)[1]
        self._lasting = "deleted" in table.columns
        fields = crm_contracts.current_event(model.kind, "created").message.DESCRIPTOR.fields_by_name[self._field]
        repeated = fields.message_type.fields_by_name
        for name in (
            {c.name.removesuffix("_currency") for c in table.columns}
            - {"deleted"}
            - SHARE_COLUMNS
            - model.derived.keys()
        ):
            if name not in repeated:
                raise LookupError(f"{table.name}.{name}: {model.kind} has no such field")
        columns = [column for column in table.columns if column.name not in SHARE_COLUMNS]
        self._readers = [(column.name, model.derived.get(column.name) or _reader(column)) for column in columns]
        self._times = [c.name for c in columns if isinstance(c.type, DateTime) and not c.nullable]
        names = [name for name, _ in self._readers]
        self._store = text(
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(names)} "
            f"FROM jsonb_populate_recordset(NULL::{table.name}, CAST(:rows AS jsonb)) "
            f"ON CONFLICT (id) DO UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in names if n != 'id')}"
        )
        self._remove = text(f"DELETE FROM {table.name} WHERE id = ANY(CAST(:ids AS uuid[]))")

    def on_event(self, tx: Transaction, event: IncomingEvent) -> None:
        """Takes over the record as it is after the event."""
        self.take(tx, event)

    def take(self, tx: Transaction, event: IncomingEvent) -> Row | None:
        """The same; returns the row that the record has from now on, None if it has none."""
        record = event.payload[self._field]
        stays = self._lasting or (not record.get("deleted_at") and self._model.counts(record, event.time))
        row = {name: read(record) for name, read in self._readers} if stays else None
        if row is not None:
            for name in self._times:
                # What a record must have and this event does not say yet began with the event.
                row[name] = row[name] or event.time
        _pending(tx.session).setdefault(self, {})[event.record_id] = row
        return row

    def stored(self, tx: Transaction, id_: str, *names: str) -> Row | None:
        """The columns `names` of the row, as the events taken so far have left it; None if there is none."""
        taken = _pending(tx.session).get(self, {})
        if id_ in taken:
            row = taken[id_]
            return row and {name: row[name] for name in names}
        columns = [self._table.c[name] for name in names]
        found = tx.session.execute(select(*columns).where(self._table.c.id == id_)).mappings().first()
        return dict(found) if found is not None else None

    def write(self, session: Session, rows: Mapping[str, Row | None]) -> None:
        """Stores rows by id, and removes those that are None."""
        present = [row for row in rows.values() if row is not None]
        if present:
            session.execute(self._store, {"rows": orjson.dumps(present).decode()})
            if self._model.shareable:
                catch_up(session, self._model, [row["id"] for row in present])
        if len(present) < len(rows):
            session.execute(self._remove, {"ids": [id_ for id_, row in rows.items() if row is None]})


def follow(name: str, *models: type[Copied]) -> Subscription:
    """The subscription that keeps the rows of the models. Its `name` is in the database: changing it starts anew."""
    return Subscription(name, {f"{model.kind}.*": Copy(model).on_event for model in models})


def _pending(session: Session) -> dict[Copy, dict[str, Row | None]]:
    """What the transaction of a session has to write at its end."""
    pending: dict[Copy, dict[str, Row | None]] | None = session.info.get("copies")
    if pending is None:
        pending = session.info["copies"] = {}
        hooks.listen(session, "before_commit", _write_pending, once=True)
    return pending


def _write_pending(session: Session) -> None:
    for copy, rows in session.info.pop("copies").items():
        copy.write(session, rows)


# -- from a record to columns; days, ids and decimals stay text, which the database reads -----------------------


def _reader(column: Column[Any]) -> Reader:
    name = column.name
    if name == "deleted":
        return lambda record: record.get("deleted_at") is not None
    money = name.removesuffix("_currency")
    if money != name and money in column.table.columns:
        return lambda record: amount["currency"] if (amount := record.get(money)) else None
    if isinstance(column.type, Numeric) and column.type.scale:
        return lambda record: amount["amount"] if (amount := record.get(name)) else None
    if isinstance(column.type, (JSONB, ARRAY)):
        return lambda record: record.get(name) or []
    if isinstance(column.type, DateTime):
        return lambda record: datetime.fromisoformat(at) if (at := record.get(name)) else None
    if isinstance(column.type, (Uuid, Date)):
        return lambda record: record.get(name) or None
    if isinstance(column.type, Boolean):
        return lambda record: bool(record.get(name))
    if isinstance(column.type, String):
        return lambda record: record.get(name) or ""
    if isinstance(column.type, Integer) and not column.nullable:
        return lambda record: record.get(name) or 0
    return lambda record: record.get(name)
