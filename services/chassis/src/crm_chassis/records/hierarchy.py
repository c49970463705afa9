"""Records that lie in a tree: each names its parent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from crm_chassis.records.model import Record

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hierarchy'))")


def lock_hierarchy(session: Session) -> None:
    """Makes changes of the trees of a service wait for each other: two at once could close a circle that none sees.

    Taken after the rows that change, by everybody, so that two cannot wait for each other.
    """
    session.execute(_LOCK)


def in_circle(session: Session, parent: Any, record: Record) -> bool:
    """Whether a record is above itself by the parent that it names now; `parent` is the column that names parents.

    From then on the trees are locked until the transaction ends.
    """
    model, start = parent.class_, getattr(record, parent.key)
    if not start or not record.id:
        return False
    lock_hierarchy(session)
    chain = select(model.id, parent.label("parent_id")).where(model.id == start).cte("chain", recursive=True)
    above = select(model.id, parent).join(chain, model.id == chain.c.parent_id)
    return record.id in set(session.scalars(select(chain.union(above).c.id)))
