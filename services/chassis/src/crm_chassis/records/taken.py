"""What a violated unique index means to the caller: which field of which record has the value already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import crm_contracts
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

from crm_chassis.access.actor import Actor
from crm_chassis.db.faults import UNIQUE_VIOLATION
from crm_chassis.errors import AlreadyExists
from crm_chassis.records.model import Record
from crm_chassis.records.view import View
from crm_chassis.violations import ALREADY_EXISTS

_KEY = re.compile(r"Key \((?P<columns>[\w\", ]+)\)=\((?P<values>.*)\) already exists\.", re.DOTALL)


def already_exists(session: Session, base: type[DeclarativeBase], actor: Actor, error: IntegrityError) -> AlreadyExists:
    """The refusal with the fields that are taken, and by which record, if the actor may see that.

    The database says in words which columns they are; what it says otherwise gets the general refusal.
    """
    said: Any = getattr(error.orig, "diag", None)
    found = _KEY.fullmatch(getattr(said, "message_detail", None) or "")
    tables = {getattr(one.class_, "__tablename__", ""): one.class_ for one in base.registry.mappers}
    model: Any = tables.get(getattr(said, "table_name", None) or "")
    if found is None or model is None or not issubclass(model, Record):
        return AlreadyExists()
    columns = [name.strip('" ') for name in found["columns"].split(",")]
    if not set(model.message.DESCRIPTOR.fields_by_name).issuperset(columns):
        return AlreadyExists()
    values = found["values"].split(", ") if len(columns) > 1 else [found["values"]]
    kind = crm_contracts.resource_of(model.message.DESCRIPTOR).name
    query = View(actor, session).visible(model, deleted=True)
    for column, value in zip(columns, values, strict=True):
        query = query.where(getattr(model, column) == value)
    holder = session.scalar(query.order_by(model.deleted_at.is_not(None)).limit(1))
    return same_value(kind, columns, holder and holder.id, deleted=holder is not None and holder.deleted_at is not None)


def same_value(kind: str, columns: Sequence[str], holder_id: str | None, *, deleted: bool) -> AlreadyExists:
    """The refusal for columns whose values another record has; None for one that the caller may not see."""
    whose = "" if holder_id is None else f"is that of {kind} {holder_id}"
    if holder_id is not None and deleted:
        whose += ", which is deleted"
    taken = ALREADY_EXISTS(whose, id=holder_id or "", deleted=deleted)
    return AlreadyExists(
        f"Another {kind} has the same {' and '.join(columns)}.", errors={f"{kind}.{name}": [taken] for name in columns}
    )


def is_taken(error: Exception) -> bool:
    """Whether a unique index was violated."""
    return isinstance(error, IntegrityError) and getattr(error.orig, "sqlstate", "") == UNIQUE_VIOLATION
