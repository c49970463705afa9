"""Copies of contacts and accounts: as much of them as tickets need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from crm_chassis.contracts.formats import address_key
from crm_chassis.records.sharing import shared_index
from crm_kit.copies import CopiedAccount, CopiedContact, Reader
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_support.base import Base


class Contact(CopiedContact, Base):
    """A person who may ask something."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("contacts_emails", "emails", postgresql_using="gin"),
        Index("contacts_account", "account_id"),
        shared_index("contacts"),
    )
    derived: ClassVar[Mapping[str, Reader]] = {
        "emails": lambda contact: [address_key(entry["address"]) for entry in contact.get("emails") or ()]
    }

    emails: Mapped[list[str]] = mapped_column()
    """Addresses as they are compared."""


class Account(CopiedAccount, Base):
    """An organisation whose people may ask something."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("accounts_key", "key"),
        Index("accounts_external_id", "external_id"),
        Index("accounts_name", "name"),
        shared_index("accounts"),
    )
