"""Selects over leads."""

from __future__ import annotations

from datetime import datetime

from crm_chassis.records.tx import Transaction
from crm_kit.normalise import company_key, domain_of
from sqlalchemy import ColumnElement, or_, select

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact
from crm_contacts.contacts.queries import same_person
from crm_contacts.leads.model import Lead, LeadStatusChange


def in_status_since(tx: Transaction, lead: Lead) -> datetime:
    """When the lead entered its present status."""
    last = (
        select(LeadStatusChange.changed_at)
        .where(LeadStatusChange.lead_id == lead.id)
        .order_by(LeadStatusChange.changed_at.desc())
        .limit(1)
    )
    return tx.session.scalar(last) or lead.created_at


def accounts_of_domain(tx: Transaction, lead: Lead) -> list[Account]:
    """Visible accounts that have the domain of the lead's address, at most five."""
    domain = domain_of(lead.email)
    return _oldest(tx, Account.domains.contains([domain])) if domain else []


def accounts_of_name(tx: Transaction, lead: Lead) -> list[Account]:
    """Visible accounts that are called like the lead's company, in any spelling, at most five."""
    key = company_key(lead.company)
    return _oldest(tx, Account.key == key) if key else []


def _oldest(tx: Transaction, condition: ColumnElement[bool]) -> list[Account]:
    return list(tx.session.scalars(tx.visible(Account).where(condition).order_by(Account.created_at).limit(5)))


def same_contact(tx: Transaction, lead: Lead) -> list[Contact]:
    """Visible contacts with the lead's e-mail address or number, at most five."""
    return list(tx.session.scalars(same_person(tx, (lead.email, lead.phone)).limit(5)))


def same_lead(tx: Transaction, lead: Lead) -> list[Lead]:
    """Other visible, open leads of the same person, at most five."""
    conditions = [getattr(Lead, name) == getattr(lead, name) for name in ("email", "phone") if getattr(lead, name)]
    if not conditions:
        return []
    query = tx.visible(Lead).where(or_(*conditions), Lead.id != lead.id, Lead.status != "CONVERTED").limit(5)
    return list(tx.session.scalars(query))
