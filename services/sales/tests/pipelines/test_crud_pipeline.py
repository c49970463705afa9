"""Pipelines and the deals in their stages."""

from __future__ import annotations

from typing import Any

import pytest
from crm.common.v1 import standard_pb2
from crm.sales.v1 import opportunities_pb2, pipelines_pb2
from crm_chassis.db.vault import Vault
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from crm_chassis.records.tx import Transaction
from crm_sales import rearrangement
from crm_sales.pipelines.model import Pipeline
from crm_sales.pipelines.queries import choose_stage
from crm_sales.pipelines.usecases import setup
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session


@pytest.fixture
def change(rpc: Any, admin: Any) -> Any:
    def update(pipeline: Any, **fields: Any) -> Any:
        request = pipelines_pb2.UpdatePipelineRequest(pipeline={"id": pipeline.id} | fields)
        request.update_mask.paths.extend(name for name in fields if name != "etag")
        return rpc("UpdatePipeline", request, as_=admin)

    return update


@pytest.fixture
def fetch(rpc: Any, admin: Any) -> Any:
    return lambda pipeline: rpc("GetPipeline", standard_pb2.GetRequest(id=pipeline.id), as_=admin)


@pytest.fixture
def delete(rpc: Any, admin: Any) -> Any:
    return lambda pipeline: rpc("DeletePipeline", standard_pb2.DeleteRequest(id=pipeline.id), as_=admin)


def defaults(rpc: Any, admin: Any) -> list[str]:
    request = pipelines_pb2.ListPipelinesRequest(filter="is_default = true")
    return [one.id for one in rpc("ListPipelines", request, as_=admin).pipelines]


