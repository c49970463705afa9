"""The lead: a person and company that nobody has qualified yet, and its status machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from crm.contacts.v1 import leads_pb2
from crm_chassis.db.base import Id
from crm_chassis.errors import InvalidInput
from crm_chassis.ids import uuid7
from crm_chassis.records.model import Personal
from crm_chassis.records.sharing import Shared, shared_index
from crm_kit import phones
from sqlalchemy import BigInteger, ColumnElement, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_contacts.base import Base, Record
from crm_contacts.contacts.model import display_name
from crm_contacts.errors import IllegalStatusChange, LeadConverted, UnqualifiedNeedsReason

# A lead never becomes new again, and only conversion makes it converted.
REACHABLE = {
    "NEW": {"WORKING", "NURTURING", "QUALIFIED", "UNQUALIFIED"},
    "WORKING": {"NURTURING", "QUALIFIED", "UNQUALIFIED"},
    "NURTURING": {"WORKING", "QUALIFIED", "UNQUALIFIED"},
    "QUALIFIED": {"WORKING", "NURTURING", "UNQUALIFIED"},
    "UNQUALIFIED": {"WORKING", "NURTURING"},
    "CONVERTED": set(),
}


class Lead(Shared, Record):
    """Somebody who may become a customer."""

    __tablename__ = "leads"
    personal: ClassVar[Personal | None] = Personal("id")
    __table_args__ = (
        Index("leads_created", "created_at", "id"),
        Index("leads_updated", "updated_at", "id"),
        Index("leads_last_name", "last_name", "id"),
        Index("leads_company", "company", "id"),
        Index("leads_first_name", "first_name", "created_at"),
        Index("leads_owner", "owner_id", "created_at", "id"),
        Index("leads_status", "status", "created_at", "id"),
        Index("leads_source", "source", "created_at"),
        Index("leads_territory", "territory_id", "created_at"),
        Index("leads_industry", "industry", "created_at"),
        Index("leads_country", "country", "created_at"),
        Index("leads_city", "city", "created_at"),
        Index("leads_email", "email"),
        Index("leads_phone", "phone"),
        Index("leads_converted", "converted_at"),
        Index("leads_converted_contact", "converted_contact_id"),
        Index("leads_tags", "tags", postgresql_using="gin"),
        Index("leads_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
        shared_index("leads"),
    )
    message = leads_pb2.Lead
    computed: ClassVar[frozenset[str]] = frozenset({"likely_duplicates"})
    likely_duplicates: ClassVar[Sequence[Mapping[str, Any]]] = ()
    """Of a record that was just written: those that look like it, if its writer is told of them."""
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"
    search_fields = frozenset({"first_name", "last_name", "company", "email"})
    search_columns = frozenset({"first_name", "last_name", "company", "email", "phone"})

    first_name: Mapped[str] = mapped_column(String, default="")
    last_name: Mapped[str] = mapped_column(String, default="")
    email: Mapped[str] = mapped_column(String, default="")
    phone: Mapped[str] = mapped_column(String, default="")
    company: Mapped[str] = mapped_column(String, default="")
    title: Mapped[str] = mapped_column(String, default="")
    source: Mapped[str] = mapped_column(String, default="")
    status: Mapped[str] = mapped_column(String, default="NEW")
    unqualified_reason: Mapped[str] = mapped_column(String, default="")
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    tags: Mapped[list[str]] = mapped_column(default=list)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    description: Mapped[str] = mapped_column(String, default="")
    website: Mapped[str] = mapped_column(String, default="")
    industry: Mapped[str] = mapped_column(String, default="")
    country: Mapped[str] = mapped_column(String, default="")
    city: Mapped[str] = mapped_column(String, default="")
    converted_account_id: Mapped[str | None] = mapped_column(Id)
    converted_contact_id: Mapped[str | None] = mapped_column(Id)
    converted_opportunity_id: Mapped[str | None] = mapped_column(Id)
    converted_at: Mapped[datetime | None]
    external_id: Mapped[str] = mapped_column(String, default="")

    @property
    def display_name(self) -> str:
        return display_name(self.first_name, self.last_name) or self.company or self.email

    def has(self, email: str) -> bool:
        """Whether the e-mail address is the person's."""
        return bool(email) and self.email == email

    def begin(self) -> None:
        """Checks the status a new lead is given; NEW if none is.

        Raises IllegalStatusChange for CONVERTED, UnqualifiedNeedsReason, or InvalidInput for a reason without need.
        """
        self.status = self.status or "NEW"
        if self.status == "CONVERTED":
            raise IllegalStatusChange("A lead becomes converted by conversion only.")
        if self.status == "UNQUALIFIED" and not self.unqualified_reason:
            raise UnqualifiedNeedsReason()
        self.must_give_no_idle_reason()

    def must_be_open(self) -> None:
        """Raises LeadConverted if the lead was converted."""
        if self.status == "CONVERTED":
            raise LeadConverted()

    def move(self, status: str, changed_by: str, now: datetime, since: datetime) -> LeadStatusChange | None:
        """Goes to another status; the change says how long the lead was in the one before, since `since`.

        What made it unqualified does not hold any more when it is worked on again.

        Raises IllegalStatusChange, or UnqualifiedNeedsReason.
        """
        if status == "UNQUALIFIED" and not self.unqualified_reason:
            raise UnqualifiedNeedsReason()
        if status == self.status:
            return None
        if status not in REACHABLE[self.status]:
            raise IllegalStatusChange(f"A lead cannot go from {self.status} to {status}.")
        return self._record(status, changed_by, now, since)

    def convert(
        self, account_id: str | None, contact_id: str, opportunity_id: str | None, changed_by: str, now: datetime,
        since: datetime,
    ) -> LeadStatusChange:  # fmt: skip
        """Notes what the lead became. Raises LeadConverted if it was converted before."""
        self.must_be_open()
        self.converted_account_id, self.converted_contact_id = account_id, contact_id
        self.converted_opportunity_id, self.converted_at = opportunity_id, now
        return self._record("CONVERTED", changed_by, now, since)

    def _record(self, status: str, changed_by: str, now: datetime, since: datetime) -> LeadStatusChange:
        change = LeadStatusChange(
            id=uuid7(), lead_id=self.id, from_status=self.status, to_status=status, changed_at=now,
            changed_by=changed_by, seconds_in_from_status=max(0, int((now - since).total_seconds())),
        )  # fmt: skip
        self.status = status
        if status != "UNQUALIFIED":
            self.unqualified_reason = ""
        return change

    def must_give_no_idle_reason(self) -> None:
        """Raises InvalidInput for a reason against a lead that nothing was decided against."""
        if self.unqualified_reason and self.status != "UNQUALIFIED":
            raise InvalidInput.of("lead.unqualified_reason", "only an unqualified lead has a reason against it")

    def settle(self) -> None:
        """The number is read as one of the lead's country."""
        if self.phone:
            self.phone = phones.normal(self.phone, self.country or "")

    @classmethod
    def searchable(cls) -> ColumnElement[bool]:
        """What a lead was converted into is shown in its place."""
        return cls.status != "CONVERTED"

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "first_name", self.first_name
        yield "last_name", self.last_name
        yield "company", self.company
        yield "email", self.email
        yield "phone", self.phone
        yield "phone", phones.national(self.phone)


class LeadStatusChange(Base):
    """A lead's step from one status to the next."""

    __tablename__ = "lead_status_changes"
    personal: ClassVar[Personal | None] = None
    __table_args__ = (Index("lead_status_changes_lead", "lead_id", "changed_at", "id"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    lead_id: Mapped[str] = mapped_column(Id)
    from_status: Mapped[str] = mapped_column(String)
    to_status: Mapped[str] = mapped_column(String)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String)
    seconds_in_from_status: Mapped[int] = mapped_column(BigInteger)
