"""The contact: a person, and a person's ties to accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from crm.contacts.v1 import affiliations_pb2, contacts_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from crm_chassis.records.sharing import Shared, shared_index
from crm_kit import phones
from sqlalchemy import Boolean, Index, String, inspect
from sqlalchemy.orm import Mapped, mapped_column

from crm_contacts.base import Base, Record
from crm_contacts.primary import home_country, one_primary


def display_name(first_name: str, last_name: str) -> str:
    """First and last name in one string."""
    return f"{first_name} {last_name}".strip()


class Contact(Shared, Record):
    """A person we deal with."""

    __tablename__ = "contacts"
    personal: ClassVar[Personal | None] = Personal("id")
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
        Index("contacts_phone", "phone"),
        Index("contacts_tags", "tags", postgresql_using="gin"),
        *(
            Index(f"contacts_{name}", name, postgresql_using="gin", postgresql_ops={name: "jsonb_path_ops"})
            for name in ("emails", "phones", "addresses")
        ),
        Index("contacts_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
        shared_index("contacts"),
    )
    message = contacts_pb2.Contact
    computed: ClassVar[frozenset[str]] = frozenset({"likely_duplicates"})
    likely_duplicates: ClassVar[Sequence[Mapping[str, Any]]] = ()
    """Of a record that was just written: those that look like it, if its writer is told of them."""
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
    phone: Mapped[str] = mapped_column(String, default="")
    external_id: Mapped[str] = mapped_column(String, default="")

    @property
    def display_name(self) -> str:
        return display_name(self.first_name, self.last_name) or self.email

    def has(self, email: str) -> bool:
        """Whether the e-mail address is one of the person's."""
        return bool(email) and any(one["address"] == email for one in self.emails)

    def settle(self) -> None:
        """Numbers are read as those of the person's country, with the text kept as it was given; addresses and numbers
        do not repeat; exactly one of each is primary, and `email` and `phone` repeat those."""
        self.emails = one_primary(_distinct(self.emails or (), "address"))
        self.addresses = one_primary(self.addresses or ())
        self.phones = one_primary(_distinct(map(self._read, self.phones or ()), "number"))
        self.email = next((one["address"] for one in self.emails if one["primary"]), "")
        self.phone = next((one["number"] for one in self.phones if one["primary"]), "")

    def _read(self, entry: dict[str, Any]) -> dict[str, Any]:
        number, raw = entry["number"], entry.get("raw") or entry["number"]
        before = next((given for given in self._phones_before() if given["number"] == number), None)
        if before is not None:
            # What was read is written back: the number is no text that anybody has given.
            raw = before["raw"]
        return entry | {"number": phones.normal(number, home_country(self.country, self.addresses)), "raw": raw}

    def _phones_before(self) -> list[dict[str, Any]]:
        (before,) = inspect(self).attrs.phones.history.deleted or ([],)
        return list(before or ())

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "first_name", self.first_name
        yield "last_name", self.last_name
        for one in self.emails or ():
            yield "email", one["address"]
        for one in self.phones or ():
            yield "phone", one["number"]
            yield "phone", phones.national(one["number"])


def numbers_of(contact: Any) -> list[dict[str, Any]]:
    """The numbers of a stored contact as they would be stored today."""
    country = home_country(contact["country"], contact["addresses"])
    entries = [
        {**entry, "number": phones.reread(entry["number"], entry.get("raw") or entry["number"], country)}
        for entry in contact["phones"] or ()
    ]
    return one_primary(_distinct(entries, "number")) if entries != contact["phones"] else entries


def _distinct(entries: Iterable[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """The first entry of each value."""
    first: dict[str, dict[str, Any]] = {}
    for entry in entries:
        first.setdefault(entry[key], entry)
    return list(first.values())


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
    message = affiliations_pb2.Affiliation
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
    personal: ClassVar[Personal | None] = Personal("contact_id", ("value",), kept=False)
    __table_args__ = (Index("contact_keys_contact", "contact_id"),)

    value: Mapped[str] = mapped_column(String, primary_key=True)
    contact_id: Mapped[str] = mapped_column(Id, primary_key=True)
