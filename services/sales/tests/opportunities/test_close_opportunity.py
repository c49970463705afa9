"""How an opportunity ends, and begins again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import DomainError

Opportunity = opportunities_pb2.Opportunity


@pytest.fixture
def win(rpc: Any, admin: Any) -> Any:
    return lambda deal, **more: rpc(
        "WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=deal.id, **more), as_=admin
    )


@pytest.fixture
def lose(rpc: Any, admin: Any) -> Any:
    return lambda deal, **more: rpc(
        "LoseOpportunity", opportunities_pb2.LoseOpportunityRequest(id=deal.id, **more), as_=admin
    )


@pytest.fixture
def reopen(rpc: Any, admin: Any) -> Any:
    return lambda deal, **more: rpc(
        "ReopenOpportunity", opportunities_pb2.ReopenOpportunityRequest(id=deal.id, **more), as_=admin
    )


def refusal(call: Any, *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value


def test_a_win_is_dated_and_told(make_opportunity: Any, win: Any, published: Any, steps: Any, clock: Any) -> None:
    late = datetime.now(UTC).replace(hour=23, minute=30, second=0, microsecond=0)
    clock.now = late
    deal = make_opportunity(close_date="2031-06-30")
    clock.advance(minutes=10)

    won = win(deal)

    assert (won.status, won.close_date, won.probability) == (Opportunity.WON, f"{late:%Y-%m-%d}", 100)
    assert won.closed_at.ToDatetime(UTC) == late.replace(minute=40)
    event = published(deal.id)[-1]
    assert event.type == "crm.sales.opportunity.won.v1"
    assert event.data.opportunity.status == Opportunity.WON
    assert set(event.data.changed_fields) >= {"status", "stage_id", "closed_at", "close_date", "probability"}
    assert steps(deal) == [("", "Prospecting", 0), ("Prospecting", "Won", 600)]


def test_a_loss_has_a_reason_and_may_name_the_competitor(make_opportunity: Any, lose: Any, published: Any) -> None:
    deal = make_opportunity(competitors=["Acme"])
    assert refusal(lose, deal).errors == {"reason": ["is required"]}

    lost = lose(deal, reason="price", competitor="Umbrella")

    assert (lost.status, lost.lost_reason, lost.probability) == (Opportunity.LOST, "price", 0)
    assert list(lost.competitors) == ["Umbrella", "Acme"]
    event = published(deal.id)[-1]
    assert (event.type, event.data.opportunity.lost_reason) == ("crm.sales.opportunity.lost.v1", "price")


def test_closing_twice_is_refused(make_opportunity: Any, win: Any, lose: Any) -> None:
    deal = make_opportunity()
    win(deal)

    for error in (refusal(win, deal), refusal(lose, deal, reason="price")):
        assert (error.reason, error.status) == ("OPPORTUNITY_ALREADY_CLOSED", 409)


def test_reopening_returns_to_the_stage_it_was_closed_from(
    make_pipeline: Any, make_opportunity: Any, lose: Any, reopen: Any, published: Any
) -> None:
    pipeline = make_pipeline()
    deal = make_opportunity(stage_id=pipeline.stages[1].id, close_date="2026-06-30", probability=75.0)
    lose(deal, reason="price")

    back = reopen(deal)

    assert (back.status, back.stage_id, back.probability) == (Opportunity.OPEN, pipeline.stages[1].id, 75)
    assert (back.lost_reason, back.close_date, back.HasField("closed_at")) == ("", "2026-06-30", False)
    assert published(deal.id)[-1].type == "crm.sales.opportunity.reopened.v1"
    error = refusal(reopen, deal)
    assert (error.reason, error.status) == ("OPPORTUNITY_NOT_CLOSED", 409)


def test_one_of_several_won_stages_can_be_named(make_pipeline: Any, make_opportunity: Any, win: Any) -> None:
    pipeline = make_pipeline(
        [
            {"name": "Open", "type": "OPEN"},
            {"name": "Won", "type": "WON"},
            {"name": "Won back", "type": "WON"},
            {"name": "Lost", "type": "LOST"},
        ]
    )
    deal = make_opportunity(pipeline_id=pipeline.id)

    assert refusal(win, deal, stage_id=pipeline.stages[3].id).reason == "STAGE_OF_OTHER_TYPE"
    assert refusal(win, deal, stage_id=make_pipeline().stages[2].id).reason == "STAGE_NOT_IN_PIPELINE"
    assert win(deal, stage_id=pipeline.stages[2].id).stage_id == pipeline.stages[2].id


def test_requirements_hold_for_the_last_stage_too(
    make_pipeline: Any, make_opportunity: Any, win: Any, read: Any
) -> None:
    pipeline = make_pipeline(
        [
            {"name": "Open", "type": "OPEN"},
            {"name": "Won", "type": "WON", "required_fields": ["amount"]},
            {"name": "Lost", "type": "LOST"},
        ]
    )
    deal = make_opportunity(pipeline_id=pipeline.id)

    assert list(refusal(win, deal).errors) == ["amount"]
    assert read(deal).status == Opportunity.OPEN


def test_an_old_version_is_not_closed(make_opportunity: Any, patch: Any, win: Any) -> None:
    deal = make_opportunity()
    patch(deal, next_step="call")

    assert refusal(win, deal, etag=deal.etag).status == 412


def test_of_two_wins_at_the_same_time_one_counts(make_opportunity: Any, win: Any, published: Any) -> None:
    deals = [make_opportunity() for _ in range(5)]

    def attempt(deal: Any) -> str:
        try:
            win(deal)
        except DomainError as error:
            return error.reason
        return "won"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(attempt, [deal for deal in deals for _ in range(4)]))

    for i, deal in enumerate(deals):
        assert sorted(outcomes[4 * i : 4 * i + 4]) == ["OPPORTUNITY_ALREADY_CLOSED"] * 3 + ["won"]
        assert [event.action for event in published(deal.id)] == ["created", "won"]
