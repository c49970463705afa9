"""What can be done with pipelines, but for changing them: see rearrangement.py."""

from __future__ import annotations

from typing import Any

from crm.common.v1 import standard_pb2
from crm.sales.v1 import pipelines_pb2
from crm_chassis.contracts.transcode import Encoder
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_sales.errors import (
    DefaultPipelineNeeded,
)
from crm_sales.pipelines.model import Pipeline

RULED = frozenset({"stages", "stage_replacements", "is_default"})
"""Fields that are more than assigned."""
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


def create_pipeline(tx: Transaction, request: pipelines_pb2.CreatePipelineRequest) -> Pipeline:
    """A new pipeline; the default one if it says so. Raises PipelineIncomplete."""
    given = request.pipeline
    pipeline = Pipeline()
    assign(pipeline, given, {field.name for field, _ in given.ListFields()} - RULED)
    arrange(pipeline, given)
    if given.is_default:
        make_default(tx, pipeline)
    return tx.add(pipeline)


def delete_pipeline(tx: Transaction, request: standard_pb2.DeleteRequest) -> Pipeline:
    """Deletes a pipeline. Raises Referenced while it has opportunities, DefaultPipelineNeeded for the default."""
    pipeline = tx.get(Pipeline, request.id, etag=request.etag)
    if pipeline.is_default:
        raise DefaultPipelineNeeded()
    tx.delete(pipeline)
    return pipeline


def arrange(pipeline: Pipeline, given: pipelines_pb2.Pipeline) -> None:
    """Gives the pipeline the stages of the message. Raises InvalidInput, PipelineIncomplete."""
    pipeline.arrange(_encode(one) for one in given.stages)


def make_default(tx: Transaction, pipeline: Pipeline) -> None:
    """Ends the primacy of the present default, in the database first: there is never more than one."""
    query = select(Pipeline).where(Pipeline.is_default).with_for_update()
    for other in tx.session.scalars(query):
        other.is_default = False
    tx.session.flush()
    pipeline.is_default = True
