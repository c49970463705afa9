"""Copies of accounts and contacts."""

from __future__ import annotations

from crm_chassis.records.sharing import shared_index
from crm_kit.copies import CopiedAccount, CopiedContact
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_sales.base import Base


class Account(CopiedAccount, Base):
    """An account as far as sales must know one."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("accounts_key", "key"),
        Index("accounts_external_id", "external_id"),
        shared_index("accounts"),
    )

    industry: Mapped[str] = mapped_column(String, default="")


class Contact(CopiedContact, Base):
    """A contact as far as sales must know one."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("contacts_account", "account_id"),
        Index("contacts_email", "email"),
        shared_index("contacts"),
    )

    email: Mapped[str] = mapped_column(String, default="")
