"""Copies of contacts and accounts, and of what segments count about them.

Opportunities, tickets and activities are kept as one small row each, so that every row is written by the events of
its own record only: numbers are counted from the rows when they are needed, and no order of events between records
and no concurrency can make them wrong.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from crm_chassis.db.model import Base, Id, Visible
from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column


class Contact(Visible, Base):
    """A person, as far as marketing must know one."""

    __tablename__ = "people_contacts"
    __table_args__ = (
        Index("people_contacts_account", "account_id"),
        Index("people_contacts_owner", "owner_id"),
        Index("people_contacts_territory", "territory_id"),
        Index("people_contacts_email", "email"),
        Index("people_contacts_external_id", "external_id", postgresql_where="external_id <> ''"),
        Index("people_contacts_address_hashes", "address_hashes", postgresql_using="gin"),
    )
    plural = "contacts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    first_name: Mapped[str] = mapped_column(String, default="")
    last_name: Mapped[str] = mapped_column(String, default="")
    display_name: Mapped[str] = mapped_column(String, default="")
    email: Mapped[str] = mapped_column(String, default="")
    """The primary address."""
    emails: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    address_hashes: Mapped[list[str]] = mapped_column(default=list)
    """Hashes of all addresses, as opt-outs keep them."""
    account_id: Mapped[str | None] = mapped_column(Id)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
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
    deleted: Mapped[bool] = mapped_column(Boolean, default=False)
    words: Mapped[list[str]] = mapped_column(default=list)
    """"field:word" for every word that `:` of a filter may find."""


class Account(Visible, Base):
    """An organisation, as far as marketing must know one."""

    __tablename__ = "people_accounts"
    __table_args__ = (Index("people_accounts_owner", "owner_id"),)
    plural = "accounts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String, default="")
    industry: Mapped[str] = mapped_column(String, default="")
    country: Mapped[str] = mapped_column(String, default="")
    employees: Mapped[int | None] = mapped_column(Integer)
    tags: Mapped[list[str]] = mapped_column(default=list)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    deleted: Mapped[bool] = mapped_column(Boolean, default=False)
    words: Mapped[list[str]] = mapped_column(default=list)


class Opportunity(Base):
    """Whose an opportunity is and whether it is open, won or lost."""

    __tablename__ = "people_opportunities"
    __table_args__ = (
        Index("people_opportunities_contact", "contact_id", "status"),
        Index("people_opportunities_account", "account_id", "status"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    status: Mapped[str] = mapped_column(String)


class Ticket(Base):
    """Whose a ticket is and whether somebody still works on it."""

    __tablename__ = "people_tickets"
    __table_args__ = (
        Index("people_tickets_contact", "contact_id", "open"),
        Index("people_tickets_account", "account_id", "open"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    open: Mapped[bool] = mapped_column(Boolean)


class Activity(Base):
    """With whom something happened, and when."""

    __tablename__ = "people_activities"
    __table_args__ = (
        Index("people_activities_contact", "contact_id", "occurred_at"),
        Index("people_activities_account", "account_id", "occurred_at"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    occurred_at: Mapped[datetime]