def refusal(call: Any, *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as refused:
        call(*args, **kwargs)
    return refused.value


def without(pipeline: Any, *names: str) -> list[Any]:
    return [stage for stage in pipeline.stages if stage.name not in names]


def test_setup_makes_the_standard_pipeline_once(rpc: Any, admin: Any, engine: Any) -> None:
    found = rpc("ListPipelines", pipelines_pb2.ListPipelinesRequest(filter='name = "Sales"'), as_=admin)
    assert [stage.name for stage in found.pipelines[0].stages] == [
        "Prospecting",
        "Engaging",
        "Proposal",
        "Negotiation",
        "Won",
        "Lost",
    ]
    with Session(engine) as session:
        setup(Transaction(session, vault=Vault(b"\0" * 32)))
        assert not session.new


def test_stages_are_checked(make_pipeline: Any) -> None:
    won, lost = {"name": "Won", "type": "WON"}, {"name": "Lost", "type": "LOST"}

    assert refusal(make_pipeline, [won, lost]).reason == "PIPELINE_INCOMPLETE"
    twice = [{"name": "A b", "type": "OPEN"}, {"name": "ab", "type": "OPEN"}, won, lost]
    assert refusal(make_pipeline, twice).status == 400
    for name in ("colour", "custom.", "stage_id"):
        strange = [{"name": "Open", "type": "OPEN", "required_fields": [name]}, won, lost]
        assert refusal(make_pipeline, strange).errors == {
            "pipeline.stages.0.required_fields": [f"an opportunity has no field {name}"]
        }
    aged = [{"name": "Open", "type": "OPEN", "max_age_days": 14, "required_fields": ["custom.need"]}, won, lost]
    made = make_pipeline(aged)
    assert (made.stages[0].max_age_days, made.stages[1].HasField("max_age_days")) == (14, False)
    assert list(made.stages[0].required_fields) == ["custom.need"]


def test_renaming_and_ordering_keep_everything(
    make_pipeline: Any, make_opportunity: Any, change: Any, read: Any, published: Any
) -> None:
    pipeline = make_pipeline()
    deal = make_opportunity(stage_id=pipeline.stages[1].id)
    first, second, won, lost = pipeline.stages
    second.name = "Renamed"

    changed = change(pipeline, name="New name", stages=[second, first, won, lost])

    assert [stage.name for stage in changed.stages] == ["Renamed", "First", "Won", "Lost"]
    assert read(deal) == deal
    assert published(pipeline.id)[-1].data.changed_fields == ["name", "stages"]


def test_a_stage_with_opportunities_needs_a_replacement_of_its_type(
    make_pipeline: Any, make_opportunity: Any, change: Any, fetch: Any
) -> None:
    pipeline = make_pipeline()
    make_opportunity(stage_id=pipeline.stages[1].id)
    stages = without(pipeline, "Second")
    gone = pipeline.stages[1].id

    error = refusal(change, pipeline, stages=stages)
    assert (error.reason, list(error.errors)) == ("STAGE_REPLACEMENT_NEEDED", ["pipeline.stage_replacements"])
    for wrong in (pipeline.stages[2].id, gone, uuid7()):
        error = refusal(change, pipeline, stages=stages, stage_replacements={gone: wrong})
        assert error.reason == "STAGE_REPLACEMENT_NEEDED"
    assert fetch(pipeline) == pipeline


def test_opportunities_of_a_removed_stage_move_and_keep_their_history(
    rpc: Any, admin: Any, make_pipeline: Any, make_opportunity: Any, change: Any, read: Any, steps: Any,
    published: Any, clock: Any,
) -> None:  # fmt: skip
    pipeline = make_pipeline(
        [{"name": "First", "type": "OPEN"}, {"name": "Second", "type": "OPEN", "probability": 60},
         {"name": "Third", "type": "OPEN", "probability": 80, "forecast_category": "COMMIT"},
         {"name": "Won", "type": "WON"}, {"name": "Lost", "type": "LOST"}]
    )  # fmt: skip
    _, second, third, won, _ = pipeline.stages
    plain = make_opportunity(stage_id=second.id)
    sure = make_opportunity(stage_id=second.id, probability=95.0)
    closed = make_opportunity(stage_id=second.id)
    rpc("WinOpportunity", opportunities_pb2.WinOpportunityRequest(id=closed.id), as_=admin)
    clock.advance(hours=1)

    change(pipeline, stages=without(pipeline, "Second"), stage_replacements={second.id: third.id})

    moved, kept = read(plain), read(sure)
    assert (moved.stage_id, moved.probability, moved.forecast_category) == (third.id, 80, pipelines_pb2.COMMIT)
    assert (kept.stage_id, kept.probability) == (third.id, 95)
    assert [step[:2] for step in steps(plain)] == [("", "Second"), ("Second", "Third")]
    assert 3600 <= steps(plain)[1][2] <= 3660
    assert [event.action for event in published(plain.id)] == ["created", "stage_changed"]
    assert read(closed).stage_id == won.id
    assert len(published(closed.id)) == 2
    back = rpc("ReopenOpportunity", opportunities_pb2.ReopenOpportunityRequest(id=closed.id), as_=admin)
    assert back.stage_id == third.id


def test_won_ones_move_to_another_won_stage_and_stay_won(
    make_pipeline: Any, make_opportunity: Any, change: Any, read: Any
) -> None:
    pipeline = make_pipeline(
        [{"name": "Open", "type": "OPEN"}, {"name": "Won", "type": "WON"}, {"name": "Won big", "type": "WON"},
         {"name": "Lost", "type": "LOST"}]
    )  # fmt: skip
    deal = make_opportunity(stage_id=pipeline.stages[2].id)

    change(
        pipeline,
        stages=without(pipeline, "Won big"),
        stage_replacements={pipeline.stages[2].id: pipeline.stages[1].id},
    )

    after = read(deal)
    assert (after.stage_id, after.status, after.closed_at) == (pipeline.stages[1].id, deal.status, deal.closed_at)


def test_more_than_the_limit_do_not_move_at_once(
    make_pipeline: Any, make_opportunity: Any, change: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(rearrangement, "MAX_MIGRATED", 1)
    pipeline = make_pipeline()
    first, second, _, _ = pipeline.stages
    stages, replacements = without(pipeline, "Second"), {second.id: first.id}
    for _ in range(2):
        make_opportunity(stage_id=second.id)

    error = refusal(change, pipeline, stages=stages, stage_replacements=replacements)

    assert (error.reason, error.status) == ("STAGE_HAS_TOO_MANY_OPPORTUNITIES", 422)


def test_the_type_of_an_occupied_stage_stays(make_pipeline: Any, make_opportunity: Any, change: Any) -> None:
    pipeline = make_pipeline()
    make_opportunity(stage_id=pipeline.stages[1].id)
    pipeline.stages[1].type = pipelines_pb2.Stage.WON
    assert refusal(change, pipeline, stages=pipeline.stages).reason == "STAGE_OCCUPIED"

    empty = make_pipeline()
    empty.stages[1].type = pipelines_pb2.Stage.WON
    assert change(empty, stages=empty.stages).stages[1].probability == 100


def test_exactly_one_pipeline_is_the_default(
    rpc: Any, admin: Any, make_pipeline: Any, change: Any, delete: Any, fetch: Any, published: Any
) -> None:
    (before,) = defaults(rpc, admin)

    made = make_pipeline(is_default=True)
    assert defaults(rpc, admin) == [made.id]
    assert "is_default" in published(before)[-1].data.changed_fields
    assert refusal(change, made, is_default=False).reason == "DEFAULT_PIPELINE_NEEDED"
    assert refusal(delete, made).reason == "DEFAULT_PIPELINE_NEEDED"

    back = change(pipelines_pb2.Pipeline(id=before), is_default=True)
    assert back.is_default
    assert defaults(rpc, admin) == [before]
    assert not fetch(made).is_default


def test_a_pipeline_with_opportunities_is_not_deleted(
    rpc: Any, admin: Any, make_pipeline: Any, make_opportunity: Any, delete: Any
) -> None:
    used, empty = make_pipeline(), make_pipeline()
    deal = make_opportunity(pipeline_id=used.id)
    assert refusal(delete, used).reason == "STILL_REFERENCED"

    delete(empty)
    assert refusal(make_opportunity, pipeline_id=empty.id).reason == "UNKNOWN_REFERENCE"
    rpc("UndeletePipeline", standard_pb2.UndeleteRequest(id=empty.id), as_=admin)
    assert make_opportunity(pipeline_id=empty.id).pipeline_id == empty.id

    rpc("DeleteOpportunity", standard_pb2.DeleteRequest(id=deal.id), as_=admin)
    assert delete(used).HasField("deleted_at")


def test_of_two_changes_of_the_same_version_the_second_is_refused(make_pipeline: Any, change: Any) -> None:
    pipeline = make_pipeline()
    change(pipeline, etag=pipeline.etag, name="One")

    assert refusal(change, pipeline, etag=pipeline.etag, name="Two").status == 412


def test_nobody_changes_the_stages_while_an_opportunity_enters_one(engine: Any, make_pipeline: Any) -> None:
    pipeline = make_pipeline()
    with Session(engine) as entering, Session(engine) as changing:
        choose_stage(Transaction(entering, vault=Vault(b"\0" * 32)), pipeline.id, pipeline.stages[1].id)
        changing.execute(text("SET LOCAL lock_timeout = '50ms'"))

        with pytest.raises(OperationalError, match="lock timeout"):
            Transaction(changing, vault=Vault(b"\0" * 32)).get(Pipeline, pipeline.id)
