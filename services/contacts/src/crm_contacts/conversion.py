"""Turning a lead into a customer: one command, all or nothing, never twice.

The ids of everything that comes of it are allocated here. Account and contact are written here, in one
transaction with the event that tells sales to open the opportunity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from crm.contacts.v1 import leads_pb2
from crm_chassis.errors import DomainError, PermissionDenied
from crm_chassis.ids import uuid7
from crm_chassis.records.tx import Transaction
from crm_kit.normalise import company_key, domain_of
from crm_kit.search import hit
from sqlalchemy import select

from crm_contacts.accounts.model import Account
from crm_contacts.activities.model import Activity
from crm_contacts.carrying import Passage, left_behind, passages
from crm_contacts.contacts.model import Contact
from crm_contacts.contacts.usecases import join_account, keep_contact, tie
from crm_contacts.duplicates.checks import Wish, foresee, judge
from crm_contacts.duplicates.keys import columns_of
from crm_contacts.duplicates.traits import LEAD
from crm_contacts.errors import LikelyDuplicates, OwnerNeeded
from crm_contacts.leads.model import Lead
from crm_contacts.leads.queries import accounts_of_domain, accounts_of_name, in_status_since, same_contact, same_lead


@dataclass
class Plan:
    """What a conversion will do, decided before anything is written."""

    lead: Lead
    owner_id: str | None
    account: Account | None
    """The account that is there or to be made; None for a private person."""
    contact: Contact
    account_action: str
    """"create", "merge", "link" or "none", as in the contract."""
    contact_action: str
    opens_opportunity: bool
    ways: list[Passage]
    duplicates: list[Account | Contact | Lead] = field(default_factory=list)
    problems: list[DomainError] = field(default_factory=list)

    @property
    def written(self) -> dict[str, Account | Contact | None]:
        """The records that take something over."""
        return {
            "account": self.account if self.account_action in ("create", "merge") else None,
            "contact": self.contact,
        }

    def transfers(self) -> Iterator[tuple[Passage, Account | Contact]]:
        """What goes over, and into which record."""
        for way in self.ways:
            record = self.written[way.target]
            if record is not None and way.changes(record):
                yield way, record


def plan_conversion(tx: Transaction, request: leads_pb2.ConvertLeadRequest) -> Plan:
    """Decides what the conversion does; every duplicate check and every refusal happens here, before any write."""
    lead = tx.get(Lead, request.id, etag=request.etag)
    if not tx.read_only:
        tx.hold(*_keys(lead))
    account = tx.get(Account, request.account_id) if request.HasField("account_id") else None
    contact = tx.get(Contact, request.contact_id) if request.HasField("contact_id") else None
    plan = Plan(
        lead,
        request.owner_id if request.HasField("owner_id") else lead.owner_id,
        account,
        contact or Contact(),
        "merge" if account else "none",
        "merge" if contact else "create",
        request.HasField("opportunity"),
        list(passages(lead, overwrite_source=request.overwrite_lead_source)),
    )
    _check(tx, plan, [record for record in (account, contact) if record is not None])
    if account is None:
        _choose_account(tx, plan, request)
    blocking: list[Account | Contact | Lead] = [one for one in plan.duplicates if isinstance(one, Account)]
    if contact is None:
        same = same_contact(tx, lead)
        plan.duplicates += same
        # A number may be a switchboard and another lead may be a colleague: those are shown, and stop nothing.
        blocking += [one for one in same if one.has(lead.email)]
    plan.duplicates += same_lead(tx, lead)
    if blocking and not request.allow_duplicates:
        names = ", ".join(f"{type(one).__name__.lower()} {one.id}" for one in blocking)
        plan.problems.append(LikelyDuplicates(f"These look the same: {names}. Convert into them or allow duplicates."))
    return plan


def _keys(lead: Lead) -> list[str]:
    """What two leads of one company, or of one person, have in common: such leads are converted one after the other."""
    keys = {"domain": domain_of(lead.email), "company": company_key(lead.company), "email": lead.email}
    return [f"conversion {kind} {key}" for kind, key in keys.items() if key]


def _check(tx: Transaction, plan: Plan, named: list[Account | Contact]) -> None:
    if plan.owner_id is None:
        plan.problems.append(OwnerNeeded())
    checks = [plan.lead.must_be_open, *(lambda record=record: tx.check_changeable(record) for record in named)]
    if plan.opens_opportunity:
        checks.append(lambda: _check_opportunity(tx, plan))
    for check in checks:
        try:
            check()
        except DomainError as error:
            plan.problems.append(error)


def _check_opportunity(tx: Transaction, plan: Plan) -> None:
    """Sales opens the opportunity as the system, so whoever converts must be one who could open it."""
    permission = "opportunities.create"
    if not tx.actor.may(permission):
        raise PermissionDenied(f"You need the permission {permission} to open an opportunity.")
    if plan.owner_id is not None and tx.actor.kind == "user" and plan.owner_id != tx.actor.id:
        tx.check_owner(plan.owner_id, permission, "owner_id")


def _choose_account(tx: Transaction, plan: Plan, request: leads_pb2.ConvertLeadRequest) -> None:
    """The account of the lead's domain, a new one, or none."""
    lead, wanted = plan.lead, request.create_account if request.HasField("create_account") else None
    if wanted is False:
        return
    if not request.allow_duplicates:
        same_domain = accounts_of_domain(tx, lead)
        if len(same_domain) == 1:
            changeable = tx.may_change(same_domain[0])
            plan.account = tx.get(Account, same_domain[0].id) if changeable else same_domain[0]
            plan.account_action = "merge" if changeable else "link"
            return
        plan.duplicates += same_domain or accounts_of_name(tx, lead)
    if wanted or lead.company:
        plan.account, plan.account_action = Account(domains=[]), "create"
        if not lead.company:
            plan.account.name = lead.display_name
        elif domain := domain_of(lead.email):
            plan.account.domains = [domain]


