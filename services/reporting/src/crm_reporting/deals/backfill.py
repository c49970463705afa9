"""Counts the deals of a database anew: those that were there before there were sums, and all of them if need be."""

from __future__ import annotations

from crm_chassis.jobs.backfills import BATCH, Backfill
from sqlalchemy import text
from sqlalchemy.orm import Session

FIRST = "00000000-0000-0000-0000-000000000000"
# Wait before locking rows: who writes deals has their rows first and waits for this lock with them.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('deal_sums', 0))")
# The triggers take each deal out of the sums that it was in and add it to those of the new generation.
_MOVE = text(
    """
    WITH next AS (
        SELECT id FROM opportunities WHERE id > CAST(:after AS uuid) AND counted_in <> :generation
        ORDER BY id LIMIT :batch
    )
    UPDATE opportunities deal SET counted_in = :generation FROM next WHERE deal.id = next.id
    RETURNING CAST(deal.id AS text)
    """
)
_FORGET = text("DELETE FROM deal_sums WHERE generation <> :generation")


def count_anew(name: str, generation: int) -> Backfill:
    """Moves every deal to another generation of sums, larger than those before, and forgets what is left of the others.

    Figures are right all the time, because a deal leaves the one sum as it enters the other. What is left when no deal
    is counted in it was wrong. New deals come in generation 1, and stay there.
    """

    def step(session: Session, after: str | None) -> str | None:
        session.execute(_ALONE)
        begun_at = after or FIRST
        moved = session.scalars(_MOVE, {"after": begun_at, "generation": generation, "batch": BATCH}).all()
        if len(moved) == BATCH:
            return max(moved)
        if begun_at != FIRST:
            return FIRST  # once more for those that came meanwhile, whatever their id
        session.execute(_FORGET, {"generation": generation})
        return None

    return Backfill(name, step)


BACKFILLS = (count_anew("20261129 sums of deals", 2),)
