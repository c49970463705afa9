"""What can be imported into this service, and how a row becomes a record."""

from __future__ import annotations

from collections.abc import Sequence

from crm.sales.v1 import sales_pb2
from crm_chassis.contracts.rows import Upserts, outcome, read_row, row_fields
from crm_chassis.db.imports import Importer, Row
from crm_chassis.db.tx import Transaction

from crm_sales.opportunities.importing import import_opportunity, prepare_opportunities
from crm_sales.products.model import Product


class _Products:
    """The products that the rows of a batch name."""

    def __init__(self, tx: Transaction, rows: Sequence[Row]) -> None:
        self.by_id = Upserts(tx, Product, rows)
        self.by_sku = Upserts(tx, Product, rows, "sku", reusable=True)


def import_product(tx: Transaction, row: Row, batch: _Products) -> str:
    """A product; one without external id is recognised by its stock keeping unit."""
    message = read_row(tx, sales_pb2.Product, row)
    with tx.session.no_autoflush:
        known = batch.by_id if message.external_id else batch.by_sku
        product, created = known.keep(message, row)
        if created:
            batch.by_sku.put(product)
        product.settle()
        return outcome(tx, product, created)


IMPORTERS = (
    Importer("products", "products.create", row_fields(sales_pb2.Product), _Products, import_product),
    Importer(
        "opportunities",
        "opportunities.create",
        row_fields(
            sales_pb2.Opportunity,
            "account", "contact", "owner", "product", "pipeline", "stage", "engaged_at", "lost_reason",
        )
        - {"pipeline_id", "stage_id"},
        prepare_opportunities,
        import_opportunity,
    ),
)  # fmt: skip
