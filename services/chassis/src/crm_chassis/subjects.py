"""What a service keeps about a natural person: found, and erased.

A table of a service says with its class where its personal values are (`personal`, crm_chassis.records.model); what the
tables are that every service has, stands in COMMON. The subject is named by its id: of a contact, a lead or a user.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, MetaData, String, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from crm_chassis.db import tables as common
from crm_chassis.db.base import Base
from crm_chassis.events import inbox
from crm_chassis.records.model import Personal
from crm_chassis.records.personal import columns_of, mapped

SHORTEST_VALUE = 6
"""Values with fewer characters also stand in what is about others."""


@dataclass(frozen=True)
class Common:
    """How a subject is found in a table that every service has: a condition, or why there is none."""

    condition: str = ""
    reason: str = ""


_VALUES = "EXISTS (SELECT FROM unnest(CAST(:values AS text[])) v WHERE position(lower(v) IN lower({})) > 0)"
_NOTHING = Common(reason="ids, names of types and what happened when")
COMMON = {
    "outbox": Common(
        "record_id = CAST(:subject AS uuid) AND published_at IS NOT NULL",
        "personal events that are not published yet are ciphertext under the key of the record; erase once more later",
    ),
    "history": Common(reason="personal values are ciphertext under the key of the record, which is destroyed"),
    "subject_keys": Common("subject_id = CAST(:subject AS uuid)"),
    "search_terms": Common("record_id = CAST(:subject AS uuid)"),
    "parked": Common("record_id = CAST(:subject AS uuid)"),
    "directory_users": Common("id = CAST(:subject AS uuid)"),
    "requests": Common("position(convert_to(:subject, 'UTF8') IN response) > 0"),
    "jobs": Common(
        "state IN ('DONE', 'DEAD', 'CANCELLED') AND "
        "position(:subject IN CAST(payload AS text) || CAST(cursor AS text)) > 0",
        "what waits names ids only",
    ),
    "import_errors": Common(_VALUES.format('CAST("row" AS text) || CAST(cells AS text)')),
    "import_rows": Common(_VALUES.format("CAST(cells AS text)")),
    "refused": Common(_VALUES.format("body")),
    "import_chunks": Common(reason="a part of a file; it ends with its import"),
    "imports": _NOTHING,
    "shares": Common("record_id = CAST(:subject AS uuid)"),
    "proposals": Common(
        "id IN (SELECT proposal_id FROM proposal_commands WHERE record_id = ANY(CAST(:records AS uuid[])))"
    ),
    "proposal_commands": Common(
        "proposal_id IN (SELECT proposal_id FROM proposal_commands WHERE record_id = ANY(CAST(:records AS uuid[])))"
    ),
    "inbox": _NOTHING,
    "inbox_positions": _NOTHING,
    "bus_subscriptions": _NOTHING,
    "missing_references": _NOTHING,
    "aliases": _NOTHING,
    "merged_rows": _NOTHING,
    "history_seals": _NOTHING,
    "history_anchors": _NOTHING,
    "directory_roles": _NOTHING,
    "directory_ended_keys": _NOTHING,
    "directory_holders": _NOTHING,
    "directory_reports": _NOTHING,
    "directory_team_members": _NOTHING,
    "directory_user_territories": _NOTHING,
    "directory_territories": _NOTHING,
    "directory_teams": _NOTHING,
}


def personal_columns(model: Any) -> frozenset[str]:
    """The columns of a table's class that hold personal values, whether it says whose they are or not."""
    named = frozenset(model.personal.columns) if getattr(model, "personal", None) else frozenset()
    return named | columns_of(model)


def find(session: Session, tables: MetaData, subject: str) -> dict[str, int]:
    """How many rows of each table of a service, and of those that all have, are about a subject.

    A person who was there twice, until the two were merged, is one subject by any of the ids.
    """
    return _sum(_find(session, tables, one) for one in _ids(session, subject))


def _ids(session: Session, subject: str) -> list[str]:
    """The ids of a subject: where its id leads to, and all that lead there."""
    current = session.scalar(select(common.Alias.new_id).where(common.Alias.old_id == subject)) or subject
    old = session.scalars(select(common.Alias.old_id).where(common.Alias.new_id == current).order_by("old_id"))
    return [current, *old]


def _sum(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)


