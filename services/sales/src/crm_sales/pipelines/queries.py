"""Selects over pipelines.

An opportunity that enters a stage holds the pipeline's row in share mode until it is stored, so that nobody
removes the stage meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crm_chassis.db.tx import Transaction
from crm_chassis.errors import UnknownReference
from sqlalchemy import ColumnExpressionArgument, func, select

from crm_sales.errors import StageNotInPipeline
from crm_sales.normalise import name_key
from crm_sales.pipelines.model import OPEN, Pipeline, Stage


def _pipeline(tx: Transaction, condition: ColumnExpressionArgument[bool]) -> Pipeline | None:
    query = select(Pipeline).where(condition, Pipeline.deleted_at.is_(None)).order_by(Pipeline.created_at)
    held = query.limit(1).with_for_update(read=True)
    return tx.session.scalar(held.execution_options(populate_existing=True))


def pipeline_by_id(tx: Transaction, id_: str) -> Pipeline:
    """The pipeline with that id. Raises UnknownReference."""
    found = _pipeline(tx, Pipeline.id == id_)
    if found is None:
        raise UnknownReference.of("opportunity.pipeline_id", "pipelines")
    return found


def default_pipeline(tx: Transaction) -> Pipeline:
    """The pipeline that is used where none is named. Raises UnknownReference if there is none."""
    found = _pipeline(tx, Pipeline.is_default)
    if found is None:
        raise UnknownReference.of("opportunity.pipeline_id", "pipelines")
    return found


def pipelines_named(tx: Transaction, names: Collection[str]) -> dict[str, Pipeline]:
    """Name to the pipeline with that name in any spelling; the oldest of several."""
    key = func.regexp_replace(func.lower(Pipeline.name), "[^[:alnum:]]", "", "g")
    query = select(Pipeline).where(key.in_({name_key(name) for name in names}), Pipeline.deleted_at.is_(None))
    by_key: dict[str, Pipeline] = {}
    for pipeline in tx.session.scalars(query.order_by(Pipeline.created_at).with_for_update(read=True)):
        by_key.setdefault(name_key(pipeline.name), pipeline)
    return {name: by_key[name_key(name)] for name in names if name_key(name) in by_key}


def choose_stage(tx: Transaction, pipeline_id: str, stage_id: str) -> tuple[Pipeline, Stage]:
    """The pipeline and stage that the ids name, either of which may be empty.

    Without a stage it is the first open one; without a pipeline, that of the stage or the default one.
    Raises UnknownReference or StageNotInPipeline.
    """
    if pipeline_id:
        pipeline = pipeline_by_id(tx, pipeline_id)
    elif stage_id:
        found = _pipeline(tx, _has_stage(stage_id))
        if found is None:
            raise UnknownReference.of("opportunity.stage_id", "stage")
        pipeline = found
    else:
        pipeline = default_pipeline(tx)
    return pipeline, stage_in(pipeline, stage_id)


def stage_in(pipeline: Pipeline, stage_id: str, type_: str = OPEN) -> Stage:
    """The stage with that id; without an id the first one of the type. Raises StageNotInPipeline."""
    stage = pipeline.stage(stage_id) if stage_id else pipeline.of_type(type_)[0]
    if stage is None:
        raise StageNotInPipeline(errors={"stage_id": [f"{pipeline.name} has no such stage"]})
    return stage


def _has_stage(stage_id: str) -> Any:
    return Pipeline.stages.contains([{"id": stage_id}])
