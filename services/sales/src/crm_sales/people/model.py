"""Copies of accounts and contacts."""

from __future__ import annotations

from typing import ClassVar

from crm_chassis.db.model import Base, Id, Visible
from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column


class Account(Visible, Base):
    """An account as far as sales must know one."""

    __tablename__ = "accounts"
    __table_args__ = (Index("accounts_key", "key"), Index("accounts_external_id", "external_id"))
    plural = "accounts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String)
    key: Mapped[str] = mapped_column(String)
    """The name reduced to what makes two spellings equal."""
    external_id: Mapped[str] = mapped_column(String)
    industry: Mapped[str] = mapped_column(String)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    deleted: Mapped[bool] = mapped_column(Boolean)


class Contact(Visible, Base):
    """A contact as far as sales must know one."""

    __tablename__ = "contacts"
    __table_args__ = (Index("contacts_account", "account_id"), Index("contacts_email", "email"))
    plural = "contacts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(Id)
    display_name: Mapped[str] = mapped_column(String)
    email: Mapped[str] = mapped_column(String)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    deleted: Mapped[bool] = mapped_column(Boolean)
