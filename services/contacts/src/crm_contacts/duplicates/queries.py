"""Finding the records that are like others, by the keys that they share, and what was decided about pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_chassis.access.actor import Actor
from crm_chassis.records.tx import Transaction
from crm_chassis.records.visibility import predicate
from sqlalchemy import func, or_, select, text, tuple_

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Contact, display_name
from crm_contacts.duplicates.comparison import Comparison, Match, compare
from crm_contacts.duplicates.model import MODELS, NOT_DUPLICATE, Duplicate, DuplicateRule, MatchingRule, Ref, in_order
from crm_contacts.duplicates.traits import ACCOUNT, CONTACT, LEAD, Traits, of_account, of_contact, of_lead
from crm_contacts.leads.model import Lead

COMMON = 50
"""Records that may have a key; one that more have tells nobody from others, and is not used."""
MAX_CANDIDATES = 100
"""Records that one is compared with: those that have most keys with it."""

_SHARING = text(
    """
    SELECT k.key, m.record_type, m.record_id
    FROM unnest(CAST(:keys AS text[])) k(key)
    CROSS JOIN LATERAL (
        SELECT record_type, record_id FROM match_keys
        WHERE key = k.key AND record_type = ANY(CAST(:types AS text[])) LIMIT :common
    ) m
    """
)
_FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "EMAIL": {CONTACT: ("emails", "email"), LEAD: ("email",)},
    "PHONE": {CONTACT: ("phones", "phone"), LEAD: ("phone",), ACCOUNT: ("phone",)},
    "NAME": {CONTACT: ("first_name", "last_name"), LEAD: ("first_name", "last_name"), ACCOUNT: ("name",)},
    "FIRST_NAME": {CONTACT: ("first_name",), LEAD: ("first_name",)},
    "LAST_NAME": {CONTACT: ("last_name",), LEAD: ("last_name",)},
    "COMPANY": {CONTACT: ("account_id", "emails"), LEAD: ("company", "email")},
    "DOMAIN": {CONTACT: ("account_id", "emails"), LEAD: ("email", "website"), ACCOUNT: ("domains", "website")},
    "CITY": {CONTACT: ("addresses",), LEAD: ("city",), ACCOUNT: ("addresses",)},
    "POSTAL_CODE": {CONTACT: ("addresses",), LEAD: ("city",), ACCOUNT: ("addresses",)},
    "COUNTRY": {CONTACT: ("country", "addresses"), LEAD: ("country",), ACCOUNT: ("country", "addresses")},
    "TITLE": {CONTACT: ("title",), LEAD: ("title",)},
}
"""The fields of records that a compared field is made of."""


@dataclass(frozen=True)
class Rule:
    """A matching rule, ready to be used, with what duplicate rules make of it."""

    id: str
    name: str
    kinds: tuple[str, str]
    comparisons: tuple[Comparison, ...]
    least_score: float
    duplicate_rules: tuple[DuplicateRule, ...] = ()

    @classmethod
    def of(cls, rule: MatchingRule, duplicate_rules: Iterable[DuplicateRule] = ()) -> Rule:
        kinds = (rule.record_type, rule.other_record_type)
        return cls(rule.id, rule.name, kinds, tuple(rule.compared), rule.least_score, tuple(duplicate_rules))

    def others(self, record_type: str) -> set[str]:
        """The kinds that records of a kind are compared with."""
        one, other = self.kinds
        return ({other} if record_type == one else set()) | ({one} if record_type == other else set())

    def may_use(self, actor: Actor) -> bool:
        """Whether the actor may read all that is compared. What the rule finds would tell of what he may not."""
        return all(_readable(actor, comparison.field, kind) for comparison in self.comparisons for kind in self.kinds)


@dataclass(frozen=True)
class Known:
    """A stored record as it is compared and shown."""

    ref: Ref
    traits: Traits
    seen: bool
    """Whether the actor may read it."""
    title: str
    subtitle: str


@dataclass(frozen=True)
class Found:
    """A record that is like another one, and by which rule."""

    known: Known
    match: Match
    rule: Rule


def active_rules(tx: Transaction) -> list[Rule]:
    """The active matching rules."""
    query = select(MatchingRule).where(MatchingRule.active, MatchingRule.deleted_at.is_(None)).order_by(MatchingRule.id)
    with tx.session.no_autoflush:
        return [Rule.of(rule) for rule in tx.session.scalars(query)]


def rules_in_force(tx: Transaction, record_types: Collection[str]) -> list[Rule]:
    """The active matching rules for some kinds of records that active duplicate rules use, with these."""
    query = (
        select(DuplicateRule, MatchingRule)
        .join(MatchingRule, MatchingRule.id == DuplicateRule.matching_rule_id)
        .where(DuplicateRule.active, DuplicateRule.deleted_at.is_(None))
        .where(MatchingRule.active, MatchingRule.deleted_at.is_(None))
        .where(or_(MatchingRule.record_type.in_(record_types), MatchingRule.other_record_type.in_(record_types)))
        .order_by(MatchingRule.id)
    )
    using: dict[MatchingRule, list[DuplicateRule]] = defaultdict(list)
    for duplicate_rule, matching_rule in tx.session.execute(query):
        using[matching_rule].append(duplicate_rule)
    return [Rule.of(rule, duplicate_rules) for rule, duplicate_rules in using.items()]


def find(
    tx: Transaction,
    drafts: Mapping[Ref, Traits],
    rules: Sequence[Rule],
    *,
    hidden: bool = False,
    below: bool = False,
) -> dict[Ref, list[Found]]:
    """For each draft the stored records that are like it by some rule, the likeliest first; never itself.

    Only what the actor may read, unless `hidden`. With `below`, of a draft's own kind only records with a smaller id,
    so that each pair is found once. The statements are as many for a thousand drafts as for one.
    """
    shared = _candidates(tx, drafts, rules, below=below)
    known = load(tx, {ref for candidates in shared.values() for ref in candidates})
    found: dict[Ref, list[Found]] = {}
    for ref, candidates in shared.items():
        mine = [
            alike
            for one in candidates
            if (other := known.get(one)) is not None and (other.seen or hidden)
            and (alike := best(drafts[ref], other, rules)) is not None
        ]  # fmt: skip
        if mine:
            found[ref] = sorted(mine, key=lambda one: (-one.match.score, one.known.ref[1]))
    return found


def best(draft: Traits, known: Known, rules: Sequence[Rule]) -> Found | None:
    """How a record is like a draft by the rule that says most; None if it is not."""
    most: Found | None = None
    for rule in rules:
        if known.ref[0] in rule.others(draft.record_type):
            match = compare(rule.comparisons, rule.least_score, draft, known.traits)
            if match is not None and (most is None or match.score > most.match.score):
                most = Found(known, match, rule)
    return most


def every(draft: Traits, known: Known, rules: Sequence[Rule]) -> list[Found]:
    """How a record is like a draft, by each rule that says so."""
    return [found for rule in rules if (found := best(draft, known, [rule])) is not None]


def _candidates(
    tx: Transaction, drafts: Mapping[Ref, Traits], rules: Sequence[Rule], *, below: bool
) -> dict[Ref, list[Ref]]:
    """For each draft the records that it is compared with: a bounded number, those with most keys in common."""
    others = {kind: set().union(*(rule.others(kind) for rule in rules)) for kind in {ref[0] for ref in drafts}}
    keys = {key for ref, draft in drafts.items() if others[ref[0]] for key in draft.keys}
    if not keys:
        return {}
    types = sorted(set().union(*others.values()))
    holders: dict[str, list[Ref]] = defaultdict(list)
    parameters = {"keys": sorted(keys), "types": types, "common": COMMON + 1}
    for key, record_type, record_id in tx.session.execute(_SHARING, parameters):
        holders[key].append((record_type, record_id))
    found: dict[Ref, list[Ref]] = {}
    for ref, draft in drafts.items():
        counted = Counter(
            one
            for key in draft.keys
            if len(holders.get(key, ())) <= COMMON
            for one in holders.get(key, ())
            if one[0] in others[ref[0]] and one[1] != ref[1] and not (below and one[0] == ref[0] and one[1] > ref[1])
        )
        if counted:
            found[ref] = [one for one, _ in counted.most_common(MAX_CANDIDATES)]
    return found


# -- stored records as they are compared ---------------------------------------------------------------------


def load(tx: Transaction, refs: Iterable[Ref]) -> dict[Ref, Known]:
    """The records that are there, whoever may see them; each says whether the actor may."""
    by_type: dict[str, set[str]] = defaultdict(set)
    for record_type, id_ in refs:
        by_type[record_type].add(id_)
    readers = {CONTACT: _contacts, LEAD: _leads, ACCOUNT: _accounts}
    return {known.ref: known for kind, ids in sorted(by_type.items()) for known in readers[kind](tx, ids)}


def _seen(tx: Transaction, model: Any) -> Any:
    return func.coalesce(predicate(tx, model, f"{model.plural}.read"), False)


def _contacts(tx: Transaction, ids: Collection[str]) -> Iterable[Known]:
    query = (
        select(
            Contact.id, Contact.first_name, Contact.last_name, Contact.title, Contact.emails, Contact.phones,
            Contact.addresses, Contact.country, Contact.email, Account.name.label("account_name"),
            Account.domains.label("account_domains"), _seen(tx, Contact).label("seen"),
            _seen(tx, Account).label("account_seen"),
        )
        .outerjoin(Account, Account.id == Contact.account_id)
        .where(Contact.id.in_(ids), Contact.deleted_at.is_(None))
    )  # fmt: skip
    for row in _rows(tx, query):
        account = None
        # An account that the actor may not see is no reason that he may be told.
        if row["account_name"] is not None and (row["account_seen"] or not row["seen"]):
            account = {"name": row["account_name"], "domains": row["account_domains"]}
        title = display_name(row["first_name"], row["last_name"]) or row["email"]
        subtitle = account["name"] if account else row["title"]
        yield Known((CONTACT, row["id"]), of_contact(row, account), row["seen"], title, subtitle)


def _leads(tx: Transaction, ids: Collection[str]) -> Iterable[Known]:
    query = select(
        Lead.id, Lead.first_name, Lead.last_name, Lead.title, Lead.email, Lead.phone, Lead.company, Lead.website,
        Lead.city, Lead.country, _seen(tx, Lead).label("seen"),
    ).where(Lead.id.in_(ids), Lead.deleted_at.is_(None), Lead.status != "CONVERTED")  # fmt: skip
    for row in _rows(tx, query):
        title = display_name(row["first_name"], row["last_name"]) or row["company"] or row["email"]
        yield Known((LEAD, row["id"]), of_lead(row), row["seen"], title, row["company"])


def _accounts(tx: Transaction, ids: Collection[str]) -> Iterable[Known]:
    query = select(
        Account.id, Account.name, Account.domains, Account.website, Account.phone, Account.addresses, Account.country,
        Account.industry, _seen(tx, Account).label("seen"),
    ).where(Account.id.in_(ids), Account.deleted_at.is_(None))  # fmt: skip
    for row in _rows(tx, query):
        yield Known((ACCOUNT, row["id"]), of_account(row), row["seen"], row["name"], row["industry"])


def _rows(tx: Transaction, query: Any) -> list[dict[str, Any]]:
    with tx.session.no_autoflush:
        return [dict(row) for row in tx.session.execute(query).mappings()]


def _readable(actor: Actor, field: str, record_type: str) -> bool:
    fields = MODELS[record_type].message.DESCRIPTOR.fields_by_name
    return all(actor.can_read_all(fields[name]) for name in _FIELDS[field].get(record_type, ()))


def compared_columns(field: str, record_type: str) -> frozenset[str]:
    """The columns of a kind of record that a compared field is made of."""
    return frozenset(_FIELDS[field].get(record_type, ()))


# -- pairs -------------------------------------------------------------------------------------------------


def pairs_of(tx: Transaction, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], Duplicate]:
    """Pairs that are known, by their ids in order, deleted ones included."""
    if not pairs:
        return {}
    query = select(Duplicate).where(tuple_(Duplicate.low_id, Duplicate.high_id).in_(list(pairs)))
    with tx.session.no_autoflush:
        return {(one.low_id, one.high_id): one for one in tx.session.scalars(query)}


def dismissed(tx: Transaction, pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the pairs of which somebody has said that they are two."""
    return {pair for pair, one in pairs_of(tx, pairs).items() if one.state == NOT_DUPLICATE}


def pair_of(one: Ref, other: Ref) -> tuple[str, str]:
    """The ids of two records in order."""
    return in_order(one[1], other[1])
