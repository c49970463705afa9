"""What can be done with pipelines."""

from __future__ import annotations

from typing import Any

from crm.sales.v1 import events_pb2, sales_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.contracts.transcode import Encoder
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import Referenced
from sqlalchemy import String, cast, func, select, update
from sqlalchemy.dialects.postgresql import array

from crm_sales.errors import (
    DefaultPipelineNeeded,
    StageOccupied,
    StageReplacementNeeded,
    TooManyToMigrate,
)
from crm_sales.opportunities.model import Opportunity
from crm_sales.pipelines.model import Pipeline, Stage

MAX_MIGRATED = 2_000
"""Opportunities that change stage in one transaction when stages are removed."""

_RULED = frozenset({"stages", "stage_replacements", "is_default"})
_encode = Encoder().encode

STANDARD_STAGES: tuple[dict[str, Any], ...] = (
    {"name": "Prospecting", "type": "OPEN", "probability": 10.0, "forecast_category": "PIPELINE"},
    {"name": "Engaging", "type": "OPEN", "probability": 30.0, "forecast_category": "PIPELINE"},
    {"name": "Proposal", "type": "OPEN", "probability": 50.0, "forecast_category": "BEST_CASE"},
    {"name": "Negotiation", "type": "OPEN", "probability": 70.0, "forecast_category": "COMMIT"},
    {"name": "Won", "type": "WON"},
    {"name": "Lost", "type": "LOST"},
)


def setup(tx: Transaction) -> None:
    """Makes the standard pipeline where there is none."""
    if tx.session.scalar(select(Pipeline.id).limit(1)) is None:
        pipeline = Pipeline(name="Sales", currency="USD", is_default=True)
        pipeline.arrange(STANDARD_STAGES)
        tx.add(pipeline)


def create_pipeline(tx: Transaction, request: sales_pb2.CreatePipelineRequest) -> Pipeline:
    """A new pipeline; the default one if it says so. Raises PipelineIncomplete."""
    given = request.pipeline
    pipeline = Pipeline()
    assign(pipeline, given, {field.name for field, _ in given.ListFields()} - _RULED)
    pipeline.arrange(_encode(one) for one in given.stages)
    if given.is_default:
        _make_default(tx, pipeline)
    return tx.add(pipeline)


def get_pipeline(tx: Transaction, request: sales_pb2.GetPipelineRequest) -> Pipeline:
    """One pipeline."""
    return tx.get(Pipeline, request.id)


def list_pipelines(tx: Transaction, request: sales_pb2.ListPipelinesRequest) -> Any:
    """A page of pipelines."""
    return list_page(tx, Pipeline, request, sales_pb2.ListPipelinesResponse)


def update_pipeline(tx: Transaction, request: sales_pb2.UpdatePipelineRequest) -> Pipeline:
    """Changes the fields that the mask names. Opportunities of removed stages move to the stages named for them.

    Raises PipelineIncomplete, StageReplacementNeeded, StageOccupied, TooManyToMigrate, DefaultPipelineNeeded.
    """
    given = request.pipeline
    pipeline = tx.get(Pipeline, given.id, etag=given.etag)
    mask = {path.split(".", 1)[0] for path in request.update_mask.paths}
    assign(pipeline, given, mask - _RULED)
    if "stages" in mask:
        _rearrange(tx, pipeline, given)
    if "is_default" in mask and given.is_default != pipeline.is_default:
        if not given.is_default:
            raise DefaultPipelineNeeded()
        _make_default(tx, pipeline)
    return pipeline


def delete_pipeline(tx: Transaction, request: sales_pb2.DeletePipelineRequest) -> Pipeline:
    """Deletes a pipeline. Raises Referenced while it has opportunities, DefaultPipelineNeeded for the default."""
    pipeline = tx.get(Pipeline, request.id, etag=request.etag)
    if pipeline.is_default:
        raise DefaultPipelineNeeded()
    inside = select(Opportunity.id).where(Opportunity.pipeline_id == pipeline.id, Opportunity.deleted_at.is_(None))
    if tx.session.scalar(inside.limit(1)) is not None:
        raise Referenced("The pipeline has opportunities; move them to another one first.")
    tx.delete(pipeline)
    return pipeline


