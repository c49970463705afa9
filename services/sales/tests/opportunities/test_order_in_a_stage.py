"""The order of the deals in a stage: who moves a deal names its new neighbours, in the call that moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.sales.v1 import opportunities_pb2, pipelines_pb2
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError
from crm_chassis.jobs.runner import Runner
from crm_chassis.testing import ALL, OWN, complete, user
from crm_sales.backfills import fill_ranks
from crm_sales.opportunities import jobs, ranks
from crm_sales.opportunities.jobs import SPREAD_RANKS
from crm_sales.opportunities.model import Opportunity
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

VAULT = Vault(b"\x05" * 32)


@pytest.fixture
def pipeline(make_pipeline: Callable[..., Any]) -> Any:
    return make_pipeline()


@pytest.fixture
def make(pipeline: Any, make_opportunity: Callable[..., Any]) -> Callable[..., Any]:
    """A deal in a stage of the pipeline, the first one unless another place is named."""

    def deal(stage: int = 0, **fields: Any) -> Any:
        return make_opportunity(stage_id=pipeline.stages[stage].id, **fields)

    return deal


@pytest.fixture
def move(rpc: Callable[..., Any], admin: Any) -> Callable[..., Any]:
    """Moves a deal: `after` and `before` are its neighbours."""

    def put(deal: Any, after: Any = None, before: Any = None, as_: Any = admin, **fields: Any) -> Any:
        request = opportunities_pb2.UpdateOpportunityRequest(opportunity={"id": deal.id} | fields)
        request.update_mask.paths.extend(name for name in fields if name != "etag")
        if after is not None:
            request.after_id = after.id
        if before is not None:
            request.before_id = before.id
        return rpc("UpdateOpportunity", request, as_=as_)

    return put


@pytest.fixture
def order(rpc: Callable[..., Any], admin: Any, pipeline: Any) -> Callable[..., list[str]]:
    """The ids of the deals in a stage, as a board asks for them."""

    def listed(stage: int = 0) -> list[str]:
        request = opportunities_pb2.ListOpportunitiesRequest(
            filter=f'stage_id = "{pipeline.stages[stage].id}"', order_by="rank", page_size=200
        )
        return [deal.id for deal in rpc("ListOpportunities", request, as_=admin).opportunities]

    return listed


def refusal(call: Any, *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value


def test_the_newest_stands_first(make: Any, order: Any) -> None:
    deals = [make() for _ in range(3)]

    assert order() == [deal.id for deal in reversed(deals)]


def test_a_deal_is_put_between_two(make: Any, move: Any, order: Any) -> None:
    low, middle, high = make(), make(), make()
    assert order() == [high.id, middle.id, low.id]

    move(high, after=middle, before=low)
    assert order() == [middle.id, high.id, low.id]
    move(low, before=middle)
    assert order() == [low.id, middle.id, high.id]
    move(low, after=high)
    assert order() == [middle.id, high.id, low.id]
    move(low, after=middle)
    assert order() == [middle.id, low.id, high.id]
    move(high, before=low)
    assert order() == [middle.id, high.id, low.id]
    newest = make()
    assert order() == [newest.id, middle.id, high.id, low.id]


def test_stage_and_place_are_one_call(pipeline: Any, make: Any, move: Any, order: Any, published: Any) -> None:
    deal, low, high = make(), make(1), make(1)
    second = pipeline.stages[1].id

    moved = move(deal, after=high, before=low, stage_id=second, etag=deal.etag)

    assert (order(0), order(1)) == ([], [high.id, deal.id, low.id])
    assert int(moved.etag) == int(deal.etag) + 1
    _, event = published(deal.id)
    assert event.type == "crm.sales.opportunity.stage_changed.v1"
    assert {"rank", "stage_id"} <= set(event.data.changed_fields)


def test_a_deal_that_comes_into_a_stage_without_neighbours_stands_first(
    pipeline: Any, make: Any, patch: Any, order: Any, rpc: Any, admin: Any
) -> None:
    deal, other = make(), make(1)
    patch(deal, stage_id=pipeline.stages[1].id)
    assert order(1) == [deal.id, other.id]

    make()
    won = rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=other.id), as_=admin)
    assert order(2) == [won.id]
    rpc("ReopenOpportunity", opportunities_pb2.ReopenOpportunityRequest(id=won.id), as_=admin)
    assert order(1) == [other.id, deal.id]


def test_a_move_in_a_column_is_a_new_version_that_others_are_told(make: Any, move: Any, published: Any) -> None:
    low, high = make(), make()

    moved = move(low, before=high)

    assert int(moved.etag) == int(low.etag) + 1
    _, event = published(low.id)
    assert event.type == "crm.sales.opportunity.updated.v1"
    assert list(event.data.changed_fields) == ["rank"]
    assert move(low, before=high).etag == moved.etag
    assert refusal(move, low, after=high, etag=low.etag).status == 412


def test_neighbours_are_deals_of_the_stage_that_the_caller_sees(
    make: Any, move: Any, rpc: Any, admin: Any, make_opportunity: Any, pipeline: Any
) -> None:
    low, high, elsewhere, gone = make(), make(), make(1), make()
    rpc("DeleteOpportunity", standard_pb2.DeleteRequest(id=gone.id), as_=admin)
    rep = user({"opportunities.create": OWN, "opportunities.read": OWN, "opportunities.update": OWN})
    own = make_opportunity(as_=rep, pipeline_id=pipeline.id)

    for name in ("before", "after"):
        for neighbour, reason in ((elsewhere, "NEIGHBOUR_ELSEWHERE"), (low, "NEIGHBOUR_ELSEWHERE"),
                                  (gone, "UNKNOWN_REFERENCE")):  # fmt: skip
            error = refusal(move, low, **{name: neighbour})
            assert (error.reason, error.status, list(error.errors)) == (reason, 422, [f"{name}_id"])
        error = refusal(move, own, as_=rep, **{name: low})
        assert (error.reason, error.status, list(error.errors)) == ("UNKNOWN_REFERENCE", 422, [f"{name}_id"])

    error = refusal(move, elsewhere, after=low, before=high, stage_id=pipeline.stages[0].id)
    assert (error.reason, list(error.errors)) == ("NEIGHBOUR_ELSEWHERE", ["before_id"])


def test_who_may_not_change_a_deal_does_not_move_it(make: Any, move: Any) -> None:
    low, high = make(), make()
    reader = user({"opportunities.read": ALL, "opportunities.update": OWN})

    assert refusal(move, low, before=high, as_=reader).status == 403


def test_moves_into_the_same_gap_at_once_all_work(make: Any, move: Any, order: Any) -> None:
    low, high = make(), make()
    moving = [make() for _ in range(12)]

    with ThreadPoolExecutor(4) as pool:
        moved = list(pool.map(lambda deal: move(deal, after=high, before=low), moving))

    assert len({deal.rank for deal in moved}) == len(moving)
    first, *between, last = order()
    assert (first, last) == (high.id, low.id)
    assert set(between) == {deal.id for deal in moving}


def test_deals_of_a_removed_stage_keep_their_order(
    pipeline: Any, make: Any, move: Any, order: Any, rpc: Any, admin: Any
) -> None:
    there, low, middle, high = make(), make(1), make(1), make(1)
    move(low, after=high)
    request = pipelines_pb2.UpdatePipelineRequest(pipeline=pipeline)
    del request.pipeline.stages[1]
    request.pipeline.stage_replacements[pipeline.stages[1].id] = pipeline.stages[0].id
    request.update_mask.paths.extend(["stages", "stage_replacements"])

    rpc("UpdatePipeline", request, as_=admin)

    assert order() == [high.id, low.id, middle.id, there.id]


@pytest.fixture
def spreading(engine: Any, clock: Any) -> Iterator[Callable[[], None]]:
    """Runs the jobs that shorten ranks, of which there must be one."""

    def work() -> None:
        runner = Runner(engine, [SPREAD_RANKS], VAULT, clock)
        (taken,) = runner.take(1)
        runner.run(taken)

    yield work
    with Session(engine) as session:
        assert not session.scalars(text("SELECT state FROM jobs WHERE kind = 'ranks' AND state = 'DEAD'")).all()


def test_ranks_that_grow_long_are_made_short_and_nobody_notices(
    make: Any, move: Any, order: Any, read: Any, spreading: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(jobs, "LONGEST", 40)
    monkeypatch.setattr(jobs, "BESIDE", 8)
    deals = [make() for _ in range(6)]
    top = deals[-1]
    longest = top
    while len(longest.rank) <= 40:
        # The last of them goes right below the first: always into the smallest gap.
        last = order()[-1]
        longest = move(read(opportunities_pb2.Opportunity(id=last)), after=top)
    before, versions = order(), {deal.id: read(deal).etag for deal in deals}

    spreading()

    assert order() == before
    assert {deal.id: read(deal).etag for deal in deals} == versions
    assert max(len(read(deal).rank) for deal in deals) < 30
    newest = make()
    assert order() == [newest.id, *before]


def test_ranks_are_not_spread_while_somebody_changes_one_of_the_deals(
    make: Any, move: Any, order: Any, read: Any, spreading: Any, engine: Any, monkeypatch: Any, clock: Any
) -> None:
    monkeypatch.setattr(jobs, "LONGEST", 5)
    low, high = make(), make()
    moved = move(low, before=high)
    with Session(engine) as session:
        session.execute(select(Opportunity).where(Opportunity.id == high.id).with_for_update())
        spreading()
    assert (read(low).rank, read(high).rank) == (moved.rank, high.rank)
    clock.advance(seconds=10)
    spreading()
    assert read(high).rank != high.rank
    assert order() == [low.id, high.id]


def test_deals_of_the_version_before_are_ranked(make: Any, order: Any, engine: Any, pipeline: Any, read: Any) -> None:
    low, high = make(), make()
    with Session(engine) as session, session.begin():
        session.execute(update(Opportunity).where(Opportunity.id.in_([low.id, high.id])).values(rank=""))
    complete(engine, fill_ranks)
    assert order() == [high.id, low.id]
    assert read(low).rank == low.rank

    with Session(engine) as session, session.begin():
        session.execute(
            text("UPDATE opportunities SET stage_id = :stage, stage_entered_at = now() WHERE id = :id"),
            {"stage": pipeline.stages[1].id, "id": low.id},
        )
    with Session(engine) as session:
        stored = session.scalars(select(Opportunity).where(Opportunity.id == low.id)).one()
    assert stored.rank == ranks.entering(stored.stage_entered_at, stored.id)
