"""What happens here when a lead becomes a customer: an opportunity is opened, and tasks about the lead go along."""

from __future__ import annotations

from typing import Any

from crm_chassis.envelope import IncomingEvent
from crm_chassis.records.directory import DirectoryUser
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_sales.opportunities.conversion import open_opportunity
from crm_sales.tasks.model import Task


def on_lead_converted(tx: Transaction, event: IncomingEvent) -> None:
    """Opens the opportunity, and has the tasks about the lead be about what it became."""
    open_opportunity(tx, event)
    _move_tasks(tx, event.record_id, event.data)


def _move_tasks(tx: Transaction, lead_id: str, data: Any) -> None:
    """Tasks go along; open ones get the owner of what the lead became, unless that one has left. Once."""
    gone = select(DirectoryUser.id).where(DirectoryUser.id == data.owner_id, ~DirectoryUser.active)
    owner_id = data.owner_id if data.owner_id and tx.session.scalar(gone) is None else ""
    about_lead = Task.lead_id == lead_id, Task.contact_id.is_distinct_from(data.contact_id or None)
    for task in tx.session.scalars(select(Task).where(*about_lead, Task.deleted_at.is_(None)).with_for_update()):
        task.contact_id = data.contact_id or None
        task.account_id = data.account_id or task.account_id
        task.opportunity_id = task.opportunity_id or data.opportunity_id or None
        if task.status == "OPEN" and owner_id:
            task.owner_id = owner_id
