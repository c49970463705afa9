"""What happens to a user's records when the user leaves."""

from __future__ import annotations

from typing import Any

from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent
from sqlalchemy import select

from crm_sales.opportunities.model import Opportunity
from crm_sales.tasks.model import Task


def on_user_deactivated(tx: Transaction, event: IncomingEvent) -> None:
    """Gives open opportunities and open tasks to the user that the deactivation names, if it names one.

    What is closed or done stays with who did it.
    """
    successor = event.data.reassign_to_id
    if not successor:
        return
    models: tuple[Any, ...] = (Opportunity, Task)
    for model in models:
        query = select(model).where(
            model.owner_id == event.record_id, model.status == "OPEN", model.deleted_at.is_(None)
        )
        for record in tx.session.scalars(query.order_by(model.id).with_for_update()):
            record.owner_id = successor
