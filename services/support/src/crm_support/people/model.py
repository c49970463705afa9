"""Copies of contacts and accounts: as much of them as tickets need."""

from __future__ import annotations

from typing import ClassVar

from crm_chassis.db.model import Base, Id, Visible
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column


class Contact(Visible, Base):
    """A person who may ask something."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("contacts_emails", "emails", postgresql_using="gin"),
        Index("contacts_account", "account_id"),
    )
    plural = "contacts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    display_name: Mapped[str] = mapped_column(String, default="")
    emails: Mapped[list[str]]
    """Addresses in lower case."""
    account_id: Mapped[str | None] = mapped_column(Id)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)


class Account(Visible, Base):
    """An organisation whose people may ask something."""

    __tablename__ = "accounts"
    __table_args__ = (Index("accounts_name", "name"),)
    plural = "accounts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
