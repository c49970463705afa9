"""Selects over the deals of a stage, in the order of their ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_chassis.errors import UnknownReference
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_sales.errors import NeighbourElsewhere
from crm_sales.opportunities import ranks
from crm_sales.opportunities.model import Opportunity


@dataclass(frozen=True)
class Gap:
    """Where a deal shall stand: behind one rank and before another, of which either may be empty."""

    above: str
    below: str


def hold_order(tx: Transaction, stage_id: str) -> None:
    """Lets those who order the deals of one stage wait for each other, until they end."""
    tx.hold(f"order of stage {stage_id}")


def gap_beside(tx: Transaction, opportunity: Opportunity, after_id: str, before_id: str) -> Gap:
    """The gap between two deals of the stage that `opportunity` is in; beside the one if only one is named.

    Raises UnknownReference for a deal that the actor may not see, NeighbourElsewhere for one of another stage, for the
    deal itself, and for two that do not stand in that order.
    """
    named = {"after_id": after_id, "before_id": before_id}
    query = tx.visible(Opportunity).where(Opportunity.id.in_([id_ for id_ in named.values() if id_]))
    found = {row.id: row for row in tx.session.execute(
        query.with_only_columns(Opportunity.id, Opportunity.stage_id, Opportunity.rank)
    )}  # fmt: skip
    for name, id_ in named.items():
        if not id_:
            continue
        if id_ not in found:
            raise UnknownReference.of(name, "opportunity")
        if id_ == opportunity.id:
            raise NeighbourElsewhere(errors={name: ["is the opportunity itself"]})
        if found[id_].stage_id != opportunity.stage_id:
            raise NeighbourElsewhere(errors={name: ["is in another stage"]})
    above = found[after_id].rank if after_id else _next_rank(tx, opportunity, found[before_id].rank, upwards=True)
    below = found[before_id].rank if before_id else _next_rank(tx, opportunity, found[after_id].rank, upwards=False)
    if below and above >= below:
        raise NeighbourElsewhere(errors={"before_id": ["does not stand behind after_id"]})
    return Gap(above, below)


def _next_rank(tx: Transaction, opportunity: Opportunity, rank: str, *, upwards: bool) -> str:
    """The next rank beyond that of a neighbour, whoever may see that deal; empty if there is none."""
    ranked = (Opportunity.stage_id == opportunity.stage_id, Opportunity.id != opportunity.id)
    query = select(Opportunity.rank).where(*ranked, Opportunity.deleted_at.is_(None)).limit(1)
    if upwards:
        query = query.where(Opportunity.rank < rank).order_by(Opportunity.rank.desc())
    else:
        query = query.where(Opportunity.rank > rank).order_by(Opportunity.rank)
    return tx.session.scalar(query) or ""


def around(tx: Transaction, stage_id: str, rank: str, count: int) -> tuple[Gap, Sequence[str]]:
    """The ids of up to `count` deals on each side of a rank, in order, and the gap that they stand in together."""
    query = select(Opportunity.id, Opportunity.rank).where(
        Opportunity.stage_id == stage_id, Opportunity.deleted_at.is_(None)
    )
    upwards = query.where(Opportunity.rank <= rank).order_by(Opportunity.rank.desc(), Opportunity.id.desc())
    downwards = query.where(Opportunity.rank > rank).order_by(Opportunity.rank, Opportunity.id)
    over = list(tx.session.execute(upwards.limit(count + 1)))[::-1]
    under = list(tx.session.execute(downwards.limit(count + 1)))
    above = over.pop(0).rank if len(over) > count else ""
    below = under.pop().rank if len(under) > count else ""
    rows = [*over, *under]
    if not above and rows:
        # Whatever comes into the stage from now on stands above these.
        newest = ranks.entering(tx.now, rows[0].id)
        above = newest if newest < rows[0].rank else ""
    return Gap(above, below), [row.id for row in rows]
