"""The review list: pairs come on it, and leave it with their records."""

from __future__ import annotations

from collections.abc import Sequence

from crm.contacts.v1 import duplicates_pb2
from crm_chassis.records.tx import Transaction
from sqlalchemy import Select, or_, select

from crm_contacts.duplicates.model import MERGED, OPEN, Duplicate, Ref
from crm_contacts.duplicates.queries import Found, pair_of, pairs_of


def report(tx: Transaction, found: Sequence[tuple[Ref, Found]]) -> int:
    """Puts pairs on the list, unless they were on it before, whatever was decided; returns how many are new."""
    wanted = {pair_of(ref, one.known.ref): (ref, one) for ref, one in found}
    if not wanted:
        return 0
    # Whoever finds the same pair meanwhile waits, and then knows it.
    tx.hold(*(f"duplicates of {low}" for low, _ in wanted))
    known = pairs_of(tx, wanted)
    new = 0
    for pair, (ref, one) in sorted(wanted.items()):
        present = known.get(pair)
        if present is None:
            present = tx.add(Duplicate.of(ref, one.known.ref, one.match, one.rule.id))
            tx.publish(duplicates_pb2.DuplicateFound(), present)
            new += 1
        elif present.deleted_at is not None and present.state == OPEN:
            tx.undelete(present)
            new += 1
    return new


def merge_pairs(tx: Transaction, survivor_id: str, loser_ids: Sequence[str]) -> None:
    """Says of the pairs of records that were made one that they were, and takes the other pairs of the losers off."""
    for pair in tx.session.scalars(_among([survivor_id, *loser_ids]).with_for_update()):
        pair.merge(tx.actor.id, tx.now)
    tx.session.flush()
    for loser_id in loser_ids:
        close_pairs(tx, loser_id)


def part_pairs(tx: Transaction, ids: Sequence[str]) -> None:
    """Puts the pairs of records that are two again back on the list."""
    for pair in tx.session.scalars(_among(ids).where(Duplicate.state == MERGED).with_for_update()):
        pair.part()


def _among(ids: Sequence[str]) -> Select[Duplicate]:
    return select(Duplicate).where(
        Duplicate.low_id.in_(ids), Duplicate.high_id.in_(ids), Duplicate.deleted_at.is_(None)
    )


def close_pairs(tx: Transaction, record_id: str) -> None:
    """Takes the open pairs of a record off the list."""
    query = select(Duplicate).where(
        or_(Duplicate.low_id == record_id, Duplicate.high_id == record_id),
        Duplicate.state == OPEN,
        Duplicate.deleted_at.is_(None),
    )
    for pair in tx.session.scalars(query.with_for_update()):
        tx.delete(pair)
