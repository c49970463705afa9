"""UpdateOpportunity: moves, overrides, requirements, and what a closed deal refuses."""

from __future__ import annotations

from typing import Any

import pytest
from crm.sales.v1 import opportunities_pb2, pipelines_pb2, products_pb2
from crm_chassis.errors import DomainError
from crm_chassis.testing import ALL, OWN, user


def names(pipeline: Any) -> dict[str, str]:
    return {stage.name: stage.id for stage in pipeline.stages}


@pytest.fixture
def pipeline(make_pipeline: Any) -> Any:
    return make_pipeline()


@pytest.fixture
def deal(pipeline: Any, make_opportunity: Any) -> Any:
    return make_opportunity(pipeline_id=pipeline.id)


def refusal(call: Any, *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value


def test_a_new_stage_moves_it(pipeline: Any, deal: Any, patch: Any, steps: Any, published: Any, clock: Any) -> None:
    clock.advance(hours=1)

    moved = patch(deal, stage_id=names(pipeline)["Second"])

    assert (moved.probability, moved.forecast_category) == (60, pipelines_pb2.COMMIT)
    _, event = published(deal.id)
    assert event.type == "crm.sales.opportunity.stage_changed.v1"
    assert "stage_id" in event.data.changed_fields
    (_, first, _), (origin, target, seconds) = steps(deal)
    assert (first, origin, target) == ("First", "First", "Second")
    assert 3600 <= seconds <= 3660


def test_a_won_stage_closes_it_and_a_lost_one_asks_for_the_reason(
    pipeline: Any, deal: Any, patch: Any, read: Any, published: Any
) -> None:
    lost = refusal(patch, deal, stage_id=names(pipeline)["Lost"])
    assert (lost.reason, ":lose" in lost.detail) == ("LOSS_NEEDS_REASON", True)
    assert read(deal).status == opportunities_pb2.Opportunity.OPEN

    won = patch(deal, stage_id=names(pipeline)["Won"])

    assert (won.status, won.probability) == (opportunities_pb2.Opportunity.WON, 100)
    assert published(deal.id)[-1].type == "crm.sales.opportunity.won.v1"


def test_closing_by_a_stage_needs_the_right_to_close(pipeline: Any, make_opportunity: Any, patch: Any) -> None:
    rep = user({"opportunities.create": OWN, "opportunities.read": ALL, "opportunities.update": OWN,
                "fields.financial.read": ALL})  # fmt: skip
    deal = make_opportunity(as_=rep, pipeline_id=pipeline.id)

    assert patch(deal, as_=rep, stage_id=names(pipeline)["Second"]).probability == 60
    assert refusal(patch, deal, as_=rep, stage_id=names(pipeline)["Won"]).status == 403


def test_the_stage_must_be_one_of_the_pipeline(make_pipeline: Any, deal: Any, patch: Any) -> None:
    other = make_pipeline()

    assert refusal(patch, deal, stage_id=names(other)["Second"]).reason == "STAGE_NOT_IN_PIPELINE"

    moved = patch(deal, pipeline_id=other.id, stage_id=names(other)["Second"])
    assert (moved.pipeline_id, moved.stage_id) == (other.id, names(other)["Second"])


def test_another_pipeline_alone_means_its_first_stage(make_pipeline: Any, deal: Any, patch: Any) -> None:
    other = make_pipeline()

    moved = patch(deal, pipeline_id=other.id)

    assert moved.stage_id == names(other)["First"]


def test_required_fields_are_all_named_and_may_come_along(
    make_pipeline: Any, make_opportunity: Any, patch: Any, read: Any
) -> None:
    wants = ["amount", "close_date", "next_step"]
    pipeline = make_pipeline(
        [
            {"name": "Open", "type": "OPEN"},
            {"name": "Proposal", "type": "OPEN", "required_fields": wants},
            {"name": "Won", "type": "WON"},
            {"name": "Lost", "type": "LOST"},
        ]
    )
    deal = make_opportunity(pipeline_id=pipeline.id, next_step="call")

    error = refusal(patch, deal, stage_id=names(pipeline)["Proposal"])
    assert (error.reason, sorted(error.errors)) == ("STAGE_REQUIREMENTS_MISSING", ["amount", "close_date"])
    assert read(deal).stage_id == names(pipeline)["Open"]

    amount = {"amount": "10.00", "currency": "USD"}
    moved = patch(deal, stage_id=names(pipeline)["Proposal"], amount=amount, close_date="2026-12-31")
    assert moved.stage_id == names(pipeline)["Proposal"]


@pytest.fixture
def demanding(make_pipeline: Any) -> Any:
    """A pipeline whose second stage demands a next step."""
    return make_pipeline(
        [
            {"name": "First", "type": "OPEN"},
            {"name": "Demanding", "type": "OPEN", "required_fields": ["next_step"]},
            {"name": "Third", "type": "OPEN"},
            {"name": "Won", "type": "WON"},
            {"name": "Lost", "type": "LOST"},
        ]
    )


def test_what_the_stage_demands_cannot_be_cleared_in_it(demanding: Any, make_opportunity: Any, patch: Any) -> None:
    stage_id = names(demanding)["Demanding"]
    deal = make_opportunity(pipeline_id=demanding.id, stage_id=stage_id, next_step="call")

    error = refusal(patch, deal, clear=("next_step",))

    assert (error.reason, list(error.errors)) == ("STAGE_REQUIREMENTS_MISSING", ["next_step"])
    assert patch(deal, next_step="visit").next_step == "visit"


def test_a_value_that_follows_from_others_is_not_taken_away_with_them(
    make_pipeline: Any, make_product: Any, make_opportunity: Any, patch: Any
) -> None:
    """The amount is the sum of the lines."""
    pipeline = make_pipeline(
        [
            {"name": "Demanding", "type": "OPEN", "required_fields": ["amount"]},
            {"name": "Won", "type": "WON"},
            {"name": "Lost", "type": "LOST"},
        ]
    )
    line = {"product_id": make_product("33.35").id, "quantity": "2"}
    deal = make_opportunity(pipeline_id=pipeline.id, stage_id=names(pipeline)["Demanding"], lines=[line])

    error = refusal(patch, deal, clear=("lines",))

    assert (error.reason, list(error.errors)) == ("STAGE_REQUIREMENTS_MISSING", ["amount"])
    assert patch(deal, name="Other").name == "Other"


@pytest.mark.parametrize("target", ["Third", "Won"])
def test_a_stage_that_is_skipped_demands_all_the_same(
    demanding: Any, make_opportunity: Any, patch: Any, target: str
) -> None:
    deal = make_opportunity(pipeline_id=demanding.id)

    error = refusal(patch, deal, stage_id=names(demanding)[target])

    assert (error.reason, list(error.errors)) == ("STAGE_REQUIREMENTS_MISSING", ["next_step"])
    assert patch(deal, stage_id=names(demanding)[target], next_step="call").stage_id == names(demanding)[target]


def test_a_way_by_another_pipeline_passes_no_stage_by(
    demanding: Any, make_pipeline: Any, make_opportunity: Any, patch: Any
) -> None:
    deal, third = make_opportunity(pipeline_id=demanding.id), names(demanding)["Third"]
    patch(deal, pipeline_id=make_pipeline().id)

    error = refusal(patch, deal, pipeline_id=demanding.id, stage_id=third)

    assert (error.reason, list(error.errors)) == ("STAGE_REQUIREMENTS_MISSING", ["next_step"])
    assert patch(deal, pipeline_id=demanding.id, stage_id=third, next_step="call").stage_id == third
    assert patch(make_opportunity(), pipeline_id=demanding.id).stage_id == names(demanding)["First"]


@pytest.mark.parametrize("target", ["Third", "Won"])
def test_who_begins_in_a_later_stage_has_what_the_ones_before_demand(
    demanding: Any, make_opportunity: Any, import_csv: Any, target: str
) -> None:
    stage_id = names(demanding)[target]

    error = refusal(make_opportunity, pipeline_id=demanding.id, stage_id=stage_id)

    assert (error.reason, list(error.errors)) == ("STAGE_REQUIREMENTS_MISSING", ["next_step"])
    assert make_opportunity(pipeline_id=demanding.id, stage_id=stage_id, next_step="call").stage_id == stage_id
    rows = f"name,pipeline,stage,next_step\nA,{demanding.name},{target},\nB,{demanding.name},{target},call\n"
    done = import_csv("opportunities", rows, as_=user())
    assert (done.rows_created, [(one.line, one.field) for one in done.errors]) == (1, [(2, "next_step")])


def test_who_wins_has_not_passed_the_stages_by(demanding: Any, make_opportunity: Any, rpc: Any) -> None:
    deal = make_opportunity(pipeline_id=demanding.id)

    with pytest.raises(DomainError) as refused:
        rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=deal.id), as_=user())

    assert refused.value.reason == "STAGE_REQUIREMENTS_MISSING"


