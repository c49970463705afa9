"""Rules of calendar input that field options cannot say."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from crm.support.v1 import business_calendars_pb2
from crm_chassis.contracts.schema import derived, schema_for
from marshmallow import ValidationError, post_load, validates_schema

from crm_support.calendars.model import minute_of_day


@schema_for(business_calendars_pb2.WorkingHours)
class WorkingHoursSchema(derived(business_calendars_pb2.WorkingHours)):  # type: ignore[misc]
    """Work ends after it starts."""

    @validates_schema(skip_on_field_errors=True)
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        if minute_of_day(data["end"]) <= minute_of_day(data["start"]):
            raise ValidationError("must be after start", "end")


@schema_for(business_calendars_pb2.BusinessCalendar)
class BusinessCalendarSchema(derived(business_calendars_pb2.BusinessCalendar)):  # type: ignore[misc]
    """Stretches of one day do not overlap; they may touch. A holiday is named once."""

    @validates_schema(skip_on_field_errors=True)
    def apart(self, data: dict[str, Any], **_: Any) -> None:
        hours = data.get("working_hours", ())
        stretches = sorted((one["weekday"], one["start"], one["end"]) for one in hours)
        for (day, _start, end), (next_day, start, _end) in pairwise(stretches):
            if day == next_day and start < end:
                raise ValidationError(f"two stretches of weekday {day} overlap at {start}", "working_hours")

    @post_load
    def normal(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if "holidays" in data:
            data["holidays"] = sorted(set(data["holidays"]))
        return data
