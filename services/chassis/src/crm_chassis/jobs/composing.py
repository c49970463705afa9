"""Stored texts in the form in which canonically equal texts are equal (NFC): versions before kept them as they came."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    and_,
    cast,
    func,
    not_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm_chassis.ids import NIL
from crm_chassis.jobs.backfills import BATCH, Backfill
from crm_chassis.logs import get_logger


def compose(tables: MetaData) -> Backfill:
    """Composes the texts of all rows that have an id, in lists and parts of them too.

    A value that has to be the only one, and of which there is the composed form already, stays as it is: nothing is
    merged. `uncomposed` lists it.
    """
    with_texts = {table.name: table for table in tables.sorted_tables if _has_texts(table)}
    names = sorted(with_texts)

    def step(session: Session, after: str | None) -> str | None:
        name, _, last = (after or f"{names[0]} {NIL}").partition(" ")
        reached = _compose_batch(session, with_texts[name], last)
        if reached is not None:
            return f"{name} {reached}"
        following = [other for other in names if other > name]
        return f"{following[0]} {NIL}" if following else None

    return Backfill("20261129.2 composed texts", step if names else lambda *_: None)


def uncomposed(session: Session, tables: MetaData) -> Iterator[tuple[str, list[str]]]:
    """The columns whose values have to be the only ones, each with the ids of rows in which it is not composed."""
    for table in filter(_has_texts, tables.sorted_tables):
        for name in sorted(_unique(table)):
            query = select(table.c.id).where(not_(func.is_normalized(table.c[name], "NFC"))).order_by(table.c.id)
            if ids := list(session.scalars(query)):
                yield f"{table.name}.{name}", ids


def _compose_batch(session: Session, table: Table, after: str) -> str | None:
    """Composes the rows of a batch; returns its last id, or None if it was the last batch."""
    page = select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(BATCH)
    ids = session.scalars(page).all()
    if not ids:
        return None
    columns = _texts(table)
    wrong = and_(table.c.id.in_(ids), not_(func.is_normalized(func.concat_ws("", *map(_as_text, columns)), "NFC")))
    # Locked, so that a row that changes meanwhile keeps what its change has written.
    rows = session.execute(select(table.c.id, *columns).where(wrong).order_by(table.c.id).with_for_update())
    for row in rows.mappings().all():
        new = {column.name: _composed(row[column.name]) for column in columns}
        _write(session, table, row["id"], {name: value for name, value in new.items() if value != row[name]})
    return str(ids[-1]) if len(ids) == BATCH else None


def _write(session: Session, table: Table, id_: str, values: dict[str, Any]) -> None:
    others = {name: value for name, value in values.items() if name not in _unique(table)}
    for attempt in (values, others):
        if not attempt:
            continue
        change = update(table).where(table.c.id == id_).values(attempt)
        try:
            with session.begin_nested():
                session.connection().execute(change)
            return
        except IntegrityError:
            get_logger().warning("value not composed, another row has it", table=table.name, row_id=id_)


def _has_texts(table: Table) -> bool:
    id_ = table.columns.get("id")
    return id_ is not None and isinstance(id_.type, Uuid) and bool(_texts(table))


def _texts(table: Table) -> list[Any]:
    return [
        column
        for column in table.columns
        if isinstance(column.type, (String, JSONB))
        or (isinstance(column.type, ARRAY) and isinstance(column.type.item_type, String))
    ]


def _as_text(column: Any) -> ColumnElement[Any]:
    if isinstance(column.type, ARRAY):
        return func.array_to_string(column, "")
    return cast(column, Text) if isinstance(column.type, JSONB) else column


def _unique(table: Table) -> set[str]:
    """The text columns of a table in which no value stands twice."""
    indexed = {column.name for index in table.indexes if index.unique for column in index.columns}
    return {column.name for column in _texts(table) if column.name in indexed or column.unique}


def _composed(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed(item) for item in value]
    if isinstance(value, dict):
        return {_composed(name): _composed(item) for name, item in value.items()}
    return value