def test_a_deal_is_lost_whatever_stages_demand(demanding: Any, make_opportunity: Any, rpc: Any) -> None:
    deal = make_opportunity(pipeline_id=demanding.id)

    lost = rpc("LoseOpportunity", opportunities_pb2.LoseOpportunityRequest(id=deal.id, reason="price"), as_=user())

    assert lost.stage_id == names(demanding)["Lost"]


def test_only_won_deals_are_closed_in_the_forecast(pipeline: Any, deal: Any, make_opportunity: Any, patch: Any) -> None:
    closed = {"forecast_category": pipelines_pb2.CLOSED}
    assert list(refusal(make_opportunity, pipeline_id=pipeline.id, **closed).errors) == [
        "opportunity.forecast_category"
    ]
    assert list(refusal(patch, deal, **closed).errors) == ["opportunity.forecast_category"]

    won = patch(deal, stage_id=names(pipeline)["Won"], **closed)

    assert (won.status, won.forecast_category) == (opportunities_pb2.Opportunity.WON, pipelines_pb2.CLOSED)


def test_a_persons_probability_sticks_until_it_is_cleared(pipeline: Any, deal: Any, patch: Any) -> None:
    said = patch(deal, probability=0)
    assert (said.probability, said.probability_overridden) == (0, True)

    moved = patch(deal, stage_id=names(pipeline)["Second"])
    assert (moved.probability, moved.forecast_category) == (0, pipelines_pb2.COMMIT)

    cleared = patch(deal, clear=("probability",))
    assert (cleared.probability, cleared.probability_overridden) == (60, False)


