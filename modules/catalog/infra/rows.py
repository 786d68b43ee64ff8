"""From database rows to the contract's values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.catalog import Product, UnknownProduct
from contracts.kernel import Money, Sku
from modules.catalog.domain.codes import is_sku
from modules.catalog.models import ProductRow
from seamline.data import connection_for

COLUMNS = (
    "product.sku, product.name, product.description, product.category_id, product.price, product.currency, "
    "product.on_sale"
)
"""What ``from_tuple`` takes, in its order."""


def from_tuple(row: Sequence[Any]) -> Product:
    """A product from a tuple of ``COLUMNS``."""
    return Product(
        sku=Sku(row[0]),
        name=row[1],
        description=row[2],
        category=row[3],
        price=Money(amount=row[4], currency=row[5]),
        on_sale=row[6],
    )


def from_row(row: ProductRow) -> Product:
    """A product from its model."""
    return Product(
        sku=Sku(row.sku),
        name=row.name,
        description=row.description,
        category=row.category_id,
        price=Money(amount=row.price, currency=row.currency),
        on_sale=row.on_sale,
    )


def locked_product(sku: Sku) -> ProductRow:
    """The product's row, locked until the command ends, so that two changes of one product follow each other.

    :raises UnknownProduct: no product has this stock code.
    """
    row = ProductRow.objects.select_for_update().filter(sku=sku).first() if is_sku(sku) else None
    if row is None:
        raise UnknownProduct(sku=sku)
    return row


def fetch(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement on catalog's schema."""
    with connection_for("catalog").cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