def convert_lead(tx: Transaction, request: leads_pb2.ConvertLeadRequest) -> leads_pb2.ConvertLeadResponse:
    """Converts. Raises LeadConverted the second time, OwnerNeeded, LikelyDuplicates, PermissionDenied.

    What is written is compared with what is there as after any other call, hidden records included.
    """
    plan = plan_conversion(tx, request)
    if plan.problems:
        raise plan.problems[0]
    lead, account, contact = plan.lead, plan.account, plan.contact
    for way, record in list(plan.transfers()):
        way.apply(record)
    if account is not None and plan.account_action == "create":
        account.owner_id = plan.owner_id
        tx.add(account)
    if plan.contact_action == "create":
        contact.owner_id = plan.owner_id
        tx.add(contact)
    keep_contact(tx, contact)
    if account is not None:
        if contact.account_id is None:
            join_account(tx, contact, account.id)
        else:
            tie(tx, contact, account.id)
    opportunity_id = uuid7() if plan.opens_opportunity else None
    account_id = account.id if account is not None else None
    tx.session.add(lead.convert(account_id, contact.id, opportunity_id, tx.actor.id, tx.now, in_status_since(tx, lead)))
    _move_activities(tx, plan)
    event = leads_pb2.LeadConverted(
        account_id=account_id, contact_id=contact.id, owner_id=plan.owner_id, opportunity_id=opportunity_id
    )
    if plan.opens_opportunity:
        event.opportunity.CopyFrom(request.opportunity)
    tx.publish(event, lead)
    written = [record for record in plan.written.values() if record is not None]
    for record in written:
        tx.await_verdict(judge, record, Wish(allow=request.allow_duplicates))
    tx.settle()
    told = [entry for record in written for entry in getattr(record, "likely_duplicates", ())]
    return leads_pb2.ConvertLeadResponse(
        account_id=account_id, contact_id=contact.id, opportunity_id=opportunity_id, likely_duplicates=told
    )


def preview_lead_conversion(
    tx: Transaction, request: leads_pb2.ConvertLeadRequest
) -> leads_pb2.PreviewLeadConversionResponse:
    """The exact plan of a conversion, and what stands against it."""
    plan = plan_conversion(tx, request)
    if pipeline_id := request.opportunity.pipeline_id:
        tx.note_unverified("opportunity.pipeline_id", "crm.sales.pipeline", pipeline_id)
    told: list[Any] = []
    for verdict in foresee(tx, _drafts(plan), Wish(allow=request.allow_duplicates), (LEAD, plan.lead.id)):
        if verdict.refused is None:
            told += verdict.shows["likely_duplicates"]
        else:
            plan.problems.append(verdict.refused)
            told += cast(Any, verdict.refused.record).likely_duplicates
    return leads_pb2.PreviewLeadConversionResponse(
        account_action=plan.account_action,
        contact_action=plan.contact_action,
        opportunity_action="create" if plan.opens_opportunity else "none",
        fills={way.path: way.text for way, _ in plan.transfers()},
        duplicates=[hit(record, _title(record)) for record in plan.duplicates],
        problems=dict.fromkeys(problem.reason for problem in plan.problems),
        likely_duplicates=told,
        not_carried=left_behind(plan.lead, plan.ways, plan.written),
    )


def _drafts(plan: Plan) -> list[tuple[Account | Contact, set[str]]]:
    """The records as they would be written, stored by nobody, each with what would change of one that is there."""
    drafts: list[tuple[Account | Contact, set[str]]] = []
    account_id = plan.account.id if plan.account is not None else None
    for name, record in plan.written.items():
        if record is None:
            continue
        before = columns_of(record)
        draft = type(record)(id=record.id or uuid7(), **before)
        for way in plan.ways:
            if way.target == name and way.field in before:
                way.apply(draft)
        if isinstance(draft, Account):
            account_id = draft.id
        else:
            draft.account_id = draft.account_id or account_id
        after = columns_of(draft)
        changed = {column for column, value in after.items() if value != before[column]}
        if record.id is None or changed:
            drafts.append((draft, changed if record.id else set()))
    return drafts


def _title(record: Account | Contact | Lead) -> str:
    return record.name if isinstance(record, Account) else record.display_name


def _move_activities(tx: Transaction, plan: Plan) -> None:
    """Activities go along; open ones get the new owner, finished ones keep theirs."""
    query = select(Activity).where(Activity.lead_id == plan.lead.id).with_for_update()
    for activity in tx.session.scalars(query):
        activity.contact_id = plan.contact.id
        if plan.account is not None:
            activity.account_id = plan.account.id
        if not activity.done:
            activity.owner_id = plan.owner_id
