"""Rules of pipeline input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.sales.v1 import opportunities_pb2, pipelines_pb2
from crm_chassis.contracts.schema import derived, schema_for
from crm_chassis.records.mapping import writable_fields
from crm_kit.normalise import name_key
from marshmallow import ValidationError, validates

# An opportunity is in a stage and a pipeline whatever happens; to require them would say nothing.
REQUIRABLE = frozenset(f.name for f in writable_fields(opportunities_pb2.Opportunity)) - {
    "stage_id",
    "pipeline_id",
    "custom",
}


@schema_for(pipelines_pb2.Stage)
class StageSchema(derived(pipelines_pb2.Stage)):  # type: ignore[misc]
    """What a stage requires are fields of an opportunity, or custom ones as "custom.<name>"."""

    @validates("required_fields")
    def fields_of_an_opportunity(self, value: list[str], **_: Any) -> None:
        for name in value:
            if name not in REQUIRABLE and not (name.startswith("custom.") and len(name) > len("custom.")):
                raise ValidationError(f"an opportunity has no field {name}")


@schema_for(pipelines_pb2.Pipeline)
class PipelineSchema(derived(pipelines_pb2.Pipeline)):  # type: ignore[misc]
    """No two stages have the same name or id."""

    @validates("stages")
    def distinct(self, value: list[dict[str, Any]], **_: Any) -> None:
        for what, found in (
            ("name", [name_key(one["name"]) or one["name"] for one in value if one.get("name")]),
            ("id", [one["id"] for one in value if one.get("id")]),
        ):
            if len(found) != len(set(found)):
                raise ValidationError(f"two stages have the same {what}")
