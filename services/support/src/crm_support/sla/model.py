"""The SLA policy: what we promise for which tickets."""

from __future__ import annotations

from typing import Any

from crm.support.v1 import sla_policies_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.model import Restriction
from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_support.base import Record
from crm_support.calendars.model import BusinessCalendar


class SlaPolicy(Record):
    """Working minutes promised by kind of clock and priority, for the tickets that fulfil a condition."""

    __tablename__ = "sla_policies"
    __table_args__ = (
        Index("sla_policies_created", "created_at", "id"),
        Index("sla_policies_updated", "updated_at", "id"),
        Index("sla_policies_name", "name", "id"),
        Index("sla_policies_rank", "rank", "id"),
        Index("sla_policies_calendar", "calendar_id"),
    )
    message = sla_policies_pb2.SlaPolicy
    restricts = (Restriction("calendar_id", BusinessCalendar, "An SLA policy still counts in this calendar."),)

    name: Mapped[str]
    condition: Mapped[str] = mapped_column(String, default="")
    rank: Mapped[int] = mapped_column(Integer, default=0)
    calendar_id: Mapped[str] = mapped_column(Id)
    targets: Mapped[list[dict[str, Any]]]
