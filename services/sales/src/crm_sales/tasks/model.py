"""The task."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from crm.sales.v1 import tasks_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.sharing import Shared, shared_index
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_sales.base import Record
from crm_sales.errors import TaskAlreadyDone, TaskCancelled


class Task(Shared, Record):
    """Something somebody has to do."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_created", "created_at", "id"),
        Index("tasks_updated", "updated_at", "id"),
        Index("tasks_due_date", "due_date", "id"),
        Index("tasks_due_at", "due_at", "id"),
        Index("tasks_owner", "owner_id", "created_at", "id"),
        Index("tasks_status", "status", "created_at", "id"),
        Index("tasks_priority", "priority", "created_at"),
        Index("tasks_opportunity", "opportunity_id", "created_at"),
        Index("tasks_account", "account_id", "created_at"),
        Index("tasks_contact", "contact_id", "created_at"),
        Index("tasks_lead", "lead_id", "created_at"),
        Index("tasks_ticket", "ticket_id", "created_at"),
        Index("tasks_owner_due_date", "owner_id", "due_date", "id"),
        Index("tasks_owner_due_at", "owner_id", "due_at", "id"),
        shared_index("tasks"),
    )
    message = tasks_pb2.Task
    owner_field: ClassVar[str | None] = "owner_id"

    subject: Mapped[str]
    description: Mapped[str] = mapped_column(String, default="")
    status: Mapped[str] = mapped_column(String, default="OPEN")
    priority: Mapped[str] = mapped_column(String, default="NORMAL")
    due_date: Mapped[date | None]
    due_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    owner_id: Mapped[str | None] = mapped_column(Id)
    opportunity_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    contact_id: Mapped[str | None] = mapped_column(Id)
    lead_id: Mapped[str | None] = mapped_column(Id)
    ticket_id: Mapped[str | None] = mapped_column(Id)

    def set_status(self, status: str | None, now: datetime) -> None:
        """Goes to any status; OPEN if none is named. A task is completed when it becomes done."""
        status = status or "OPEN"
        if status != self.status:
            self.completed_at = now if status == "DONE" else None
            self.status = status

    def complete(self, now: datetime) -> None:
        """Marks as done. Raises TaskAlreadyDone or TaskCancelled."""
        if self.status == "DONE":
            raise TaskAlreadyDone()
        if self.status == "CANCELLED":
            raise TaskCancelled()
        self.set_status("DONE", now)
