"""Evaluation of filters: bringing memberships in line with what the filters of dynamic segments say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from graphlib import TopologicalSorter
from typing import Any

from crm_chassis.contracts.filtering import Expression, parse
from crm_chassis.records.tx import Transaction
from sqlalchemy import String, bindparam, delete, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from crm_marketing.marks import SegmentMark
from crm_marketing.people.model import Contact
from crm_marketing.segmentation.catalogue import TIME, depends_on, expand, matching, nested
from crm_marketing.segments.membership import among, announce, hold, move
from crm_marketing.segments.model import DYNAMIC, Segment, SegmentMember
from crm_marketing.sending.latecomers import take_latecomers

MARKS_AT_ONCE = 500
CHANGES_AT_ONCE = 5_000
TIME_PASSES = timedelta(minutes=15)


def difference(
    tx: Transaction,
    segment_id: str,
    expression: Expression,
    *,
    among_ids: Iterable[str] | None = None,
    limit: int | None = None,
) -> tuple[list[str], list[str]]:
    """Contacts that must enter and that must leave for the membership to be what the filter says.

    One statement over all contacts, or over those given; at most `limit` contacts in both lists together.
    """
    ids = None if among_ids is None else list(among_ids)
    should = matching(expression, tx.now, ids).cte("should")
    present = select(SegmentMember.contact_id).where(
        SegmentMember.segment_id == segment_id, SegmentMember.left_at.is_(None)
    )
    if ids is not None:
        present = present.where(among(SegmentMember.contact_id, ids))
    held = present.cte("held")
    contact_id = func.coalesce(should.c.id, held.c.contact_id)
    query = (
        select(contact_id, should.c.id.is_not(None))
        .select_from(should.join(held, should.c.id == held.c.contact_id, full=True))
        .where(or_(should.c.id.is_(None), held.c.contact_id.is_(None)))
        .order_by(contact_id)
        .limit(limit)
    )
    rows = tx.session.execute(query).all()
    return [id_ for id_, enters in rows if enters], [id_ for id_, enters in rows if not enters]


def expression_of(segment: Any) -> Expression:
    """The filter of a stored segment."""
    expression = parse(segment.filter)
    assert expression is not None
    return expression


# -- over all contacts ------------------------------------------------------------------------------------


def rebuild(tx: Transaction, segment: Segment) -> None:
    """Evaluates a segment over all contacts, or leaves it to the worker if more than 5,000 memberships change."""
    entering, leaving = difference(tx, segment.id, expression_of(segment), limit=CHANGES_AT_ONCE + 1)
    segment.rebuild_due = len(entering) + len(leaving) > CHANGES_AT_ONCE
    if not segment.rebuild_due:
        announce(tx, segment.id, move(tx, segment.id, entering, leaving, "rebuilt", "rebuilt"))
        segment.rebuilt_at = tx.now


def rebuild_on(tx: Transaction) -> bool:
    """Takes the next large rebuild one batch further; False if there is none."""
    hold(tx)
    due = select(Segment.id).where(Segment.rebuild_due).order_by(Segment.id).limit(1)
    id_ = tx.session.scalar(due)
    segment = tx.find(Segment, id_) if id_ else None
    if segment is None:
        return False
    if segment.deleted_at is not None:
        segment.rebuild_due = False
        return True
    entering, leaving = difference(tx, segment.id, expression_of(segment), limit=CHANGES_AT_ONCE)
    announce(tx, segment.id, move(tx, segment.id, entering, leaving, "rebuilt", "rebuilt"))
    if len(entering) + len(leaving) < CHANGES_AT_ONCE:
        segment.rebuild_due, segment.rebuilt_at = False, tx.now
    return True


def follow_time(tx: Transaction) -> None:
    """Lets segments that depend on the time be evaluated over all contacts every few minutes."""
    overdue = update(Segment).where(
        Segment.mentions.contains([TIME]),
        Segment.deleted_at.is_(None),
        Segment.rebuilt_at < tx.now - TIME_PASSES,
        ~Segment.rebuild_due,
    )
    tx.session.execute(overdue.values(rebuild_due=True).execution_options(synchronize_session=False))


# -- from events ------------------------------------------------------------------------------------------


def take_marks(tx: Transaction) -> bool:
    """Evaluates the next batch of marked contacts; False if there is none.

    Only segments that depend on a changed field are evaluated, each once and for its contacts together, a segment
    after those that its filter names.
    """
    hold(tx)
    oldest = select(SegmentMark.id).order_by(SegmentMark.id).limit(MARKS_AT_ONCE)
    taken = delete(SegmentMark).where(SegmentMark.id.in_(oldest))
    marks = tx.session.execute(
        taken.returning(SegmentMark.contact_id, SegmentMark.account_id, SegmentMark.fields, SegmentMark.happened_at)
    ).all()
    if not marks:
        return False
    touched: dict[str, set[str]] = {}
    accounts: dict[str, set[str]] = {}
    happened: dict[str, datetime] = {}
    for contact_id, account_id, fields, at in marks:
        changed, id_ = (touched, contact_id) if contact_id is not None else (accounts, account_id or "")
        changed.setdefault(id_, set()).update(expand(fields))
        happened[id_] = min(at, happened.get(id_, at))
    _leave_deleted(tx, touched)
    segments = _depending_on(tx, set().union(*touched.values(), *accounts.values()))
    _spread(tx, accounts, segments, happened)
    for segment_id in _in_order(segments):
        expression = segments[segment_id]
        needed = depends_on(expression)
        ids = [contact_id for contact_id, fields in touched.items() if fields & needed]
        if ids:
            entering, leaving = difference(tx, segment_id, expression, among_ids=ids)
            for contact_id in move(tx, segment_id, entering, leaving, "matched", "no longer matches"):
                touched[contact_id].add(f"segment:{segment_id}")
            take_latecomers(tx, segment_id, {contact_id: happened[contact_id] for contact_id in ids})
    return True


def _depending_on(tx: Transaction, fields: set[str]) -> dict[str, Expression]:
    query = select(Segment.id, Segment.filter).where(
        Segment.kind == DYNAMIC,
        Segment.deleted_at.is_(None),
        Segment.mentions.overlap(literal(sorted(fields), ARRAY(String))),
    )
    return {row.id: expression_of(row) for row in tx.session.execute(query)}


def _in_order(segments: dict[str, Expression]) -> Iterable[str]:
    graph = {id_: nested(expression) & segments.keys() for id_, expression in segments.items()}
    return TopologicalSorter(graph).static_order()


def _spread(
    tx: Transaction,
    accounts: dict[str, set[str]],
    segments: dict[str, Expression],
    happened: Mapping[str, datetime],
) -> None:
    """Turns marks of accounts into marks of their contacts, which later batches take; only where it matters."""
    needed = set().union(*(depends_on(expression) for expression in segments.values())) if segments else set()
    for account_id, fields in accounts.items():
        if relevant := sorted(fields & needed):
            people = select(
                Contact.id,
                bindparam("fields", relevant, ARRAY(String)),
                literal(happened[account_id], SegmentMark.happened_at.type),
            ).where(Contact.account_id == account_id, ~Contact.deleted)
            columns = ["contact_id", "fields", "happened_at"]
            tx.session.execute(insert(SegmentMark).from_select(columns, people))


def _leave_deleted(tx: Transaction, touched: dict[str, set[str]]) -> None:
    """Takes deleted contacts out of every segment."""
    query = (
        select(SegmentMember.segment_id, SegmentMember.contact_id)
        .join(Contact, Contact.id == SegmentMember.contact_id)
        .where(Contact.deleted, SegmentMember.left_at.is_(None), among(SegmentMember.contact_id, touched))
    )
    for segment_id, contact_id in tx.session.execute(query).all():
        move(tx, segment_id, (), (contact_id,), "", "contact deleted")


# -- what depends on what ---------------------------------------------------------------------------------


def mentions_of(expression: Expression, filters: dict[str, Expression]) -> set[str]:
    """Everything an expression depends on, also through the segments it names; `filters` holds dynamic ones by id."""
    found = set(depends_on(expression))
    for id_ in nested(expression):
        if id_ in filters:
            found |= mentions_of(filters[id_], filters)
    return found
