"""What a pipeline makes of the stages it is given."""

from __future__ import annotations

import pytest
from crm_chassis.errors import InvalidInput
from crm_sales.errors import PipelineIncomplete
from crm_sales.pipelines.model import Pipeline
from crm_sales.pipelines.usecases import STANDARD_STAGES


def test_stages_get_ids_and_what_goes_with_their_type() -> None:
    pipeline = Pipeline(name="Sales")
    pipeline.arrange(STANDARD_STAGES)

    assert [(one["name"], one["type"], one["probability"], one["forecast_category"]) for one in pipeline.stages] == [
        ("Prospecting", "OPEN", 10.0, "PIPELINE"),
        ("Engaging", "OPEN", 30.0, "PIPELINE"),
        ("Proposal", "OPEN", 50.0, "BEST_CASE"),
        ("Negotiation", "OPEN", 70.0, "COMMIT"),
        ("Won", "WON", 100.0, "CLOSED"),
        ("Lost", "LOST", 0.0, "OMITTED"),
    ]
    assert len({one["id"] for one in pipeline.stages}) == 6


def test_kept_stages_keep_their_ids_and_strange_ones_are_refused() -> None:
    pipeline, other = Pipeline(name="Sales"), Pipeline(name="Other")
    pipeline.arrange(STANDARD_STAGES)
    other.arrange(STANDARD_STAGES)
    before = pipeline.stages

    pipeline.arrange([before[0] | {"name": "First contact"}, *before[4:]])

    assert [one["id"] for one in pipeline.stages] == [before[i]["id"] for i in (0, 4, 5)]
    with pytest.raises(InvalidInput):
        pipeline.arrange([*before[:5], other.stages[5]])


@pytest.mark.parametrize("missing", [slice(0, 4), slice(4, 5), slice(5, 6)])
def test_every_type_has_a_stage(missing: slice) -> None:
    given = list(STANDARD_STAGES)
    del given[missing]

    with pytest.raises(PipelineIncomplete):
        Pipeline(name="Sales").arrange(given)


def test_a_stage_is_found_by_any_spelling_of_its_name() -> None:
    pipeline = Pipeline(name="Sales")
    pipeline.arrange([{"name": "Closed - won", "type": "WON"}, *STANDARD_STAGES[:4], STANDARD_STAGES[5]])

    assert pipeline.stage_named("PROSPECTING") == pipeline.of_type("OPEN")[0]
    assert pipeline.stage_named("closed won") == pipeline.of_type("WON")[0]
    assert pipeline.stage_named("Won") == pipeline.of_type("WON")[0]
    assert pipeline.stage_named("Nowhere") is None


def test_a_stage_is_not_guessed() -> None:
    pipeline = Pipeline(name="Sales")
    opens = [{"name": name, "type": "OPEN"} for name in ("\U0001f525", "Tier A+", "Tier A-")]
    pipeline.arrange([*opens, *STANDARD_STAGES[4:]])
    fire, plus, minus = pipeline.of_type("OPEN")

    assert [pipeline.stage_named(name) for name in ("\U0001f525", "tier a+", "Tier A-")] == [fire, plus, minus]
    assert [pipeline.stage_named(name) for name in ("???", "...", "Tier A")] == [None] * 3


@pytest.mark.parametrize("type_", ["OPEN", "LOST"])
def test_only_a_won_stage_is_closed_in_the_forecast(type_: str) -> None:
    stages = [one | {"forecast_category": "CLOSED"} if one["type"] == type_ else dict(one) for one in STANDARD_STAGES]
    with pytest.raises(InvalidInput) as refused:
        Pipeline(name="Sales").arrange(stages)
    assert list(refused.value.errors) == ["pipeline.stages"]