def undelete_pipeline(tx: Transaction, request: sales_pb2.UndeletePipelineRequest) -> Pipeline:
    """Brings a deleted pipeline back."""
    pipeline = tx.get(Pipeline, request.id, etag=request.etag, deleted=True)
    tx.undelete(pipeline)
    return pipeline


def _make_default(tx: Transaction, pipeline: Pipeline) -> None:
    """Ends the primacy of the present default, in the database first: there is never more than one."""
    query = select(Pipeline).where(Pipeline.is_default).with_for_update()
    for other in tx.session.scalars(query):
        other.is_default = False
    tx.session.flush()
    pipeline.is_default = True


def _rearrange(tx: Transaction, pipeline: Pipeline, given: sales_pb2.Pipeline) -> None:
    """Gives the pipeline its new stages and moves the opportunities of removed ones."""
    before = {one["id"]: Stage.of(one) for one in pipeline.stages}
    pipeline.arrange(_encode(one) for one in given.stages)
    after = {one["id"]: Stage.of(one) for one in pipeline.stages}
    retyped = {id_ for id_ in before.keys() & after.keys() if before[id_].type != after[id_].type}
    removed = before.keys() - after.keys()
    if not removed | retyped:
        return
    counted = (
        select(Opportunity.stage_id, func.count().label("total"))
        .where(Opportunity.stage_id.in_(removed | retyped), Opportunity.deleted_at.is_(None))
        .group_by(Opportunity.stage_id)
    )
    occupied: dict[str, int] = {row.stage_id: row.total for row in tx.session.execute(counted)}
    if retyped & occupied.keys():
        names = ", ".join(sorted(before[id_].name for id_ in retyped & occupied.keys()))
        raise StageOccupied(f"Opportunities are in {names}; its type cannot change.")
    replacements = {
        id_: after[new]
        for id_, new in given.stage_replacements.items()
        if id_ in removed and new in after and after[new].type == before[id_].type
    }
    homeless = occupied.keys() - replacements.keys()
    if homeless:
        wanted = [
            f"{before[id_].name} ({id_}) has {occupied[id_]} opportunities; name a {before[id_].type} stage"
            for id_ in sorted(homeless)
        ]
        raise StageReplacementNeeded(errors={"pipeline.stage_replacements": wanted})
    if sum(occupied.values()) > MAX_MIGRATED:
        raise TooManyToMigrate(
            f"{sum(occupied.values())} opportunities would have to move, at most {MAX_MIGRATED} can."
        )
    _migrate(tx, before, {id_: replacements[id_] for id_ in occupied})
    for id_, replacement in replacements.items():
        _reroute_reopening(tx, pipeline, id_, replacement)


def _migrate(tx: Transaction, before: dict[str, Stage], replacements: dict[str, Stage]) -> None:
    query = select(Opportunity).where(Opportunity.stage_id.in_(replacements), Opportunity.deleted_at.is_(None))
    for opportunity in tx.session.scalars(query.order_by(Opportunity.id).with_for_update()):
        origin = before[opportunity.stage_id]
        change = opportunity.migrate(origin, replacements[origin.id], tx.actor.id, tx.now)
        tx.session.add(change)
        tx.publish(events_pb2.OpportunityStageChanged(), opportunity)


def _reroute_reopening(tx: Transaction, pipeline: Pipeline, removed: str, replacement: Stage) -> None:
    """Closed opportunities that left the removed stage will be reopened in its replacement."""
    tx.session.execute(
        update(Opportunity)
        .where(
            Opportunity.pipeline_id == pipeline.id,
            Opportunity.closed_from["stage_id"].astext == removed,
        )
        .values(
            closed_from=func.jsonb_set(
                Opportunity.closed_from, array(["stage_id"]), func.to_jsonb(cast(replacement.id, String))
            )
        )
        .execution_options(synchronize_session=False)
    )
