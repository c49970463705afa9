"""Small copies of other services' records, kept current by events."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import literal_column
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session


def put(session: Session, model: Any, values: dict[str, Any]) -> bool:
    """Stores a row, in place of that with its `id`; `values` has every column. True if there was none before."""
    return bool(session.execute(_upsert(model), values).scalar())


@cache
def _upsert(model: Any) -> Any:
    """Built once: building it for every event would take longer than running it."""
    statement = insert(model.__table__)
    changed = {column.name: column for column in statement.excluded if column.name != "id"}
    statement = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
    return statement.returning(literal_column("xmax = 0"))
