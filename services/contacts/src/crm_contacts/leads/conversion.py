"""Turning a lead into a customer: one command, all or nothing, never twice.

The ids of everything that comes of it are allocated here. Account and contact are written here, in one
transaction with the event that tells sales to open the opportunity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crm.common.v1 import common_pb2
from crm.contacts.v1 import contacts_pb2, events_pb2
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import DomainError
from crm_chassis.ids import uuid7
from sqlalchemy import select

from crm_contacts.accounts.model import Account
from crm_contacts.activities.model import Activity
from crm_contacts.contacts.model import Affiliation, Contact
from crm_contacts.contacts.usecases import keep_contact
from crm_contacts.errors import LikelyDuplicates, OwnerNeeded
from crm_contacts.leads.model import Lead
from crm_contacts.leads.queries import in_status_since, same_company, same_contact, same_lead
from crm_contacts.normalise import domain_of

# Lead field to the field it fills in the account and in the contact.
ACCOUNT_FIELDS = {
    "industry": "industry",
    "website": "website",
    "country": "country",
    "territory_id": "territory_id",
}
CONTACT_FIELDS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "title": "title",
    "country": "country",
    "description": "description",
    "territory_id": "territory_id",
    "source": "lead_source",
}


@dataclass
class Plan:
    """What a conversion will do, decided before anything is written."""

    lead: Lead
    owner_id: str | None
    account: Account | None
    contact: Contact | None
    opens_opportunity: bool
    duplicates: list[Account | Contact | Lead] = field(default_factory=list)
    problems: list[DomainError] = field(default_factory=list)

    @property
    def account_name(self) -> str:
        """The name of a new account: the lead's company, or the person where there is none."""
        return self.lead.company or self.lead.display_name

    def fills(self) -> dict[str, str]:
        """Values that go into empty fields of existing records, by "account.industry" and the like."""
        found: dict[str, str] = {}
        for name, record, fields in (
            ("account", self.account, ACCOUNT_FIELDS),
            ("contact", self.contact, CONTACT_FIELDS),
        ):
            if record is not None:
                for source, target in fields.items():
                    if getattr(self.lead, source) and not getattr(record, target):
                        found[f"{name}.{target}"] = getattr(self.lead, source)
        return found


def plan_conversion(tx: Transaction, request: contacts_pb2.ConvertLeadRequest) -> Plan:
    """Decides what the conversion does; every duplicate check and every refusal happens here, before any write."""
    lead = tx.get(Lead, request.id, etag=request.etag)
    account = tx.get(Account, request.account_id) if request.HasField("account_id") else None
    contact = tx.get(Contact, request.contact_id) if request.HasField("contact_id") else None
    owner_id = request.owner_id if request.HasField("owner_id") else lead.owner_id
    plan = Plan(lead, owner_id, account, contact, request.HasField("opportunity"))
    try:
        lead.must_be_open()
    except DomainError as error:
        plan.problems.append(error)
    if owner_id is None:
        plan.problems.append(OwnerNeeded())
    if account is None and not request.allow_duplicates:
        found = same_company(tx, lead)
        if len(found) == 1:
            plan.account = found[0]
        else:
            plan.duplicates += found
    if contact is None:
        plan.duplicates += same_contact(tx, lead)
    plan.duplicates += same_lead(tx, lead)
    # A number may be a switchboard and another lead may be a colleague: those are shown, and stop nothing.
    blocking = [
        one for one in plan.duplicates if isinstance(one, Account) or (isinstance(one, Contact) and one.has(lead.email))
    ]
    if blocking and not request.allow_duplicates:
        names = ", ".join(f"{type(one).__name__.lower()} {one.id}" for one in blocking)
        plan.problems.append(LikelyDuplicates(f"These look the same: {names}. Convert into them or allow duplicates."))
    return plan


