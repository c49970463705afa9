"""The order: its rule and what can be done with it beside the standard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from crm.shop.v1 import orders_pb2
from crm_chassis.db.base import Id
from crm_chassis.errors import RuleViolated
from crm_chassis.records.mapping import assign
from crm_chassis.records.model import Personal
from crm_chassis.records.tx import Transaction
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_shop.base import Record


class OrderShipped(RuleViolated):
    """The order is on its way."""

    reason = "ORDER_SHIPPED"


class Order(Record):
    """Somebody wants something; once it is shipped, nothing of it changes."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("orders_created", "created_at", "id"),
        Index("orders_name", "name", "id"),
        Index("orders_due", "due_date", "id"),
        Index("orders_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
    )
    message = orders_pb2.Order
    personal: ClassVar[Personal | None] = Personal("id")
    owner_field: ClassVar[str | None] = "owner_id"
    search_fields = frozenset({"name", "email"})
    search_columns = frozenset({"name", "email"})

    name: Mapped[str]
    note: Mapped[str] = mapped_column(String, default="")
    status: Mapped[str] = mapped_column(String, default="OPEN")
    due_date: Mapped[date | None]
    weight: Mapped[int | None]
    website: Mapped[str] = mapped_column(String, default="")
    owner_id: Mapped[str | None] = mapped_column(Id)
    parent_id: Mapped[str | None] = mapped_column(Id)
    tags: Mapped[list[str]] = mapped_column(default=list)
    email: Mapped[str] = mapped_column(String, default="")
    country: Mapped[str] = mapped_column(String, default="")
    gift: Mapped[bool | None]
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    external_id: Mapped[str] = mapped_column(String, default="")

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "name", self.name
        yield "email", self.email

    def check_open(self) -> None:
        """Raises OrderShipped."""
        if self.status == "SHIPPED":
            raise OrderShipped()


def create_order(tx: Transaction, request: orders_pb2.CreateOrderRequest) -> Order:
    """A new order. Raises UnknownReference if it is part of one that is not there."""
    order = Order(status="OPEN")
    assign(order, request.order)
    tx.check_reference(Order, order.parent_id, "parent_id")
    return tx.add(order)


def update_order(tx: Transaction, request: orders_pb2.UpdateOrderRequest) -> Order:
    """Changes the fields that the mask names. Raises OrderShipped."""
    order = tx.get(Order, request.order.id, etag=request.order.etag)
    order.check_open()
    assign(order, request.order, request.update_mask.paths)
    return order


def ship_order(tx: Transaction, request: orders_pb2.ShipOrderRequest) -> Order:
    """Ships. Raises OrderShipped if it is on its way already."""
    order = tx.get(Order, request.id, etag=request.etag)
    order.check_open()
    order.status = "SHIPPED"
    tx.publish(orders_pb2.OrderShipped(), order)
    return order
