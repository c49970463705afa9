"""What can be done about duplicates: rules, looking for what a draft looks like, and the review list."""

from __future__ import annotations

from typing import Any

import crm_contracts
from crm.contacts.v1 import (
    accounts_pb2,
    contacts_pb2,
    duplicate_rules_pb2,
    duplicates_pb2,
    leads_pb2,
    matching_rules_pb2,
)
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction
from google.protobuf.message import Message
from sqlalchemy import select

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact
from crm_contacts.duplicates.builtin import built_in
from crm_contacts.duplicates.checks import shown_of
from crm_contacts.duplicates.keys import traits_of, type_of
from crm_contacts.duplicates.model import ALERT, Duplicate, DuplicateRule, MatchingRule, Ref
from crm_contacts.duplicates.queries import Rule, active_rules, dismissed, find, pair_of
from crm_contacts.duplicates.sweep import sweep_soon
from crm_contacts.leads.model import Lead

SHOWN = 10
"""Records that are found for a draft."""


def setup(tx: Transaction) -> None:
    """Makes the rules that an installation begins with, where there have never been any."""
    if tx.session.scalar(select(MatchingRule.id).limit(1)) is not None:
        return
    for given in built_in():
        rule = MatchingRule(
            name=given.name, active=True, record_type=given.record_type, other_record_type=given.other_record_type,
            comparisons=list(given.comparisons), least_score=given.least_score,
        )  # fmt: skip
        rule.complete()
        tx.add(rule)
        tx.session.flush()
        tx.add(
            DuplicateRule(
                name=given.name,
                active=True,
                matching_rule_id=rule.id,
                on_create=ALERT,
                on_update=ALERT,
                confirmable=True,
            )
        )


# -- rules -------------------------------------------------------------------------------------------------


def create_matching_rule(tx: Transaction, request: matching_rules_pb2.CreateMatchingRuleRequest) -> MatchingRule:
    """A new rule. Raises InvalidInput for one that could find nothing."""
    rule = MatchingRule()
    assign(rule, request.matching_rule)
    rule.complete()
    if rule.active:
        sweep_soon(tx)
    return tx.add(rule)


def update_matching_rule(tx: Transaction, request: matching_rules_pb2.UpdateMatchingRuleRequest) -> MatchingRule:
    """Changes the fields that the mask names. What the rule finds now goes on the review list, by and by."""
    rule = tx.get(MatchingRule, request.matching_rule.id, etag=request.matching_rule.etag)
    assign(rule, request.matching_rule, request.update_mask.paths)
    rule.complete()
    if rule.active and tx.changes_of(rule) & {
        "active",
        "record_type",
        "other_record_type",
        "comparisons",
        "least_score",
    }:
        sweep_soon(tx)
    return rule


def create_duplicate_rule(tx: Transaction, request: duplicate_rules_pb2.CreateDuplicateRuleRequest) -> DuplicateRule:
    """A new rule. Raises UnknownReference for a matching rule that is not there."""
    rule = DuplicateRule()
    assign(rule, request.duplicate_rule)
    tx.check_reference(MatchingRule, rule.matching_rule_id, "duplicate_rule.matching_rule_id")
    return tx.add(rule)


def update_duplicate_rule(tx: Transaction, request: duplicate_rules_pb2.UpdateDuplicateRuleRequest) -> DuplicateRule:
    """Changes the fields that the mask names."""
    rule = tx.get(DuplicateRule, request.duplicate_rule.id, etag=request.duplicate_rule.etag)
    if "matching_rule_id" in assign(rule, request.duplicate_rule, request.update_mask.paths):
        tx.check_reference(MatchingRule, rule.matching_rule_id, "duplicate_rule.matching_rule_id")
    return rule


# -- what a draft looks like ---------------------------------------------------------------------------------


def find_contact_duplicates(
    tx: Transaction, request: contacts_pb2.FindContactDuplicatesRequest
) -> matching_rules_pb2.FindDuplicatesResponse:
    """Contacts and leads that look like the contact."""
    return _found(tx, Contact(), request.contact)


def find_lead_duplicates(
    tx: Transaction, request: leads_pb2.FindLeadDuplicatesRequest
) -> matching_rules_pb2.FindDuplicatesResponse:
    """Leads and contacts that look like the lead."""
    return _found(tx, Lead(), request.lead)


def find_account_duplicates(
    tx: Transaction, request: accounts_pb2.FindAccountDuplicatesRequest
) -> matching_rules_pb2.FindDuplicatesResponse:
    """Accounts that look like the account."""
    return _found(tx, Account(), request.account)


def _found(tx: Transaction, draft: Any, given: Any) -> matching_rules_pb2.FindDuplicatesResponse:
    assign(draft, _typed(given))
    draft.settle()
    account = None
    if account_id := getattr(draft, "account_id", None):
        columns = tx.visible(Account).where(Account.id == account_id).with_only_columns(Account.name, Account.domains)
        row = tx.session.execute(columns).first()
        account = {"name": row.name, "domains": row.domains} if row is not None else None
    ref: Ref = (type_of(draft) or "", given.id)
    rules: list[Rule] = [rule for rule in active_rules(tx) if rule.may_use(tx.actor)]
    alike = find(tx, {ref: traits_of(draft, account)}, rules).get(ref, [])
    none = dismissed(tx, {pair_of(ref, one.known.ref) for one in alike}) if given.id and alike else set()
    shown = [shown_of(one) for one in alike if pair_of(ref, one.known.ref) not in none][:SHOWN]
    return matching_rules_pb2.FindDuplicatesResponse(duplicates=shown)


def _typed(given: Message) -> Message:
    """What somebody has typed, without what only the suite writes."""
    typed = type(given)()
    typed.CopyFrom(given)
    for field, _ in given.ListFields():
        if crm_contracts.OUTPUT_ONLY in crm_contracts.behavior_of(field):
            typed.ClearField(field.name)
    return typed


# -- the review list -----------------------------------------------------------------------------------------


def dismiss_duplicate(tx: Transaction, request: duplicates_pb2.DismissDuplicateRequest) -> Duplicate:
    """The two are not the same, and are not proposed again. Raises DuplicateMerged."""
    pair = tx.get(Duplicate, request.id, etag=request.etag)
    pair.dismiss(tx.actor.id, tx.now)
    return pair


def reopen_duplicate(tx: Transaction, request: duplicates_pb2.ReopenDuplicateRequest) -> Duplicate:
    """The pair is on the list again. Raises DuplicateMerged."""
    pair = tx.get(Duplicate, request.id, etag=request.etag)
    pair.reopen()
    return pair


def sweep_duplicates(
    tx: Transaction, _: duplicates_pb2.SweepDuplicatesRequest
) -> duplicates_pb2.SweepDuplicatesResponse:
    """Has all records looked through."""
    return duplicates_pb2.SweepDuplicatesResponse(job_id=sweep_soon(tx))
