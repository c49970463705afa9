"""The SLA policy: what we promise for which tickets."""

from __future__ import annotations

from typing import Any

from crm.support.v1 import support_pb2
from crm_chassis.db.model import Id, Record
from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column


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
    message = support_pb2.SlaPolicy

    name: Mapped[str]
    condition: Mapped[str] = mapped_column(String, default="")
    rank: Mapped[int] = mapped_column(Integer, default=0)
    calendar_id: Mapped[str] = mapped_column(Id)
    targets: Mapped[list[dict[str, Any]]]
