"""What can be imported into this service, and how a row becomes a record."""

from __future__ import annotations

from collections.abc import Sequence

from crm.sales.v1 import opportunities_pb2, products_pb2
from crm_chassis.imports.kinds import Importer
from crm_chassis.records.rows import Column, Row, Upserts, columns_of, outcome, read_row
from crm_chassis.records.tx import Transaction

from crm_sales.opportunities.importing import import_opportunity, prepare_opportunities, read_opportunity
from crm_sales.products.model import Product


class _Products:
    """The products that the rows of a batch name."""

    def __init__(self, tx: Transaction, rows: Sequence[Row]) -> None:
        self.by_id = Upserts(tx, Product, rows)
        self.by_sku = Upserts(tx, Product, rows, "sku", reusable=True)


def read_product(tx: Transaction, row: Row, batch: _Products) -> products_pb2.Product:
    """A product; one without external id is recognised by its stock keeping unit."""
    known = batch.by_id.find(row["external_id"]) if row.get("external_id") else batch.by_sku.find(row.get("sku", ""))
    return read_row(tx, products_pb2.Product, row, known)


def import_product(tx: Transaction, row: Row, batch: _Products, message: products_pb2.Product) -> str:
    """Prices are settled as by hand."""
    with tx.session.no_autoflush:
        known = batch.by_id if message.external_id else batch.by_sku
        product, created = known.keep(message, row)
        if created:
            batch.by_sku.put(product)
        return outcome(tx, product, created)


_OPPORTUNITY = columns_of(
    opportunities_pb2.Opportunity,
    account=Column("account_id"), contact=Column("contact_id", personal=True), owner=Column("owner_id"),
    product=Column(""), pipeline=Column(""), stage=Column(""), engaged_at=Column(""), lost_reason=Column(""),
)  # fmt: skip

IMPORTERS = (
    Importer(
        "products", "products.create", products_pb2.Product, columns_of(products_pb2.Product),
        _Products, read_product, import_product,
    ),
    Importer(
        "opportunities", "opportunities.create", opportunities_pb2.Opportunity,
        {name: column for name, column in _OPPORTUNITY.items() if name not in ("pipeline_id", "stage_id")},
        prepare_opportunities, read_opportunity, import_opportunity,
    ),
)  # fmt: skip
