"""Rules of task input that field options cannot say."""

from __future__ import annotations

from typing import Any

from crm.sales.v1 import tasks_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, validates_schema


@schema_for(tasks_pb2.Task)
class TaskSchema(derived(tasks_pb2.Task)):  # type: ignore[misc]
    """A task is due on a day or at an instant."""

    @validates_schema
    def one_due(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("due_date") and data.get("due_at"):
            raise ValidationError("give a day in due_date or an instant in due_at, not both", "due_at")
