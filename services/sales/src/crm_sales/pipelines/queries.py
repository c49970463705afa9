"""Selects over pipelines.

An opportunity that enters a stage holds the pipeline's row in share mode until it is stored, so that nobody
removes the stage meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crm_chassis.db.base import Id
from crm_chassis.errors import UnknownReference
from crm_chassis.records.tx import Transaction
from crm_kit.naming import Names
from crm_kit.normalise import name_key
from sqlalchemy import ColumnExpressionArgument, bindparam, select

from crm_sales.errors import StageNotInPipeline
from crm_sales.pipelines.model import OPEN, Pipeline, Stage


def _held(condition: ColumnExpressionArgument[bool]) -> Any:
    query = select(Pipeline).where(condition, Pipeline.deleted_at.is_(None))
    return query.limit(1).with_for_update(read=True).execution_options(populate_existing=True)


# Built once: every opportunity that moves asks for its pipeline.
_BY_ID = _held(Pipeline.id == bindparam("id", type_=Id))
_DEFAULT = _held(Pipeline.is_default)


def pipeline_by_id(tx: Transaction, id_: str) -> Pipeline:
    """The pipeline with that id. Raises UnknownReference."""
    found: Pipeline | None = tx.session.scalar(_BY_ID, {"id": id_})
    if found is None:
        raise UnknownReference.of("opportunity.pipeline_id", "pipelines")
    return found


def default_pipeline(tx: Transaction) -> Pipeline:
    """The pipeline that is used where none is named. Raises UnknownReference if there is none."""
    found: Pipeline | None = tx.session.scalar(_DEFAULT)
    if found is None:
        raise UnknownReference.of("opportunity.pipeline_id", "pipelines")
    return found


def pipelines_named(tx: Transaction, names: Collection[str]) -> Names[Pipeline]:
    """The pipelines that are called by name. They are few: their names are compared here."""
    if not names:
        return Names(name_key)
    keys = {name_key(name) for name in names}
    every = tx.session.execute(select(Pipeline.id, Pipeline.name).where(Pipeline.deleted_at.is_(None)))
    ids = [row.id for row in every if name_key(row.name) in keys]
    query = select(Pipeline).where(Pipeline.id.in_(ids), Pipeline.deleted_at.is_(None)).order_by(Pipeline.created_at)
    pipelines = tx.session.scalars(query.with_for_update(read=True))
    return Names(name_key, ((pipeline, "", pipeline.name) for pipeline in pipelines))


def choose_stage(tx: Transaction, pipeline_id: str, stage_id: str) -> tuple[Pipeline, Stage]:
    """The pipeline and stage that the ids name, either of which may be empty.

    Without a stage it is the first open one; without a pipeline, that of the stage or the default one.
    Raises UnknownReference or StageNotInPipeline.
    """
    if pipeline_id:
        pipeline = pipeline_by_id(tx, pipeline_id)
    elif stage_id:
        found = tx.session.scalar(_held(_has_stage(stage_id)))
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
