"""What an opportunity does by itself: follow its stage and its lines until a person says otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from crm.sales.v1 import opportunities_pb2
from crm_chassis.errors import UnknownReference
from crm_sales.errors import (
    LossNeedsReason,
    MixedCurrencies,
    OpportunityAlreadyClosed,
    OpportunityClosed,
    OpportunityNotClosed,
    ProductInactive,
    StageOfOtherType,
    StageRequirementsMissing,
)
from crm_sales.opportunities.lines import make_lines
from crm_sales.opportunities.model import Opportunity
from crm_sales.pipelines.model import Pipeline, Stage
from crm_sales.products.model import Product
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

NOW = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)


def pipeline() -> Pipeline:
    made = Pipeline(id="p", name="Sales")
    made.arrange(
        [
            {"name": "First", "type": "OPEN", "probability": 20.0, "forecast_category": "PIPELINE"},
            {"name": "Second", "type": "OPEN", "probability": 60.0, "forecast_category": "COMMIT"},
            {"name": "Won", "type": "WON"},
            {"name": "Lost", "type": "LOST"},
        ]
    )
    return made


PIPELINE = pipeline()
FIRST, SECOND, WON, LOST = (Stage.of(one) for one in PIPELINE.stages)


def opened() -> Opportunity:
    made = Opportunity(id="o", name="Deal", competitors=[])
    made.begin(PIPELINE, FIRST, "u", NOW)
    return made


def test_begins_with_the_chances_of_its_stage() -> None:
    found = opened()

    assert (found.status, found.stage_id, found.probability, found.forecast_category) == (
        "OPEN",
        FIRST.id,
        20.0,
        "PIPELINE",
    )
    assert found.close_date is None


def test_a_step_says_how_long_the_stage_before_lasted() -> None:
    found = opened()

    change = found.move(PIPELINE, FIRST, SECOND, "u", NOW + timedelta(hours=2, seconds=5))

    assert change is not None
    assert (change.from_stage_name, change.to_stage_name, change.seconds_in_from_stage) == (
        "First",
        "Second",
        7205,
    )
    assert found.stage_entered_at == NOW + timedelta(hours=2, seconds=5)
    assert found.move(PIPELINE, SECOND, SECOND, "u", NOW) is None


def test_winning_settles_day_chances_and_category() -> None:
    found = opened()
    found.close_date = date(2026, 6, 30)

    found.win(FIRST, WON, "u", NOW)

    assert (found.status, found.closed_at, found.close_date) == ("WON", NOW, date(2026, 3, 31))
    assert (found.probability, found.forecast_category) == (100.0, "CLOSED")
    with pytest.raises(OpportunityAlreadyClosed):
        found.win(WON, WON, "u", NOW)
    with pytest.raises(OpportunityAlreadyClosed):
        found.lose(WON, LOST, "price", "", "u", NOW)
    with pytest.raises(OpportunityClosed):
        found.move(PIPELINE, WON, FIRST, "u", NOW)


def test_losing_notes_reason_and_the_competitor_first() -> None:
    found = opened()
    found.competitors = ["Acme", "Umbrella"]

    found.lose(FIRST, LOST, "price", "Umbrella", "u", NOW)

    assert (found.status, found.lost_reason, found.probability) == ("LOST", "price", 0.0)
    assert found.competitors == ["Umbrella", "Acme"]


def test_reopening_puts_back_what_closing_replaced() -> None:
    found = opened()
    found.move(PIPELINE, FIRST, SECOND, "u", NOW)
    found.set_probability(75.0, SECOND)
    found.close_date = date(2026, 6, 30)
    found.lose(SECOND, LOST, "price", "", "u", NOW)

    found.reopen(PIPELINE, LOST, "u", NOW)

    assert (found.status, found.stage_id, found.probability, found.probability_overridden) == (
        "OPEN",
        SECOND.id,
        75.0,
        True,
    )
    assert (found.forecast_category, found.forecast_category_overridden) == ("COMMIT", False)
    assert (found.close_date, found.closed_at, found.lost_reason) == (date(2026, 6, 30), None, "")
    with pytest.raises(OpportunityNotClosed):
        found.reopen(PIPELINE, SECOND, "u", NOW)


def test_it_ends_in_stages_of_the_right_type_only() -> None:
    with pytest.raises(StageOfOtherType):
        opened().win(FIRST, SECOND, "u", NOW)
    with pytest.raises(StageOfOtherType):
        opened().lose(FIRST, WON, "price", "", "u", NOW)
    with pytest.raises(LossNeedsReason):
        opened().move(PIPELINE, FIRST, LOST, "u", NOW)
    with pytest.raises(LossNeedsReason):
        Opportunity(id="o", name="Deal").begin(PIPELINE, LOST, "u", NOW)


def test_a_stage_names_everything_it_misses() -> None:
    wants = Stage(
        "s", "Proposal", "OPEN", 50.0, "BEST_CASE", ("amount", "close_date", "next_step", "custom.need", "lines")
    )
    found = opened()
    found.next_step, found.custom, found.lines = "call", {"need": ""}, []

    with pytest.raises(StageRequirementsMissing) as refused:
        found.must_satisfy(wants)

    assert sorted(refused.value.errors) == ["amount", "close_date", "custom.need", "lines"]
    found.set_amount(Decimal(0), "USD")
    found.close_date, found.custom, found.lines = date(2026, 1, 1), {"need": "fast"}, [{}]
    found.must_satisfy(wants)


# -- lines ------------------------------------------------------------------------------------------------

WIDGET = Product(id="w", name="Widget", price=Decimal("19.99"), price_currency="USD", active=True)
YEN = Product(id="y", name="Yen thing", price=Decimal("150"), price_currency="JPY", active=True)
OLD = Product(id="x", name="Old", price=Decimal("1"), price_currency="USD", active=False)
PRODUCTS = {one.id: one for one in (WIDGET, YEN, OLD)}


def line(product: Product = WIDGET, **fields: Any) -> opportunities_pb2.OpportunityLine:
    return opportunities_pb2.OpportunityLine(product_id=product.id, **fields)


def with_lines(*given: opportunities_pb2.OpportunityLine) -> Opportunity:
    found = opened()
    found.lines = make_lines(given, [], PRODUCTS)
    found.total_up()
    return found


def test_the_amount_is_the_sum_of_the_lines() -> None:
    # 3 x 19.99 less 10 % = 53.973 -> 53.97; 1 x 19.99.
    found = with_lines(line(quantity="3", discount_percent="10"), line())

    assert [one["total"] for one in found.lines] == [
        {"amount": "53.97", "currency": "USD"},
        {"amount": "19.99", "currency": "USD"},
    ]
    assert (found.amount, found.amount_currency) == (Decimal("73.96"), "USD")
    # 20 % of 73.96 is 14.792.
    assert (found.weighted_amount, found.weighted_amount_currency) == (Decimal("14.79"), "USD")


def test_the_weighted_amount_has_the_decimals_of_its_currency() -> None:
    deal = opened()
    deal.set_amount(Decimal("1001"), "JPY")

    # 20 % of 1001 is 200.2, and a yen has no cents.
    assert deal.weighted_amount == Decimal("200")


def test_a_persons_amount_stands_until_it_is_cleared() -> None:
    found = with_lines(line())
    found.set_amount(Decimal("15"), "USD")
    found.total_up()
    assert (found.amount, found.amount_overridden) == (Decimal("15"), True)

    found.lines = make_lines([line(quantity="2")], found.lines, PRODUCTS)
    found.total_up()
    assert found.amount == Decimal("15")

    found.set_amount(None)
    found.total_up()
    assert (found.amount, found.amount_overridden) == (Decimal("39.98"), False)


def test_without_lines_there_is_no_amount() -> None:
    found = with_lines(line())
    found.lines = []
    found.total_up()

    assert (found.amount, found.amount_currency, found.weighted_amount) == (None, None, None)


def test_one_opportunity_has_one_currency() -> None:
    with pytest.raises(MixedCurrencies):
        with_lines(line(), line(YEN))
    found = with_lines(line())
    found.set_amount(Decimal(1), "EUR")
    with pytest.raises(MixedCurrencies):
        found.total_up()


def test_a_line_keeps_the_price_it_was_added_with() -> None:
    before = with_lines(line()).lines
    dearer = Product(id="w", name="Widget II", price=Decimal("25"), price_currency="USD", active=False)

    after = make_lines([line(quantity="2")], before, {"w": dearer})

    assert (after[0]["description"], after[0]["unit_price"]["amount"]) == ("Widget", "19.99")
    assert after[0]["total"]["amount"] == "39.98"
    with pytest.raises(ProductInactive):
        make_lines([line(), line()], before, {"w": dearer})


def test_a_new_line_needs_an_active_product() -> None:
    with pytest.raises(ProductInactive):
        make_lines([line(OLD)], [], PRODUCTS)
    with pytest.raises(UnknownReference):
        make_lines([opportunities_pb2.OpportunityLine(product_id="?")], [], PRODUCTS)


def test_a_line_may_name_its_own_price_and_words() -> None:
    price = {"amount": "12.5", "currency": "EUR"}

    (found,) = make_lines([line(description="Special", unit_price=price)], [], PRODUCTS)

    assert (found["description"], found["unit_price"]) == ("Special", {"amount": "12.50", "currency": "EUR"})


# -- stickiness -------------------------------------------------------------------------------------------


class Stickiness(RuleBasedStateMachine):
    """Whatever is done in whatever order, chances are the person's if there are any, else those of the stage."""

    def __init__(self) -> None:
        super().__init__()
        self.opportunity = opened()
        self.stage, self.left = FIRST, FIRST
        self.probability: float | None = None
        self.category: str | None = None
        self.now = NOW

    @property
    def is_open(self) -> bool:
        return self.stage.type == "OPEN"

    @precondition(lambda self: self.is_open)
    @rule(to=st.sampled_from([FIRST, SECOND, WON]))
    def move(self, to: Stage) -> None:
        self.opportunity.move(PIPELINE, self.stage, to, "u", self.now)
        self.left, self.stage = self.stage, to

    @precondition(lambda self: self.is_open)
    @rule(percent=st.none() | st.floats(0, 100))
    def say_probability(self, percent: float | None) -> None:
        self.opportunity.set_probability(percent, self.stage)
        self.probability = percent

    @precondition(lambda self: self.is_open)
    @rule(category=st.sampled_from([None, "OMITTED", "BEST_CASE", "COMMIT"]))
    def say_category(self, category: str | None) -> None:
        self.opportunity.set_forecast_category(category, self.stage)
        self.category = category

    @precondition(lambda self: self.is_open)
    @rule()
    def lose(self) -> None:
        self.opportunity.lose(self.stage, LOST, "price", "", "u", self.now)
        self.left, self.stage = self.stage, LOST

    @precondition(lambda self: not self.is_open)
    @rule()
    def reopen(self) -> None:
        self.opportunity.reopen(PIPELINE, self.stage, "u", self.now)
        self.stage = self.left

    @rule(seconds=st.integers(1, 10_000))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def chances_are_whose_they_should_be(self) -> None:
        found = self.opportunity
        said = self.is_open
        assert found.stage_id == self.stage.id
        assert found.status == self.stage.type
        assert found.probability_overridden == (said and self.probability is not None)
        assert found.forecast_category_overridden == (said and self.category is not None)
        expected = self.probability if said and self.probability is not None else self.stage.probability
        assert found.probability == expected
        assert found.forecast_category == ((said and self.category) or self.stage.forecast_category)


TestStickiness = Stickiness.TestCase
TestStickiness.settings = settings(max_examples=60, stateful_step_count=25)
