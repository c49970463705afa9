"""The account: an organisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from crm.contacts.v1 import accounts_pb2
from crm_chassis.db.base import Amount, Id
from crm_chassis.records.model import Personal
from crm_chassis.records.sharing import Shared, shared_index
from crm_kit import phones
from crm_kit.normalise import company_key
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_contacts.base import Record
from crm_contacts.primary import home_country, one_primary


class Account(Shared, Record):
    """An organisation we deal with or want to deal with."""

    __tablename__ = "accounts"
    personal: ClassVar[Personal | None] = Personal("id")
    __table_args__ = (
        Index("accounts_created", "created_at", "id"),
        Index("accounts_updated", "updated_at", "id"),
        Index("accounts_name", "name", "id"),
        Index("accounts_employees", "employees", "id"),
        Index("accounts_owner", "owner_id", "created_at", "id"),
        Index("accounts_territory", "territory_id", "created_at"),
        Index("accounts_parent", "parent_id", "created_at"),
        Index("accounts_industry", "industry", "created_at"),
        Index("accounts_country", "country", "created_at"),
        Index("accounts_founded_year", "founded_year", "created_at"),
        Index("accounts_annual_revenue", "annual_revenue", "created_at"),
        Index("accounts_annual_revenue_currency", "annual_revenue_currency", "created_at"),
        Index("accounts_phone", "phone", "created_at"),
        Index("accounts_domains", "domains", postgresql_using="gin"),
        Index("accounts_tags", "tags", postgresql_using="gin"),
        Index(
            "accounts_addresses", "addresses", postgresql_using="gin", postgresql_ops={"addresses": "jsonb_path_ops"}
        ),
        Index("accounts_key", "key"),
        Index("accounts_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
        shared_index("accounts"),
    )
    message = accounts_pb2.Account
    computed: ClassVar[frozenset[str]] = frozenset({"likely_duplicates"})
    likely_duplicates: ClassVar[Sequence[Mapping[str, Any]]] = ()
    """Of a record that was just written: those that look like it, if its writer is told of them."""
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"
    search_fields = frozenset({"name"})
    search_columns = frozenset({"name", "domains"})
    unlogged = frozenset({"key"})

    name: Mapped[str]
    key: Mapped[str] = mapped_column(String, default="")
    """The name reduced to what makes two spellings equal; finds likely duplicates."""
    domains: Mapped[list[str]] = mapped_column(default=list)
    industry: Mapped[str] = mapped_column(String, default="")
    employees: Mapped[int | None]
    annual_revenue: Mapped[Decimal | None] = mapped_column(Amount)
    annual_revenue_currency: Mapped[str | None]
    website: Mapped[str] = mapped_column(String, default="")
    phone: Mapped[str] = mapped_column(String, default="")
    addresses: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    parent_id: Mapped[str | None] = mapped_column(Id)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    tags: Mapped[list[str]] = mapped_column(default=list)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    description: Mapped[str] = mapped_column(String, default="")
    country: Mapped[str] = mapped_column(String, default="")
    founded_year: Mapped[int | None]
    external_id: Mapped[str] = mapped_column(String, default="")

    def settle(self) -> None:
        """The match key follows the name; the number is read as one of the account's country."""
        self.key = company_key(self.name)
        self.addresses = one_primary(self.addresses or ())
        if self.phone:
            self.phone = phones.normal(self.phone, home_country(self.country, self.addresses))

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "name", self.name
        for domain in self.domains or ():
            yield "domains", domain
