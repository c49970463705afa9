"""The pipeline: an ordered list of stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crm.sales.v1 import pipelines_pb2
from crm_chassis.errors import InvalidInput
from crm_chassis.ids import uuid7
from crm_kit.naming import Names
from crm_kit.normalise import name_key
from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_sales.base import Record
from crm_sales.errors import PipelineIncomplete

OPEN, WON, LOST = "OPEN", "WON", "LOST"
CLOSED = "CLOSED"
"""The forecast category of what is won, and of nothing else."""

# What a stage has of its type. A won deal is certain and a lost one impossible, whatever the pipeline says.
_PROBABILITIES = {WON: 100.0, LOST: 0.0}
_CATEGORIES = {OPEN: "PIPELINE", WON: CLOSED, LOST: "OMITTED"}


@dataclass(frozen=True)
class Stage:
    """A step of a pipeline, as it is stored in it."""

    id: str
    name: str
    type: str
    probability: float
    forecast_category: str
    required_fields: tuple[str, ...] = ()
    max_age_days: int | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Stage:
        return cls(
            id=stored["id"],
            name=stored["name"],
            type=stored["type"],
            probability=stored["probability"],
            forecast_category=stored["forecast_category"],
            required_fields=tuple(stored["required_fields"]),
            max_age_days=stored["max_age_days"],
        )


class Pipeline(Record):
    """A way of selling. Its stages lie in it, in order; an index over them finds the pipeline of a stage."""

    __tablename__ = "pipelines"
    __table_args__ = (
        Index("pipelines_created", "created_at", "id"),
        Index("pipelines_updated", "updated_at", "id"),
        Index("pipelines_name", "name", "id"),
        Index(
            "pipelines_stages",
            "stages",
            postgresql_using="gin",
            postgresql_ops={"stages": "jsonb_path_ops"},
        ),
        Index(
            "pipelines_default",
            "is_default",
            unique=True,
            postgresql_where="is_default AND deleted_at IS NULL",
        ),
        Index("pipelines_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
    )
    message = pipelines_pb2.Pipeline

    name: Mapped[str]
    stages: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    currency: Mapped[str] = mapped_column(String, default="")
    external_id: Mapped[str] = mapped_column(String, default="")

    def stage(self, id_: str) -> Stage | None:
        """The stage with that id."""
        return next((Stage.of(one) for one in self.stages if one["id"] == id_), None)

    def of_type(self, type_: str) -> list[Stage]:
        """The stages of a type, in order. There is at least one."""
        return [Stage.of(one) for one in self.stages if one["type"] == type_]

    def passed(self, origin: Stage | None, target: Stage) -> list[Stage]:
        """The open stages that a step forward from one stage to another leaves out; to lose leaves out none.

        What comes from nowhere or from another pipeline leaves out all that stand before the target.
        """
        places = {one["id"]: place for place, one in enumerate(self.stages)}
        if target.type == LOST or target.id not in places:
            return []
        begin = 0 if origin is None or origin.id not in places else places[origin.id] + 1
        between = self.stages[begin : places[target.id]]
        return [Stage.of(one) for one in between if one["type"] == OPEN]

    def stage_named(self, name: str) -> Stage | None:
        """The one stage with that id or name in any spelling; "won" and "lost" mean the first stage of that type."""
        stages = [Stage.of(one) for one in self.stages]
        named = Names(name_key, ((stage, stage.id, stage.name) for stage in stages)).find(name)
        if named or name_key(name).upper() not in (WON, LOST):
            return named[0] if len(named) == 1 else None
        return self.of_type(name_key(name).upper())[0]

    def arrange(self, given: Iterable[Mapping[str, Any]]) -> None:
        """Gives the pipeline its stages. Stages without id are new and get one; a new pipeline makes all ids itself.

        Raises InvalidInput for an id that is not of this pipeline, PipelineIncomplete if a type has no stage.
        """
        known = {one["id"] for one in self.stages or ()}
        arranged = [self._stored(one, known) for one in given]
        if {one["type"] for one in arranged} != {OPEN, WON, LOST}:
            raise PipelineIncomplete()
        self.stages = arranged

    def _stored(self, given: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
        id_ = given.get("id") if known else None
        if id_ and id_ not in known:
            raise InvalidInput.of("pipeline.stages", f"{self.name} has no stage {id_}")
        type_, category = given["type"], given.get("forecast_category") or _CATEGORIES.get(given["type"], "PIPELINE")
        if category == CLOSED and type_ != WON:
            raise InvalidInput.of("pipeline.stages", f"{given['name']}: only a stage of type WON is CLOSED")
        return {
            "id": id_ or uuid7(),
            "name": given["name"],
            "type": type_,
            "probability": _PROBABILITIES.get(type_, given.get("probability") or 0.0),
            "forecast_category": category,
            "required_fields": list(given.get("required_fields") or ()),
            "max_age_days": given.get("max_age_days"),
        }
