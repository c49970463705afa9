"""Everything the shop does."""

from __future__ import annotations

from crm_chassis.records.standard import standard
from crm_chassis.service import Service, migrations_of

from crm_shop.base import Base
from crm_shop.orders import Order, create_order, ship_order, update_order

service = Service(
    name="shop",
    package="crm_shop",
    base=Base,
    migrations=migrations_of(__file__),
    rpcs=(create_order, *standard(Order), update_order, ship_order),
)
