"""A record, and a service of records, that could not work is refused when it is declared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from crm.shop.v1 import orders_pb2
from crm_chassis.db.base import COLUMN_TYPES
from crm_chassis.records.model import Record
from crm_chassis.subscription import Subscription
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Of the records of this module, so that the shop does not have them."""

    type_annotation_map = COLUMN_TYPES


def test_a_field_cannot_have_the_name_of_an_attribute_of_every_record() -> None:
    with pytest.raises(TypeError, match=r"reserved names: \['message', 'plural', 'restricts'\]"):
        type("Receipt", (Record, Base), {"message": orders_pb2.Receipt, "__tablename__": "receipts"})


def test_a_record_that_no_event_tells_of_is_refused(service: Any) -> None:
    class Other(DeclarativeBase):
        type_annotation_map = COLUMN_TYPES

    # Named, so that it is there: the registry of its base holds it weakly.
    class Parcel(Record, Other):
        message = orders_pb2.Parcel
        __tablename__ = "parcels"

    with pytest.raises(LookupError, match=r"no event tells of changes of crm\.shop\.parcel"):
        replace(service, base=Other)


@pytest.mark.parametrize("named", ["search_columns", "unlogged", "search_fields", "computed"])
def test_what_a_record_names_is_there(service: Any, named: str) -> None:
    class Other(DeclarativeBase):
        type_annotation_map = COLUMN_TYPES

    order = type(
        "Order", (Record, Other), {"message": orders_pb2.Order, "__tablename__": "orders", named: frozenset({"naem"})}
    )

    with pytest.raises(LookupError, match=rf"{order.record_kind} names naem, which it does not have"):  # type: ignore[attr-defined]
        replace(service, base=Other)


def test_what_is_followed_is_published_by_somebody(service: Any) -> None:
    mistyped = Subscription("typing", {"crm.contacts.contact.upadted.v1": print})
    with pytest.raises(LookupError, match=r"typing of shop follows crm\.contacts\.contact\.upadted\.v1, which nobody"):
        replace(service, subscriptions=[*service.subscriptions, mistyped])
    with pytest.raises(LookupError, match=r"follows crm\.contacts\.contcat\.\*"):
        replace(service, subscriptions=[Subscription("typing", {"crm.contacts.contcat.*": print})])


def test_a_name_is_given_once(service: Any) -> None:
    twice = [Subscription("orders", {"crm.shop.order.*": print}) for _ in range(2)]
    with pytest.raises(LookupError, match="shop has two subscriptions of one name"):
        replace(service, subscriptions=twice)


def test_rpcs_and_functions_pair_up(service: Any) -> None:
    def get_parcel(tx: Any, request: Any) -> None: ...

    with pytest.raises(LookupError, match="no RPC of shop is served by get_parcel"):
        _ = replace(service, rpcs=[*service.rpcs, get_parcel]).methods
    with pytest.raises(LookupError, match=r"ShipOrder has no function ship_order"):
        _ = replace(service, rpcs=[rpc for rpc in service.rpcs if rpc.__name__ != "ship_order"]).methods
