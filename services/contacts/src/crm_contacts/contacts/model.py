"""The contact: a person, and a person's ties to accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from crm.contacts.v1 import contacts_pb2
from crm_chassis.db.model import Base, Id, Record
from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column


def display_name(first_name: str, last_name: str) -> str:
    """First and last name in one string."""
    return f"{first_name} {last_name}".strip()


class Contact(Record):
    """A person we deal with."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("contacts_created", "created_at", "id"),
        Index("contacts_updated", "updated_at", "id"),
        Index("contacts_last_name", "last_name", "id"),
        Index("contacts_first_name", "first_name", "created_at"),
        Index("contacts_owner", "owner_id", "created_at", "id"),
        Index("contacts_account", "account_id", "created_at", "id"),
        Index("contacts_territory", "territory_id", "created_at"),
        Index("contacts_title", "title", "created_at"),
        Index("contacts_department", "department", "created_at"),
        Index("contacts_lead_source", "lead_source", "created_at"),
        Index("contacts_country", "country", "created_at"),
        Index("contacts_language", "language", "created_at"),
        Index("contacts_preferred_channel", "preferred_channel", "created_at"),
        Index("contacts_email", "email"),
        Index("contacts_tags", "tags", postgresql_using="gin"),
        Index("contacts_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
    )
    message = contacts_pb2.Contact
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"
    search_fields = frozenset({"first_name", "last_name", "email"})
    search_columns = frozenset({"first_name", "last_name", "emails", "phones"})

    first_name: Mapped[str] = mapped_column(String, default="")
    last_name: Mapped[str] = mapped_column(String, default="")
    emails: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    phones: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    addresses: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    account_id: Mapped[str | None] = mapped_column(Id)
    title: Mapped[str] = mapped_column(String, default="")
    department: Mapped[str] = mapped_column(String, default="")
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    tags: Mapped[list[str]] = mapped_column(default=list)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    description: Mapped[str] = mapped_column(String, default="")
    lead_source: Mapped[str] = mapped_column(String, default="")
    language: Mapped[str] = mapped_column(String, default="")
    time_zone: Mapped[str] = mapped_column(String, default="")
    preferred_channel: Mapped[str] = mapped_column(String, default="")
    country: Mapped[str] = mapped_column(String, default="")
    email: Mapped[str] = mapped_column(String, default="")
    external_id: Mapped[str] = mapped_column(String, default="")

    @property
    def display_name(self) -> str:
        return display_name(self.first_name, self.last_name) or self.email

    def has(self, email: str) -> bool:
        """Whether the e-mail address is one of the person's."""
        return bool(email) and any(one["address"] == email for one in self.emails)

    def settle_primaries(self) -> None:
        """Exactly one e-mail address and one number is primary; `email` repeats the primary address."""
        self.emails = _one_primary(self.emails)
        self.phones = _one_primary(self.phones)
        self.email = next((one["address"] for one in self.emails if one["primary"]), "")

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "first_name", self.first_name
        yield "last_name", self.last_name
        for one in self.emails or ():
            yield "email", one["address"]
        for one in self.phones or ():
            yield "phone", one["number"]


def _one_primary(entries: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    found = list(entries or ())
    chosen = next((i for i, one in enumerate(found) if one.get("primary")), 0)
    return [{**one, "primary": i == chosen} for i, one in enumerate(found)]


class Affiliation(Record):
    """A contact's tie to an account, with what the person is there and since when."""

    __tablename__ = "affiliations"
    __table_args__ = (
        Index("affiliations_created", "created_at", "id"),
        Index("affiliations_updated", "updated_at", "id"),
        Index(
            "affiliations_contact",
            "contact_id",
            "account_id",
            unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
        Index("affiliations_account", "account_id", "created_at"),
        Index("affiliations_role", "role", "created_at"),
        Index("affiliations_primary", "primary", "created_at"),
    )
    message = contacts_pb2.Affiliation
    visible_through: ClassVar[tuple[str, Any] | None] = ("contact_id", Contact)

    contact_id: Mapped[str] = mapped_column(Id)
    account_id: Mapped[str] = mapped_column(Id)
    role: Mapped[str] = mapped_column(String, default="")
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    primary: Mapped[bool] = mapped_column(Boolean, default=False)


class ContactKey(Base):
    """A key by which a person is recognised: an e-mail address or a number. Finds duplicates without a scan."""

    __tablename__ = "contact_keys"
    __table_args__ = (Index("contact_keys_contact", "contact_id"),)

    value: Mapped[str] = mapped_column(String, primary_key=True)
    contact_id: Mapped[str] = mapped_column(Id, primary_key=True)
