"""Changing a pipeline, and with its stages the opportunities that are in them."""

from __future__ import annotations

from datetime import timedelta

from crm.sales.v1 import opportunities_pb2, pipelines_pb2
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from sqlalchemy import String, cast, func, select, update
from sqlalchemy.dialects.postgresql import array

from crm_sales.errors import DefaultPipelineNeeded, StageOccupied, StageReplacementNeeded, TooManyToMigrate
from crm_sales.opportunities import ranks
from crm_sales.opportunities.model import Opportunity
from crm_sales.pipelines.model import Pipeline, Stage
from crm_sales.pipelines.usecases import RULED, arrange, make_default

MAX_MIGRATED = 2_000
"""Opportunities that change stage in one transaction when stages are removed."""


def update_pipeline(tx: Transaction, request: pipelines_pb2.UpdatePipelineRequest) -> Pipeline:
    """Changes the fields that the mask names. Opportunities of removed stages move to the stages named for them.

    Raises PipelineIncomplete, StageReplacementNeeded, StageOccupied, TooManyToMigrate, DefaultPipelineNeeded.
    """
    given = request.pipeline
    pipeline = tx.get(Pipeline, given.id, etag=given.etag)
    mask = {path.split(".", 1)[0] for path in request.update_mask.paths}
    assign(pipeline, given, mask - RULED)
    if "stages" in mask:
        _rearrange(tx, pipeline, given)
    if "is_default" in mask and given.is_default != pipeline.is_default:
        if not given.is_default:
            raise DefaultPipelineNeeded()
        make_default(tx, pipeline)
    return pipeline


def _rearrange(tx: Transaction, pipeline: Pipeline, given: pipelines_pb2.Pipeline) -> None:
    """Gives the pipeline its new stages and moves the opportunities of removed ones."""
    before = {one["id"]: Stage.of(one) for one in pipeline.stages}
    arrange(pipeline, given)
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
    moving = tx.session.scalars(query.order_by(Opportunity.id).with_for_update()).all()
    # The first of them comes last, and so stands first again.
    for place, opportunity in enumerate(sorted(moving, key=lambda one: (one.rank, one.id), reverse=True)):
        origin = before[opportunity.stage_id]
        change = opportunity.migrate(origin, replacements[origin.id], tx.actor.id, tx.now)
        opportunity.rank = ranks.entering(tx.now + timedelta(microseconds=place), opportunity.id)
        tx.session.add(change)
        tx.publish(opportunities_pb2.OpportunityStageChanged(), opportunity)


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