def test_a_persons_forecast_category_sticks_until_it_is_cleared(pipeline: Any, deal: Any, patch: Any) -> None:
    said = patch(deal, forecast_category=pipelines_pb2.BEST_CASE)
    assert said.forecast_category_overridden

    moved = patch(deal, stage_id=names(pipeline)["Second"])
    assert (moved.forecast_category, moved.probability) == (pipelines_pb2.BEST_CASE, 60)

    cleared = patch(deal, clear=("forecast_category",))
    assert (cleared.forecast_category, cleared.forecast_category_overridden) == (pipelines_pb2.COMMIT, False)


def test_a_persons_amount_sticks_until_it_is_cleared(deal: Any, make_product: Any, patch: Any, published: Any) -> None:
    product = make_product("19.99")
    lined = patch(deal, lines=[{"product_id": product.id, "quantity": "3"}])
    assert (lined.amount.amount, lined.weighted_amount.amount) == ("59.97", "11.99")

    said = patch(deal, amount={"amount": "50.00", "currency": "USD"})
    assert (said.amount.amount, said.amount_overridden) == ("50.00", True)
    assert patch(deal, lines=[{"product_id": product.id, "quantity": "5"}]).amount.amount == "50.00"

    cleared = patch(deal, clear=("amount",))
    assert (cleared.amount.amount, cleared.amount_overridden) == ("99.95", False)
    assert not patch(deal, clear=("lines",)).HasField("amount")
    assert {event.action for event in published(deal.id)} == {"created", "updated"}


def test_lines_do_not_follow_the_product(
    rpc: Any, admin: Any, deal: Any, make_product: Any, patch: Any, read: Any
) -> None:
    product = make_product("10.00")
    patch(deal, lines=[{"product_id": product.id}])
    changed = {"id": product.id, "name": "Renamed", "price": {"amount": "99.00", "currency": "USD"}, "active": False}
    rpc("UpdateProduct", products_pb2.UpdateProductRequest(product=changed), as_=admin)

    (line,) = read(deal).lines
    assert (line.description, line.unit_price.amount) == (product.name, "10.00")
    assert patch(deal, lines=[{"product_id": product.id, "quantity": "2"}]).amount.amount == "20.00"
    two = [{"product_id": product.id}, {"product_id": product.id}]
    assert refusal(patch, deal, lines=two).reason == "PRODUCT_INACTIVE"


def test_a_closed_one_keeps_what_closing_settled(
    rpc: Any, admin: Any, pipeline: Any, deal: Any, make_product: Any, patch: Any
) -> None:
    product = make_product("10.00")
    patch(deal, lines=[{"product_id": product.id}])
    won = rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=deal.id), as_=admin)

    for change in (
        {"amount": {"amount": "1.00", "currency": "USD"}},
        {"lines": [{"product_id": product.id, "quantity": "2"}]},
        {"stage_id": names(pipeline)["First"]},
        {"probability": 50.0},
        {"close_date": "2020-01-01"},
    ):
        assert refusal(patch, deal, **change).reason == "OPPORTUNITY_CLOSED", change
    assert refusal(patch, deal, clear=("lines",)).reason == "OPPORTUNITY_CLOSED"

    kept = patch(deal, name="New name", next_step="thank them", stage_id=won.stage_id, close_date=won.close_date)
    assert (kept.name, kept.status, kept.amount.amount) == ("New name", opportunities_pb2.Opportunity.WON, "10.00")


def test_of_two_changes_of_the_same_version_the_second_is_refused(deal: Any, patch: Any, read: Any) -> None:
    patch(deal, etag=deal.etag, next_step="first")

    error = refusal(patch, deal, etag=deal.etag, next_step="second")

    assert (error.reason, error.status) == ("ETAG_MISMATCH", 412)
    assert read(deal).next_step == "first"


def test_changing_nothing_is_no_change(deal: Any, patch: Any, published: Any) -> None:
    same = patch(deal, stage_id=deal.stage_id, name=deal.name, clear=("probability", "lines", "amount"))

    assert same.etag == deal.etag
    assert len(published(deal.id)) == 1


def test_tags_and_competitors_are_named_once(deal: Any, patch: Any) -> None:
    found = patch(deal, tags=["Big", "big "], competitors=["Acme", "Acme"])

    assert (list(found.tags), list(found.competitors)) == (["big"], ["Acme"])
