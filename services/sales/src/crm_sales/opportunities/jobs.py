"""Ranks that have grown long are made short again, a few hundred at a time."""

from __future__ import annotations

from datetime import timedelta

from crm_chassis.jobs.kinds import Again, Done, Job, JobKind
from crm_chassis.jobs.queue import enqueue
from crm_chassis.records.tx import Transaction
from sqlalchemy import select, text

from crm_sales.opportunities import ranks
from crm_sales.opportunities.model import Opportunity
from crm_sales.opportunities.queries import around, hold_order

LONGEST = 60
"""Digits of a rank above which its surroundings are spread: some 200 moves into the same gap."""
BESIDE = 100
"""How many deals are spread on each side of a rank that is too long."""
_PAUSE = timedelta(seconds=2)

# Past the records: a rank that is only spelt anew is no change of a deal, and raises no version that somebody has seen.
_RESPELL = text("UPDATE opportunities SET rank = :rank WHERE id = CAST(:id AS uuid)")


def keep_short(tx: Transaction, opportunity: Opportunity) -> None:
    """Has the surroundings of a deal spread if its rank is too long."""
    if len(opportunity.rank) > LONGEST:
        payload = {"stage_id": opportunity.stage_id, "rank": opportunity.rank}
        enqueue(tx, SPREAD_RANKS, payload, key=opportunity.stage_id)


def _spread(tx: Transaction, job: Job) -> Done | Again:
    """Gives the deals around a rank shorter ranks in the same order. Comes again while somebody changes one of them."""
    hold_order(tx, job.payload["stage_id"])
    gap, ids = around(tx, job.payload["stage_id"], job.payload["rank"], BESIDE)
    locked = select(Opportunity.id).where(Opportunity.id.in_(ids), Opportunity.stage_id == job.payload["stage_id"])
    if len(tx.session.scalars(locked.with_for_update(skip_locked=True)).all()) < len(ids):
        return Again(after=_PAUSE)
    spelt = zip(ids, ranks.spread(gap.above, gap.below, ids), strict=True)
    if ids:
        tx.session.execute(_RESPELL, [{"id": id_, "rank": rank} for id_, rank in spelt])
    return Done()


SPREAD_RANKS = JobKind("ranks", _spread)
