"""Bringing what is computed from stored rows in line with the rule of today, batch by batch, while everything runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm_chassis.contracts.formats import address_key
from sqlalchemy import Uuid, bindparam, cast, select, update
from sqlalchemy.orm import Session

BATCH = 1_000
Step = Callable[[Session, str | None], str | None]
"""Handles the rows after the id that it is given (None: from the beginning), and returns the id to go on from, or None
at the end. What is done stays if the caller commits; repeating a step changes nothing."""


def recompute(model: Any, column: str, value_of: Callable[[Any], Any]) -> Step:
    """The step that puts right the rows of a model whose `column` is not what `value_of` says of a mapping of all."""
    table = model.__table__
    store = update(table).where(table.c.id == bindparam("row_id")).values({column: bindparam("value")})

    def step(session: Session, cursor: str | None) -> str | None:
        # Locked, so that a row that changes meanwhile keeps what its change computes.
        query = select(table).order_by(table.c.id).limit(BATCH).with_for_update()
        if cursor is not None:
            query = query.where(table.c.id > cast(cursor, Uuid(as_uuid=False)))
        rows = session.execute(query).mappings().all()
        values = [(row, value_of(row)) for row in rows]
        stale = [{"row_id": row["id"], "value": value} for row, value in values if row[column] != value]
        if stale:
            session.connection().execute(store, stale)
        return rows[-1]["id"] if len(rows) == BATCH else None

    return step


def of_address(column: str) -> Callable[[Any], str]:
    """What a column with an address of a row should be: 0.1.0 kept international domains in letters."""
    return lambda row: address_key(row[column]) if row[column] else row[column]


def emails_of(contact: Any) -> list[dict[str, Any]]:
    """The same for the entries of a list of addresses."""
    return [{**entry, "address": address_key(entry["address"])} for entry in contact["emails"] or ()]
