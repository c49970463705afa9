"""The activity: something that happened or is planned between us and a customer."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from crm.contacts.v1 import contacts_pb2
from crm_chassis.db.model import Id, Record
from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column


class Activity(Record):
    """An entry of the timeline of a contact, an account or a lead."""

    __tablename__ = "activities"
    __table_args__ = (
        Index("activities_created", "created_at", "id"),
        Index("activities_updated", "updated_at", "id"),
        Index("activities_occurred", "occurred_at", "id"),
        Index("activities_contact", "contact_id", "occurred_at", "id"),
        Index("activities_account", "account_id", "occurred_at", "id"),
        Index("activities_lead", "lead_id", "occurred_at"),
        Index("activities_opportunity", "opportunity_id", "occurred_at"),
        Index("activities_owner", "owner_id", "created_at", "id"),
        Index("activities_type", "type", "created_at"),
        Index("activities_channel", "channel", "created_at"),
        Index("activities_done", "done", "created_at"),
        Index("activities_source_id", "source_id", unique=True, postgresql_where="source_id <> ''"),
    )
    message = contacts_pb2.Activity
    owner_field: ClassVar[str | None] = "owner_id"

    type: Mapped[str] = mapped_column(String)
    subject: Mapped[str] = mapped_column(String)
    body: Mapped[str] = mapped_column(String, default="")
    occurred_at: Mapped[datetime]
    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    lead_id: Mapped[str | None] = mapped_column(Id)
    opportunity_id: Mapped[str | None] = mapped_column(Id)
    channel: Mapped[str] = mapped_column(String, default="")
    owner_id: Mapped[str | None] = mapped_column(Id)
    duration_minutes: Mapped[int | None]
    source_id: Mapped[str] = mapped_column(String, default="")
    done: Mapped[bool] = mapped_column(Boolean, default=False)