def convert_lead(tx: Transaction, request: contacts_pb2.ConvertLeadRequest) -> contacts_pb2.ConvertLeadResponse:
    """Converts. Raises LeadConverted the second time, OwnerNeeded, LikelyDuplicates."""
    plan = plan_conversion(tx, request)
    if plan.problems:
        raise plan.problems[0]
    lead = plan.lead
    account = plan.account or _new_account(tx, plan)
    contact = plan.contact or _new_contact(tx, plan, account)
    for path, value in plan.fills().items():
        target, name = path.split(".")
        setattr(account if target == "account" else contact, name, value)
    if request.overwrite_lead_source and lead.source:
        contact.lead_source = lead.source
    _add_identifiers(tx, lead, account, contact)
    _affiliate(tx, contact, account)
    opportunity_id = uuid7() if plan.opens_opportunity else None
    tx.session.add(lead.convert(account.id, contact.id, opportunity_id, tx.actor.id, tx.now, in_status_since(tx, lead)))
    _move_activities(tx, plan, account, contact)
    event = events_pb2.LeadConverted(
        account_id=account.id, contact_id=contact.id, owner_id=plan.owner_id, opportunity_id=opportunity_id
    )
    if plan.opens_opportunity:
        event.opportunity.CopyFrom(request.opportunity)
    tx.publish(event, lead)
    return contacts_pb2.ConvertLeadResponse(account_id=account.id, contact_id=contact.id, opportunity_id=opportunity_id)


def preview_lead_conversion(
    tx: Transaction, request: contacts_pb2.ConvertLeadRequest
) -> contacts_pb2.PreviewLeadConversionResponse:
    """The exact plan of a conversion, and what stands against it."""
    plan = plan_conversion(tx, request)
    return contacts_pb2.PreviewLeadConversionResponse(
        account_action="merge" if plan.account else "create",
        contact_action="merge" if plan.contact else "create",
        opportunity_action="create" if plan.opens_opportunity else "none",
        fills={path: str(value) for path, value in plan.fills().items()},
        duplicates=[_hit(one) for one in plan.duplicates],
        problems=[problem.reason for problem in plan.problems],
    )


def _hit(record: Any) -> common_pb2.SearchHit:
    title = record.name if isinstance(record, Account) else record.display_name
    return common_pb2.SearchHit(
        record_type=type(record).__name__.lower(), record_id=record.id, title=title, service="contacts"
    )


def _new_account(tx: Transaction, plan: Plan) -> Account:
    lead = plan.lead
    account = Account(name=plan.account_name, owner_id=plan.owner_id)
    for source, target in ACCOUNT_FIELDS.items():
        setattr(account, target, getattr(lead, source))
    account.domains = [domain] if lead.company and (domain := domain_of(lead.email)) else []
    account.rekey()
    return tx.add(account)


def _new_contact(tx: Transaction, plan: Plan, account: Account) -> Contact:
    contact = Contact(account_id=account.id, owner_id=plan.owner_id, tags=list(plan.lead.tags))
    for source, target in CONTACT_FIELDS.items():
        setattr(contact, target, getattr(plan.lead, source))
    return tx.add(contact)


def _add_identifiers(tx: Transaction, lead: Lead, account: Account, contact: Contact) -> None:
    """The lead's address and number belong to the contact, if it does not have them."""
    if lead.email and lead.email not in {one["address"] for one in contact.emails or ()}:
        contact.emails = [*(contact.emails or ()), {"address": lead.email, "type": "work", "primary": False}]
    if lead.phone and lead.phone not in {one["number"] for one in contact.phones or ()}:
        entry = {"number": lead.phone, "type": "work", "primary": False, "raw": lead.phone}
        contact.phones = [*(contact.phones or ()), entry]
    if contact.account_id is None:
        contact.account_id = account.id
    keep_contact(tx, contact)


def _affiliate(tx: Transaction, contact: Contact, account: Account) -> None:
    """Ties the contact to the account unless it already is."""
    tied = select(Affiliation.id).where(
        Affiliation.contact_id == contact.id,
        Affiliation.account_id == account.id,
        Affiliation.deleted_at.is_(None),
    )
    if tx.session.scalar(tied) is None:
        tx.add(Affiliation(contact_id=contact.id, account_id=account.id, primary=contact.account_id == account.id))


def _move_activities(tx: Transaction, plan: Plan, account: Account, contact: Contact) -> None:
    """Activities go along; open ones get the new owner, finished ones keep theirs."""
    query = select(Activity).where(Activity.lead_id == plan.lead.id).with_for_update()
    for activity in tx.session.scalars(query):
        activity.contact_id, activity.account_id = contact.id, account.id
        if not activity.done and activity.occurred_at > tx.now:
            activity.owner_id = plan.owner_id
