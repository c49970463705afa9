"""What happens to a user's records when the user leaves."""

from __future__ import annotations

from typing import Any

from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent
from sqlalchemy import select

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact
from crm_contacts.leads.model import Lead


def on_user_deactivated(tx: Transaction, event: IncomingEvent) -> None:
    """Gives accounts, contacts and open leads to the user that the deactivation names, if it names one."""
    successor = event.data.reassign_to_id
    if not successor:
        return
    models: tuple[Any, ...] = (Account, Contact, Lead)
    for model in models:
        query = select(model).where(model.owner_id == event.record_id, model.deleted_at.is_(None))
        for record in tx.session.scalars(query.with_for_update()):
            if not (isinstance(record, Lead) and record.status == "CONVERTED"):
                record.owner_id = successor
