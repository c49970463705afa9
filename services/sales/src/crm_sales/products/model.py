"""The product."""

from __future__ import annotations

from decimal import Decimal

from crm.sales.v1 import products_pb2
from crm_chassis.db.base import Amount
from crm_kit.normalise import name_key
from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_sales.base import Record


class Product(Record):
    """Something we sell."""

    __tablename__ = "products"
    __table_args__ = (
        Index("products_created", "created_at", "id"),
        Index("products_updated", "updated_at", "id"),
        Index("products_name", "name", "id"),
        Index("products_key", "key"),
        Index("products_family", "family", "created_at"),
        Index("products_price", "price", "created_at"),
        Index("products_active", "active", "created_at"),
        Index("products_sku", "sku", unique=True, postgresql_where="sku <> '' AND deleted_at IS NULL"),
        Index("products_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
    )
    message = products_pb2.Product
    unlogged = frozenset({"key"})

    name: Mapped[str]
    key: Mapped[str] = mapped_column(String, default="")
    """The name reduced to what makes two spellings equal."""
    sku: Mapped[str] = mapped_column(String, default="")
    family: Mapped[str] = mapped_column(String, default="")
    price: Mapped[Decimal] = mapped_column(Amount)
    price_currency: Mapped[str]
    description: Mapped[str] = mapped_column(String, default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    external_id: Mapped[str] = mapped_column(String, default="")

    def settle(self) -> None:
        """The match key follows the name; a product is active unless it says otherwise."""
        self.key = name_key(self.name)
        if self.active is None:
            self.active = True
