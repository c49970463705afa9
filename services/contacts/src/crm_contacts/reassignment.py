"""What happens to a user's records when the user leaves."""

from __future__ import annotations

from crm_kit.reassignment import Handover, Reassignment

from crm_contacts.accounts.model import Account
from crm_contacts.activities.model import Activity
from crm_contacts.contacts.model import Contact
from crm_contacts.leads.model import Lead

REASSIGNMENT = Reassignment(
    Handover(Account),
    Handover(Contact),
    Handover(Lead, Lead.status != "CONVERTED"),
    Handover(Activity, ~Activity.done),
)
"""Accounts, contacts, leads and open activities go to the successor, but for leads that have been converted."""
