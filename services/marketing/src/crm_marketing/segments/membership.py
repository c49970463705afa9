"""Entering and leaving segments, and what it leaves behind.

Whoever changes memberships holds one lock of the service (`hold`), so that two evaluations never work from different
pictures: without it, a segment created while a contact changes could miss the change for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.marketing.v1 import segments_pb2
from crm_chassis.records.tx import Transaction
from sqlalchemy import ColumnElement, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from crm_marketing.marks import mark_contacts
from crm_marketing.segments.model import Segment, SegmentMember

_HOLD = text("SELECT pg_advisory_xact_lock(hashtext('segment memberships'))")


def hold(tx: Transaction) -> None:
    """Keeps everybody else from changing memberships and filters until the transaction ends.

    Taken before any row is locked, so that two who need both cannot wait for each other.
    """
    tx.session.execute(_HOLD)


def move(
    tx: Transaction, segment_id: str, entering: Iterable[str], leaving: Iterable[str], why_in: str, why_out: str
) -> set[str]:
    """Lets contacts enter and leave; returns those for whom something changed."""
    wanted = dict.fromkeys(entering, True) | dict.fromkeys(leaving, False)
    if not wanted:
        return set()
    ids = {contact_id: SegmentMember.id_of(segment_id, contact_id) for contact_id in wanted}
    rows = tx.session.scalars(select(SegmentMember).where(among(SegmentMember.id, ids.values())))
    known = {row.contact_id: row for row in rows}
    changed = set()
    for contact_id, enters in wanted.items():
        member = known.get(contact_id)
        if (member is not None and member.left_at is None) == enters:
            continue
        about = {"member_id": ids[contact_id], "segment_id": segment_id, "contact_id": contact_id}
        if enters:
            if member is None:
                member = tx.add(SegmentMember(id=ids[contact_id], segment_id=segment_id, contact_id=contact_id))
            member.enter(why_in, tx.now)
            tx.publish(segments_pb2.SegmentEntered(**about, reason=why_in), member)
        else:
            assert member is not None
            member.leave(why_out, tx.now)
            tx.publish(segments_pb2.SegmentLeft(**about, reason=why_out), member)
        changed.add(contact_id)
    return changed


def announce(tx: Transaction, segment_id: str, changed: Iterable[str]) -> None:
    """Marks contacts whose membership changed, if another segment depends on it."""
    name = f"segment:{segment_id}"
    dependent = select(Segment.id).where(Segment.mentions.contains([name]), Segment.deleted_at.is_(None)).limit(1)
    if tx.session.scalar(dependent) is not None:
        mark_contacts(tx, changed, name)


def among(column: Any, ids: Iterable[str]) -> ColumnElement[bool]:
    """`column = ANY(ids)`, one parameter however many ids there are."""
    return column == any_(literal(list(ids), ARRAY(column.type)))
