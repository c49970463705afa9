"""What can be done with products."""

from __future__ import annotations

from typing import Any

from crm.sales.v1 import sales_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction

from crm_sales.products.model import Product


def create_product(tx: Transaction, request: sales_pb2.CreateProductRequest) -> Product:
    """A new product. Raises AlreadyExists if another one has its stock keeping unit."""
    product = Product()
    assign(product, request.product)
    product.settle()
    return tx.add(product)


def get_product(tx: Transaction, request: sales_pb2.GetProductRequest) -> Product:
    """One product."""
    return tx.get(Product, request.id)


def list_products(tx: Transaction, request: sales_pb2.ListProductsRequest) -> Any:
    """A page of products."""
    return list_page(tx, Product, request, sales_pb2.ListProductsResponse)


def update_product(tx: Transaction, request: sales_pb2.UpdateProductRequest) -> Product:
    """Changes the fields that the mask names. Opportunities keep the price they were given."""
    product = tx.get(Product, request.product.id, etag=request.product.etag)
    assign(product, request.product, request.update_mask.paths)
    product.settle()
    return product


def delete_product(tx: Transaction, request: sales_pb2.DeleteProductRequest) -> Product:
    """Deletes a product; lines that have it stay as they are."""
    product = tx.get(Product, request.id, etag=request.etag)
    tx.delete(product)
    return product


def undelete_product(tx: Transaction, request: sales_pb2.UndeleteProductRequest) -> Product:
    """Brings a deleted product back."""
    product = tx.get(Product, request.id, etag=request.etag, deleted=True)
    tx.undelete(product)
    return product
