"""What can be done with activities."""

from __future__ import annotations

from crm.contacts.v1 import activities_pb2
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from sqlalchemy import select

from crm_contacts.accounts.model import Account
from crm_contacts.activities.model import Activity
from crm_contacts.contacts.model import Contact
from crm_contacts.errors import SourceAlreadyRecorded
from crm_contacts.leads.model import Lead


def create_activity(tx: Transaction, request: activities_pb2.CreateActivityRequest) -> Activity:
    """A new entry; it happened now unless it says when. Raises SourceAlreadyRecorded for a repeated source_id."""
    activity = Activity()
    assign(activity, request.activity)
    _check_references(tx, activity)
    if activity.source_id:
        known = select(Activity.id).where(Activity.source_id == activity.source_id)
        if tx.session.scalar(known) is not None:
            raise SourceAlreadyRecorded()
    activity.occurred_at = activity.occurred_at or tx.now
    return tx.add(activity)


def _check_references(tx: Transaction, activity: Activity) -> None:
    tx.check_reference(Contact, activity.contact_id, "activity.contact_id")
    tx.check_reference(Account, activity.account_id, "activity.account_id")
    tx.check_reference(Lead, activity.lead_id, "activity.lead_id")


def update_activity(tx: Transaction, request: activities_pb2.UpdateActivityRequest) -> Activity:
    """Changes the fields that the mask names. Raises EmailUnchangeable for what has been written to somebody."""
    activity = tx.get(Activity, request.activity.id, etag=request.activity.etag)
    occurred_at = activity.occurred_at
    assign(activity, request.activity, request.update_mask.paths)
    activity.occurred_at = activity.occurred_at or occurred_at
    activity.check_unsaid(tx.changes_of(activity))
    _check_references(tx, activity)
    return activity