def _find(session: Session, tables: MetaData, subject: str) -> dict[str, int]:
    counts = {}
    for model in _personal(tables):
        values = _blanks(model, subject).items()
        filled = or_(*(model.__table__.c[name].is_distinct_from(blank) for name, blank in values))
        query = select(func.count()).select_from(model.__table__).where(_about(model, subject), filled)
        counts[model.__tablename__] = session.scalar(query) or 0
    parameters = _parameters(session, tables, subject)
    for name, how in COMMON.items():
        if how.condition:
            query = select(func.count()).select_from(Base.metadata.tables[name]).where(text(how.condition))
            counts[name] = counts.get(name, 0) + (session.scalar(query, parameters) or 0)
    return {name: count for name, count in counts.items() if count}


def erase(session: Session, tables: MetaData, subject: str) -> dict[str, int]:
    """Takes the personal values of a subject out of a service; returns what `find` found. The caller commits.

    Records stay, without what says whose they are. With the key of the subject goes what is archived under it: events
    and the values in the audit trail.
    """
    return _sum(_erase(session, tables, one) for one in _ids(session, subject))


def _erase(session: Session, tables: MetaData, subject: str) -> dict[str, int]:
    told = _find(session, tables, subject)
    parameters = _parameters(session, tables, subject)
    for row in session.scalars(select(common.Parked).where(common.Parked.record_id == subject)):
        inbox.drop(session, row)  # later events of the record do not wait for it
    for record in _records_of(session, tables, subject):
        session.execute(delete(common.SubjectKey).where(common.SubjectKey.subject_id == record))
        session.execute(delete(common.SearchTerm).where(common.SearchTerm.record_id == record))
    for name, how in COMMON.items():
        if how.condition:
            session.execute(delete(Base.metadata.tables[name]).where(text(how.condition)), parameters)
    for model in _personal(tables):
        change = (
            update(model.__table__).values(_blanks(model, subject)) if model.personal.kept else delete(model.__table__)
        )
        session.execute(change.where(_about(model, subject)))
    return told


def _parameters(session: Session, tables: MetaData, subject: str) -> dict[str, Any]:
    """What the conditions of COMMON ask for."""
    return {
        "subject": subject,
        "values": _values(session, tables, subject),
        "records": [subject, *_records_of(session, tables, subject)],
    }


def _personal(tables: MetaData) -> list[Any]:
    """The classes with personal values; those whose rows lead to a subject by way of others first."""
    models = [model for model in mapped(tables) if getattr(model, "personal", None) is not None]
    return sorted(models, key=lambda model: (model.personal.through is None, model.__tablename__))


def _about(model: Any, subject: str) -> Any:
    """The rows of a class that are about a subject."""
    personal: Personal = model.personal
    named = model.__table__.c[personal.subject]
    if personal.through is None:
        return or_(named == subject, *(model.__table__.c[name] == subject for name in personal.also))
    other, whose = personal.through
    leading = model.__table__.metadata.tables[other]
    return named.in_(select(leading.c.id).where(leading.c[whose] == subject))


def _records_of(session: Session, tables: MetaData, subject: str) -> list[str]:
    """The records about a subject that have keys and words of their own."""
    ids: list[str] = []
    for model in _personal(tables):
        if "version" in model.__table__.c:
            ids += session.scalars(select(model.__table__.c.id).where(_about(model, subject)))
    return ids


def _values(session: Session, tables: MetaData, subject: str) -> list[str]:
    """The texts of a subject by which it is found where no id says so."""
    values: set[str] = set()
    for model in _personal(tables):
        columns = [model.__table__.c[name] for name in sorted(personal_columns(model))]
        for row in session.execute(select(*columns).where(_about(model, subject))):
            for value in row:
                values.update(_texts(value))
    return sorted(value for value in values if len(value) >= SHORTEST_VALUE)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [one for inner in value.values() for one in _texts(inner)]
    if isinstance(value, list):
        return [one for inner in value for one in _texts(inner)]
    return []


def _blanks(model: Any, subject: str) -> dict[str, Any]:
    """What stands in the columns of a class after erasure."""
    return {name: _blank(model.__table__.c[name], subject) for name in personal_columns(model)}


def _blank(column: Any, subject: str) -> Any:
    """What stands in a column for a value that was erased."""
    if column.nullable:
        return None
    if isinstance(column.type, ARRAY):
        return []
    if isinstance(column.type, JSONB):
        return column.default.arg(None) if column.default is not None and column.default.is_callable else {}
    if not isinstance(column.type, String):
        return b""
    unique = any(index.unique and column.name in index.columns for index in column.table.indexes)
    return f"erased-{subject}" if unique or column.primary_key else ""
