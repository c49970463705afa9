"""Matching rules, duplicate rules, the pairs that they find, and the keys under which records are found for that."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from crm.contacts.v1 import duplicate_rules_pb2, duplicates_pb2, matching_rules_pb2
from crm_chassis.db.base import Id
from crm_chassis.errors import InvalidInput
from crm_chassis.records.model import Personal, Restriction
from sqlalchemy import Boolean, Double, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_contacts.accounts.model import Account
from crm_contacts.base import Base, Record
from crm_contacts.contacts.model import Contact
from crm_contacts.duplicates.comparison import EXACT, Comparison, Match
from crm_contacts.duplicates.traits import ACCOUNT, CONTACT, LEAD
from crm_contacts.errors import DuplicateMerged
from crm_contacts.leads.model import Lead

ALLOW, REPORT, ALERT, BLOCK = "ALLOW", "REPORT", "ALERT", "BLOCK"
OPEN, NOT_DUPLICATE, MERGED = "OPEN", "NOT_DUPLICATE", "MERGED"
MODELS: dict[str, type[Contact] | type[Lead] | type[Account]] = {CONTACT: Contact, LEAD: Lead, ACCOUNT: Account}
"""The kinds of records that are compared."""
LEAST_SCORE = 0.9

_OF_PEOPLE = frozenset({"EMAIL", "FIRST_NAME", "LAST_NAME", "COMPANY", "TITLE"})
"""What an account has not."""
_FINDING = frozenset({("EMAIL", EXACT), ("PHONE", EXACT), ("DOMAIN", EXACT)})
"""Exact comparisons by whose values records are found."""

Ref = tuple[str, str]
"""Kind and id of a record that is compared."""


class MatchingRule(Record):
    """Says of two kinds of records when two of them are likely the same."""

    __tablename__ = "matching_rules"
    personal: ClassVar[Personal | None] = None
    __table_args__ = (
        Index("matching_rules_created", "created_at", "id"),
        Index("matching_rules_updated", "updated_at", "id"),
        Index("matching_rules_name", "name", "id"),
        Index("matching_rules_active", "active", "created_at"),
        Index("matching_rules_record_type", "record_type", "created_at"),
        Index("matching_rules_other_record_type", "other_record_type", "created_at"),
    )
    message = matching_rules_pb2.MatchingRule

    name: Mapped[str]
    description: Mapped[str] = mapped_column(String, default="")
    active: Mapped[bool] = mapped_column(Boolean, default=False)
    record_type: Mapped[str] = mapped_column(String)
    other_record_type: Mapped[str] = mapped_column(String)
    comparisons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    least_score: Mapped[float] = mapped_column(Double)

    def complete(self) -> None:
        """Fills in what was left out.

        Raises InvalidInput for kinds that cannot be compared, fields that the kind has not, one that is compared twice,
        and a rule by which no record could be found without looking at all of them.
        """
        self.other_record_type = self.other_record_type or self.record_type
        self.least_score = self.least_score or LEAST_SCORE
        self.comparisons = [
            one | {"blank": one.get("blank") or "NO_MATCH", "weight": one.get("weight") or 1.0}
            for one in self.comparisons
        ]
        kinds = {self.record_type, self.other_record_type}
        if kinds not in ({CONTACT}, {LEAD}, {ACCOUNT}, {CONTACT, LEAD}):
            raise InvalidInput.of(
                "matching_rule.other_record_type", "leads are compared with contacts, else a kind with itself"
            )
        names = [one["field"] for one in self.comparisons]
        if len(set(names)) < len(names):
            raise InvalidInput.of("matching_rule.comparisons", "a field is compared once")
        if ACCOUNT in kinds and (strange := sorted(_OF_PEOPLE.intersection(names))):
            raise InvalidInput.of("matching_rule.comparisons", f"an account has no {strange[0]}")
        if not any(self._finds(one) for one in self.comparisons):
            raise InvalidInput.of(
                "matching_rule.comparisons", "compare an e-mail address, a number or a domain exactly, or a name"
            )

    @staticmethod
    def _finds(comparison: dict[str, Any]) -> bool:
        if comparison["blank"] == "IGNORED":
            return False
        return comparison["field"] == "NAME" or (comparison["field"], comparison["method"]) in _FINDING

    @property
    def compared(self) -> list[Comparison]:
        """How the fields are compared, in order."""
        return [Comparison.of(one) for one in self.comparisons]


class DuplicateRule(Record):
    """Says what happens when a record is written and a matching rule finds others like it."""

    __tablename__ = "duplicate_rules"
    personal: ClassVar[Personal | None] = None
    __table_args__ = (
        Index("duplicate_rules_created", "created_at", "id"),
        Index("duplicate_rules_updated", "updated_at", "id"),
        Index("duplicate_rules_name", "name", "id"),
        Index("duplicate_rules_active", "active", "created_at"),
        Index("duplicate_rules_matching_rule", "matching_rule_id", "created_at"),
    )
    message = duplicate_rules_pb2.DuplicateRule
    restricts: ClassVar[tuple[Restriction, ...]] = (
        Restriction("matching_rule_id", MatchingRule, "A duplicate rule uses this matching rule."),
    )

    name: Mapped[str]
    description: Mapped[str] = mapped_column(String, default="")
    active: Mapped[bool] = mapped_column(Boolean, default=False)
    matching_rule_id: Mapped[str] = mapped_column(Id)
    on_create: Mapped[str] = mapped_column(String, default=ALLOW)
    on_update: Mapped[str] = mapped_column(String, default=ALLOW)
    confirmable: Mapped[bool] = mapped_column(Boolean, default=False)
    tells_hidden: Mapped[bool] = mapped_column(Boolean, default=False)

    def settle(self) -> None:
        self.on_create, self.on_update = self.on_create or ALLOW, self.on_update or ALLOW

    def action(self, *, created: bool) -> str:
        """What the rule says of a record that was created, or else changed."""
        return self.on_create if created else self.on_update


class Duplicate(Record):
    """Two records that are likely the same, each named by the field of its kind."""

    __tablename__ = "duplicates"
    personal: ClassVar[Personal | None] = Personal("contact_id", also=("other_contact_id", "lead_id", "other_lead_id"))
    __table_args__ = (
        Index("duplicates_created", "created_at", "id"),
        Index("duplicates_updated", "updated_at", "id"),
        Index("duplicates_state", "state", "score", "id"),
        Index("duplicates_score", "score", "id"),
        Index("duplicates_contact", "contact_id", "created_at"),
        Index("duplicates_other_contact", "other_contact_id", "created_at"),
        Index("duplicates_lead", "lead_id", "created_at"),
        Index("duplicates_other_lead", "other_lead_id", "created_at"),
        Index("duplicates_account", "account_id", "created_at"),
        Index("duplicates_other_account", "other_account_id", "created_at"),
        Index("duplicates_pair", "low_id", "high_id", unique=True),
        Index("duplicates_high", "high_id"),
    )
    message = duplicates_pb2.Duplicate
    seen_with: ClassVar[tuple[tuple[str, Any], ...]] = (
        ("contact_id", Contact),
        ("other_contact_id", Contact),
        ("lead_id", Lead),
        ("other_lead_id", Lead),
        ("account_id", Account),
        ("other_account_id", Account),
    )
    unlogged = frozenset({"low_id", "high_id"})
    keeps_old_ids = True

    state: Mapped[str] = mapped_column(String, default=OPEN)
    score: Mapped[float] = mapped_column(Double)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    contact_id: Mapped[str | None] = mapped_column(Id)
    other_contact_id: Mapped[str | None] = mapped_column(Id)
    lead_id: Mapped[str | None] = mapped_column(Id)
    other_lead_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    other_account_id: Mapped[str | None] = mapped_column(Id)
    matching_rule_id: Mapped[str | None] = mapped_column(Id)
    decided_by: Mapped[str | None] = mapped_column(Id)
    decided_at: Mapped[datetime | None]
    low_id: Mapped[str] = mapped_column(Id)
    """The smaller of the two ids; with the other one it tells one pair from another, whatever the order."""
    high_id: Mapped[str] = mapped_column(Id)

    @classmethod
    def of(cls, one: Ref, other: Ref, match: Match, matching_rule_id: str) -> Self:
        """The pair of two records that a rule has found to be alike."""
        pair = cls(score=match.score, reasons=list(match.reasons), matching_rule_id=matching_rule_id, state=OPEN)
        for record_type, id_ in sorted((one, other), key=lambda ref: ref[1]):
            name = f"{record_type.lower()}_id"
            setattr(pair, name if getattr(pair, name) is None else f"other_{name}", id_)
        pair.low_id, pair.high_id = in_order(one[1], other[1])
        return pair

    def merge(self, by: str, now: datetime) -> None:
        """Says that the two were made one."""
        self.state, self.decided_by, self.decided_at = MERGED, by, now

    def part(self) -> None:
        """Puts two that were made one, and are two again, back on the list."""
        self.state, self.decided_by, self.decided_at = OPEN, None, None

    def dismiss(self, by: str, now: datetime) -> None:
        """Says that the two are not the same. Raises DuplicateMerged for two that were made one."""
        if self.state == MERGED:
            raise DuplicateMerged()
        self.state, self.decided_by, self.decided_at = NOT_DUPLICATE, by, now

    def reopen(self) -> None:
        """Puts a pair back on the list. Raises DuplicateMerged for two that were made one."""
        if self.state == MERGED:
            raise DuplicateMerged()
        self.state, self.decided_by, self.decided_at = OPEN, None, None


class MatchKey(Base):
    """A key under which a record is found to be compared with others that have it (crm_contacts.duplicates.traits)."""

    __tablename__ = "match_keys"
    personal: ClassVar[Personal | None] = Personal("record_id", ("key",), kept=False)
    __table_args__ = (Index("match_keys_record", "record_id"),)

    key: Mapped[str] = mapped_column(String, primary_key=True)
    record_type: Mapped[str] = mapped_column(String, primary_key=True)
    record_id: Mapped[str] = mapped_column(Id, primary_key=True)


def in_order(one: str, other: str) -> tuple[str, str]:
    """Two ids, the smaller first."""
    return (one, other) if one < other else (other, one)
