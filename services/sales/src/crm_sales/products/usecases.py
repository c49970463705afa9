"""What can be done with products."""

from __future__ import annotations

from crm.sales.v1 import products_pb2
from crm_chassis.records.mapping import assign
from crm_chassis.records.tx import Transaction

from crm_sales.products.model import Product


def create_product(tx: Transaction, request: products_pb2.CreateProductRequest) -> Product:
    """A new product. Raises AlreadyExists if another one has its stock keeping unit."""
    product = Product()
    assign(product, request.product)
    return tx.add(product)


def update_product(tx: Transaction, request: products_pb2.UpdateProductRequest) -> Product:
    """Changes the fields that the mask names. Opportunities keep the price they were given."""
    product = tx.get(Product, request.product.id, etag=request.product.etag)
    assign(product, request.product, request.update_mask.paths)
    return product
