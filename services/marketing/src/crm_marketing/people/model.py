"""Copies of contacts and accounts, and of what segments count about them.

Opportunities, tickets and activities are kept as one small row each, so that every row is written by the events of
its own record only: numbers are counted from the rows when they are needed, and no order of events between records
and no concurrency can make them wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from crm_chassis.records.sharing import Shareable, shared_index
from crm_chassis.text import terms
from crm_kit.copies import Copied, CopiedContact, Lasting, Reader, Snapshot
from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_marketing.base import Base
from crm_marketing.settings import links

WORD_FIELDS = ("first_name", "last_name", "display_name", "email", "title", "department")
_OPEN_TICKET = frozenset({"NEW", "OPEN", "PENDING_CUSTOMER", "PENDING_INTERNAL"})


def _words(*fields: str) -> Reader:
    """ "field:word" for everything by which `:` of a filter finds the fields."""
    return lambda record: sorted({f"{name}:{word}" for name in fields for word in terms(record[name] or "")})


def _address_hashes(contact: Snapshot) -> list[str]:
    return sorted(set[str]().union(*(links().address_hashes(entry["address"]) for entry in contact["emails"] or ())))


class Contact(CopiedContact, Base):
    """A person, as far as marketing must know one."""

    __tablename__ = "people_contacts"
    personal: ClassVar[Personal | None] = Personal("id", ("address_hashes", "words"))
    __table_args__ = (
        Index("people_contacts_account", "account_id"),
        Index("people_contacts_owner", "owner_id"),
        Index("people_contacts_territory", "territory_id"),
        Index("people_contacts_email", "email"),
        Index("people_contacts_external_id", "external_id", postgresql_where="external_id <> ''"),
        Index("people_contacts_address_hashes", "address_hashes", postgresql_using="gin"),
        shared_index("people_contacts"),
    )
    derived: ClassVar[Mapping[str, Reader]] = {"address_hashes": _address_hashes, "words": _words(*WORD_FIELDS)}

    first_name: Mapped[str] = mapped_column(String, default="")
    last_name: Mapped[str] = mapped_column(String, default="")
    email: Mapped[str] = mapped_column(String, default="")
    """The primary address."""
    emails: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    address_hashes: Mapped[list[str]] = mapped_column(default=list)
    """Hashes of all addresses, as opt-outs keep them."""
    title: Mapped[str] = mapped_column(String, default="")
    department: Mapped[str] = mapped_column(String, default="")
    country: Mapped[str] = mapped_column(String, default="")
    language: Mapped[str] = mapped_column(String, default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    lead_source: Mapped[str] = mapped_column(String, default="")
    preferred_channel: Mapped[str] = mapped_column(String, default="")
    external_id: Mapped[str] = mapped_column(String, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    words: Mapped[list[str]] = mapped_column(default=list)
    """"field:word" for every word that `:` of a filter may find."""


class Account(Shareable, Lasting, Base):
    """An organisation, as far as marketing must know one."""

    __tablename__ = "people_accounts"
    __table_args__ = (Index("people_accounts_owner", "owner_id"), shared_index("people_accounts"))
    kind = "crm.contacts.account"
    plural = "accounts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"
    derived: ClassVar[Mapping[str, Reader]] = {"words": _words("name", "industry")}

    name: Mapped[str] = mapped_column(String, default="")
    industry: Mapped[str] = mapped_column(String, default="")
    country: Mapped[str] = mapped_column(String, default="")
    employees: Mapped[int | None] = mapped_column(Integer)
    tags: Mapped[list[str]] = mapped_column(default=list)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    words: Mapped[list[str]] = mapped_column(default=list)


class Involvement(Copied):
    """A row that counts for the contact and the account that its record names."""

    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)

    @classmethod
    def counts(cls, record: Snapshot, at: datetime) -> bool:
        return bool(record["contact_id"] or record["account_id"])


class Opportunity(Involvement, Base):
    """Whose an opportunity is and whether it is open, won or lost."""

    __tablename__ = "people_opportunities"
    __table_args__ = (
        Index("people_opportunities_contact", "contact_id", "status"),
        Index("people_opportunities_account", "account_id", "status"),
    )
    kind = "crm.sales.opportunity"
    derived: ClassVar[Mapping[str, Reader]] = {"status": lambda deal: deal["status"] or "OPEN"}

    status: Mapped[str] = mapped_column(String)


class Ticket(Involvement, Base):
    """Whose a ticket is and whether somebody still works on it."""

    __tablename__ = "people_tickets"
    __table_args__ = (
        Index("people_tickets_contact", "contact_id", "open"),
        Index("people_tickets_account", "account_id", "open"),
    )
    kind = "crm.support.ticket"
    derived: ClassVar[Mapping[str, Reader]] = {"open": lambda ticket: ticket["status"] in _OPEN_TICKET}

    open: Mapped[bool] = mapped_column(Boolean)


class Activity(Involvement, Base):
    """With whom something happened, and when."""

    __tablename__ = "people_activities"
    __table_args__ = (
        Index("people_activities_contact", "contact_id", "occurred_at"),
        Index("people_activities_account", "account_id", "occurred_at"),
    )
    kind = "crm.contacts.activity"

    occurred_at: Mapped[datetime]

    @classmethod
    def counts(cls, record: Snapshot, at: datetime) -> bool:
        """What is planned counts once it is done or its time has come."""
        occurred_at = record["occurred_at"]
        planned = occurred_at is not None and datetime.fromisoformat(occurred_at) > at and not record["done"]
        return super().counts(record, at) and not planned
