"""What can be imported into this service, and how a row becomes a record."""

from __future__ import annotations

from collections.abc import Mapping

from crm.sales.v1 import sales_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.rows import outcome, read_row, row_fields, upsert
from crm_chassis.db.imports import Importer
from crm_chassis.db.tx import Transaction
from sqlalchemy import select

from crm_sales.opportunities.importing import import_opportunity, prepare_opportunities
from crm_sales.products.model import Product

Row = Mapping[str, str]


def import_product(tx: Transaction, row: Row) -> str:
    """A product; one without external id is recognised by its stock keeping unit."""
    message = read_row(sales_pb2.Product, row)
    known = None
    if message.sku and not message.external_id:
        same = select(Product).where(Product.sku == message.sku, Product.deleted_at.is_(None))
        known = tx.session.scalar(same.with_for_update())
    if known is None:
        product, created = upsert(tx, Product, message, row)
    else:
        product, created = known, False
        assign(product, message)
    product.settle()
    return outcome(tx, product, created)


IMPORTERS = (
    Importer("products", "products.create", row_fields(sales_pb2.Product), import_product),
    Importer(
        "opportunities",
        "opportunities.create",
        row_fields(
            sales_pb2.Opportunity,
            "account", "contact", "owner", "product", "pipeline", "stage", "engaged_at", "lost_reason",
        )
        - {"pipeline_id", "stage_id"},
        import_opportunity,
        prepare_opportunities,
    ),
)  # fmt: skip
